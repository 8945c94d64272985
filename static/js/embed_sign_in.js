// The sign-in window: hands the token to the corner that opened it, which is a page of our own origin, and closes.
const { token } = document.body.dataset;
const done = document.getElementById("done");
const lost = document.getElementById("lost");

if (token && window.opener) {
  window.addEventListener("message", ({ source, origin, data }) => {
    if (source === window.opener && origin === location.origin && data?.telephony === "taken") window.close();
  });
  // The browser delivers it only when the opener is of our own origin at that moment.
  window.opener.postMessage({ telephony: "token", token }, location.origin);
  done.hidden = false;
} else if (token) {
  lost.hidden = false;
}
