// Starts the parts of the agents' pages; each lives in its own file.
import { callAttention, endAttention, startAttention } from "./attention.js";
import { startDialling } from "./dialling.js";
import { startFailures } from "./failures.js";
import { startCopying, startMenus, startSearch } from "./gestures.js";
import { startLists } from "./lists.js";
import { startNotes } from "./notes.js";
import { startPopups } from "./popups.js";
import "./recording.js";
import { followStream } from "./stream.js";
import { startTimes } from "./times.js";

startTimes();
startCopying();
startMenus();
startSearch();
startFailures();

if (document.body.dataset.agent) {
  startAttention();
  startNotes();
  const popups = startPopups();
  const refreshLists = startLists();
  const followCalls = startDialling();
  followStream({
    popup: async (news) => {
      refreshLists();
      if (news.closed || news.state !== "ringing") endAttention(news);
      // What the page shows decides, not the news: a page that slept hears late of calls that have ended meanwhile.
      const state = await popups.show(news);
      followCalls();
      if (state === "ringing") callAttention(news);
    },
    outbound: (news) => {
      popups.outboundChanged(news);
      refreshLists();
    },
  });
}
