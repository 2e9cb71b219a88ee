/* The GPU page's hosts: a socket each, whose messages are checked before anything is drawn. */
(function () {
  "use strict";
  const HISTORY_MS = 1000; // a history that was missed is asked for again after this
  const LONGEST_PERIOD = 4; // seconds: of a monitor that has not said its own yet
  const part = (what, index) => `gpu-${what}-${index}`;

  let hosts = [];
  let texts = {};
  let schema = {};

  function hostOf(monitor, index) {
    const ids = { socket: part("socket", index), badge: part("badge", index), since: part("since", index) };
    const host = { index, name: monitor.name, period: LONGEST_PERIOD };
    const where = window.clew.sockets.address(monitor, "/ws/gpu", `ws/gpu/${monitor.name}`);
    host.socket = new window.clew.sockets.LiveSocket(ids, where, () => texts.silent_periods * host.period * 1000);
    return host;
  }

  function write(host) {
    host.socket.write(texts);
    window.clew.gpuView.notice(host, texts);
  }

  const gpus = {
    start(monitors, said, shape) {
      [texts, schema] = [said, shape];
      hosts = (monitors || []).map(hostOf);
      window.clew.gpuView.clear(hosts, texts);
      const owner = (socket) => hosts.find((host) => host.socket === socket);
      window.clew.sockets.keep(hosts.map((host) => host.socket), part("badge", 0), (socket) => write(owner(socket)));
      return Date.now();
    },

    state(state, id) {
      const host = hosts.find((one) => one.socket.ids.socket === id);
      if (!host || !state) return;
      if (host.socket.becomes(state)) host.complete = false;
      write(host);
    },

    message(message, id) {
      const host = hosts.find((one) => one.socket.ids.socket === id);
      if (!host || !message) return;
      host.socket.hears();
      const [report, why] = read(message.data);
      if (why) Object.assign(host, { misfits: (host.misfits || 0) + 1, why });
      else take(host, report);
      write(host);
    },

    join(runs) {
      window.clew.gpuView.join(runs || [], hosts, texts);
    },
  };

  function take(host, report) {
    host.period = report.sample_seconds;
    host.complete = host.complete || Boolean(report.history);
    // A busy page sees only the newest of two messages, and the history comes with the first: it is asked for again.
    if (!host.complete && Date.now() - host.socket.tried > HISTORY_MS) host.socket.connect();
    window.clew.gpuView.draw(host, report, texts);
    window.clew.gpuView.join(null, hosts, texts);
  }

  /** The report in a message, or what is wrong with it. */
  function read(text) {
    let report;
    try {
      report = JSON.parse(text);
    } catch (error) {
      return [null, `message: ${error.message}`];
    }
    // A monitor that cannot say more than what failed says this much (the contract's form of a failure).
    const bare = report && typeof report.error === "string" && report.gpus === undefined;
    if (bare) report = { host: "", sent_at: Date.now(), sample_seconds: 2, state: "failed", error: report.error, gpus: [] };
    return [report, window.clew.misfit(report, schema)];
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, { gpus });
})();
