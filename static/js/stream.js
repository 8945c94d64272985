// The agent's event stream. One tab holds the connection and tells the others: browsers allow six a host.
import { fragment } from "./fetching.js";

const LATE_MS = 2000;
const REMEMBERED = 50;
const LOCK = "telephony-stream";

export function followStream(handlers) {
  const { agent, stream, sequence } = document.body.dataset;
  const state = { last: Number(sequence) || 0, recent: [], line: connectionLine() };
  const channel = "BroadcastChannel" in window ? new BroadcastChannel(`telephony-agent-${agent}`) : null;

  // `rings` is true in one tab only.
  function take(message, rings = false) {
    if (message.kind === "line") state.line.set(message.state);
    else handlers[message.kind]?.(message.news, rings);
    if (message.sequence) state.last = Math.max(state.last, message.sequence);
  }

  function spread(message) {
    take(message, true);
    channel?.postMessage(message);
    if (message.kind === "popup") state.recent = [...state.recent, message].slice(-REMEMBERED);
  }

  function lead() {
    if (channel) channel.onmessage = ({ data }) => data.kind === "hello" && answerHello(data);
    connect(() => `${stream}?last_event_id=${state.last}`, spread);
    return new Promise(() => {});
  }

  // A tab that has just opened gets what came between its page and its listening.
  function answerHello({ since }) {
    channel.postMessage({ kind: "line", state: state.line.state });
    for (const message of state.recent) if (message.sequence > since) channel.postMessage(message);
  }

  if (!channel || !navigator.locks) {
    lead();
    return;
  }
  channel.onmessage = ({ data }) => take(data);
  channel.postMessage({ kind: "hello", since: state.last });
  navigator.locks.request(`${LOCK}-${agent}`, lead);
}

function connect(url, spread) {
  const source = new EventSource(url());
  let late = null;
  const say = (word) => spread({ kind: "line", state: word });

  source.addEventListener("open", () => {
    clearTimeout(late);
    late = null;
  });
  source.addEventListener("hello", () => say("live"));
  source.addEventListener("mode", (event) => say(JSON.parse(event.data).is_delayed ? "delayed" : "live"));
  source.addEventListener("popup", (event) => {
    spread({ kind: "popup", news: JSON.parse(event.data), sequence: Number(event.lastEventId) });
  });
  source.addEventListener("outbound", (event) => spread({ kind: "outbound", news: JSON.parse(event.data) }));
  source.addEventListener("error", () => {
    late ??= setTimeout(() => say("reconnecting"), LATE_MS);
    if (source.readyState !== EventSource.CLOSED) return;
    // The server refused: any fragment finds out whether the session has ended, and then reloads the page.
    fragment(document.body.dataset.popupUrl).catch(() => null);
    setTimeout(() => connect(url, spread), LATE_MS);
  });
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
