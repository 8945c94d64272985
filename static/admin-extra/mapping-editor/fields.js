// The standard fields of the chosen rule, each with where it is read from, what came of it, and what is wrong with it.
import { byId, clone, isEmpty } from "./dom.js";
import { drawSource, readSource } from "./sources.js";
import { changed } from "./signals.js";
import { setTarget } from "./tree.js";

let page = null; // the editor's state

function holder(isMade) {
  const rule = (page.document.rules || [])[page.rule] || page.document;
  if (isMade && isEmpty(rule[page.scope])) rule[page.scope] = {};
  return rule[page.scope] || {};
}

// What stands for a field when this place says nothing: the layers below, the nearest first.
function inherited(name) {
  const { document: whole, rule: index, scope } = page;
  const rule = (whole.rules || [])[index];
  const layers = [];
  if (scope !== "fields") {
    if (rule) layers.push([rule.fields, "every call"], [whole[scope], "all rules"]);
    layers.push([whole.fields, rule ? "all rules" : "every call"]);
  } else if (rule) layers.push([whole.fields, "all rules"]);
  for (const [entries, words] of layers) {
    if (entries && name in entries) return isEmpty(entries[name]) ? null : { text: `${inWords(entries[name])} (${words})` };
  }
  return null;
}

export function inWords(entry) {
  if (Array.isArray(entry)) return entry.map(inWords).join(", or ");
  if (typeof entry === "string") return entry;
  if (entry === null || typeof entry !== "object") return String(entry);
  if (entry.join) return [entry.join].flat().join(" + ");
  if (entry.from) return [entry.from].flat().join(", or ");
  return `always ${entry.default}`;
}

// What else is to be known of a field: that it is left empty, or that it depends on the direction.
function note(name) {
  const own = holder(false);
  if (name in own && own[name] === null) return "Left empty on purpose. Write or click a path to read it again.";
  if (page.scope !== "fields") return "";
  const rule = (page.document.rules || [])[page.rule] || page.document;
  const parts = [["inbound", "Incoming"], ["outbound", "Outgoing"]]
    .filter(([scope]) => rule[scope] && !isEmpty(rule[scope][name]))
    .map(([scope, words]) => `${words}: ${inWords(rule[scope][name])}`);
  return parts.join(". ");
}

// An entry as a list of sources: an array that holds an object is one source each, else it is one.
function sourcesOf(entry) {
  if (isEmpty(entry) && typeof entry !== "string") return [{}];
  const isSeveral = Array.isArray(entry) && entry.some((item) => typeof item === "object");
  return (isSeveral ? entry : [entry]).map((item) =>
    typeof item === "string" || Array.isArray(item) ? { from: item } : { ...item });
}

function entryOf(sources) {
  const filled = sources.filter((source) => !isEmpty(source));
  const short = filled.map((source) => (Object.keys(source).join() === "from" ? source.from : source));
  if (short.length < 2) return short[0];
  return short.map((item) => (typeof item === "object" && !Array.isArray(item) ? item : { from: item }));
}

export function drawFields(state) {
  page = state;
  const own = holder(false);
  const isEarly = ({ name, is_main: isMain }) => isMain || (name in own && own[name] !== null);
  byId("me-fields").replaceChildren(...state.fields.filter(isEarly).map(drawField));
  byId("me-more-fields").replaceChildren(...state.fields.filter((info) => !isEarly(info)).map(drawField));
  showReadings(state);
}

function drawField(info) {
  const row = clone("me-t-field");
  const own = holder(false);
  row.dataset.name = info.name;
  row.querySelector(".me-field-label").textContent = info.label;
  row.querySelector(".me-field-label").title = info.help;
  const below = inherited(info.name);
  row.querySelector(".me-inherited").textContent = note(info.name);
  const sources = sourcesOf(own[info.name]);
  const rule = (page.document.rules || [])[page.rule];
  row.querySelector(".me-sources").replaceChildren(...sources.map((source, index) => {
    const block = drawSource(info, source, { tables: page.document.tables || {}, rule, index, below });
    block.addEventListener("input", () => write(row, info, sources));
    block.addEventListener("me-rows", () => write(row, info, sources));
    block.querySelector("[data-do=away]").addEventListener("click", () => takeAway(info));
    block.querySelector("[data-do=away]").hidden = !below;
    return block;
  }));
  row.addEventListener("click", (event) => {
    if (!event.target.closest("input, select, textarea, button, summary, label, details")) row.querySelector(".me-from").focus();
  });
  return row;
}

function write(row, info, originals) {
  const blocks = [...row.querySelectorAll(".me-source")];
  const entry = entryOf(blocks.map((block, index) => readSource(block, originals[index])));
  const entries = holder(true);
  if (entry === undefined) delete entries[info.name];
  else entries[info.name] = entry;
  row.querySelector(".me-inherited").textContent = note(info.name);
  writeRequired(row, info);
  changed();
}

function writeRequired(row, info) {
  const rule = (page.document.rules || [])[page.rule];
  const box = row.querySelector(".me-required input");
  if (!rule || !box) return;
  const before = [rule.required || []].flat();
  const rest = before.filter((name) => name !== info.name);
  const now = box.checked ? (before.includes(info.name) ? before : [...before, info.name]) : rest;
  if (now.length) rule.required = now;
  else delete rule.required;
}

function takeAway(info) {
  holder(true)[info.name] = null;
  drawFields(page);
  changed();
}

export function showField(name) {
  const area = document.querySelector(`.me-field[data-name="${name}"] .me-from`);
  if (!area) return;
  area.focus();
  setTarget(area);
}

function addWord(row, word) {
  const block = row.querySelector(".me-source");
  block.querySelector(".me-more").open = true;
  block.dispatchEvent(new CustomEvent("me-add-word", { detail: word }));
}

export function showReadings(state) {
  const rule = (state.document.rules || [])[state.rule];
  const isReading = Boolean(state.preview) && (!rule || state.preview.rule === rule.name);
  for (const row of document.querySelectorAll(".me-field")) {
    const reading = isReading ? state.preview.fields[row.dataset.name] : null;
    const info = state.fields.find(({ name }) => name === row.dataset.name);
    showReading(row.querySelector(".me-reading"), reading);
    const faults = state.errors.filter(({ path }) => isOf(path, state, row.dataset.name)).map(({ message }) => message);
    if (reading && reading.error && !faults.length) faults.push(reading.error);
    row.querySelector(".me-error").textContent = faults.join("; ");
    showWarning(row, info, reading);
    row.classList.toggle("me-has-error", faults.length > 0);
  }
}

function showReading(place, reading) {
  const shown = reading ? reading.shown : "";
  const isSame = !reading || !reading.raw || reading.raw === shown;
  place.textContent = shown ? (isSame ? shown : `${reading.raw} → ${shown}`) : "";
  place.title = place.textContent;
}

function showWarning(row, info, reading) {
  const place = row.querySelector(".me-warning");
  place.textContent = reading && reading.warning ? reading.warning : "";
  const words = [...row.querySelectorAll(".me-table-rows input")].map(({ value }) => value.trim().toLowerCase());
  const isOpen = reading && reading.raw && info.words.length && !words.includes(reading.raw.toLowerCase())
    && (reading.warning || reading.error);
  if (!isOpen) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "me-button me-small";
  button.textContent = `Say what “${reading.raw}” means`;
  button.addEventListener("click", () => addWord(row, reading.raw));
  place.append(" ", button);
}

// Whether a fault's path lies inside this field, at the place that is shown.
function isOf(path, state, name) {
  const place = `${state.rule < 0 ? "" : `rules[${state.rule}].`}${state.scope}.${name}`;
  return path === place || path.startsWith(`${place}.`) || path.startsWith(`${place}[`);
}
