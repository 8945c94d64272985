// The token of an embedded session: in memory, and in this tab's session storage where the browser lets a frame have it.
const HEADER = "X-Embedded-Token";

export function given() {
  return headersOf(document.body)[HEADER] ?? null;
}

export function keep(token) {
  document.body.setAttribute("hx-headers", JSON.stringify({ [HEADER]: token }));
  stored((storage) => storage.setItem(name(), token));
}

export function kept() {
  return stored((storage) => storage.getItem(name())) ?? null;
}

export function forget() {
  stored((storage) => storage.removeItem(name()));
}

export function headersOf(body) {
  return JSON.parse(body.getAttribute("hx-headers") || "{}");
}

function name() {
  return `telephony-embedded ${document.body.dataset.shell}`;
}

// Merely touching the storage throws where third parties may not store anything.
function stored(act) {
  try {
    return act(window.sessionStorage);
  } catch {
    return null;
  }
}
