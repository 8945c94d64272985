// The mapping editor: the document that is being edited, and what the server makes of it after each change.
import { byId, post, showText } from "./dom.js";
import { drawFields, showField, showReadings } from "./fields.js";
import { drawRule, drawRules, wireRules } from "./rules.js";
import { on } from "./signals.js";
import { markUsed, wireTree } from "./tree.js";

const start = JSON.parse(byId("me-state").textContent);
const state = {
  ...start,
  saved: JSON.stringify(start.document),
  rule: -1, // -1: what all rules share
  scope: "fields",
  record: 0,
  pasted: null,
  preview: null,
  tree: "",
  errors: [],
};
if ((state.document.rules || []).length) state.rule = 0;

const DELAY = 250;
let timer = 0;
let asked = 0;

function previewSoon() {
  clearTimeout(timer);
  timer = setTimeout(preview, DELAY);
  markUnsaved();
}

function drawAll() {
  drawRules(state);
  drawRule(state);
  drawFields(state);
  showErrors();
}

function showRule(index) {
  state.rule = index;
  state.scope = "fields";
  drawAll();
}

function sample() {
  if (state.pasted) return state.pasted;
  const chosen = byId("me-sample");
  return chosen && chosen.value ? chosen.value : null;
}

function body() {
  return { document: state.document, sample: sample(), record: state.record, stamp: state.stamp };
}

async function preview() {
  const turn = ++asked;
  const answer = await post(state.urls.preview, body());
  if (turn !== asked) return;
  state.errors = answer.errors || [];
  showText("me-sample-error", answer.error || "");
  if (answer.stored !== undefined) showText("me-stored", answer.stored);
  if (answer.tree !== undefined) {
    const isFirst = state.preview === null;
    state.preview = answer;
    state.record = answer.index;
    showTree(answer.tree);
    byId("me-result").innerHTML = answer.result;
    if (isFirst) selectReadingRule(answer.rule);
  } else if (answer.error) {
    state.preview = null;
    showTree("");
  }
  byId("me-result").classList.toggle("me-stale", answer.tree === undefined && state.preview !== null);
  showPager();
  drawRules(state);
  showReadings(state);
  showErrors();
}

// Only a tree that has changed is drawn again, so that folded groups, the focus and the scroll stay.
function showTree(html) {
  if (html !== state.tree) byId("me-tree").innerHTML = html;
  state.tree = html;
  markUsed();
}

function selectReadingRule(name) {
  const index = (state.document.rules || []).findIndex((rule) => rule.name === name);
  if (index >= 0 && index !== state.rule) showRule(index);
}

function showPager() {
  const count = state.preview ? state.preview.count : 0;
  byId("me-pager").hidden = count < 2;
  showText("me-page", count ? `Record ${state.record + 1} of ${count}` : "");
  byId("me-previous").disabled = state.record <= 0;
  byId("me-next").disabled = state.record >= count - 1;
}

function showErrors() {
  const prefix = state.rule < 0 ? "" : `rules[${state.rule}].`;
  for (const place of document.querySelectorAll("[data-error-at]")) {
    const name = place.dataset.errorAt;
    const at = name === "rules" || name === "records" || name === "zone" ? name : prefix + name;
    const found = state.errors.filter(({ path }) => path === at || (path.startsWith(`${at}[`) && name !== "rules"));
    place.textContent = found.map(({ message }) => message).join("; ");
  }
  const hasErrors = state.errors.length > 0;
  for (const id of ["me-save", "me-save-replay"]) byId(id).disabled = hasErrors;
  if (hasErrors) {
    const places = state.errors.slice(0, 5).map(({ path, message }) => `${placeInWords(path)}: ${message}`);
    showText("me-status", `To mend before saving: ${places.join("; ")}`, "me-bad");
  } else markUnsaved();
}

function placeInWords(path) {
  const match = /^(?:rules\[(\d+)\])?\.?(.*)$/.exec(path);
  const rule = match[1] === undefined ? null : state.document.rules[Number(match[1])];
  const parts = match[2].split(/[.[]/);
  const field = state.fields.find(({ name }) => parts.includes(name));
  const where = field ? field.label : match[2] || "rules";
  return rule ? `rule “${rule.name || ""}”, ${where}` : where.replace(/^./, (first) => first.toUpperCase());
}

function isUnsaved() {
  return JSON.stringify(state.document) !== state.saved;
}

function markUnsaved() {
  const status = byId("me-status");
  if (state.errors.length) return;
  if (isUnsaved()) showText("me-status", "Not saved yet.", "me-unsaved");
  else if (status.classList.contains("me-unsaved") || status.classList.contains("me-bad")) showText("me-status", "");
}

async function save(isReplay) {
  clearTimeout(timer);
  const sent = JSON.stringify(state.document);
  showText("me-status", "Saving…");
  const answer = await post(state.urls.save, { ...body(), replay: isReplay });
  if (answer.errors) {
    state.errors = answer.errors;
    showErrors();
    showReadings(state);
  } else if (answer.error) showText("me-status", answer.error, "me-bad");
  else {
    state.saved = sent;
    state.stamp = answer.stamp;
    for (const field of document.querySelectorAll("#me-history input[name=stamp]")) field.value = answer.stamp;
    showText("me-status", answer.message, "me-good");
  }
}

async function startFromRequest() {
  if (!sample()) return showText("me-status", "Choose or paste a request first.", "me-bad");
  const answer = await post(state.urls.start, body());
  if (answer.error) return showText("me-status", answer.error, "me-bad");
  state.document = answer.document;
  state.record = 0;
  showNotice(answer);
  showRule(0);
  previewSoon();
}

function showNotice({ findings, questions }) {
  const notice = byId("me-notice");
  const count = findings.length;
  const lead = document.createElement("p");
  lead.textContent = count
    ? `${count} field${count === 1 ? " was" : "s were"} recognised and a rule was made. Check it on the right; then:`
    : "Nothing was recognised. Choose a field in the middle and click in the request what it is read from.";
  const list = document.createElement("ul");
  for (const text of [...questions, ...(count ? ["Correct what is wrong by choosing a field and clicking in the request."] : [])]) {
    const item = document.createElement("li");
    item.textContent = text;
    list.append(item);
  }
  notice.replaceChildren(lead, list);
  notice.hidden = false;
}

function usePasted() {
  const value = (id) => byId(id).value;
  state.pasted = {
    method: value("me-paste-method"), endpoint: value("me-paste-endpoint"), content_type: value("me-paste-type"),
    query: value("me-paste-query"), body: value("me-paste-body"),
  };
  newSample();
}

function newSample() {
  state.record = 0;
  state.preview = null;
  byId("me-save-replay").hidden = Boolean(state.pasted) || !String(sample() || "").startsWith("journal:");
  preview();
}

function turnPage(step) {
  state.record += step;
  preview();
}

function wire() {
  wireRules(state);
  wireTree(state);
  byId("me-save").addEventListener("click", () => save(false));
  byId("me-save-replay").addEventListener("click", () => save(true));
  byId("me-start").addEventListener("click", startFromRequest);
  byId("me-paste-use").addEventListener("click", usePasted);
  byId("me-previous").addEventListener("click", () => turnPage(-1));
  byId("me-next").addEventListener("click", () => turnPage(1));
  const chosen = byId("me-sample");
  if (chosen) chosen.addEventListener("change", () => { state.pasted = null; newSample(); });
  window.addEventListener("beforeunload", (event) => { if (isUnsaved()) event.preventDefault(); });
  for (const form of document.querySelectorAll("#me-history form")) {
    form.addEventListener("submit", () => { state.saved = JSON.stringify(state.document); });
  }
}

on("changed", previewSoon);
on("redraw", drawAll);
on("select-rule", showRule);
on("open-field", showField);
wire();
drawAll();
newSample();
