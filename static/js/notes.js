// Notes are kept while they are typed: when the keys rest, at once when the field or the page is left, and again and
// again while the server cannot be reached.
import { post } from "./fetching.js";
import { localise } from "./times.js";

const QUIET_MS = 800;
const RETRY_MS = 2000;

export function startNotes() {
  document.addEventListener("input", ({ target }) => isNotes(target) && typed(target));
  document.addEventListener("change", ({ target }) => isNotes(target) && save(target));
  document.addEventListener("visibilitychange", () => document.hidden && saveAll());
  window.addEventListener("pagehide", saveAll);
  window.addEventListener("online", saveAll);
}

function isNotes(element) {
  return Boolean(element.dataset?.notes);
}

function saveAll() {
  for (const field of document.querySelectorAll("[data-notes][data-unsaved]")) save(field);
}

function typed(field) {
  field.dataset.unsaved = "";
  later(field, QUIET_MS);
}

function later(field, wait) {
  clearTimeout(field.timer);
  field.timer = setTimeout(() => save(field), wait);
}

async function save(field) {
  clearTimeout(field.timer);
  const notes = field.value;
  if (!("unsaved" in field.dataset) || field.sending === notes) return;
  field.sending = notes;
  const answer = await post(field.dataset.notes, { notes }).catch(() => null);
  const line = answer?.ok ? await answer.text().catch(() => null) : null;
  field.sending = undefined;
  if (line === null) notKept(field, answer);
  else kept(field, notes, line);
}

function kept(field, notes, line) {
  // With this the form leaves the notes to whichever tab wrote last, until somebody types here again.
  const before = field.form?.elements.namedItem("notes_before");
  if (before) before.value = notes;
  if (field.value !== notes) return later(field, QUIET_MS);
  delete field.dataset.unsaved;
  tell(field, line);
}

// What the server refuses (too long, say) is told, but not sent again before it is changed.
function notKept(field, answer) {
  const isRefused = answer && answer.status < 500;
  tell(field, isRefused ? "not saved" : "not saved yet, trying again…");
  if (!isRefused && field.isConnected) later(field, RETRY_MS);
}

function tell(field, html) {
  const line = field.closest(".field")?.querySelector(".saved");
  if (!line) return;
  line.innerHTML = html;
  localise(line);
}
