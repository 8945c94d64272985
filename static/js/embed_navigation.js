// Links and plain forms inside a frame: fetched with the token and shown in place, because a browser's own navigation
// would bring neither token nor cookie. What may not be shown here opens nowhere, and says so.
import { own } from "./fetching.js";
import { localise } from "./times.js";

export function startNavigation() {
  document.addEventListener("click", onClick);
  document.addEventListener("submit", onSubmit);
  document.addEventListener("click", onPlay, true);
}

// A player's own request would bring no token: the recording is fetched first, and then played from memory.
async function onPlay(event) {
  const button = event.target.closest("button[data-recording^='/']");
  if (!button) return;
  event.preventDefault();
  event.stopPropagation();
  const answer = await fetch(button.dataset.recording, { headers: { ...own(), Accept: "application/json" }, credentials: "omit" }).catch(() => null);
  if (!answer?.ok) return tell((await answer?.json().catch(() => null))?.detail ?? "The recording cannot be played.");
  button.dataset.recording = URL.createObjectURL(await answer.blob());
  button.click();
}

function onClick(event) {
  const link = event.target.closest("a[href]");
  if (!link || event.defaultPrevented || event.button !== 0 || link.target || link.origin !== location.origin) return;
  if (link.getAttribute("href").startsWith("#")) return;
  event.preventDefault();
  if (event.ctrlKey || event.metaKey || event.shiftKey || !document.body.hasAttribute("data-navigates")) {
    window.open(link.href, "_blank", "noopener");
    return;
  }
  show(link.href);
}

function onSubmit(event) {
  const form = event.target;
  if (event.defaultPrevented || form.hasAttribute("hx-post") || form.hasAttribute("hx-get")) return;
  event.preventDefault();
  const fields = new URLSearchParams(new FormData(form, event.submitter));
  if (form.method === "post") show(form.action, { method: "POST", body: fields });
  else show(`${form.action.split("?")[0]}?${fields}`);
}

async function show(url, options = {}) {
  const { "X-Requested-With": _, ...headers } = own();
  const answer = await fetch(url, { ...options, headers, credentials: "omit" }).catch(() => null);
  if (answer?.status === 401) return location.reload();
  const isPage = answer?.headers.get("Content-Type")?.startsWith("text/html");
  if (!isPage) return tell(answer ? await answer.text() : "The server cannot be reached. Try again.");
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const main = page.getElementById("main");
  if (!main) return tell("This page cannot be shown here.");
  document.title = page.title;
  document.getElementById("main").replaceWith(document.adoptNode(main));
  localise(main);
  window.htmx?.process(main);
  scrollTo(0, 0);
  const heading = main.querySelector("h1");
  heading?.setAttribute("tabindex", "-1");
  heading?.focus();
}

function tell(words) {
  const notice = document.createElement("p");
  notice.className = "notice tone-warn";
  notice.setAttribute("role", "alert");
  notice.textContent = words.slice(0, 200);
  document.getElementById("main").prepend(notice);
}
