// A sound for each call that begins to ring, and a notification when nobody looks at any tab: each in one tab only.
import { set, setting } from "./settings.js";

const MUTED = "telephony-muted";
const LOOKED_AT = "telephony-looked-at";
const rung = new Set();
const notified = new Map();

export function startAttention() {
  const sound = document.getElementById("sound");
  const notifications = document.getElementById("notifications");
  const tell = () => {
    const on = setting(MUTED) === null;
    sound.setAttribute("aria-pressed", String(on));
    sound.textContent = on ? "Sound on" : "Sound off";
    notifications.hidden = !("Notification" in window) || Notification.permission !== "default";
  };
  sound.hidden = false;
  sound.addEventListener("click", () => {
    set(MUTED, setting(MUTED) === null ? "1" : null);
    tell();
  });
  notifications.addEventListener("click", () => Notification.requestPermission().then(tell));
  tell();
  for (const popup of document.querySelectorAll("[data-popup]")) rung.add(Number(popup.dataset.popup));
  tellWhoLooks();
}

export function callAttention(news) {
  if (rung.has(news.popup_id)) return;
  rung.add(news.popup_id);
  if (setting(MUTED) === null && maySound()) inOneTab(`telephony-sound-${news.popup_id}`, play);
  if ("Notification" in window && Notification.permission === "granted" && document.hidden) {
    whenNobodyLooks(() => inOneTab(`telephony-notification-${news.popup_id}`, () => notify(news)));
  }
}

// The call is answered or over, or somebody has put its popup away, in whichever tab.
export function endAttention(news) {
  notified.get(news.popup_id)?.close();
  notified.delete(news.popup_id);
}

// The lock is kept for as long as the page lives, so that no other tab does the same later.
function inOneTab(name, act) {
  if (!navigator.locks) return act();
  const withLock = (lock) => {
    if (lock === null) return null;
    act();
    return new Promise(() => {});
  };
  // Refused in a frame of another program whose browser lets third parties keep nothing.
  return navigator.locks.request(name, { ifAvailable: true }, withLock).catch(() => act());
}

// Each tab that somebody looks at holds a share of one lock.
function tellWhoLooks() {
  if (!navigator.locks) return;
  let letGo = null;
  const hold = () => (document.hidden ? null : new Promise((resolve) => (letGo = resolve)));
  const look = () => {
    if (document.hidden) letGo = letGo?.();
    else if (!letGo) navigator.locks.request(LOOKED_AT, { mode: "shared" }, hold).catch(() => {});
  };
  document.addEventListener("visibilitychange", look);
  look();
}

async function whenNobodyLooks(act) {
  const locks = await navigator.locks?.query().catch(() => null);
  if (!locks?.held.some(({ name }) => name === LOOKED_AT)) act();
}

function notify(news) {
  const shown = new Notification(news.lead || news.number, { body: news.lead ? news.number : "Unknown caller", tag: `popup-${news.popup_id}` });
  notified.set(news.popup_id, shown);
  shown.addEventListener("click", () => {
    window.focus();
    shown.close();
  });
}

// Browsers let a page sound only after somebody has used it; until then it stays silent.
function maySound() {
  return Boolean(window.AudioContext) && navigator.userActivation?.hasBeenActive !== false;
}

function play() {
  const context = new AudioContext();
  for (const [index, frequency] of [660, 880].entries()) {
    const tone = context.createOscillator();
    const volume = context.createGain();
    const at = context.currentTime + index * 0.16;
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0.08, at);
    volume.gain.exponentialRampToValueAtTime(0.001, at + 0.15);
    tone.connect(volume).connect(context.destination);
    tone.start(at);
    tone.stop(at + 0.16);
  }
  setTimeout(() => context.close(), 1000);
}
