// A sound for each call that begins to ring, and a notification when nobody looks at the page. One tab rings.
const MUTED = "telephony-muted";
const rung = new Set();

export function startAttention() {
  for (const popup of document.querySelectorAll("[data-popup]")) rung.add(Number(popup.dataset.popup));
  const sound = document.getElementById("sound");
  const notifications = document.getElementById("notifications");
  const tell = () => {
    const on = localStorage.getItem(MUTED) === null;
    sound.setAttribute("aria-pressed", String(on));
    sound.textContent = on ? "Sound on" : "Sound off";
    notifications.hidden = !("Notification" in window) || Notification.permission !== "default";
  };
  sound.hidden = false;
  sound.addEventListener("click", () => {
    if (localStorage.getItem(MUTED) === null) localStorage.setItem(MUTED, "1");
    else localStorage.removeItem(MUTED);
    tell();
  });
  notifications.addEventListener("click", () => Notification.requestPermission().then(tell));
  tell();
}

// The other tabs only remember that the call has rung: one of them may hold the connection next.
export function callAttention(news, rings) {
  if (rung.has(news.popup_id)) return;
  rung.add(news.popup_id);
  if (!rings) return;
  if (localStorage.getItem(MUTED) === null) play();
  if (document.hidden && "Notification" in window && Notification.permission === "granted") notify(news);
}

function notify(news) {
  const shown = new Notification(news.lead || news.number, { body: news.lead ? news.number : "Unknown caller", tag: `popup-${news.popup_id}` });
  shown.addEventListener("click", () => {
    window.focus();
    shown.close();
  });
}

// Browsers let a page sound only after somebody has used it; until then it stays silent.
function play() {
  const AudioContext = window.AudioContext;
  if (!AudioContext || navigator.userActivation?.hasBeenActive === false) return;
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
