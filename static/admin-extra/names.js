// Names for what the theme leaves without one: cells of inline tables, boxes that search, icons that explain.
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
      nameIcons();
    });
  }

  addEventListener("load", soon);
  addEventListener("DOMContentLoaded", () => new MutationObserver(soon).observe(document.body, { childList: true, subtree: true }));
})();
