// Tells the browser's time zone, in which times are written from the next page on (calls/reader_zone.py).
(() => {
  "use strict";
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!zone || document.cookie.split("; ").includes(`time_zone=${zone}`)) return;
  document.cookie = `time_zone=${zone}; path=/; max-age=31536000; samesite=lax`;
})();
