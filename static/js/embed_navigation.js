// Links and plain forms inside a frame: fetched with the token and shown in place, because a browser's own navigation
// would bring neither token nor cookie. What may not be shown here opens nowhere, and says so.
import { own } from "./fetching.js";
import { localise } from "./times.js";

// The page that is shown, from which its own links and forms are read: the frame's address stays what it was.
let shown = location.href;

export function startNavigation() {
  document.addEventListener("click", onClick);
  document.addEventListener("submit", onSubmit);
}

function onClick(event) {
  const link = event.target.closest("a[href]");
  if (!link || event.defaultPrevented || event.button !== 0 || link.target || link.origin !== location.origin) return;
  if (link.getAttribute("href").startsWith("#")) return;
  event.preventDefault();
  const url = new URL(link.getAttribute("href"), shown).href;
  if (event.ctrlKey || event.metaKey || event.shiftKey || !document.body.hasAttribute("data-navigates")) {
    window.open(url, "_blank", "noopener");
    return;
  }
  show(url);
}

function onSubmit(event) {
  const form = event.target;
  if (event.defaultPrevented || form.hasAttribute("hx-post") || form.hasAttribute("hx-get")) return;
  event.preventDefault();
  const fields = new URLSearchParams(new FormData(form, event.submitter));
  const action = new URL(form.getAttribute("action") ?? "", shown).href;
  if (form.method === "post") show(action, { method: "POST", body: fields });
  else show(`${action.split("?")[0]}?${fields}`);
}

async function show(url, options = {}) {
  const { "X-Requested-With": _, ...headers } = own();
  const answer = await fetch(url, { ...options, headers, credentials: "omit" }).catch(() => null);
  if (answer?.status === 401) return location.reload();
  if (answer?.headers.get("Content-Disposition")?.startsWith("attachment")) return keep(answer);
  const isPage = answer?.headers.get("Content-Type")?.startsWith("text/html");
  if (!isPage) return tell(answer ? await answer.text() : "The server cannot be reached. Try again.");
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const main = page.getElementById("main");
  if (!main) return tell("This page cannot be shown here.");
  shown = answer.url;
  document.title = page.title;
  document.getElementById("main").replaceWith(document.adoptNode(main));
  localise(main);
  window.htmx?.process(main);
  scrollTo(0, 0);
  const heading = main.querySelector("h1");
  heading?.setAttribute("tabindex", "-1");
  heading?.focus();
}

async function keep(answer) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = answer.headers.get("Content-Disposition").match(/filename="([^"]+)"/)?.[1] ?? "";
  link.target = "_self";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

function tell(words) {
  const notice = document.createElement("p");
  notice.className = "notice tone-warn";
  notice.setAttribute("role", "alert");
  notice.textContent = words.slice(0, 200);
  document.getElementById("main").prepend(notice);
}
