// Small gestures that plain HTML lacks: copying a number, menus that close, found leads under the arrow keys.
export function startCopying() {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await copy(button.dataset.copy);
    button.classList.add("is-copied");
    button.title = "Copied";
    setTimeout(() => button.classList.remove("is-copied"), 1500);
  });
}

// Without https there is no clipboard interface; the old way still works.
async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = Object.assign(document.createElement("textarea"), { value: text });
  const before = document.activeElement;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
  before?.focus();
}

export function startSearch() {
  const search = document.querySelector(".search");
  search?.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const stops = [search.querySelector("input"), ...search.querySelectorAll(".suggestions a")];
    if (event.key === "Escape") {
      search.querySelector(".suggestions").replaceChildren();
      stops[0].focus();
    }
    if (!step || stops.length < 2) return;
    event.preventDefault();
    stops[(stops.indexOf(document.activeElement) + step + stops.length) % stops.length].focus();
  });
}

export function startMenus() {
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open], details.dial-more[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === " " && event.target.matches('a[role="button"]')) {
      event.preventDefault();
      event.target.click();
    }
    if (event.key === "Escape") {
      for (const menu of document.querySelectorAll("details.menu[open], details.dial-more[open]")) menu.open = false;
    }
  });
}
