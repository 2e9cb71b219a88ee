/* The sockets of the GPU page: one per host, watched, and opened anew for as long as the page is there. */
(function () {
  "use strict";
  const CLOSED_MS = 4000; // a closed line is tried again after this
  const GIVEN_UP_MS = 30000; // from then on it is called disconnected; it is tried all the same
  const LOOPBACK = ["localhost", "127.0.0.1", "[::1]", "0.0.0.0"];
  const setProps = (id, props) => window.dash_clientside.set_props(id, props);
  const part = (what, host) => `gpu-${what}-${host.index}`;
  const seconds = (since) => Math.max(0, Math.round((Date.now() - since) / 1000));

  let hosts = [];
  let texts = {};
  let schema = {};
  let watcher = null;

  /** A monitor's address for this browser: as configured, else what its own address and this page's allow. */
  function address(monitor) {
    const page = window.location;
    const websocket = page.protocol === "https:" ? "wss:" : "ws:";
    if (monitor.browser_url) return new URL(monitor.browser_url, `${websocket}//${page.host}`).href;
    // ws: would be mixed content on a secure page; the proxy in front of Clew carries it under the same address.
    if (page.protocol === "https:") return `wss://${page.host}${monitor.prefix}ws/gpu/${monitor.name}`;
    const url = new URL(monitor.url);
    const name = LOOPBACK.includes(url.hostname) ? page.hostname : url.hostname;
    return `${url.protocol === "https:" ? "wss:" : "ws:"}//${name}${url.port ? ":" + url.port : ""}${url.pathname.replace(/\/$/, "")}/ws/gpu`;
  }

  function open(host) {
    host.opened = host.heard = null;
    host.tried = Date.now();
    host.closed = null;
    // The same address would change nothing: the component opens a socket when it changes.
    setProps(part("socket", host), { url: `${host.address}?n=${host.tried}` });
  }

  /** Every second: who is closed, or silent for too long, is opened anew; how long ago something was heard is written. */
  function watch() {
    if (!document.getElementById(part("badge", { index: 0 }))) return stop();
    for (const host of hosts) {
      const silent = texts.silent_periods * (host.period || 4) * 1000;
      const now = Date.now();
      if (host.closed && now - host.closed >= CLOSED_MS) lose(host);
      else if (host.opened && now - (host.heard || host.opened) >= silent) lose(host);
      else if (!host.opened && !host.closed && now - host.tried >= CLOSED_MS) lose(host); // neither opened nor refused
      write(host);
    }
  }

  function lose(host) {
    host.lost = host.lost || Date.now();
    open(host);
  }

  function connection(host) {
    if (host.opened && host.heard) return "connected";
    if (!host.lost) return "connecting";
    return Date.now() - host.lost > GIVEN_UP_MS ? "disconnected" : "reconnecting";
  }

  const COLOURS = { connected: "success", connecting: "secondary", reconnecting: "warning", disconnected: "danger" };

  function write(host) {
    const state = connection(host);
    if (state !== host.shown) {
      host.shown = state;
      setProps(part("badge", host), { children: texts.connection[state], color: COLOURS[state] });
    }
    setProps(part("since", host), { children: since(host, state) });
    window.clew.gpuView.notice(host, texts);
  }

  function since(host, state) {
    if (state === "connected") return texts.heard.replace("{n}", seconds(host.heard));
    const began = host.lost || host.began;
    const text = host.report ? texts.lost : texts.never;
    return seconds(began) < 2 ? "" : text.replace("{n}", seconds(began)).replace("{url}", host.address);
  }

  function stop() {
    window.clearInterval(watcher);
    watcher = null;
    hosts = [];
  }

  function hostOf(id) {
    return hosts.find((host) => part("socket", host) === id);
  }

  const gpus = {
    start(monitors, said, shape) {
      stop();
      [texts, schema] = [said, shape];
      hosts = (monitors || []).map((monitor, index) => ({ index, name: monitor.name, address: address(monitor), began: Date.now() }));
      window.clew.gpuView.clear(hosts, texts);
      hosts.forEach(open);
      watcher = window.setInterval(watch, 1000);
      return Date.now();
    },

    state(state, id) {
      const host = hostOf(id);
      if (!host || !state) return;
      if (state.readyState === WebSocket.CONNECTING) host.closed = null;
      if (state.readyState === WebSocket.OPEN) Object.assign(host, { opened: Date.now(), closed: null });
      if (state.readyState === WebSocket.CLOSED && host.tried) {
        // Not before it was tried: the component says "closed" when it is made.
        Object.assign(host, { opened: null, closed: Date.now() });
        if (host.report) host.lost = host.lost || Date.now();
      }
      write(host);
    },

    message(message, id) {
      const host = hostOf(id);
      if (!host || !message) return;
      host.heard = Date.now();
      host.opened = host.opened || host.heard;
      const [report, why] = read(message.data);
      if (why) Object.assign(host, { misfits: (host.misfits || 0) + 1, why });
      else {
        Object.assign(host, { lost: null, period: report.sample_seconds });
        window.clew.gpuView.draw(host, report, texts);
        window.clew.gpuView.join(null, hosts, texts);
      }
      write(host);
    },

    join(runs) {
      window.clew.gpuView.join(runs || [], hosts, texts);
    },
  };

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

  // A tab in the background is not served in time by its timers: it looks for itself when it is seen again.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden || !watcher) return;
    for (const host of hosts) if (host.closed) lose(host);
    watch();
  });
  window.addEventListener("online", () => watcher && hosts.forEach((host) => host.closed && lose(host)));

  window.dash_clientside = Object.assign({}, window.dash_clientside, { gpus });
})();
