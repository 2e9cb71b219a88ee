/* The inference page: a socket for each side, the commands of its buttons, and the address that says what is seen. */
(function () {
  "use strict";
  const SILENT_MS = 5000; // a walk goes at one step a second at least
  const SHOWN = "inference-shown";
  const PAGE = "inference-play";
  const setProps = (id, props) => window.dash_clientside.set_props(id, props);
  const part = (what, side) => `walk-${what}-${side}`;

  let sides = []; // {side, socket, walk, plays}
  let request = {};
  let engine = null;
  let texts = {};
  let schema = {};
  let sent = 0;

  function sideOf(side) {
    const ids = { socket: part("socket", side), badge: part("badge", side), since: part("since", side) };
    const made = { side, walk: new window.clew.Walk(side, texts), plays: false };
    const silent = () => (made.plays && made.walk.last && made.walk.last.running ? SILENT_MS : null);
    made.socket = new window.clew.sockets.LiveSocket(ids, window.clew.sockets.address(engine, "/ws/inference", "ws/inference"), silent);
    return made;
  }

  /** Begins anew with the sides that the request asks for. */
  function begin() {
    const wanted = request.versus ? ["a", "b"] : ["a"];
    document.getElementById(part("section", "b")).hidden = wanted.length < 2;
    window.clew.walkChart.clear();
    sides = wanted.map(sideOf);
    for (const one of sides) one.plays = Boolean(request.play);
    window.clew.sockets.keep(sides.map((one) => one.socket), PAGE, (socket) => {
      socket.write(texts);
      sides.find((one) => one.socket === socket).walk.sayWaiting();
    });
  }

  function send(one, command) {
    const told = { ...command, speed: request.speed };
    // The component sends what is not what it sent last: a space more makes the same command another text.
    sent += 1;
    setProps(one.socket.ids.socket, { send: JSON.stringify(told) + " ".repeat(sent % 50) });
  }

  function reset(one) {
    const model = one.side === "a" ? request.model : request.versus;
    const chosen = { model, size: request.size, seed: request.seed };
    const given = Object.entries(chosen).filter(([, value]) => value !== null && value !== undefined && value !== "");
    send(one, { command: "reset", ...Object.fromEntries(given) });
  }

  const start = (one) => send(one, { command: "start" });

  /** What a message says; contract-wise a failure is an object with an error and nothing else that counts. */
  function read(text) {
    let message;
    try {
      message = JSON.parse(text);
    } catch (error) {
      return { error: texts.misfit.replace("{why}", error.message) };
    }
    if (message && typeof message.error === "string") return { error: window.clew.troubleOf(message, texts.templates) };
    if (message && typeof message.waiting === "string") return { waits: waitOf(message) };
    const why = window.clew.misfit(message, schema);
    return why ? { error: texts.misfit.replace("{why}", window.clew.translate(why, texts.templates)) } : { step: message };
  }

  /** What the engine waits for, and since when by this browser's clock. */
  function waitOf({ code, params, waiting, waited_s }) {
    const cause = window.clew.translate({ code, params }, texts.templates, waiting).replace(/[.。]+$/, "");
    return { cause, since: Date.now() - 1000 * (Number(waited_s) || 0) };
  }

  function take(one, { step, error, waits }) {
    one.walk.waits(waits || null);
    if (waits) return;
    one.walk.trouble(error || "");
    if (!step) return;
    one.walk.draw(step);
    if (!one.plays) one.walk.stops(); // it was on its way when Stop was pressed
    if (one.side === "a" && step.step === 0) setProps(SHOWN, { data: { model_id: step.model_id || null } });
    // Not before the maze is on the screen: of two messages that come at once a busy page sees only the newer.
    if (step.step === 0 && one.plays && !step.running) start(one);
  }

  const inference = {
    start(asked, where, said, shape) {
      [request, engine, texts, schema] = [{ ...asked }, where, said, shape];
      if (engine) begin();
      return Date.now();
    },

    state(state, id) {
      const one = sides.find((each) => each.socket.ids.socket === id);
      if (!one || !state) return;
      if (one.socket.becomes(state)) reset(one);
      if (state.readyState === WebSocket.CLOSED) one.walk.waits(null); // the line says what is wrong now
      one.socket.write(texts);
    },

    message(message, id) {
      const one = sides.find((each) => each.socket.ids.socket === id);
      if (!one || !message) return;
      one.socket.hears();
      take(one, read(message.data));
      one.socket.write(texts);
    },

    press(_play, _stop, _reset) {
      const triggered = window.dash_clientside.callback_context.triggered[0];
      if (!triggered || !triggered.value) return;
      const what = triggered.prop_id.split(".")[0].replace("inference-", "");
      for (const one of sides) {
        one.plays = what === "play";
        if (what === "play") start(one);
        else if (what === "stop") {
          send(one, { command: "stop" });
          one.walk.stops();
        }
        else reset(one);
      }
    },

    choose(model, versus, size, seed, speed) {
      const known = (value) => (value === "" || value === undefined || value === texts.none ? null : value);
      const number = (value) => (known(value) === null ? null : Number(value));
      const next = { model: known(model), versus: known(versus), size: number(size), seed: number(seed), speed: Number(speed) };
      const before = { ...request };
      const differs = (name) => (next[name] ?? null) !== (before[name] ?? null);
      const changed = Object.keys(next).filter(differs);
      if (!changed.length || !engine) return;
      request = { ...request, ...next };
      window.clew.setAddress((query) => {
        query.delete("play");
        for (const name of changed) {
          if (next[name] === null) query.delete(name);
          else query.set(name, next[name]);
        }
      }, "replaceState");
      if (changed.includes("versus") && Boolean(next.versus) !== Boolean(before.versus)) return begin();
      const plays = sides.some((one) => one.walk.last && one.walk.last.running && !one.walk.last.done);
      for (const one of sides) {
        if (changed.some((name) => name !== "speed")) reset(one);
        else if (plays) start(one); // of a walk that goes on it changes the speed alone
      }
    },
  };

  window.dash_clientside = Object.assign({}, window.dash_clientside, { inference });
})();
