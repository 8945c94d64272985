// The console's lists: fetched anew when something happened, and once a minute while somebody looks.
import { elementOf, fragment } from "./fetching.js";
import { isZoneNew, localise } from "./times.js";

const QUIET_MS = 400;
const REGULAR_MS = 60000;
const UNDO_MS = 15000;

export function startLists() {
  const lists = document.getElementById("lists");
  if (!lists) return () => {};
  let waiting = null;

  async function refresh() {
    waiting = null;
    const html = await fragment(lists.dataset.url).catch(() => null);
    if (html !== null) for (const panel of elementOf(`<div>${html}</div>`).querySelectorAll(".panel")) replace(panel);
  }

  // A panel in which somebody has just called, or listens to a recording, stays as it is until that is done.
  function replace(panel) {
    const old = document.getElementById(panel.id);
    if (Date.now() - Number(old?.dataset.usedAt ?? 0) < UNDO_MS) return;
    if (!old || old.contains(document.activeElement) || old.querySelector(".call-result:not(:empty), .player")) return;
    localise(panel);
    if (old.querySelector("details[open]")) panel.querySelector("details")?.setAttribute("open", "");
    if (old.innerHTML === panel.innerHTML) return;
    old.replaceWith(panel);
    window.htmx?.process(panel);
  }

  // What was just done in a panel can be undone in its place before the panel is made anew.
  lists.addEventListener("submit", (event) => {
    const panel = event.target.closest(".panel");
    if (panel) panel.dataset.usedAt = Date.now();
  });

  function soon() {
    waiting ??= setTimeout(refresh, QUIET_MS);
  }

  if (isZoneNew) soon();
  setInterval(() => document.visibilityState === "visible" && soon(), REGULAR_MS);
  return soon;
}
