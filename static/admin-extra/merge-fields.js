// Typing @ in a field of class merge-fields opens the list of merge fields. Arrows choose, Enter or Tab takes, Esc closes.
(() => {
  "use strict";

  const TYPED = /@(\{?\w*(?::\w*)?)$/;
  const list = Object.assign(document.createElement("ul"), { id: "merge-field-list", className: "tc-merge-list", hidden: true });
  const status = Object.assign(document.createElement("p"), { className: "sr-only" });
  let catalogue = [];
  let field = null;
  let from = 0;
  let chosen = 0;

  const matching = (typed) => {
    const wanted = typed.replace("{", "").toLowerCase();
    const rank = (entry) => {
      const name = entry.text.replace(/[@{,}]/g, "").toLowerCase();
      return name.startsWith(wanted) ? 0 : name.includes(wanted) ? 1 : entry.meaning.toLowerCase().includes(wanted) ? 2 : 3;
    };
    const braced = catalogue.filter((entry) => !typed.startsWith("{") || entry.text.startsWith("@{"));
    return [0, 1, 2].flatMap((wantedRank) => braced.filter((entry) => rank(entry) === wantedRank));
  };

  const choose = (index) => {
    chosen = (index + list.children.length) % list.children.length;
    [...list.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === chosen)));
    field.setAttribute("aria-activedescendant", list.children[chosen].id);
    list.children[chosen].scrollIntoView({ block: "nearest" });
  };

  const place = () => {
    const box = field.getBoundingClientRect();
    const lines = field.value.slice(0, field.selectionStart).split("\n").length;
    const height = parseFloat(getComputedStyle(field).lineHeight) || 20;
    const isArea = field.tagName === "TEXTAREA";
    const below = isArea ? Math.min(box.bottom, box.top + 12 + lines * height - field.scrollTop) : box.bottom;
    const fits = below + list.offsetHeight < innerHeight || below < list.offsetHeight;
    list.style.top = `${fits ? below + 2 : below - list.offsetHeight - (isArea ? height : box.height) - 2}px`;
    list.style.left = `${Math.max(8, Math.min(box.left, innerWidth - list.offsetWidth - 8))}px`;
  };

  const close = () => {
    if (list.hidden) return;
    list.hidden = true;
    field.removeAttribute("aria-activedescendant");
    field.removeAttribute("aria-controls");
    status.textContent = "";
  };

  const open = (entries) => {
    list.replaceChildren(...entries.map((entry, index) => {
      const option = document.createElement("li");
      option.id = `merge-field-${index}`;
      option.setAttribute("role", "option");
      option.dataset.text = entry.text;
      const name = Object.assign(document.createElement("code"), { textContent: entry.text });
      option.append(name, Object.assign(document.createElement("span"), { textContent: entry.meaning }));
      return option;
    }));
    list.hidden = false;
    field.setAttribute("aria-controls", list.id);
    status.textContent = `${entries.length} merge fields. Arrow keys choose, Enter takes.`;
    place();
    choose(0);
  };

  const look = (target) => {
    field = target;
    const before = field.value.slice(0, field.selectionStart);
    const typed = field.selectionStart === field.selectionEnd ? TYPED.exec(before) : null;
    const entries = typed ? matching(typed[1]) : [];
    if (!entries.length) return close();
    from = typed.index;
    open(entries);
  };

  const take = (text) => {
    // A brace that the browser or the writer has closed already is not doubled.
    const after = field.value[field.selectionStart] === "}" && text.endsWith("}") ? 1 : 0;
    const end = field.selectionStart + after;
    close();
    field.focus();
    field.setSelectionRange(from, end);
    // Keeps the field's undo; where it is missing the text is put in plainly.
    if (!document.execCommand("insertText", false, text)) field.setRangeText(text, from, end, "end");
    close();
  };

  // Whoever has written a name to its end goes on to the next field.
  const isWritten = () => field.value.slice(from, field.selectionStart) === list.children[chosen].dataset.text;

  const onKey = (event) => {
    if (list.hidden || event.target !== field) return;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) choose(chosen + steps[event.key]);
    else if (event.key === "Tab" && isWritten()) return close();
    else if (event.key === "Enter" || event.key === "Tab") take(list.children[chosen].dataset.text);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  document.addEventListener("DOMContentLoaded", () => {
    const stored = document.getElementById("merge-field-catalogue");
    if (!stored) return;
    catalogue = JSON.parse(stored.textContent);
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "Merge fields");
    status.setAttribute("role", "status");
    document.body.append(list, status);
    for (const one of document.querySelectorAll(".merge-fields")) {
      one.setAttribute("aria-autocomplete", "list");
      one.setAttribute("autocomplete", "off");
    }
    document.addEventListener("input", (event) => { if (event.target.matches(".merge-fields")) look(event.target); });
    document.addEventListener("keydown", onKey, true);
    document.addEventListener("focusout", (event) => { if (event.target === field) close(); });
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => { const option = event.target.closest("li"); if (option) take(option.dataset.text); });
    addEventListener("scroll", (event) => { if (!list.hidden && event.target !== list) place(); }, true);
    addEventListener("resize", close);
  });
})();
