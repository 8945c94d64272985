// The corner of a web CRM's page: speaks with connector.js there, signs the agent in, and shows "Calling …" with Cancel.
// It believes only the page that it stands in, and only when that page's origin is on the connector's list.
import { tellNotCalled } from "./failures.js";
import { own } from "./fetching.js";

const GRACE_MS = 1500;
const RESULT_MS = 15000;
const LONGEST_NUMBER = 40;
const [NARROW, WIDE] = [270, 430];

export function startCorner(enter) {
  const origins = document.body.dataset.origins.split(" ").filter(Boolean);
  const state = { host: null, wanted: null, isReady: false, window: null };

  window.addEventListener("message", ({ source, origin, data }) => {
    if (source === window.parent && origins.includes(origin)) hear(origin, data);
    else if (state.window && source === state.window && origin === location.origin) takeToken(data);
  });
  document.addEventListener("click", (event) => event.target.closest("a[data-sign-in]") && openSignIn(event));
  new ResizeObserver(tellSize).observe(document.documentElement);
  new MutationObserver(tellSize).observe(document.documentElement, { childList: true, subtree: true, attributes: true });

  function hear(origin, data) {
    if (data?.telephony === "hello") {
      state.host = origin;
      tellSize();
      tellHost({ telephony: "state", isSignedIn: state.isReady });
    } else if (data?.telephony === "call" && typeof data.number === "string") {
      state.wanted = data.number.slice(0, LONGEST_NUMBER);
      if (state.isReady) announce();
      else showSignIn();
    }
  }

  function tellHost(message) {
    if (state.host && window.parent !== window) window.parent.postMessage(message, state.host);
  }

  function tellSize() {
    const corner = document.getElementById("corner");
    if (!corner) return;
    const width = corner.querySelector(".popup, .calling:not(:empty)") ? WIDE : NARROW;
    tellHost({ telephony: "size", width, height: Math.ceil(corner.getBoundingClientRect().height) });
  }

  function openSignIn(event) {
    event.preventDefault();
    state.window = window.open(document.body.dataset.signIn, "telephony-sign-in", "popup,width=480,height=680");
  }

  function takeToken(data) {
    if (data?.telephony !== "token" || typeof data.token !== "string") return;
    state.window.postMessage({ telephony: "taken" }, location.origin);
    state.window = null;
    enter(data.token);
  }

  function showSignIn() {
    for (const element of document.querySelectorAll("[data-wanted]")) element.textContent = `to call ${state.wanted}`;
  }

  // The page of the CRM may ask for a call; nothing rings before the agent has had the time to say no.
  function announce() {
    const calling = document.getElementById("calling");
    const number = state.wanted;
    state.wanted = null;
    clearTimeout(calling.timer);
    calling.replaceChildren(line(`Calling ${number} …`), button("Cancel", () => stop(calling)));
    calling.timer = setTimeout(() => call(calling, number), GRACE_MS);
  }

  function stop(calling) {
    clearTimeout(calling.timer);
    calling.replaceChildren(line("Not called."));
    calling.timer = setTimeout(() => calling.replaceChildren(), RESULT_MS / 5);
  }

  async function call(calling, number) {
    calling.replaceChildren(line(`Calling ${number} …`));
    const body = new URLSearchParams({ phone: number, connector: document.body.dataset.connector });
    const answer = await fetch("/click-to-call/", { method: "POST", body, headers: own(), credentials: "omit" }).catch(() => null);
    if (answer?.status === 401) return location.reload();
    const result = document.createElement("span");
    if (answer?.ok || answer?.status === 422) result.innerHTML = await answer.text();
    else tellNotCalled(result, answer);
    calling.replaceChildren(line(number), result);
    window.htmx?.process(calling);
    calling.timer = setTimeout(() => calling.replaceChildren(), RESULT_MS);
  }

  return {
    begin() {
      state.isReady = true;
      tellHost({ telephony: "state", isSignedIn: true });
      tellSize();
      if (state.wanted) announce();
    },
    waitForSignIn() {
      tellHost({ telephony: "state", isSignedIn: false });
      tellSize();
    },
  };
}

function line(words) {
  const element = document.createElement("span");
  element.className = "num";
  element.textContent = words;
  return element;
}

function button(words, act) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = "secondary outline";
  element.textContent = words;
  element.addEventListener("click", act);
  return element;
}
