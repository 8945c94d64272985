// Server-sent events for pages that are known by a header: the browser's own EventSource cannot send one.
import { own } from "./fetching.js";

export function openSource(url) {
  return "X-Embedded-Token" in own() ? new FetchedEvents(url) : new EventSource(url);
}

class FetchedEvents extends EventTarget {
  #abort = new AbortController();

  constructor(url) {
    super();
    this.readyState = EventSource.CONNECTING;
    this.#follow(url).finally(() => this.#end());
  }

  close() {
    this.readyState = EventSource.CLOSED;
    this.#abort.abort();
  }

  async #follow(url) {
    const answer = await fetch(url, { headers: own(), credentials: "omit", cache: "no-store", signal: this.#abort.signal }).catch(() => null);
    if (!answer?.ok) return;
    this.readyState = EventSource.OPEN;
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (;;) {
      const { done, value } = await reader.read().catch(() => ({ done: true }));
      if (done) return;
      const blocks = (text + value).split("\n\n");
      text = blocks.pop();
      for (const block of blocks) this.#dispatch(block);
    }
  }

  #dispatch(block) {
    const fields = {};
    for (const line of block.split("\n")) {
      const colon = line.indexOf(":");
      if (colon > 0) fields[line.slice(0, colon)] = line.slice(colon + 1).trimStart();
    }
    if (!fields.event) return;
    this.dispatchEvent(new MessageEvent(fields.event, { data: fields.data ?? "", lastEventId: fields.id ?? "" }));
  }

  #end() {
    if (this.readyState === EventSource.CLOSED) return;
    this.readyState = EventSource.CLOSED;
    this.dispatchEvent(new Event("error"));
  }
}
