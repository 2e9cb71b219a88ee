/* The GPU page: what its hosts' messages say goes into the map, the cards and the chart of what is open, and the table. */
(function () {
  "use strict";
  const EACH_MS = 1000; // who is where, in words and in groups: nobody reads those faster
  const at = (id) => document.getElementById(id);

  let hosts = [];
  let texts = {};
  let empty = null; // the card without a GPU
  let map = null;
  let changed = true; // by the reader: all of it is drawn anew
  let arrangedAt = 0;
  let shown = [];
  let open = new Set();
  let told = new Set(); // the hosts that spoke since the last drawing
  let closed = null; // the key of the card that the reader closed

  const several = () => hosts.length > 1;
  let frames = null;
  const later = (atOnce) => (frames = frames || window.clew.gpuFrames(draw))(atOnce);

  function draw() {
    const place = at("gpus-map");
    if (!place) return;
    if (!map || map.place !== place) map = { place, ...newMap(place) };
    const units = window.clew.gpuUnits.all(hosts);
    const overview = at("gpus-overview");
    const hasFocus = overview.contains(document.activeElement);
    open = window.clew.gpuView.opened(units, hosts);
    const isDue = changed || hosts.some((host) => host.reshaped) || performance.now() - arrangedAt >= EACH_MS;
    if (isDue) arrange(units);
    const { metric } = window.clew.gpuView.chosen();
    map.fill(isDue ? shown : shown.filter((unit) => told.has(unit.host)), metric, texts);
    told = new Set();
    drawOpen(units);
    if (!overview.hidden && closed !== null) map.focus(closed); // the button that had the focus went with its card
    if (overview.hidden && hasFocus) at("gpus-cards").querySelector(".btn-close")?.focus(); // one GPU alone is its card
    closed = null;
  }

  /** Who is where: groups, words, choices, the hosts' lines and the processes. */
  function arrange(units) {
    const view = window.clew.gpuView.chosen();
    const { grouped, inWords } = window.clew.gpuGroups;
    const { hide, write } = window.clew.live;
    [changed, arrangedAt] = [false, performance.now()];
    for (const host of hosts) host.reshaped = false;
    shown = window.clew.gpuGroups.shown(units, view);
    map.arrange(grouped(shown, view.group, texts));
    // One GPU alone is its card.
    hide(at("gpus-overview"), units.every((unit) => units.length < 2 && open.has(unit.key)) && !isFiltered(view));
    write(at("gpus-words"), inWords(shown, units, texts));
    scale(view.metric);
    window.clew.gpuView.offer(units, texts);
    window.clew.gpuHostLines(at("gpus-hosts"), hosts, texts);
    window.clew.gpuProcesses.draw(hosts, shown, texts);
  }

  const isFiltered = ({ host, owner, state, run }) => Boolean(host) || [owner, state, run].some((one) => one !== window.clew.gpuGroups.EVERY);

  function scale(metric) {
    const { low, high, label } = texts.scales[metric];
    const { mark, write } = window.clew.live;
    write(at("gpus-scale-low"), low);
    write(at("gpus-scale-high"), high);
    mark(at("gpus-map"), "aria-label", label);
  }

  /** The cards and the chart, of what is open, as many as fit. */
  function drawOpen(units) {
    const view = window.clew.gpuView;
    const these = units.filter((unit) => open.has(unit.key));
    const few = these.slice(0, texts.limits.open);
    window.clew.gpuCards(at("gpus-cards"), few, empty, texts, several());
    window.clew.gpuChart.show(few, texts, several());
    const unknown = view.unknown(units, hosts);
    const notes = [
      these.length > few.length ? texts.most_open.replace("{shown}", few.length).replace("{all}", these.length) : "",
      unknown.length ? texts.not_there.replace("{names}", () => unknown.slice(0, 10).join(", ").slice(0, 300)) : "",
    ];
    window.clew.live.write(at("gpus-open-note"), notes.filter(Boolean).join(" "));
    window.clew.live.hide(at("gpus-close-all"), these.length === 0);
    const openable = shown.length > 0 && shown.length <= texts.limits.open && shown.some((unit) => !open.has(unit.key));
    window.clew.live.hide(at("gpus-open-all"), !openable);
    window.clew.live.write(at("gpus-open-all"), texts.open_all.replace("{n}", shown.length));
  }

  function newMap(place) {
    return window.clew.gpuMap.make(place, { opens: (key) => toggle([key]), isOpen: (key) => open.has(key), words: (unit) => inLines(unit) });
  }

  function toggle(keys, on) {
    open = window.clew.gpuView.toggle(keys, open, on); // at once: the next click may come before the next frame
    refresh();
  }

  function refresh() {
    changed = true;
    later(true);
  }

  /** What is said of a cell that is pointed at. */
  function inLines(unit) {
    const { METRICS } = window.clew.gpuNumbers;
    const { gpu } = unit;
    const who = [texts.use[unit.use], ...unit.owners, ...unit.runs].join(" · ");
    return [[unit.host.name, window.clew.gpuUnits.nameOf(unit, false, texts), gpu.name].filter(Boolean).join(" · "), Object.values(METRICS).map((metric) => metric.text(gpu)).join(" · "), who, window.clew.gpuNumbers.machine(unit.host.report, texts)].filter(Boolean);
  }

  const view = {
    clear(these, said) {
      [hosts, texts, map, changed, shown] = [these, said, null, true, []];
      window.clew.gpuView.begin();
    },
    take(host, report, said) {
      window.clew.gpuUnits.take(host, report, said);
      told.add(host);
    },
    later: () => later(),
  };

  const named = ([metric, group, host, owner, state, run]) => ({ metric, group, host, owner, state, run });
  let handlers = null;
  const watched = () => (handlers = handlers || window.clew.gpuHosts.watch((what, index) => `gpu-${what}-${index}`, "gpus-hosts", view));

  const gpus = {
    start: (monitors, said, schema, card, ...choices) => {
      empty = card;
      window.clew.gpuView.choose(named(choices));
      return watched().start(monitors, said, schema);
    },
    state: (state, id) => watched().state(state, id),
    message: (message, id) => watched().message(message, id),
    join(runs) {
      window.clew.gpuRuns.join(runs);
      window.clew.gpuUnits.all(hosts).forEach(window.clew.gpuUnits.joined);
      refresh();
    },
    choose(...choices) {
      window.clew.gpuView.choose(named(choices));
      window.clew.gpuView.write();
      refresh();
    },
    openAll: (clicks) => clicks && toggle(shown.map((unit) => unit.key), true),
    closeAll: (clicks) => clicks && toggle([...open], false),
  };

  document.addEventListener("click", (event) => {
    const closer = event.target.closest && event.target.closest("#gpus-cards .btn-close");
    if (!closer) return;
    const { key } = closer.closest(".gpu-card").dataset;
    closed = key;
    toggle([key], false);
  });

  window.dash_clientside = Object.assign({}, window.dash_clientside, { gpus });
})();
