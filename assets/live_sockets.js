/* Sockets that stay open: each is watched, and reopened for as long as its page is there. The pages that have sockets read
   the messages themselves. A socket's `close`, where it has one, ends it with its page. */
import { setProps } from "./dash.js";
import { live } from "./live_text.js";
import { socketAddress } from "./socket_address.js";

const CLOSED_MS = 4000; // a closed socket is tried again after this
const LONGEST_TRY_MS = 12000; // browsers hold new sockets back for seconds where many are opened, or fail: a try may take longer each time
const [MAX_PENDING, PENDING_MS] = [8, 1000];
const GIVEN_UP_MS = 30000; // from then on it is called disconnected; it is tried all the same
const COLOURS = { connected: "success", connecting: "secondary", reconnecting: "warning", disconnected: "danger" };

/**
 * @typedef {keyof typeof COLOURS} Connection
 * @typedef {{ socket?: string, badge: string, since: string }} SocketIds ids of the socket's component, its badge, and the text next to it
 * @typedef {{ connection: Record<string, string>, heard?: string, lost: string, never: string }} SocketTexts
 */

/** @param {number} since */
const seconds = (since) => Math.max(0, Math.round((Date.now() - since) / 1000));

/** One socket that is reopened whenever it closes or falls silent. */
class LiveSocket {
  /**
   * @param {SocketIds} ids
   * @param {string} where its address
   * @param {() => number | null} silentMs after how long without a message it is taken for dead; null: never
   */
  constructor(ids, where, silentMs) {
    this.ids = ids;
    this.where = where;
    this.silentMs = silentMs;
    this.began = Date.now();
    this.known = false;
    this.patience = 0;
    /** @type {number | undefined} */
    this.tried = undefined;
    /** @type {number | null} */
    this.opened = null;
    /** @type {number | null} */
    this.received = null;
    /** @type {number | null} */
    this.closed = null;
    /** @type {number | null} */
    this.lost = null;
    /** @type {(() => void) | undefined} */
    this.close = undefined;
  }

  open() {
    Object.assign(this, { opened: null, received: null, closed: null });
    this.connect();
  }

  /** Opens a new socket in the place of one that still works. */
  connect() {
    this.tries();
    // The same address would change nothing: the component opens a socket when it changes.
    setProps(/** @type {string} */ (this.ids.socket), { url: `${this.where}${this.where.includes("?") ? "&" : "?"}n=${this.tried}` });
  }

  /** Notes that a try begins. */
  tries() {
    this.tried = Date.now();
    this.patience = Math.min(LONGEST_TRY_MS, this.patience + CLOSED_MS);
  }

  /** Reopens a socket that is closed, or silent for too long; called every second. */
  watch() {
    const now = Date.now();
    const silent = this.silentMs();
    const isLate = () => this.tried !== undefined && now - this.tried >= this.patience;
    if (this.closed ? now - this.closed >= CLOSED_MS : !this.opened && isLate()) this.lose();
    else if (this.opened && silent !== null && now - Math.max(this.received ?? 0, this.opened) >= this.quiet(silent)) this.lose();
  }

  /** Returns for how many ms it may be silent: a new socket longer, try by try, since a slow server would be lost each time.
   *
   * @param {number} silent
   */
  quiet(silent) {
    return this.received ? silent : Math.max(silent, this.patience);
  }

  lose() {
    this.lost = this.lost || Date.now();
    this.open();
  }

  /** Takes the state of the component's socket; returns whether it has just been opened.
   *
   * @param {{ readyState?: number }} state
   */
  becomes(state) {
    if (state.readyState === WebSocket.CONNECTING) this.closed = null;
    if (state.readyState === WebSocket.CLOSED && this.tried) {
      // Not before it was tried: the component says "closed" when it is made.
      Object.assign(this, { opened: null, closed: Date.now() });
      if (this.known) this.lost = this.lost || this.closed;
      openMore();
    }
    if (state.readyState !== WebSocket.OPEN) return false;
    Object.assign(this, { opened: Date.now(), closed: null });
    openMore();
    return true;
  }

  /** Notes that a message came. */
  receives() {
    this.received = Date.now();
    this.opened = this.opened || this.received;
    Object.assign(this, { lost: null, known: true, patience: 0 });
  }

  /** @returns {Connection} */
  get connection() {
    if (this.opened && this.received) return "connected";
    if (!this.lost) return "connecting";
    return Date.now() - this.lost > GIVEN_UP_MS ? "disconnected" : "reconnecting";
  }

  /** Writes the state into its badge, and since when next to it; the text `heard` has how long ago the last message came.
   *
   * @param {SocketTexts} texts
   */
  write(texts) {
    const state = this.connection;
    const badge = document.getElementById(this.ids.badge);
    live.write(badge, texts.connection[state]);
    live.mark(badge, "class", `badge text-bg-${COLOURS[state]}`);
    live.write(document.getElementById(this.ids.since), this.since(texts, state));
  }

  /**
   * @param {SocketTexts} texts
   * @param {Connection} state
   */
  since(texts, state) {
    if (state === "connected") return (texts.heard || "").replace("{n}", String(seconds(this.received ?? 0)));
    const began = this.lost || this.began;
    const text = this.known ? texts.lost : texts.never;
    return seconds(began) < 2 ? "" : text.replace("{n}", String(seconds(began))).replace("{url}", this.where);
  }
}

/** @type {LiveSocket[]} */
let kept = [];
let each = () => {};
/** @type {number | undefined} */
let watcher;

/** Keeps these sockets, and no others, for as long as the element `page` is in the document; `tick` is called for each, every second.
 *
 * @template {LiveSocket} Socket
 * @param {Socket[]} these
 * @param {string} page an element's id
 * @param {(socket: Socket) => void} tick
 */
function keep(these, page, tick) {
  window.clearInterval(watcher);
  closeAll();
  [kept, each] = [these, () => these.forEach(tick)];
  openMore();
  watcher = window.setInterval(() => {
    if (document.getElementById(page)) return watchAll();
    window.clearInterval(watcher);
    closeAll();
    [kept, each] = [[], () => {}];
  }, 1000);
}

/** Opens sockets that were not tried yet, a few at a time: of many at once browsers hold each back for seconds. One that hangs
    is waited for a second. */
function openMore() {
  const now = Date.now();
  /** @param {LiveSocket} socket */
  const isPending = (socket) => socket.tried && !socket.opened && !socket.closed && now - socket.tried < PENDING_MS;
  const free = Math.max(0, MAX_PENDING - kept.filter(isPending).length);
  kept.filter((socket) => !socket.tried).slice(0, free).forEach((socket) => socket.open());
}

const closeAll = () => kept.forEach((socket) => socket.close?.());

function watchAll() {
  openMore();
  for (const socket of kept) socket.watch();
  each();
}

// The timers of a tab in the background come late: its sockets are watched at once when it is seen again.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  for (const socket of kept) if (socket.closed) socket.lose();
  watchAll();
});
window.addEventListener("online", () => kept.forEach((socket) => socket.closed && socket.lose()));

export const sockets = Object.freeze({ LiveSocket, address: socketAddress, keep });
