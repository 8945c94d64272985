/*
 * Telephone numbers of any web page become clickable, and the agent's popups appear in a corner of it.
 *
 *   <script src="https://telephony.example.com/connector.js" data-connector="acme" async></script>
 *
 * The page's origin must stand in the connector's list "Pages may be embedded by". No credential ever reaches the page:
 * the agent signs in inside our own frame. `telephonyConnector.stop()` takes everything back.
 */
(() => {
  "use strict";
  const script = document.currentScript;
  if (!script || window.telephonyConnector) return;
  const ours = new URL(script.src).origin;
  const slug = script.dataset.connector ?? "";
  if (!/^[-\w]+$/.test(slug)) {
    console.error("connector.js: name the connector, data-connector=\"…\"");
    return;
  }

  const NUMBER = /(?:\+|\b00)[1-9](?:[\s().\-\u00a0\u2010-\u2015]{0,3}\d){6,14}(?![\w])/g;
  const LEAST_DIGITS = 8;
  const LEFT_ALONE = "a,button,input,textarea,select,option,script,style,noscript,template,code,pre,svg,iframe,object,[contenteditable]:not([contenteditable=false]),[data-phone],[data-telephony],[role=textbox],[role=button]";
  const SIZE = { width: [40, 480], height: [30, 720] };
  const MARGIN = 16;

  const made = new Map(); // text node → {before, pieces}: the node itself stays in place, for frameworks that hold it
  const dressed = new Map(); // element with data-phone → the attributes that it had
  let observer = null;
  let frame = null;

  // ---- the frame

  function openFrame() {
    frame = document.createElement("iframe");
    const key = script.dataset.key;
    frame.src = key ? `${ours}/embed/${slug}/popups?key=${encodeURIComponent(key)}` : `${ours}/embed/${slug}/corner/`;
    frame.title = "Telephone";
    frame.setAttribute("data-telephony", "frame");
    frame.referrerPolicy = "no-referrer";
    Object.assign(frame.style, {
      position: "fixed", right: `${MARGIN}px`, bottom: `${MARGIN}px`, width: "240px", height: "48px", border: "0",
      borderRadius: "8px", boxShadow: "0 2px 12px rgb(0 0 0 / 30%)", zIndex: "2147483000", colorScheme: "auto",
    });
    frame.addEventListener("load", () => say({ telephony: "hello" }));
    document.body.append(frame);
  }

  function say(message) {
    frame?.contentWindow?.postMessage(message, ours);
  }

  function hear(event) {
    if (event.origin !== ours || event.source !== frame?.contentWindow) return;
    const { data } = event;
    if (data?.telephony === "size") {
      frame.style.width = `${within(data.width, SIZE.width, innerWidth)}px`;
      frame.style.height = `${within(data.height, SIZE.height, innerHeight)}px`;
    } else if (data?.telephony === "state") {
      document.dispatchEvent(new CustomEvent("telephony", { detail: { isSignedIn: data.isSignedIn === true } }));
    }
  }

  function within(wanted, [least, most], room) {
    return Math.max(least, Math.min(Number(wanted) || least, most, room - 2 * MARGIN));
  }

  function call(number) {
    const text = String(number ?? "").trim();
    if (text.replace(/\D/g, "").length > 2) say({ telephony: "call", number: text.slice(0, 40) });
  }

  // ---- what is clicked

  function numberOf(target) {
    const link = target.closest?.("a[href^='tel:' i]");
    if (link) return decode(link.getAttribute("href").slice(4).split(";")[0]);
    const named = target.closest?.("[data-phone]");
    if (named) return named.dataset.phone;
    return target.closest?.("[data-telephony=number]")?.dataset.number;
  }

  function decode(text) {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  }

  function onClick(event) {
    const number = event.isTrusted && event.button === 0 ? numberOf(event.target) : null;
    if (!number) return;
    event.preventDefault();
    call(number);
  }

  function onKey(event) {
    if (!event.isTrusted || (event.key !== "Enter" && event.key !== " ")) return;
    const mine = event.target.closest?.("[data-telephony=number], [data-phone][data-telephony-dressed]");
    if (!mine) return;
    event.preventDefault();
    call(numberOf(mine));
  }

  // ---- numbers in texts

  function scan(root) {
    if (root.nodeType === Node.TEXT_NODE) mark(root);
    if (root.nodeType !== Node.ELEMENT_NODE) return;
    if (root.matches("[data-phone]")) dress(root);
    for (const element of root.querySelectorAll("[data-phone]")) dress(element);
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const texts = [];
    while (walker.nextNode()) texts.push(walker.currentNode);
    texts.forEach(mark);
  }

  function mark(node) {
    restore(node);
    const text = node.data;
    if (text.length < LEAST_DIGITS || !node.parentElement || node.parentElement.closest(LEFT_ALONE)) return;
    if (node.parentElement.isContentEditable) return;
    const found = [...text.matchAll(NUMBER)].filter((match) => isNumber(match, text));
    if (!found.length) return;
    const pieces = [];
    found.forEach((match, index) => {
      const end = match.index + match[0].length;
      pieces.push(numberElement(match[0]), document.createTextNode(text.slice(end, found[index + 1]?.index)));
    });
    node.data = text.slice(0, found[0].index);
    node.after(...pieces);
    made.set(node, { before: node.data, text, pieces });
  }

  function isNumber(match, text) {
    const digits = match[0].replace(/\D/g, "").replace(/^00/, "").length;
    return digits >= LEAST_DIGITS && digits <= 15 && !/[\w+.\-/]$/.test(text.slice(0, match.index));
  }

  function numberElement(number) {
    const element = document.createElement("span");
    element.dataset.telephony = "number";
    element.dataset.number = number;
    element.textContent = number;
    element.setAttribute("role", "button");
    element.setAttribute("aria-label", `Call ${number}`);
    element.tabIndex = 0;
    element.title = "Call";
    Object.assign(element.style, { cursor: "pointer", textDecoration: "underline dotted" });
    return element;
  }

  function dress(element) {
    if (dressed.has(element) || element.matches("a,button,input,textarea,select")) return;
    dressed.set(element, { role: element.getAttribute("role"), tabindex: element.getAttribute("tabindex"), cursor: element.style.cursor });
    element.setAttribute("data-telephony-dressed", "");
    if (!element.hasAttribute("role")) element.setAttribute("role", "button");
    if (!element.hasAttribute("tabindex")) element.tabIndex = 0;
    element.style.cursor = "pointer";
  }

  // The page may have written a new text into the node meanwhile: that one stays.
  function restore(node) {
    const own = made.get(node);
    if (!own) return;
    made.delete(node);
    for (const piece of own.pieces) piece.remove();
    if (node.data === own.before) node.data = own.text;
  }

  function onMutations(mutations) {
    const fresh = new Set();
    for (const { type, target, addedNodes, removedNodes } of mutations) {
      if (type === "characterData") fresh.add(target);
      for (const node of removedNodes) if (made.has(node) && !node.isConnected) restore(node);
      for (const node of addedNodes) fresh.add(node);
    }
    for (const node of fresh) if (node.isConnected && !(node.nodeType === Node.ELEMENT_NODE && node.dataset?.telephony)) scan(node);
    for (const [node, { pieces }] of made) if (!node.isConnected) { made.delete(node); for (const piece of pieces) piece.remove(); }
    for (const element of dressed.keys()) if (!element.isConnected) dressed.delete(element);
    observer?.takeRecords();
  }

  // ---- start and stop

  function start() {
    scan(document.body);
    observer = new MutationObserver(onMutations);
    observer.observe(document.body, { childList: true, subtree: true, characterData: true });
    document.addEventListener("click", onClick, true);
    document.addEventListener("keydown", onKey, true);
    window.addEventListener("message", hear);
    openFrame();
    observer.takeRecords();
  }

  function stop() {
    observer?.disconnect();
    observer = null;
    document.removeEventListener("click", onClick, true);
    document.removeEventListener("keydown", onKey, true);
    window.removeEventListener("message", hear);
    for (const node of [...made.keys()]) restore(node);
    for (const [element, before] of dressed) undress(element, before);
    dressed.clear();
    frame?.remove();
    frame = null;
    delete window.telephonyConnector;
  }

  function undress(element, { role, tabindex, cursor }) {
    element.removeAttribute("data-telephony-dressed");
    if (role === null) element.removeAttribute("role");
    if (tabindex === null) element.removeAttribute("tabindex");
    element.style.cursor = cursor;
    if (!element.getAttribute("style")) element.removeAttribute("style");
  }

  window.telephonyConnector = Object.freeze({ call, stop });
  if (document.body) start();
  else document.addEventListener("DOMContentLoaded", start, { once: true });
})();
