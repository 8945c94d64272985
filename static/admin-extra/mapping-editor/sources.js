// One source of a field: paths, steps, a table of words, a default, a zone.
import { clone, fit, isEmpty, lines, same } from "./dom.js";
import { setTarget } from "./tree.js";

const listed = (value) => (value === undefined || value === null ? [] : [value].flat());
const WORDY = new Set(["status", "direction"]);
let count = 0;

export function drawSource(info, source, { tables, rule, index, below }) {
  const block = clone("me-t-source");
  const area = block.querySelector(".me-from");
  area.value = listed(source.join || source.from).join("\n");
  area.setAttribute("aria-label", index ? `${info.label}, other source ${index + 1}` : info.label);
  area.placeholder = below ? below.text : source.default !== undefined ? "" : "click a field";
  Object.assign(area.dataset, { takes: "paths", title: info.label });
  area.addEventListener("input", () => { fit(area); showJoin(block, source); });
  area.addEventListener("click", () => setTarget(area));
  fit(area);
  block.querySelector(".me-join select").value = source.join ? "join" : "from";
  block.querySelector(".me-join select").setAttribute("aria-label", `Several paths of ${info.label}`);
  showJoin(block, source);
  drawTable(block, info, typeof source.table === "string" ? tables[source.table] : source.table);
  drawTransforms(block, info, listed(source.transform));
  drawDefault(block, info, source.default);
  drawTexts(block, info, source);
  const required = block.querySelector(".me-required");
  required.hidden = !rule || index > 0;
  required.querySelector("input").checked = Boolean(rule) && listed(rule.required).includes(info.name);
  block.querySelector(".me-more > summary").setAttribute("aria-label", `Change the value of ${info.label}`);
  block.querySelector(".me-summary").textContent = inShort(source);
  block.loaded = snapshot(block);
  return block;
}

function inShort(source) {
  const parts = [];
  if (typeof source.table === "object") parts.push(Object.entries(source.table).slice(0, 4).map((pair) => pair.join(" = ")).join(", "));
  else if (source.table) parts.push("words of the preset");
  parts.push(...listed(source.transform).map((step) => (typeof step === "string" ? step : Object.keys(step)[0]).replaceAll("_", " ")));
  if (source.default !== undefined) parts.push(`else ${source.default}`);
  if (source.format) parts.push(listed(source.format).join(" or "));
  if (source.zone) parts.push(source.zone);
  return parts.filter(Boolean).join(" · ");
}

function showJoin(block, source) {
  block.querySelector(".me-join").hidden = lines(block.querySelector(".me-from").value).length < 2 && !source.join;
}

function tell(block) {
  block.dispatchEvent(new CustomEvent("me-rows"));
}

function drawTable(block, info, table) {
  const box = block.querySelector(".me-table");
  box.hidden = !WORDY.has(info.kind) && isEmpty(table);
  const rows = box.querySelector(".me-table-rows");
  const add = (word, meaning) => rows.append(wordRow(block, info, word, meaning));
  for (const [word, meaning] of Object.entries(table || {})) add(word, meaning);
  box.querySelector("[data-do=add-word]").addEventListener("click", () => { add("", ""); rows.lastElementChild.querySelector("input").focus(); });
  block.addEventListener("me-add-word", ({ detail }) => {
    add(detail, info.words.includes("Unknown") ? "Unknown" : info.words[0] || "");
    tell(block);
    rows.lastElementChild.querySelector("select, .me-meaning input").focus();
  });
}

function wordRow(block, info, word, meaning) {
  const row = clone("me-t-word");
  row.querySelector("input").value = word;
  row.querySelector(".me-meaning").append(chooser(info, meaning, `Meaning of ${word || "this word"}`));
  row.querySelector("[data-do=remove-row]").addEventListener("click", () => { row.remove(); tell(block); });
  return row;
}

// A choice of the standard's own words, or a free text where a field has none.
function chooser(info, value, label, isOptional = false) {
  const element = document.createElement(info.words.length ? "select" : "input");
  element.className = "me-input";
  element.setAttribute("aria-label", label);
  for (const word of info.words.length ? [...(isOptional ? [""] : []), ...info.words] : []) {
    element.append(new Option(word || "nothing", word));
  }
  element.value = value ?? "";
  return element;
}

function drawTransforms(block, info, steps) {
  const rows = block.querySelector(".me-transform-rows");
  const add = (name, argument) => rows.append(transformRow(block, info, name, argument));
  for (const step of steps) {
    if (typeof step === "string") add(step, "");
    else for (const [name, argument] of Object.entries(step)) add(name, listed(argument).join(", "));
  }
  block.querySelector("[data-do=add-transform]").addEventListener("click", () => {
    add("", "");
    rows.lastElementChild.querySelector("select").focus();
  });
}

function transformRow(block, info, name, argument) {
  const row = clone("me-t-transform");
  const [select, input] = [row.querySelector("select"), row.querySelector("input")];
  select.append(new Option("Choose a step …", ""), ...catalogue().map((one) => new Option(one.label, one.name)));
  select.value = name;
  input.value = argument;
  const show = () => {
    const chosen = catalogue().find((one) => one.name === select.value);
    input.hidden = !chosen || !chosen.argument;
    input.placeholder = chosen ? chosen.argument : "";
  };
  select.addEventListener("change", show);
  show();
  row.querySelector("[data-do=remove-row]").addEventListener("click", () => { row.remove(); tell(block); });
  return row;
}

let known = null;
function catalogue() {
  known ||= JSON.parse(document.getElementById("me-state").textContent).transforms;
  return known;
}

function drawDefault(block, info, value) {
  const place = block.querySelector(".me-default");
  const element = chooser(info, value, `${info.label} when nothing is sent`, true);
  count += 1;
  element.id = `me-default-${count}`;
  place.querySelector("label").htmlFor = element.id;
  place.append(element);
}

function drawTexts(block, info, source) {
  for (const name of ["zone", "format"]) {
    const place = block.querySelector(`.me-${name}`);
    place.hidden = info.kind !== "time";
    const input = place.querySelector("input");
    input.value = listed(source[name])[0] || "";
    count += 1;
    input.id = `me-${name}-${count}`;
    place.querySelector("label").htmlFor = input.id;
  }
}

// What the block shows now, part by part.
function snapshot(block) {
  const value = (selector) => block.querySelector(selector).value.trim();
  const words = [...block.querySelectorAll(".me-table-rows .me-word")].map((row) =>
    [row.querySelector("input").value.trim(), row.querySelector(".me-meaning").firstElementChild.value]);
  const steps = [...block.querySelectorAll(".me-transform-rows .me-word")].map((row) =>
    [row.querySelector("select").value, row.querySelector("input").value]);
  return {
    paths: { mode: value(".me-join select"), paths: lines(block.querySelector(".me-from").value) },
    table: words.filter(([word]) => word),
    transform: steps.filter(([name]) => name),
    default: block.querySelector(".me-default").lastElementChild.value,
    zone: value(".me-zone input"),
    format: value(".me-format input"),
  };
}

// The source as the document has it; a part that nobody touched stays as it was written.
export function readSource(block, original) {
  const now = snapshot(block);
  const source = { ...original };
  const put = (key, value) => { if (value === "" || isEmpty(value) && typeof value !== "string") delete source[key]; else source[key] = value; };
  const isNew = (part) => !same(now[part], block.loaded[part]);
  if (isNew("paths")) {
    delete source.label;
    const { mode, paths } = now.paths;
    put("from", mode === "join" ? "" : paths.length > 1 ? paths : paths[0] || "");
    put("join", mode === "join" ? paths : "");
  }
  if (isNew("table")) put("table", Object.fromEntries(now.table));
  if (isNew("transform")) put("transform", now.transform.map(step));
  for (const part of ["default", "zone"]) if (isNew(part)) put(part, now[part]);
  if (isNew("format")) put("format", now.format ? [now.format] : "");
  return source;
}

function step([name, argument]) {
  const info = catalogue().find((one) => one.name === name);
  if (!info || !info.argument) return name;
  return { [name]: ["strip_prefix", "strip_suffix", "absent_if"].includes(name) ? argument.split(",").map((text) => text.trim()).filter(Boolean) : argument };
}
