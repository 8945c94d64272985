// Small gestures that plain HTML lacks: copying a number, menus that close, links that answer to the space bar.
export function startCopying() {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await navigator.clipboard?.writeText(button.dataset.copy);
    button.classList.add("is-copied");
    button.title = "Copied";
    setTimeout(() => button.classList.remove("is-copied"), 1500);
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
