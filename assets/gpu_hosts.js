/* The GPU hosts that a page watches: one socket for each, whose messages are checked before anything is drawn. The GPU
   page and the tile of the front page have one view each. */
import { gpuMessages } from "./gpu_messages.js";
import { sockets } from "./live_sockets.js";
import { pageSocket } from "./page_socket.js";

/**
 * @typedef {import("./gpu_units.js").Host} Host
 * @typedef {import("./gpu_units.js").Report} Report
 * @typedef {import("./gpu_units.js").Misfit} Misfit
 * @typedef {import("./socket_address.js").Service & { name: string }} Monitor
 */

/**
 * What shows the hosts.
 *
 * @template {HostTexts} Texts of the page
 * @typedef {object} HostsView
 * @property {(hosts: Host[], texts: Texts) => void} clear
 * @property {(host: Host, report: Report, texts: Texts) => void} take is called for each message that fits
 * @property {(host?: Host) => void} later is called after every change and each second
 */

/**
 * The functions that Dash calls.
 *
 * @template {HostTexts} Texts of the page
 * @typedef {object} HostsHandlers
 * @property {(monitors: Monitor[] | null, texts: Texts, schema: import("./schema.js").Schema) => number} start
 * @property {(state: { readyState: number } | null, id: string) => void} state
 * @property {(message: { data: unknown } | null, id: string) => void} message
 */

const HISTORY_MS = 1000; // a history that was missed is requested again after this
const MAX_ASKS = 2; // by a new connection each time: for a service without a history they would never end
const LONGEST_PERIOD = 4; // seconds: of a monitor that has not reported its own yet
const [MIN_PERIOD, MAX_PERIOD] = [0.5, 60]; // seconds: bounds, whatever a message claims
const CLOCK_MS = 3000; // clocks that differ by less count as equal

/** @type {(() => void) | null} */
let watched = null; // reads what came while the page was hidden

/** Returns the handlers of a page's sockets. `part(what, index)` is the id of a part of a host, `page` that of an element
    that exists as long as the page does.
 *
 * @template {HostTexts} Texts of the page
 * @param {(what: string, index: number) => string} part
 * @param {string} page
 * @param {HostsView<Texts>} view
 * @returns {HostsHandlers<Texts>}
 */
function watch(part, page, view) {
  /** @type {Host[]} */
  let hosts = [];
  let texts = /** @type {Texts} */ ({});
  /** @type {import("./schema.js").Schema} */
  let schema = {};

  /** @type {(monitor: Monitor, index: number, monitors: Monitor[]) => Host} */
  function hostOf(monitor, index, monitors) {
    const ids = { socket: part("socket", index), badge: part("badge", index), since: part("since", index) };

    const of = (/** @type {string} */ what) => part(what, index);
    const where = sockets.address(monitor, "/ws/gpu", `ws/gpu/${monitor.name}`);
    const silentMs = () => texts.silent_periods * host.period * 1000;
    // A message through a component costs Dash ten milliseconds, of whatever size: many hosts have sockets without one.
    const socket =
      monitors.length <= texts.limits.components
        ? new sockets.LiveSocket(ids, where, silentMs)
        : pageSocket(ids, where, silentMs, { opened: () => opened(host), received: (data) => received(host, data), closed: () => view.later() });
    /** @type {Host} */
    const host = { index, name: monitor.name, socket, period: LONGEST_PERIOD, asks: 0, skew: 0, off: 0, received: 0, twice: [], part: of };
    return host;
  }

  /** @type {(host: Host, report: Report) => void} */
  function take(host, report) {
    host.period = Math.min(MAX_PERIOD, Math.max(MIN_PERIOD, report.sample_seconds));
    host.complete = host.complete || Boolean(report.history);
    if (missesHistory(host, report)) {
      Object.assign(host, { asks: host.asks + 1, asking: true });
      host.socket.connect();
    }
    host.received = Date.now();
    host.skew = Math.abs(host.received - report.sent_at) > CLOCK_MS ? host.received - report.sent_at : 0;
    if (host.report && host.report.host !== report.host) host.renamed = { before: host.report.host, now: report.host };
    host.report = report;
    view.take(host, report, texts);
  }

  /** Is true where the history has to be requested again: it comes with the first message, and a busy page sees only the
   *    newest of two. A monitor without GPUs, which only reports a failure, has none.
   * @type {(host: Host, report: Report) => boolean} */
  function missesHistory(host, report) {
    return !host.complete && report.gpus.length > 0 && host.asks < MAX_ASKS && Date.now() - (host.socket.tried ?? Date.now()) > HISTORY_MS;
  }

  /** Notes a new connection: unless it was opened to request the history, requests count from zero again.
   * @type {(host: Host) => void} */
  function opened(host) {
    if (!host.asking) host.asks = 0;
    Object.assign(host, { asking: false, complete: false });
  }

  /** @type {(host: Host, text: string) => void} */
  function read(host, text) {
    const message = gpuMessages.read(text, schema, texts.limits);
    if ("why" in message) Object.assign(host, { misfits: (host.misfits || 0) + 1, why: message.why });
    else {
      Object.assign(host, { parts: several(message.parts), more: message.more });
      take(host, message.report);
    }
  }

  /** @type {(host: Host, data: unknown) => void} */
  function received(host, data) {
    host.socket.receives();
    // A hidden page does not read its messages.
    if (document.hidden) return void (host.unread = { text: String(data), missed: Boolean(host.unread) });
    host.unread = null;
    read(host, String(data));
    view.later();
  }

  /** Reads each host's newest message when the page is visible again; the history of the others is requested. */
  function readUnread() {
    for (const host of hosts) {
      if (!host.unread) continue;
      const { text, missed } = host.unread;
      Object.assign(host, { unread: null, asks: 0, complete: host.complete && !missed });
      read(host, text);
    }
    view.later();
  }

  return {
    start(monitors, words, shape) {
      [texts, schema, watched] = [words, shape, readUnread];
      hosts = (monitors || []).map(hostOf);
      view.clear(hosts, texts);
      sockets.keep(hosts.map((host) => host.socket), page, () => view.later());
      return Date.now();
    },

    state(state, id) {
      const host = hosts.find((one) => one.socket.ids.socket === id);
      if (!host || !state) return;
      if (host.socket.becomes(state)) opened(host);
      view.later();
    },

    message(message, id) {
      const host = hosts.find((one) => one.socket.ids.socket === id);
      if (host && message) received(host, message.data);
    },
  };
}

document.addEventListener("visibilitychange", () => !document.hidden && watched && watched());

/** Joins several misfits into one message; null where there are none.
 * @type {(parts: Misfit[]) => Misfit | null} */
function several(parts) {
  if (parts.length < 2) return parts[0] || null;
  return { code: "parts-misfit", params: { first: parts[0], number: parts.length - 1 } };
}

export const gpuHosts = Object.freeze({ watch });
