// The request as a tree: a click puts a field's path where the administrator is writing.
import { byId, fit, lines, showText } from "./dom.js";
import { openField, selectRule } from "./signals.js";

let target = null;

export function setTarget(element) {
  for (const marked of document.querySelectorAll(".me-target")) marked.classList.remove("me-target");
  target = element;
  if (!element) return;
  (element.closest(".me-field") || element).classList.add("me-target");
  showText("me-target", `Click what “${element.dataset.title}” is read from.`);
  markUsed();
}

// In the tree, mark what the chosen field is read from.
export function markUsed() {
  const paths = target && target.isConnected ? lines(target.value) : [];
  for (const button of document.querySelectorAll("#me-tree [data-path]")) {
    button.classList.toggle("me-used", button.dataset.path !== "" && paths.includes(button.dataset.path));
  }
}

export function wireTree(state) {
  document.addEventListener("focusin", ({ target: element }) => {
    if (element.dataset.takes) setTarget(element);
  });
  byId("me-tree").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    event.preventDefault(); // a name in a summary does not fold its group
    if (!target || !target.isConnected) return explain(state);
    if (button.dataset.add !== undefined) return fill(target, [...lines(target.value), button.dataset.add].join("\n"));
    use(button);
  });
}

function use(button) {
  const { path, bodyPath, equals } = button.dataset;
  const takes = target.dataset.takes;
  if (takes === "records") return fill(target, bodyPath || path);
  if (takes === "when") {
    const condition = byId("me-when-mode").value === "equals" && equals ? equals : path;
    return fill(target, condition);
  }
  return fill(target, path);
}

function fill(element, text) {
  if (!text) return;
  element.value = text;
  fit(element);
  element.dispatchEvent(new Event("input", { bubbles: true }));
  element.focus();
}

function explain(state) {
  showText("me-target", "First choose a field in the middle, then click here what it is read from.");
  if (state.rule < 0 && (state.document.rules || []).length) selectRule(0);
  openField("session_id");
}
