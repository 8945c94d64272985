// Popups: brought in by the stream, changed in place, never over what an agent types, newest on top.
import { elementOf, fragment, post } from "./fetching.js";
import { localise } from "./times.js";

const FOLD_AFTER_MS = 30000;
const TITLE = document.title;

export function startPopups() {
  const stack = document.getElementById("popups");
  const stays = document.body.classList.contains("page-popup");
  const waiting = new Map();

  for (const popup of stack.querySelectorAll(".popup")) settle(popup);
  document.addEventListener("input", (event) => markTyped(event.target));
  document.addEventListener("keydown", (event) => onKey(event, stack));
  document.addEventListener("htmx:afterSettle", (event) => {
    const popup = event.target.closest?.(".popup") ?? document.getElementById(event.target.id);
    if (popup?.classList.contains("popup")) settle(popup);
  });
  document.addEventListener("htmx:afterSwap", () => setTimeout(retitle));

  // One request at a time for each popup: news that come meanwhile ask once more.
  async function show(news) {
    if (waiting.has(news.popup_id)) {
      waiting.set(news.popup_id, news);
      return;
    }
    waiting.set(news.popup_id, null);
    await bring(news).catch(() => {});
    const later = waiting.get(news.popup_id);
    waiting.delete(news.popup_id);
    if (later) show(later);
  }

  async function bring(news) {
    const old = document.getElementById(`popup-${news.popup_id}`);
    if (stays && !old) return;
    if (news.state === "dismissed" && !stays) {
      remove(old);
      return;
    }
    if (news.closed && !old) return;
    const keep = news.closed ? "?keep" : "";
    const html = await fragment(urlOf(news.popup_id) + keep);
    if (html === null) return;
    const fresh = elementOf(html);
    if (old?.isConnected) update(old, fresh);
    else if (!document.getElementById(fresh.id)) insert(fresh);
  }

  function insert(fresh) {
    const older = [...stack.children].find((other) => Number(other.dataset.popup) < Number(fresh.dataset.popup));
    fresh.classList.add("is-new");
    stack.insertBefore(fresh, older ?? null);
    window.htmx?.process(fresh);
    settle(fresh);
    document.getElementById("announcer").textContent = fresh.getAttribute("aria-label");
    const name = fresh.querySelector("[data-focus]");
    if (name && [null, document.body].includes(document.activeElement)) name.focus();
  }

  function remove(popup) {
    if (!popup) return;
    popup.remove();
    retitle();
  }

  function outboundChanged(news) {
    for (const shown of document.querySelectorAll(`[data-outbound="${news.id}"]`)) {
      if (shown.dataset.status !== news.status) window.htmx?.ajax("GET", shown.dataset.url, { target: shown, swap: "outerHTML" });
    }
    if (news.popup_id && document.getElementById(`popup-${news.popup_id}`)) show({ popup_id: news.popup_id, closed: true });
  }

  // Times, the tab's title, the acknowledgement, and the end of a popup that is done with.
  function settle(popup) {
    localise(popup);
    retitle();
    if (popup.dataset.ackUrl) {
      post(popup.dataset.ackUrl);
      delete popup.dataset.ackUrl;
    }
    const isDone = popup.dataset.state === "ended" && popup.hasAttribute("data-disposed");
    if (isDone && !stays && !popup.foldTimer) popup.foldTimer = setInterval(() => fold(popup), FOLD_AFTER_MS);
  }

  function fold(popup) {
    if (popup.isConnected && (popup.contains(document.activeElement) || popup.matches(":hover"))) return;
    clearInterval(popup.foldTimer);
    remove(popup);
  }

  return { show, outboundChanged };
}

function urlOf(popupId) {
  return document.body.dataset.popupUrl.replace("/0/", `/${popupId}/`);
}

// Region by region, so that what is being typed, the caret and open details stay.
function update(old, fresh) {
  for (const attribute of ["class", "aria-label", "data-state", "data-disposed"]) {
    if (fresh.hasAttribute(attribute)) old.setAttribute(attribute, fresh.getAttribute(attribute));
  }
  for (const region of fresh.querySelectorAll("[data-region]")) {
    const current = old.querySelector(`[data-region="${region.dataset.region}"]`);
    if (current && !isBusy(current)) swap(current, region);
  }
  old.dispatchEvent(new CustomEvent("htmx:afterSettle", { bubbles: true }));
}

function isBusy(region) {
  const field = region.contains(document.activeElement) && document.activeElement.matches("input, select, textarea");
  return field || region.hasAttribute("data-typed") || region.querySelector("details[open], [data-typed]") !== null;
}

function swap(current, region) {
  localise(region);
  if (current.innerHTML === region.innerHTML) return;
  const focused = current.contains(document.activeElement) ? document.activeElement.id : "";
  current.replaceWith(region);
  window.htmx?.process(region);
  if (focused) document.getElementById(focused)?.focus();
}

function markTyped(field) {
  field.closest?.(".popup [data-region='form'], .popup .new-lead")?.setAttribute("data-typed", "");
}

function retitle() {
  const ringing = [...document.querySelectorAll('.popup[data-state="ringing"] h2')];
  document.title = ringing.length ? `(${ringing.length}) ${ringing[0].textContent} is calling` : TITLE;
}

function onKey(event, stack) {
  if (event.altKey && event.code === "Digit1") {
    const newest = stack.querySelector(".popup");
    if (!newest) return;
    event.preventDefault();
    (newest.querySelector("[data-focus]") ?? newest).focus();
    newest.scrollIntoView({ block: "nearest" });
    return;
  }
  const popup = event.target.closest?.(".popup");
  if (!popup || event.altKey || event.ctrlKey || event.metaKey || event.target.matches("input, select, textarea")) return;
  popup.querySelector(`[data-key="${CSS.escape(event.key)}"]`)?.click();
}
