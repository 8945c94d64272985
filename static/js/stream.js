// The agent's event stream. One tab holds the connection and tells the others: browsers allow six a host.
import { openSource } from "./event_source.js";
import { own } from "./fetching.js";

const LATE_MS = 2000;
const RETRY_MS = 1000;
// The server beats every 15 s; a connection that missed two of them is dead, whatever the browser thinks of it.
const SILENCE_MS = 35000;
const MISSED_BEAT_MS = 20000;
const LOOK_MS = 5000;
const REMEMBERED = 50;
const LOCK = "telephony-stream";

export function followStream(handlers) {
  const { agent, stream, sequence } = document.body.dataset;
  const state = { last: Number(sequence) || 0, recent: [], line: connectionLine() };
  const channel = openChannel(`telephony-agent-${agent}`);
  const sayHello = () => channel?.postMessage({ kind: "hello", since: state.last });

  function take(message) {
    if (message.kind === "line") state.line.set(message.state);
    else handlers[message.kind]?.(message.news);
    if (message.sequence) state.last = Math.max(state.last, message.sequence);
  }

  function spread(message) {
    take(message);
    channel?.postMessage(message);
    if (message.kind === "popup") state.recent = [...state.recent, message].slice(-REMEMBERED);
  }

  function lead() {
    if (channel) channel.onmessage = ({ data }) => data.kind === "hello" && answerHello(data);
    connect({ agent, stream }, () => state.last, spread);
    return new Promise(() => {});
  }

  // A tab that has just opened or woken gets what came before it listened.
  function answerHello({ since }) {
    channel.postMessage({ kind: "line", state: state.line.state });
    for (const message of state.recent) if (message.sequence > since) channel.postMessage(message);
  }

  if (!channel || !navigator.locks) {
    lead();
    return;
  }
  channel.onmessage = ({ data }) => take(data);
  sayHello();
  document.addEventListener("resume", sayHello);
  navigator.locks.request(`${LOCK}-${agent}`, lead).catch(lead);
}

// In a frame, a browser that keeps third parties from storing anything may refuse channel and lock: then each page
// holds a connection of its own. So does an embedded page about one lead, whose stream tells of that lead only.
function openChannel(name) {
  if (document.body.hasAttribute("data-alone")) return null;
  try {
    return new BroadcastChannel(name);
  } catch {
    return null;
  }
}

// Keeps one connection open for as long as the page lives. The browser itself retries every second after a break; here
// is what it does not see: a refusal, a connection that died in silence, a laptop that slept, a network that is back.
function connect({ agent, stream }, last, spread) {
  const say = (word) => spread({ kind: "line", state: word });
  let source = null;
  let late = null;
  let retry = null;
  let heardAt = 0;

  function open() {
    clearTimeout(retry);
    source?.close();
    source = openSource(`${stream}?last_event_id=${last()}`);
    heardAt = Date.now();
    listen(source);
  }

  function listen(opened) {
    const on = (name, handle) =>
      opened.addEventListener(name, (event) => {
        heardAt = Date.now();
        handle(event);
      });
    on("hello", (event) => {
      // Somebody else has logged in in this browser meanwhile: their calls do not belong on this page.
      if (String(JSON.parse(event.data).agent) !== agent) return location.reload();
      late = clearTimeout(late);
      say("live");
    });
    on("beat", () => {});
    on("mode", (event) => say(JSON.parse(event.data).is_delayed ? "delayed" : "live"));
    on("popup", (event) => spread({ kind: "popup", news: JSON.parse(event.data), sequence: Number(event.lastEventId) }));
    on("outbound", (event) => spread({ kind: "outbound", news: JSON.parse(event.data) }));
    opened.addEventListener("error", broken);
  }

  function broken() {
    late ??= setTimeout(() => say("reconnecting"), LATE_MS);
    if (source.readyState !== EventSource.CLOSED) return;
    reloadWhenRefused(stream);
    retry = setTimeout(open, RETRY_MS);
  }

  function wake(silence) {
    if (Date.now() - heardAt < silence) return;
    late ??= setTimeout(() => say("reconnecting"), LATE_MS);
    open();
  }

  document.addEventListener("resume", () => wake(0));
  window.addEventListener("online", () => wake(0));
  window.addEventListener("offline", broken);
  document.addEventListener("visibilitychange", () => document.hidden || wake(MISSED_BEAT_MS));
  setInterval(() => wake(SILENCE_MS), LOOK_MS);
  open();
}

// The session may have ended; then the page itself leads to the login.
async function reloadWhenRefused(stream) {
  const answer = await fetch(stream, { method: "HEAD", headers: own(), credentials: "same-origin" }).catch(() => null);
  if (answer?.status === 401) location.reload();
}

const WORDS = { connecting: "connecting…", live: "live", reconnecting: "reconnecting…", delayed: "popups delayed, checking every 2 s" };

function connectionLine() {
  const element = document.getElementById("connection");
  return {
    state: "connecting",
    set(state) {
      this.state = state;
      element.dataset.state = state;
      element.querySelector(".connection-word").textContent = WORDS[state];
    },
  };
}
