/* The GPU page: what its hosts' messages say goes into the map, the cards and the chart of what is open, and the table. */
import { register } from "./dash.js";
import { ID } from "./from_python.js";
import { gpuCards } from "./gpu_cards.js";
import { gpuChart } from "./gpu_chart.js";
import { gpuFrames } from "./gpu_frames.js";
import { gpuGroups } from "./gpu_groups.js";
import { gpuHosts } from "./gpu_hosts.js";
import { gpuMap } from "./gpu_map.js";
import { gpuHostLines } from "./gpu_notice.js";
import { gpuNumbers } from "./gpu_numbers.js";
import { gpuProcesses } from "./gpu_processes.js";
import { gpuRuns } from "./gpu_runs.js";
import { gpuUnits } from "./gpu_units.js";
import { gpuView } from "./gpu_view.js";
import { live } from "./live_text.js";

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
const later = (atOnce) => (frames = frames || gpuFrames(draw))(atOnce);

function draw() {
  const place = at(ID.GPU_MAP);
  if (!place) return;
  if (!map || map.place !== place) map = { place, ...newMap(place) };
  const units = gpuUnits.all(hosts);
  const overview = at(ID.GPU_OVERVIEW);
  const hasFocus = overview.contains(document.activeElement);
  open = gpuView.opened(units, hosts);
  const isDue = changed || hosts.some((host) => host.reshaped) || performance.now() - arrangedAt >= EACH_MS;
  if (isDue) arrange(units);
  const { metric } = gpuView.chosen();
  map.fill(isDue ? shown : shown.filter((unit) => told.has(unit.host)), metric, texts);
  told = new Set();
  drawOpen(units);
  if (!overview.hidden && closed !== null) map.focus(closed); // the button that had the focus went with its card
  if (overview.hidden && hasFocus) at(ID.GPU_CARDS).querySelector(".btn-close")?.focus(); // one GPU alone is its card
  closed = null;
}

/** Who is where: groups, words, choices, the hosts' lines and the processes. */
function arrange(units) {
  const view = gpuView.chosen();
  const { grouped, inWords } = gpuGroups;
  const { hide, write } = live;
  [changed, arrangedAt] = [false, performance.now()];
  for (const host of hosts) host.reshaped = false;
  shown = gpuGroups.shown(units, view);
  map.arrange(grouped(shown, view.group, texts));
  // One GPU alone is its card.
  hide(at(ID.GPU_OVERVIEW), units.every((unit) => units.length < 2 && open.has(unit.key)) && !isFiltered(view));
  write(at(ID.GPU_WORDS), inWords(shown, units, texts));
  scale(view.metric);
  gpuView.offer(units, texts);
  gpuHostLines(at(ID.GPU_HOSTS), hosts, texts);
  gpuProcesses.draw(hosts, shown, texts);
}

/** @param {Record<string, any>} view */
const isFiltered = ({ host, owner, state, run }) => Boolean(host) || [owner, state, run].some((one) => one !== gpuGroups.EVERY);

function scale(metric) {
  const { low, high, label } = texts.scales[metric];
  const { mark, write } = live;
  write(at(ID.GPU_SCALE_LOW), low);
  write(at(ID.GPU_SCALE_HIGH), high);
  mark(at(ID.GPU_MAP), "aria-label", label);
}

/** The cards and the chart, of what is open, as many as fit. */
function drawOpen(units) {
  const view = gpuView;
  const these = units.filter((unit) => open.has(unit.key));
  const few = these.slice(0, texts.limits.open);
  gpuCards(at(ID.GPU_CARDS), few, empty, texts, several());
  gpuChart.show(few, texts, several());
  const unknown = view.unknown(units, hosts);
  const notes = [
    these.length > few.length ? texts.most_open.replace("{shown}", few.length).replace("{all}", these.length) : "",
    unknown.length ? texts.not_there.replace("{names}", () => unknown.slice(0, 10).join(", ").slice(0, 300)) : "",
  ];
  live.write(at(ID.GPU_OPEN_NOTE), notes.filter(Boolean).join(" "));
  live.hide(at(ID.GPU_CLOSE_ALL), these.length === 0);
  const openable = shown.length > 0 && shown.length <= texts.limits.open && shown.some((unit) => !open.has(unit.key));
  live.hide(at(ID.GPU_OPEN_ALL), !openable);
  live.write(at(ID.GPU_OPEN_ALL), texts.open_all.replace("{n}", shown.length));
}

function newMap(place) {
  return gpuMap.make(place, { opens: (key) => toggle([key]), isOpen: (key) => open.has(key), words: (unit) => inLines(unit) });
}

function toggle(keys, on) {
  open = gpuView.toggle(keys, open, on); // at once: the next click may come before the next frame
  refresh();
}

function refresh() {
  changed = true;
  later(true);
}

/** What is said of a cell that is pointed at. */
function inLines(unit) {
  const { METRICS } = gpuNumbers;
  const { gpu } = unit;
  const who = [texts.use[unit.use], ...unit.owners, ...unit.runs].join(" · ");
  return [[unit.host.name, gpuUnits.nameOf(unit, false, texts), gpu.name].filter(Boolean).join(" · "), Object.values(METRICS).map((metric) => metric.text(gpu)).join(" · "), who, gpuNumbers.machine(unit.host.report, texts)].filter(Boolean);
}

const view = {
  clear(these, said) {
    [hosts, texts, map, changed, shown] = [these, said, null, true, []];
    gpuView.begin();
  },
  take(host, report, said) {
    gpuUnits.take(host, report, said);
    told.add(host);
  },
  later: () => later(),
};

/** @param {any[]} choices */
const named = ([metric, group, host, owner, state, run]) => ({ metric, group, host, owner, state, run });
let handlers = null;
const watched = () => (handlers = handlers || gpuHosts.watch((what, index) => `gpu-${what}-${index}`, ID.GPU_HOSTS, view));

const gpus = {
  start: (monitors, said, schema, card, ...choices) => {
    empty = card;
    gpuView.choose(named(choices));
    return watched().start(monitors, said, schema);
  },
  state: (state, id) => watched().state(state, id),
  message: (message, id) => watched().message(message, id),
  join(runs) {
    gpuRuns.join(runs);
    gpuUnits.all(hosts).forEach(gpuUnits.joined);
    refresh();
  },
  choose(...choices) {
    gpuView.choose(named(choices));
    gpuView.write();
    refresh();
  },
  openAll: (clicks) => clicks && toggle(shown.map((unit) => unit.key), true),
  closeAll: (clicks) => clicks && toggle([...open], false),
};

document.addEventListener("click", (event) => {
  const closer = event.target.closest && event.target.closest(`#${ID.GPU_CARDS} .btn-close`);
  if (!closer) return;
  const { key } = closer.closest(".gpu-card").dataset;
  closed = key;
  toggle([key], false);
});

register("gpus", gpus);
