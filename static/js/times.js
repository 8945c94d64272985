// Times in the reader's zone, "3 min ago" kept fresh, and the running clocks of live calls.
const STYLES = {
  time: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  date: { day: "numeric", month: "short", year: "numeric" },
  both: { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
};
const FULL = { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZoneName: "short" };
const LANGUAGE = "en-GB";

// The same words as the `ago` filter of calls/templatetags/telephony.py.
export function ago(at, now = Date.now()) {
  const minutes = Math.floor((now - at) / 60000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h ago`;
  const days = Math.floor(minutes / 1440);
  return days === 1 ? "yesterday" : `${days} days ago`;
}

export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

export function localise(root = document) {
  for (const element of root.querySelectorAll("time[datetime]")) {
    const at = new Date(element.dateTime);
    const style = element.dataset.style;
    const words = style === "ago" ? ago(at.getTime()) : at.toLocaleString(LANGUAGE, STYLES[style] ?? STYLES.both);
    if (element.textContent !== words) element.textContent = words;
    element.title = at.toLocaleString(LANGUAGE, FULL);
  }
}

// Counts on from what the server showed: this computer's own clock may be minutes off.
function tick() {
  for (const timer of document.querySelectorAll(".timer[data-seconds]")) {
    timer.since ??= Date.now() - timer.dataset.seconds * 1000;
    timer.textContent = clock((Date.now() - timer.since) / 1000);
  }
}

// Pages are made in the zone that this cookie names (calls/reader_zone.py): "today" begins at the reader's midnight.
// `isZoneNew` tells that the page at hand was made in another one.
export let isZoneNew = false;

function tellZone() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!zone || document.cookie.split("; ").includes(`time_zone=${zone}`)) return;
  document.cookie = `time_zone=${zone}; path=/; max-age=31536000; samesite=lax`;
  isZoneNew = true;
}

export function startTimes() {
  tellZone();
  localise();
  tick();
  setInterval(tick, 1000);
  setInterval(localise, 20000);
  document.addEventListener("htmx:afterSettle", () => {
    localise();
    tick();
  });
}
