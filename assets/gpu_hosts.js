/* The GPU hosts that a page watches: a socket each, whose messages are checked before anything is drawn. The GPU page and
   the front page's tile have theirs, each with a view of its own. */
import { gpuMessages } from "./gpu_messages.js";
import { sockets } from "./live_sockets.js";
import { pageSocket } from "./page_socket.js";

const HISTORY_MS = 1000; // a history that was missed is asked for again after this
const MOST_ASKS = 2; // by a new line each time: a service that has no history to tell would open them for ever
const LONGEST_PERIOD = 4; // seconds: of a monitor that has not said its own yet
const [LEAST_PERIOD, MOST_PERIOD] = [0.5, 60]; // seconds: how long a line may be silent is not a message's to say
const CLOCK_MS = 3000; // clocks that differ by less are said to agree

let watched = null; // the page that is open

/** The handlers of a page's sockets. `part(what, index)` is the id of a host's part, `page` of an element that is there as
    long as the page is; the `view` has clear(hosts, texts), take(host, report, texts) for a message that fits, and later()
    after every change and each second. */
function watch(part, page, view) {
  let hosts = [];
  let texts = {};
  let schema = {};

  function hostOf(monitor, index, monitors) {
    const ids = { socket: part("socket", index), badge: part("badge", index), since: part("since", index) };
    const host = { index, name: monitor.name, period: LONGEST_PERIOD, asks: 0, skew: 0, off: 0, part: (what) => part(what, index) };
    const where = sockets.address(monitor, "/ws/gpu", `ws/gpu/${monitor.name}`);
    const silentMs = () => texts.silent_periods * host.period * 1000;
    // A message that comes through a component costs Dash ten milliseconds, of whatever size: many hosts have lines of their own.
    if (monitors.length <= texts.limits.components) host.socket = new sockets.LiveSocket(ids, where, silentMs);
    else host.socket = pageSocket(ids, where, silentMs, { opened: () => opened(host), received: (data) => heard(host, data), closed: () => view.later() });
    return host;
  }

  function take(host, report) {
    host.period = Math.min(MOST_PERIOD, Math.max(LEAST_PERIOD, report.sample_seconds));
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

  /** A busy page sees only the newest of two messages, and the history comes with the first: it is asked for again.
      Where no GPU is told of, as by a monitor that only says what failed, there is none to miss. */
  function missesHistory(host, report) {
    return !host.complete && report.gpus.length > 0 && host.asks < MOST_ASKS && Date.now() - host.socket.tried > HISTORY_MS;
  }

  /** A line has been opened: one that did not come by asking may be asked on again. */
  function opened(host) {
    if (!host.asking) host.asks = 0;
    Object.assign(host, { asking: false, complete: false });
  }

  function read(host, text) {
    const { report, why, parts, more } = gpuMessages.read(text, schema, texts.limits);
    if (why) Object.assign(host, { misfits: (host.misfits || 0) + 1, why });
    else {
      Object.assign(host, { parts: several(parts), more });
      take(host, report);
    }
  }

  function heard(host, data) {
    host.socket.receives();
    // What nobody sees is not even read.
    if (document.hidden) return void (host.unread = { text: String(data), missed: Boolean(host.unread) });
    host.unread = null;
    read(host, String(data));
    view.later();
  }

  /** The tab is seen again: the newest that each host said, and then the history of what was not read. */
  function seen() {
    for (const host of hosts.filter((one) => one.unread)) {
      const { text, missed } = host.unread;
      Object.assign(host, { unread: null, asks: 0, complete: host.complete && !missed });
      read(host, text);
    }
    view.later();
  }

  return {
    start(monitors, said, shape) {
      [texts, schema, watched] = [said, shape, seen];
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
      if (host && message) heard(host, message.data);
    },
  };
}

document.addEventListener("visibilitychange", () => !document.hidden && watched && watched());

/** Several misfits as one message; null where there are none. */
function several(parts) {
  if (parts.length < 2) return parts[0] || null;
  return { code: "parts-misfit", params: { first: parts[0], number: parts.length - 1 } };
}

export const gpuHosts = Object.freeze({ watch });
