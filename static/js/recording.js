// Plays a call's recording in place: one at a time, closed by Escape, with words under it when it cannot be played.
// Needs nothing of the page around it, so that the administration pages use it as well.
import { own } from "./fetching.js";

let current = null;

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-recording]");
  if (!button) return;
  const isOpen = current?.button === button;
  close();
  if (!isOpen) open(button);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !current?.player.contains(document.activeElement)) return;
  const { button } = current;
  close();
  button.focus();
});

function open(button) {
  const url = button.dataset.recording;
  const audio = element("audio", { controls: "", controlslist: "nodownload", preload: "none", "aria-label": "Recording" });
  const message = element("p", { class: "player-message", role: "status" });
  const player = element("div", { class: "player" }, audio, message);
  const place = placed(player, button);
  current = { button, player, place, audio };
  button.setAttribute("aria-expanded", "true");
  audio.addEventListener("playing", () => message.replaceChildren());
  audio.addEventListener("error", () => explain(url, audio, message));
  audio.focus();
  load(audio, url, message);
}

function close() {
  if (!current) return;
  const { button, place, audio } = current;
  current = null;
  audio.pause();
  // Without an address the browser lets go of the connection.
  unload(audio);
  place.remove();
  button.setAttribute("aria-expanded", "false");
}

async function load(audio, url, message) {
  try {
    audio.src = await source(url);
  } catch {
    explain(url, audio, message);
    return;
  }
  if (current?.audio !== audio) {
    unload(audio);
    return;
  }
  // A browser that does not start by itself leaves that to the reader.
  audio.play().catch(() => {});
}

// A player sends no header. In another program's frame the header is what lets us in: there the whole recording is
// fetched first and played from memory.
async function source(url) {
  if (!isFramed()) return url;
  const answer = await fetch(url, { headers: own(), credentials: "omit" });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return URL.createObjectURL(await answer.blob());
}

function isFramed() {
  return "shell" in document.body.dataset;
}

function unload(audio) {
  const source = audio.getAttribute("src");
  audio.removeAttribute("src");
  audio.load();
  if (source?.startsWith("blob:")) URL.revokeObjectURL(source);
}

// Under the row of a table, else under the line in which the button stands.
function placed(player, button) {
  const row = button.closest("tr");
  if (!row) {
    (button.closest("p, li, dd") ?? button).after(player);
    return player;
  }
  const cell = element("td", { colspan: String(row.cells.length) }, player);
  const place = element("tr", { class: "player-row" }, cell);
  row.after(place);
  return place;
}

// The player only knows that it failed; our own answer to the same address says why.
async function explain(url, audio, message) {
  if (current?.audio !== audio) return;
  message.textContent = await reason(url);
  const again = element("button", { type: "button", class: "plain player-again" });
  again.textContent = "Try again";
  again.addEventListener("click", () => {
    message.replaceChildren();
    audio.focus();
    load(audio, url, message);
  });
  message.append(" ", again);
}

async function reason(url) {
  const headers = { ...own(), Accept: "application/json", Range: "bytes=0-0" };
  try {
    const answer = await fetch(url, { headers, credentials: isFramed() ? "omit" : "same-origin" });
    if (answer.status === 401) return "You are logged out. Reload the page and log in.";
    if (answer.ok) return "This browser cannot play the recording.";
    return (await answer.json()).detail ?? "The recording cannot be played.";
  } catch {
    return "The recording could not be loaded. Check your connection.";
  }
}

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}
