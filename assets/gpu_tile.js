/* The front page's tile of GPUs: how many do what, each GPU of a few, and of many a map, and those that need a person. */
(function () {
  "use strict";
  const EACH_MS = 1000; // words and rows: nobody reads those faster
  const FEW = 8; // so many GPUs have a row each
  const MOST_ROWS = 8; // of those that need a person
  const LONGEST = 1000; // characters of what a monitor said
  const COLOURS = { busy: "primary", idle: "success", reserved: "warning", unknown: "secondary", mig: "secondary" };
  const FINE = ["busy", "idle", "unknown", "mig"];
  const at = (id) => document.getElementById(id);

  let hosts = [];
  let texts = {};
  let map = null;
  let writtenAt = 0;
  let told = new Set(); // the hosts that spoke since the last drawing
  let frames = null;

  const later = () => (frames = frames || window.clew.gpuFrames(draw))();

  function draw() {
    const place = at("front-gpu-map");
    if (!place) return;
    if (!map || map.place !== place) map = { place, ...window.clew.gpuMap.make(place, { opens: leadTo, words: inLines }) };
    const units = window.clew.gpuUnits.all(hosts);
    const isDue = hosts.some((host) => host.reshaped) || performance.now() - writtenAt >= EACH_MS;
    if (isDue) write(units);
    if (units.length > FEW) map.fill(isDue ? units : units.filter((unit) => told.has(unit.host)), "utilization", texts);
    told = new Set();
  }

  function write(units) {
    writtenAt = performance.now();
    for (const host of hosts) host.reshaped = false;
    const many = units.length > FEW;
    const { hide, write: say, children } = window.clew.live;
    say(at("front-gpu-words"), many ? window.clew.gpuGroups.inWords(units, units, texts) : "");
    hide(at("front-gpu-map").parentElement, !many);
    map.arrange(many ? window.clew.gpuGroups.grouped(units, "host", texts) : []);
    const rows = many ? window.clew.gpuGroups.grouped(units.filter((unit) => !FINE.includes(unit.use)), "state", texts).flatMap((group) => group.units) : units;
    children(at("front-gpu-gpus"), rows.slice(0, MOST_ROWS), (unit) => unit.key, newRow, fill);
    hide(at("front-gpu-more"), rows.length <= MOST_ROWS);
    say(at("front-gpu-more"), rows.length > MOST_ROWS ? texts.and_more.replace("{n}", rows.length - MOST_ROWS) : "");
    window.clew.gpuHostLines(at("front-gpu-hosts"), hosts, texts, MOST_ROWS);
  }

  /** To the GPU page, with this one open. */
  function leadTo(key) {
    const url = new URL(document.querySelector("#front-gpus h2 a").href);
    url.searchParams.set("open", key);
    window.clew.visit(url.pathname + url.search);
  }

  function inLines(unit) {
    const { METRICS } = window.clew.gpuNumbers;
    const { gpu } = unit;
    const head = [unit.host.name, window.clew.gpuUnits.nameOf(unit, false, texts), gpu.name].filter(Boolean).join(" · ");
    return [head, Object.values(METRICS).map((metric) => metric.text(gpu)).join(" · "), [texts.use[unit.use], ...unit.owners].join(" · ")];
  }

  function newRow() {
    const { make } = window.clew.live;
    // As components/front/front.py has it: pressed, the badge says why.
    const use = make("details", { class: "tile-why" }, make("summary", {}, make("span", { class: "badge" })), make("p"));
    const name = make("span", { class: "tile-name" }, make("strong"), make("span"));
    return make("li", {}, name, use, make("span", { class: "ms-auto text-end" }), make("span", { class: "small text-body-secondary text-end" }));
  }

  function fill(row, unit) {
    const { write: say, mark } = window.clew.live;
    const { METRICS, known, gib } = window.clew.gpuNumbers;
    const { gpu } = unit;
    const [name, use, utilization, memory] = row.children;
    say(name.firstChild, `${hosts.length > 1 ? `${unit.host.name} ` : ""}${window.clew.gpuUnits.placeOf(gpu)}`);
    say(name.lastChild, ` · ${gpu.name || texts.gpu}`);
    const badge = use.querySelector(".badge");
    mark(badge, "class", `badge text-bg-${COLOURS[unit.use] || "danger"}`);
    mark(badge, "data-use", unit.use);
    say(badge, texts.use[unit.use]);
    say(use.lastChild, [why(unit), window.clew.oddGpu(gpu, texts)].filter(Boolean).join(" "));
    say(utilization, METRICS.utilization.text(gpu));
    const told = known(gpu.memory_used) || known(gpu.memory_total);
    say(memory, told ? texts.memory.replace("{used}", gib(gpu.memory_used)).replace("{total}", gib(gpu.memory_total)) : "");
    row.classList.toggle("tile-old", window.clew.gpuUnits.isOld(unit));
  }

  function why({ gpu, use, holder, owners }) {
    const { samples, percent } = texts.rule;
    const { known, count } = window.clew.gpuNumbers;
    if (use === "reserved" && !holder) return texts.why.given.replace("{samples}", samples).replace("{percent}", percent).replace("{who}", () => owners.join(", ") || window.clew.gpuNumbers.MISSING);
    if (!texts.why[use]) return window.clew.troubleOf(gpu, texts.templates).slice(0, LONGEST);
    const said = texts.why[use].replace("{samples}", samples).replace("{percent}", percent);
    if (!holder) return said;
    const who = [holder.user, holder.command, holder.pid].filter(known).join(" · ");
    return said.replace("{held}", count(holder.memory_used)).replace("{who}", () => who);
  }

  const view = {
    clear(these, said) {
      [hosts, texts, map, told, writtenAt] = [these, said, null, new Set(), 0];
      window.clew.gpuRuns.join([]);
    },
    take(host, report, said) {
      window.clew.gpuUnits.take(host, report, said);
      told.add(host);
    },
    later,
  };

  let handlers = null;
  const watched = () => (handlers = handlers || window.clew.gpuHosts.watch((what, index) => `front-gpu-${what}-${index}`, "front-gpu-hosts", view));

  const gpuTile = {
    start: (monitors, said, schema) => watched().start(monitors, said, schema),
    state: (state, id) => watched().state(state, id),
    message: (message, id) => watched().message(message, id),
  };

  window.dash_clientside = Object.assign({}, window.dash_clientside, { gpuTile });
})();
