// Requests that came to nothing are told where they were made: nothing is worse than a button that seems to work.
// Notes tell for themselves, see notes.js.
export function startFailures() {
  document.addEventListener("htmx:sendError", ({ detail }) => told(detail, "no connection"));
  document.addEventListener("htmx:responseError", ({ detail }) => told(detail, reason(detail.xhr.status)));
  document.addEventListener("htmx:beforeRequest", ({ detail }) => forget(detail.elt));
}

function reason(status) {
  if (status === 403) return "you may be logged out; reload the page";
  return status === 404 ? "it is no longer there; reload the page" : `something went wrong here (${status})`;
}

// What a page asks for by itself (lists, how a call stands) is asked again by itself.
function told({ elt, requestConfig }, why) {
  if (requestConfig.verb === "get") return;
  const form = elt.closest("form");
  const popup = elt.closest(".popup");
  if (form?.matches(".call-form")) sayNotCalled(form.querySelector(".call-result"), why);
  else if (popup) say(popup.querySelector(".popup-result"), `Not saved: ${why}. Try again.`);
  else if (form) say(form.appendChild(place()), `Not saved: ${why}. Try again.`);
}

// The provider may have been asked before the answer was lost.
function sayNotCalled(where, why) {
  say(where, `Not called: ${why}. Look whether your phone rings, then try again.`);
}

// Why a call that a script asked for came to nothing; no answer at all is no connection.
export function tellNotCalled(where, answer) {
  sayNotCalled(where, answer ? reason(answer.status) : "no connection");
}

function say(where, text) {
  const chip = Object.assign(document.createElement("span"), { className: "chip tone-bad failure" });
  chip.setAttribute("role", "alert");
  chip.append(icon(), text);
  where.replaceChildren(chip);
}

function place() {
  return Object.assign(document.createElement("span"), { className: "failure" });
}

function icon() {
  const drawing = document.querySelector(".icon")?.cloneNode(true);
  if (!drawing) return "";
  const use = drawing.querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, "#alert"));
  return drawing;
}

function forget(element) {
  const around = element.closest(".call-form, .popup, form");
  for (const old of around?.querySelectorAll(".popup-result > .failure, form > .failure, .call-result > .failure") ?? []) old.remove();
}
