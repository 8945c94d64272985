// Small things that every part of the editor uses.
export const byId = (id) => document.getElementById(id);

export function clone(id) {
  return byId(id).content.firstElementChild.cloneNode(true);
}

export function showText(id, text, look = "") {
  const element = byId(id);
  element.textContent = text;
  if (id === "me-status") element.className = `me-status ${look}`;
}

export function isEmpty(value) {
  return value === undefined || value === null || (typeof value === "object" && Object.keys(value).length === 0);
}

export const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

export function lines(text) {
  return text.split("\n").map((line) => line.trim()).filter(Boolean);
}

// A text of several lines needs as many rows; a long one wraps.
export function fit(area) {
  const rows = lines(area.value).reduce((sum, line) => sum + Math.ceil((line.length || 1) / 44), 0);
  area.rows = Math.min(6, Math.max(1, rows));
}

export async function post(url, data) {
  const token = document.querySelector("input[name=csrfmiddlewaretoken]").value;
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token },
      body: JSON.stringify(data),
    });
    if (answer.redirected || answer.status === 403) return { error: "You are not logged in any more. Open the login page in another tab, then try again." };
    return await answer.json();
  } catch {
    return { error: "The server did not answer. Try again in a moment." };
  }
}
