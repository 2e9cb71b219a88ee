/* A socket of the browser's own, watched as those of live_sockets.js are: for what comes thirty times a second, of which
   a component would keep the newest alone. */
import { sockets } from "./live_sockets.js";

/** `ids` names its badge and the words beside it; `heard` is told each message's text, `opened` and `closed` the rest. */
function make(ids, where, silentMs, { opened, heard, closed }) {
  let line = null;
  /** Ends it without a word: nothing is heard of it any more. */
  const close = () => {
    const former = line;
    line = null;
    if (former) former.close();
  };
  const send = (text) => line && line.readyState === WebSocket.OPEN && line.send(text);
  const made = Object.assign(new sockets.LiveSocket(ids, where, silentMs), { close, send });

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

  return made;
}

export { make as pageSocket };
