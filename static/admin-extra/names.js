// What the theme leaves to the mouse and the eye: names of fields in inline tables, of boxes that search and of icons that
// explain, and the keys of its link "Filters", which leads nowhere and only listens to clicks.
"use strict";

(() => {
  const FIELDS = "td input:not([type=hidden]), td select, td textarea";

  function nameCells() {
    for (const field of document.querySelectorAll(FIELDS)) {
      if (field.hasAttribute("aria-label") || field.labels?.length) continue;
      const column = field.closest("td").className.match(/\bfield-([\w-]+)/)?.[1];
      if (!column) continue;
      const heading = field.closest("table")?.querySelector(`th.column-${CSS.escape(column)}`);
      field.setAttribute("aria-label", heading?.textContent.trim() || column.replaceAll("_", " "));
    }
  }

  // Select2 names its box by what is chosen, which is nothing at first.
  function nameSearches() {
    for (const box of document.querySelectorAll(".select2-container")) {
      const select = box.previousElementSibling;
      const name = select?.getAttribute?.("aria-label") || select?.labels?.[0]?.textContent.trim();
      if (!name) continue;
      for (const part of box.querySelectorAll(".select2-selection__rendered, .select2-search__field, .select2-selection--multiple")) {
        if (!part.hasAttribute("aria-label")) part.setAttribute("aria-label", `${name} ${part.title}`.trim());
      }
    }
  }

  function giveKeys() {
    for (const link of document.querySelectorAll("a:not([href]):not([role])")) {
      if (![...link.attributes].some(({ name }) => /^(x-on:|@)click/.test(name))) continue;
      link.setAttribute("role", "button");
      link.tabIndex = 0;
      link.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        link.click();
      });
    }
  }

  // Django's chooser of two lists names its icon, which only what has a role may be.
  function nameIcons() {
    for (const icon of document.querySelectorAll(".help-tooltip[aria-label]:not([role])")) icon.setAttribute("role", "img");
  }

  let isDue = false;
  function soon() {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => {
      isDue = false;
      nameCells();
      nameSearches();
      giveKeys();
      nameIcons();
    });
  }

  addEventListener("load", soon);
  addEventListener("DOMContentLoaded", () => new MutationObserver(soon).observe(document.body, { childList: true, subtree: true }));
})();
