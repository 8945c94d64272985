// Starts a page that stands in another program's frame: takes its token, cleans the address, and begins like any other.
import { startCorner } from "./embed_corner.js";
import { startNavigation } from "./embed_navigation.js";
import { forget, given, keep, kept } from "./embed_token.js";
import { own } from "./fetching.js";

const corner = document.body.classList.contains("page-corner") ? startCorner(enter) : null;
const token = given() ?? kept();
if (token) enter(token);
else tellLate();

async function enter(newToken) {
  keep(newToken);
  history.replaceState(null, "", document.body.dataset.shell);
  if (!document.body.dataset.agent && !(await bring(newToken))) {
    forget();
    tellLate();
    return;
  }
  await import("./console.js");
  startNavigation();
  corner?.begin();
  document.addEventListener("click", (event) => event.target.closest("[data-sign-out]") && signOut());
}

async function signOut() {
  await fetch("/embed/sign-out/", { method: "POST", headers: own(), credentials: "omit" }).catch(() => null);
  forget();
  location.reload();
}

// After a reload the page is an empty shell: its content comes with the token.
async function bring(newToken) {
  const answer = await fetch("/embed/page/", { headers: own(), credentials: "omit" }).catch(() => null);
  if (!answer?.ok) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.title = page.title;
  document.body.replaceWith(document.adoptNode(page.body));
  keep(newToken);
  window.htmx?.process(document.body);
  return true;
}

function tellLate() {
  for (const element of document.querySelectorAll("[data-late]")) element.hidden = false;
  corner?.waitForSignIn();
}
