/* Sockets that stay: each is watched, and opened anew for as long as its page is there. The GPU page and the inference page
   have theirs; what their messages mean they know themselves. A socket's `close`, where it has one, ends it with its page. */
import { setProps } from "./dash.js";
import { live } from "./live_text.js";

const CLOSED_MS = 4000; // a closed line is tried again after this
const LONGEST_TRY_MS = 12000; // browsers hold new lines back for seconds where many are opened, or fail: a try may take longer each time
const [MOST_PENDING, PENDING_MS] = [8, 1000];
const GIVEN_UP_MS = 30000; // from then on it is called disconnected; it is tried all the same
const LOOPBACK = ["localhost", "127.0.0.1", "[::1]", "0.0.0.0"];
const COLOURS = { connected: "success", connecting: "secondary", reconnecting: "warning", disconnected: "danger" };
const seconds = (since) => Math.max(0, Math.round((Date.now() - since) / 1000));

/** A service's address for this browser: as configured, else what its own address and this page's allow.
    `url` is how the server of Clew reaches it, `path` where it listens, `proxied` where a proxy would carry it. */
function address({ url, browser_url, prefix }, path, proxied) {
  const page = window.location;
  if (browser_url) return new URL(browser_url, `${page.protocol === "https:" ? "wss:" : "ws:"}//${page.host}`).href;
  // ws: would be mixed content on a secure page; the proxy in front of Clew carries it under the same address.
  if (page.protocol === "https:") return `wss://${page.host}${prefix}${proxied}`;
  const own = new URL(url);
  const name = LOOPBACK.includes(own.hostname) ? page.hostname : own.hostname;
  return `${own.protocol === "https:" ? "wss:" : "ws:"}//${name}${own.port ? `:${own.port}` : ""}${own.pathname.replace(/\/$/, "")}${path}`;
}

/** One socket: `ids` names its component, its badge and the words beside it; `silentMs()` says after how long without
    a message it is taken for dead, null for never. */
class LiveSocket {
  constructor(ids, where, silentMs) {
    this.ids = ids;
    this.where = where;
    this.silentMs = silentMs;
    this.began = Date.now();
    this.known = false;
    /** @type {number | null} */
    this.opened = null;
    /** @type {number | null} */
    this.heard = null;
    /** @type {number | null} */
    this.closed = null;
    /** @type {number | null} */
    this.lost = null;
    /** @type {(() => void) | undefined} */
    this.close = undefined;
  }

  open() {
    Object.assign(this, { opened: null, heard: null, closed: null });
    this.connect();
  }

  /** A new line in the place of one that still works. */
  connect() {
    this.tries();
    // The same address would change nothing: the component opens a socket when it changes.
    setProps(this.ids.socket, { url: `${this.where}${this.where.includes("?") ? "&" : "?"}n=${this.tried}` });
  }

  /** A try begins. */
  tries() {
    this.tried = Date.now();
    this.patience = Math.min(LONGEST_TRY_MS, (this.patience || 0) + CLOSED_MS);
  }

  /** Every second: a line that is closed, or silent for too long, is opened anew. */
  watch() {
    const now = Date.now();
    const silent = this.silentMs();
    if (this.closed ? now - this.closed >= CLOSED_MS : !this.opened && now - this.tried >= this.patience) this.lose();
    else if (this.opened && silent !== null && now - Math.max(this.heard, this.opened) >= this.quiet(silent)) this.lose();
  }

  /** How long it may say nothing: a new line longer, try by try, for who is slow to begin would be lost each time. */
  quiet(silent) {
    return this.heard ? silent : Math.max(silent, this.patience);
  }

  lose() {
    this.lost = this.lost || Date.now();
    this.open();
  }

  /** What the component says of its socket; whether it has just been opened. */
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

  /** A message came. */
  hears() {
    this.heard = Date.now();
    this.opened = this.opened || this.heard;
    Object.assign(this, { lost: null, known: true, patience: 0 });
  }

  get connection() {
    if (this.opened && this.heard) return "connected";
    if (!this.lost) return "connecting";
    return Date.now() - this.lost > GIVEN_UP_MS ? "disconnected" : "reconnecting";
  }

  /** Writes the state into its badge, and since when beside it; `heard` says how long ago the last message came. */
  write(texts) {
    const state = this.connection;
    const badge = document.getElementById(this.ids.badge);
    live.write(badge, texts.connection[state]);
    live.mark(badge, "class", `badge text-bg-${COLOURS[state]}`);
    live.write(document.getElementById(this.ids.since), this.since(texts, state));
  }

  since(texts, state) {
    if (state === "connected") return (texts.heard || "").replace("{n}", seconds(this.heard));
    const began = this.lost || this.began;
    const text = this.known ? texts.lost : texts.never;
    return seconds(began) < 2 ? "" : text.replace("{n}", seconds(began)).replace("{url}", this.where);
  }
}

let kept = [];
let each = null;
let watcher = null;

/** Keeps these sockets, and no others, for as long as the element `page` is in the document; `tick` is called for each. */
function keep(these, page, tick) {
  window.clearInterval(watcher);
  closeAll();
  [kept, each] = [these, tick];
  openMore();
  watcher = window.setInterval(() => {
    if (document.getElementById(page)) return look();
    window.clearInterval(watcher);
    closeAll();
    kept = [];
  }, 1000);
}

/** Opens those that were not tried yet, a few at a time: of many at once browsers hold each back for seconds. One that hangs
    is waited for a second. */
function openMore() {
  const now = Date.now();
  const isPending = (socket) => socket.tried && !socket.opened && !socket.closed && now - socket.tried < PENDING_MS;
  const free = Math.max(0, MOST_PENDING - kept.filter(isPending).length);
  kept.filter((socket) => !socket.tried).slice(0, free).forEach((socket) => socket.open());
}

const closeAll = () => kept.forEach((socket) => socket.close?.());

function look() {
  openMore();
  for (const socket of kept) {
    socket.watch();
    each(socket);
  }
}

// A tab in the background is not served in time by its timers: it looks for itself when it is seen again.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  for (const socket of kept) if (socket.closed) socket.lose();
  look();
});
window.addEventListener("online", () => kept.forEach((socket) => socket.closed && socket.lose()));

export const sockets = Object.freeze({ LiveSocket, address, keep });
