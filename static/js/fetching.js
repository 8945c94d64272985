// Fragments (null: nothing to show; a failing server or network throws) and small posts; a session that has ended sends the whole page to the login.
const OWN = { "X-Requested-With": "fetch" };
const MOST_KEPT_ALIVE = 60000;

// With the page's own headers: the CSRF token, or in another program's frame the token of the embedded session.
export function own() {
  return { ...OWN, ...JSON.parse(document.body.getAttribute("hx-headers") || "{}") };
}

export async function fragment(url) {
  const answer = await fetch(url, { headers: own(), credentials: "same-origin" });
  if (answer.status === 401) location.reload();
  if (answer.status >= 500) throw new Error(`${url} answered ${answer.status}`);
  return answer.status === 200 ? answer.text() : null;
}

// Outlives the page that sends it, as far as browsers allow: all such requests together may hold 64 kB.
export function post(url, fields = {}) {
  const body = new URLSearchParams(fields);
  const keepalive = String(body).length < MOST_KEPT_ALIVE;
  return fetch(url, { method: "POST", body, headers: own(), credentials: "same-origin", keepalive });
}

export function elementOf(html) {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  return template.content.firstElementChild;
}
