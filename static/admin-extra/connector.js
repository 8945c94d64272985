// Tabs, copy buttons, header rows and fragments of the administration pages. Without it everything is shown at once.
(() => {
  "use strict";

  const setUpTabs = (root) => {
    const tabs = [...root.querySelectorAll("[data-tab]")];
    const show = (name, focus) => {
      for (const tab of tabs) {
        const isChosen = tab.dataset.tab === name;
        tab.setAttribute("aria-selected", String(isChosen));
        tab.tabIndex = isChosen ? 0 : -1;
        if (isChosen) {
          if (focus) tab.focus();
          tab.scrollIntoView({ block: "nearest", inline: "nearest" });
        }
      }
      for (const panel of root.querySelectorAll("[data-panel]")) panel.hidden = panel.dataset.panel !== name;
    };
    const choose = (tab, focus) => {
      history.replaceState(null, "", `#${tab.dataset.tab}`);
      show(tab.dataset.tab, focus);
    };
    tabs.forEach((tab, index) => {
      tab.addEventListener("click", () => choose(tab, false));
      tab.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (step) choose(tabs[(index + step + tabs.length) % tabs.length], true);
      });
    });
    const faulty = tabs.find((tab) => "hasErrors" in tab.dataset);
    const wanted = tabs.find((tab) => `#${tab.dataset.tab}` === location.hash);
    show((faulty || wanted || tabs[0]).dataset.tab, false);
    addEventListener("hashchange", () => {
      const named = tabs.find((tab) => `#${tab.dataset.tab}` === location.hash);
      if (named) show(named.dataset.tab, true);
    });
    root.closest("form").addEventListener("submit", (event) => {
      event.target.setAttribute("action", location.pathname + location.search + location.hash);
    });
  };

  const copy = async (button) => {
    const text = button.dataset.copy;
    const label = button.textContent;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Without https there is no clipboard interface; the old way still works.
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = label; }, 1200);
  };

  const setUpHeaderRows = (table) => {
    const rows = [...table.querySelectorAll("[data-row]")];
    const add = table.querySelector("[data-add-row]");
    let shown = Number(table.dataset.rows);
    rows.forEach((row, index) => { if (row.querySelector("ul.errorlist")) shown = Math.max(shown, index + 1); });
    const update = () => {
      rows.forEach((row, index) => { row.hidden = index >= shown; });
      add.hidden = shown >= rows.length;
    };
    for (const row of rows) {
      const box = row.querySelector("input[type=checkbox][name$='_is_secret']");
      const swap = () => {
        row.querySelector("[data-plain]").hidden = box.checked;
        row.querySelector("[data-secret]").hidden = !box.checked;
      };
      box.addEventListener("change", swap);
      swap();
    }
    add.addEventListener("click", () => { shown += 1; update(); });
    update();
  };

  const load = async (place) => {
    try {
      const answer = await fetch(place.dataset.fragment, { headers: { "X-Requested-With": "fetch" } });
      if (answer.ok && !answer.redirected) place.innerHTML = await answer.text();
    } catch {
      place.textContent = "";
    }
  };

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-tabs]").forEach(setUpTabs);
    document.querySelectorAll(".tc-headers").forEach(setUpHeaderRows);
    document.querySelectorAll("[data-fragment]").forEach(load);
    document.addEventListener("click", (event) => {
      const button = event.target.closest("[data-copy]");
      if (button) copy(button);
    });
    document.addEventListener("focusin", (event) => {
      if (event.target.matches("[data-select-all]")) event.target.select();
    });
  });
})();
