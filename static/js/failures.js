// Requests that came to nothing are told where they were made: no connection, or a server that could not do it.
const NOTES_RETRY_MS = 5000;

export function startFailures() {
  document.addEventListener("htmx:sendError", ({ detail }) => told(detail.elt, "no connection"));
  document.addEventListener("htmx:responseError", ({ detail }) => told(detail.elt, reason(detail.xhr.status)));
  document.addEventListener("htmx:beforeRequest", ({ detail }) => forget(detail.elt));
}

function reason(status) {
  if (status === 403) return "you may be logged out; reload the page";
  return status === 404 ? "it is no longer there; reload the page" : `something went wrong here (${status})`;
}

function told(element, why) {
  const form = element.closest("form");
  if (element.matches("textarea[name=notes]")) keepTrying(element, why);
  else if (form?.matches(".call-form")) say(form.querySelector(".call-result"), `Not called: ${why}. Look whether your phone rings, then try again.`);
  else if (form && element.closest(".popup")) say(element.closest(".popup").querySelector(".popup-result"), `Not saved: ${why}. Try again.`);
  else if (form?.method === "post") say(form.appendChild(place()), `Not saved: ${why}. Try again.`);
}

// Notes are kept while they are typed, so nobody presses a button for them.
function keepTrying(notes, why) {
  say(notes.closest(".field").querySelector(".saved"), `not saved yet: ${why}`);
  setTimeout(() => notes.isConnected && window.htmx.trigger(notes, "retry"), NOTES_RETRY_MS);
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
  const drawing = document.querySelector(".icon").cloneNode(true);
  const use = drawing.querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, "#alert"));
  return drawing;
}

function forget(element) {
  const around = element.closest(".call-form, .popup, form");
  for (const old of around?.querySelectorAll(".popup-result > .failure, form > .failure, .call-result > .failure") ?? []) old.remove();
}
