// Popups: brought in by the stream, changed in place, never over what an agent types, newest on top.
import { elementOf, fragment, post } from "./fetching.js";
import { localise } from "./times.js";

const FOLD_AFTER_MS = 30000;
const RETRY_MS = 1000;
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
  document.addEventListener("htmx:beforeSwap", (event) => onAnswer(event));
  keepFocus(stack);
  document.addEventListener("visibilitychange", () => stack.querySelectorAll(".popup").forEach(acknowledge));

  // One request at a time for each popup: news that come meanwhile ask once more, and so does one that failed.
  // The state in which the popup now stands on the page; null when it does not, or when an earlier request will tell.
  async function show(news) {
    const id = news.popup_id;
    if (waiting.has(id)) {
      waiting.set(id, news);
      return null;
    }
    let state = null;
    for (let next = news; next; ) {
      waiting.set(id, null);
      const failed = await bring(next).then((now) => void (state = now), () => true);
      if (failed) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      next = waiting.get(id) ?? (failed ? next : null);
    }
    waiting.delete(id);
    return state;
  }

  async function bring(news) {
    const old = document.getElementById(`popup-${news.popup_id}`);
    if (stays && !old) return null;
    if (news.state === "dismissed" && !stays) return remove(old);
    if (news.closed && !old) return null;
    const html = await fragment((news.card_url ?? old.dataset.cardUrl) + (news.closed ? "?keep" : ""));
    if (html === null) return null;
    const fresh = elementOf(html);
    if (old?.isConnected) update(old, fresh);
    else if (!document.getElementById(fresh.id)) insert(fresh);
    return fresh.dataset.state;
  }

  function insert(fresh) {
    const older = [...stack.children].find((other) => Number(other.dataset.popup) < Number(fresh.dataset.popup));
    fresh.classList.add("is-new");
    stack.insertBefore(fresh, older ?? null);
    window.htmx?.process(fresh);
    settle(fresh);
    document.getElementById("announcer").textContent = fresh.getAttribute("aria-label");
    const name = fresh.querySelector("[data-focus]");
    if (name && [null, document.body, document.getElementById("main")].includes(document.activeElement)) name.focus();
  }

  function remove(popup) {
    const hadFocus = popup?.contains(document.activeElement);
    popup?.remove();
    if (hadFocus) focusAfter(stack);
    retitle();
    return null;
  }

  // What an agent does in a popup renews that part of it: what else they have typed there stays, and so does what they
  // do in a provider's page.
  function onAnswer(event) {
    const popup = event.target;
    if (!event.detail.shouldSwap || !popup.matches?.(".popup")) return;
    event.preventDefault();
    const fresh = elementOf(event.detail.serverResponse);
    if (fresh) update(popup, fresh, event.detail.requestConfig.elt.closest("[data-region]"));
    else remove(popup);
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
    acknowledge(popup);
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

// Tells the server once that the popup was seen; before that, that it stands on a page which nobody looks at.
function acknowledge(popup) {
  const { ackUrl, told } = popup.dataset;
  const how = document.hidden ? "hidden" : "shown";
  if (!ackUrl || told === how || told === "shown") return;
  popup.dataset.told = how;
  const forget = () => (popup.dataset.told = told ?? "");
  post(ackUrl, { how }).then((answer) => answer.ok || forget(), forget);
}

// Region by region, so that what is being typed, the caret and open details stay; not those of ``done``, a region whose
// form was just taken.
function update(old, fresh, done = null) {
  for (const attribute of ["class", "aria-label", "data-state", "data-disposed"]) {
    if (fresh.hasAttribute(attribute)) old.setAttribute(attribute, fresh.getAttribute(attribute));
  }
  for (const region of fresh.querySelectorAll("[data-region]")) {
    const current = old.querySelector(`[data-region="${region.dataset.region}"]`);
    if (current && (current === done || !isBusy(current))) swap(current, region);
  }
  old.dispatchEvent(new CustomEvent("htmx:afterSettle", { bubbles: true }));
}

function isBusy(region) {
  // In a tab that nobody looks at, the cursor only waits: what was written in another one may come in.
  const field = !document.hidden && region.contains(document.activeElement) && document.activeElement.matches("input, select, textarea");
  return field || region.hasAttribute("data-typed") || region.querySelector("details[open], [data-typed], [data-unsaved]") !== null;
}

function swap(current, region) {
  localise(region);
  if (current.innerHTML === region.innerHTML) return;
  const focused = current.contains(document.activeElement) ? document.activeElement.id : "";
  keepNotes(current.querySelector("[data-notes]"), region.querySelector("[data-notes]"));
  current.replaceWith(region);
  window.htmx?.process(region);
  const field = focused ? document.getElementById(focused) : null;
  field?.focus();
  // Whoever types on does so behind what has come in.
  if (field?.matches("textarea")) field.setSelectionRange(field.value.length, field.value.length);
}

// The field itself stays, with its caret, unless another tab wrote: what was typed while the form was on its way is in it.
function keepNotes(field, fresh) {
  if (field && fresh && ("unsaved" in field.dataset || field.value === fresh.value)) fresh.replaceWith(field);
}

// Notes are kept by themselves: once they are, the server's copy may stand in their place.
function markTyped(field) {
  if (field.dataset?.notes) return;
  field.closest?.(".popup [data-region='form'], .popup .new-lead")?.setAttribute("data-typed", "");
}

// A button that waits for its answer, or goes with it, loses the focus: whoever works by keyboard gets it back.
function keepFocus(stack) {
  let last = null;
  document.addEventListener("htmx:beforeRequest", ({ target }) => {
    const popup = target.closest?.(".popup");
    last = popup?.contains(document.activeElement) ? { popup, id: document.activeElement.id } : null;
  });
  document.addEventListener("htmx:afterRequest", () => {
    if (!last || ![null, document.body].includes(document.activeElement)) return;
    if (!last.popup.isConnected) return focusAfter(stack);
    document.getElementById(last.id)?.focus();
    if (document.activeElement === document.body) last.popup.focus();
  });
}

function focusAfter(stack) {
  const main = document.getElementById("main");
  main.tabIndex = -1;
  (stack.querySelector(".popup") ?? main).focus({ preventScroll: true });
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
