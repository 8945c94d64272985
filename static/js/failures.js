// Says beside what was pressed that it has not reached the server: nothing is worse than a button that seems to work.
const UNREACHABLE = "The server cannot be reached. Nothing was saved; try again.";
const REASONS = {
  403: "This page is no longer signed in as it was. Reload it.",
  404: "This is not here any more. Reload the page.",
};

export function startFailures() {
  document.addEventListener("htmx:sendError", ({ detail }) => tell(detail, UNREACHABLE));
  document.addEventListener("htmx:responseError", ({ detail }) => tell(detail, reason(detail.xhr.status)));
  document.addEventListener("htmx:beforeRequest", ({ detail }) => forget(detail.elt));
}

function reason(status) {
  return REASONS[status] ?? "The server could not do this. Try again in a moment.";
}

// What a page asks for by itself (lists, how a call stands) is asked again by itself.
function tell({ elt, requestConfig }, words) {
  if (requestConfig.verb === "get") return;
  forget(elt);
  const line = document.createElement("small");
  line.className = "error failure";
  line.setAttribute("role", "alert");
  line.textContent = words;
  place(elt).append(line);
}

function forget(elt) {
  place(elt).querySelector(".failure")?.remove();
}

function place(elt) {
  return elt.closest(".popup")?.querySelector("[data-region=result]") ?? elt.querySelector(".call-result") ?? elt;
}
