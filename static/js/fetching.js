// Fragments and small posts; a session that has ended sends the whole page to the login.
const OWN = { "X-Requested-With": "fetch" };

export async function fragment(url) {
  const answer = await fetch(url, { headers: OWN, credentials: "same-origin" });
  if (answer.status === 401) location.reload();
  return answer.status === 200 ? answer.text() : null;
}

export function post(url) {
  const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  return fetch(url, { method: "POST", headers: { ...OWN, "X-CSRFToken": token }, credentials: "same-origin", keepalive: true });
}

export function elementOf(html) {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  return template.content.firstElementChild;
}
