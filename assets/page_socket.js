/* A socket of the browser's own, watched as those of live_sockets.js are: for what comes thirty times a second, of which
   a component would keep the newest alone. */
(function () {
  "use strict";

  /** `ids` names its badge and the words beside it; `heard` is told each message's text, `opened` and `closed` the rest. */
  function make(ids, where, silentMs, { opened, heard, closed }) {
    const made = new window.clew.sockets.LiveSocket(ids, where, silentMs);
    let line = null;

    made.connect = () => {
      made.tries();
      made.close();
      const mine = new WebSocket(where);
      const ifMine = (happens) => (event) => line === mine && happens(event);
      mine.onopen = ifMine(() => made.becomes({ readyState: WebSocket.OPEN }) && opened());
      mine.onmessage = ifMine(({ data }) => {
        made.hears();
        heard(data);
      });
      mine.onclose = ifMine(() => {
        made.becomes({ readyState: WebSocket.CLOSED });
        closed();
      });
      line = mine;
    };

    made.send = (text) => line && line.readyState === WebSocket.OPEN && line.send(text);

    /** Ends it without a word: nothing is heard of it any more. */
    made.close = () => {
      const former = line;
      line = null;
      if (former) former.close();
    };
    return made;
  }

  window.clew = Object.assign(window.clew || {}, { pageSocket: make });
})();
