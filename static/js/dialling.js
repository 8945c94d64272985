// What a Call button has led to: the word beside it follows the call, and goes once there is nothing more to tell.
const SHOWN_AFTER_MS = 15000;

export function startDialling() {
  document.addEventListener("htmx:afterSettle", () => {
    yieldToPopups();
    clearWhenOver();
  });
  document.addEventListener("input", (event) => event.target.closest(".dial")?.querySelector(".call-result").replaceChildren());
  return follow;
}

// Asks anew for what is still to change: the call has begun, or is over.
function follow() {
  for (const shown of document.querySelectorAll(".outbound[data-follow]")) {
    window.htmx?.ajax("GET", shown.dataset.url, { target: shown, swap: "outerHTML" });
  }
}

// The dial box lets its word hang over the page; a popup on that page tells the same and more.
function yieldToPopups() {
  for (const shown of document.querySelectorAll(".dial .outbound[data-popup]")) {
    if (document.getElementById(`popup-${shown.dataset.popup}`)) shown.closest(".call-result").replaceChildren();
  }
}

function clearWhenOver() {
  for (const shown of document.querySelectorAll(".call-result .outbound[data-over]:not([data-going])")) {
    shown.dataset.going = "";
    setTimeout(() => shown.isConnected && shown.closest(".call-result").replaceChildren(), SHOWN_AFTER_MS);
  }
}
