// The list of rules, and what belongs to a rule as a whole.
import { byId, clone, fit, isEmpty, lines, same } from "./dom.js";
import { drawFields } from "./fields.js";
import { changed, redraw, selectRule } from "./signals.js";

const rulesOf = (state) => state.document.rules || [];

export function drawRules(state) {
  const list = byId("me-rules");
  const held = list.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  list.replaceChildren(...rulesOf(state).map((rule, index) => ruleLine(state, rule, index)), allRulesLine(state));
  if (held) list.querySelector(`[data-key="${held}"]`)?.focus();
}

function ruleLine(state, rule, index) {
  const line = clone("me-t-rule");
  const choose = line.querySelector(".me-rule-choose");
  const name = rule.name || "(without a name)";
  choose.querySelector(".me-rule-name").textContent = name;
  const notes = [String(state.kinds[rule.kind] || rule.kind || "").split(":")[0]];
  const preset = (state.preset.rules || []).find((one) => one.name === rule.name);
  if (preset) notes.push(same(preset, rule) ? "preset" : "preset, changed");
  if (state.preview && state.preview.rule === rule.name) notes.push("reads this request");
  choose.querySelector(".me-rule-kind").textContent = notes.join(" · ");
  line.classList.toggle("me-reads", Boolean(state.preview) && state.preview.rule === rule.name);
  line.classList.toggle("me-has-error", state.errors.some(({ path }) => path.startsWith(`rules[${index}]`)));
  mark(choose, state, index);
  const count = rulesOf(state).length;
  for (const tool of line.querySelectorAll("[data-do]")) {
    tool.dataset.key = `${tool.dataset.do}-${index}`;
    tool.setAttribute("aria-label", `${tool.title}: ${name}`);
    tool.disabled = (tool.dataset.do === "up" && index === 0) || (tool.dataset.do === "down" && index === count - 1)
      || (tool.dataset.do === "remove" && count === 1);
    tool.addEventListener("click", () => move(state, index, tool.dataset.do));
  }
  return line;
}

function allRulesLine(state) {
  const line = clone("me-t-rule");
  const choose = line.querySelector(".me-rule-choose");
  choose.querySelector(".me-rule-name").textContent = "All rules";
  choose.querySelector(".me-rule-kind").textContent = "what they share";
  line.querySelector(".me-rule-tools").remove();
  mark(choose, state, -1);
  return line;
}

function mark(choose, state, index) {
  choose.dataset.key = `choose-${index}`;
  choose.setAttribute("aria-pressed", String(state.rule === index));
  choose.addEventListener("click", () => selectRule(index));
}

function move(state, index, what) {
  const rules = rulesOf(state);
  const [rule] = rules.splice(index, 1);
  const place = what === "up" ? index - 1 : index + 1;
  if (what === "remove") {
    state.rule = Math.min(state.rule > index ? state.rule - 1 : state.rule, rules.length - 1);
  } else {
    rules.splice(place, 0, rule);
    if (state.rule === index) state.rule = place;
    else if (state.rule === place) state.rule = index;
  }
  redraw();
  changed();
}

function addRule(state) {
  const rules = (state.document.rules = rulesOf(state));
  const taken = new Set(rules.map(({ name }) => name));
  let number = rules.length + 1;
  while (taken.has(`Rule ${number}`)) number += 1;
  rules.unshift({ name: `Rule ${number}`, kind: "by_status", fields: {} });
  selectRule(0);
  changed();
  byId("me-rule-name").select();
}

export function drawRule(state) {
  const rule = rulesOf(state)[state.rule];
  for (const part of document.querySelectorAll("[data-only]")) part.hidden = (part.dataset.only === "rule") !== Boolean(rule);
  byId("me-rule-title").textContent = rule ? rule.name : "All rules";
  const put = (id, value) => { byId(id).value = value; };
  if (rule) {
    put("me-rule-name", rule.name || "");
    put("me-rule-kind", rule.kind || "");
    put("me-rule-when", rule.when || "");
    fit(byId("me-rule-when"));
  } else {
    put("me-records", [state.document.records || []].flat().join("\n"));
    put("me-zone", state.document.zone || "");
  }
  drawScopes(state);
  drawDerivations(state, rule);
}

function drawScopes(state) {
  for (const tab of document.querySelectorAll("[data-scope]")) {
    tab.setAttribute("aria-pressed", String(tab.dataset.scope === state.scope));
    const holder = rulesOf(state)[state.rule] || state.document;
    const count = tab.dataset.scope === "fields" ? 0 : Object.keys(holder[tab.dataset.scope] || {}).length;
    tab.querySelector("span").textContent = count ? ` (${count})` : "";
  }
}

function drawDerivations(state, rule) {
  const holder = rule || state.document;
  const chosen = holder.derive || (rule ? state.document.derive : null) || [];
  const boxes = Object.entries(state.derivations).map(([name, label]) => {
    const box = document.createElement("label");
    box.className = "me-check";
    const input = document.createElement("input");
    input.type = "checkbox";
    input.value = name;
    input.checked = chosen.includes(name);
    box.append(input, ` ${label}`);
    return box;
  });
  byId("me-derive").replaceChildren(...boxes);
}

function setOrDrop(holder, key, value) {
  if (value === "" || isEmpty(value)) delete holder[key];
  else holder[key] = value;
}

export function wireRules(state) {
  const rule = () => rulesOf(state)[state.rule];
  const on = (id, event, act) => byId(id).addEventListener(event, () => { act(byId(id)); changed(); });
  byId("me-add-rule").addEventListener("click", () => addRule(state));
  on("me-rule-name", "input", ({ value }) => {
    rule().name = value;
    byId("me-rule-title").textContent = value;
    drawRules(state);
  });
  on("me-rule-kind", "change", ({ value }) => { rule().kind = value; drawRules(state); });
  on("me-rule-when", "input", (area) => { fit(area); setOrDrop(rule(), "when", area.value.trim()); });
  on("me-records", "input", (area) => {
    fit(area);
    const paths = lines(area.value);
    setOrDrop(state.document, "records", paths.length > 1 ? paths : paths[0]);
  });
  on("me-zone", "input", ({ value }) => setOrDrop(state.document, "zone", value.trim()));
  byId("me-derive").addEventListener("change", () => {
    const before = (rule() || state.document).derive || (rule() ? state.document.derive : null) || [];
    const ticked = [...document.querySelectorAll("#me-derive input:checked")].map(({ value }) => value);
    const kept = [before].flat().filter((name) => ticked.includes(name));
    (rule() || state.document).derive = [...kept, ...ticked.filter((name) => !kept.includes(name))];
    changed();
  });
  for (const tab of document.querySelectorAll("[data-scope]")) {
    tab.addEventListener("click", () => { state.scope = tab.dataset.scope; drawScopes(state); drawFields(state); });
  }
}
