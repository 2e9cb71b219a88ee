/* A socket of the browser's own, watched as the sockets of live_sockets.js are: for messages that come thirty times a
   second, of which a component would keep the newest alone. */
import { sockets } from "./live_sockets.js";

/**
 * @typedef {ReturnType<typeof make>} PageSocket
 * @typedef {{ opened: () => void, received: (text: string) => void, closed: () => void }} SocketHandlers `received` gets each message's text
 */

/** Makes a socket; `live_sockets.keep` opens it.
 *
 * @param {import("./live_sockets.js").SocketIds} ids
 * @param {string} where its address
 * @param {() => number | null} silentMs after how long without a message it is taken for dead; null: never
 * @param {SocketHandlers} handlers
 */
function make(ids, where, silentMs, { opened, received, closed }) {
  /** @type {WebSocket | null} */
  let line = null;
  /** Closes it; no handler is called for it any more. */
  const close = () => {
    const former = line;
    line = null;
    if (former) former.close();
  };
  /** @param {string} text */
  const send = (text) => line && line.readyState === WebSocket.OPEN && line.send(text);
  const made = Object.assign(new sockets.LiveSocket(ids, where, silentMs), { close, send });

  made.connect = () => {
    made.tries();
    made.close();
    const mine = new WebSocket(where);
    /** @type {<Happened extends Event>(happens: (event: Happened) => void) => (event: Happened) => void} */
    const ifMine = (happens) => (event) => line === mine && happens(event);
    mine.onopen = ifMine(() => made.becomes({ readyState: WebSocket.OPEN }) && opened());
    mine.onmessage = ifMine((/** @type {MessageEvent<string>} */ { data }) => {
      made.receives();
      received(data);
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
