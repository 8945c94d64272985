// Plays a call's recording in place: one at a time, closed by Escape, with words under it when it cannot be played.
// Needs nothing else of the page, so that the administration pages use it as well.

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
  const audio = element("audio", { controls: "", controlslist: "nodownload", preload: "none", src: url, "aria-label": "Recording" });
  const message = element("p", { class: "player-message", role: "status" });
  const player = element("div", { class: "player" }, audio, message);
  const place = placed(player, button);
  current = { button, player, place, audio };
  button.setAttribute("aria-expanded", "true");
  audio.addEventListener("playing", () => message.replaceChildren());
  audio.addEventListener("error", () => explain(url, audio, message));
  audio.focus();
  start(audio);
}

function close() {
  if (!current) return;
  const { button, place, audio } = current;
  current = null;
  audio.pause();
  // Without an address the browser lets go of the connection.
  audio.removeAttribute("src");
  audio.load();
  place.remove();
  button.setAttribute("aria-expanded", "false");
}

// A browser that does not start by itself leaves that to the reader.
function start(audio) {
  audio.play().catch(() => {});
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
  if (!audio.hasAttribute("src")) return;
  message.textContent = await reason(url);
  const again = element("button", { type: "button", class: "plain player-again" });
  again.textContent = "Try again";
  again.addEventListener("click", () => {
    message.replaceChildren();
    audio.load();
    audio.focus();
    start(audio);
  });
  message.append(" ", again);
}

async function reason(url) {
  const headers = { Accept: "application/json", Range: "bytes=0-0", "X-Requested-With": "fetch" };
  try {
    const answer = await fetch(url, { headers, credentials: "same-origin" });
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
