/* The GPU page: shows the messages of its hosts on the map, in the cards and the chart of open GPUs, and in the table. */
import { register } from "./dash.js";
import { byId, elementOf } from "./elements.js";
import { ID } from "./from_python.js";
import { gpuCards } from "./gpu_cards.js";
import { gpuChart } from "./gpu_chart.js";
import { gpuFrames } from "./gpu_frames.js";
import { gpuGroups } from "./gpu_groups.js";
import { gpuHosts } from "./gpu_hosts.js";
import { gpuMap } from "./gpu_map.js";
import { cellLines, drawScale } from "./gpu_map_texts.js";
import { gpuHostLines } from "./gpu_notice.js";
import { gpuProcesses } from "./gpu_processes.js";
import { gpuRuns } from "./gpu_runs.js";
import { gpuUnits } from "./gpu_units.js";
import { gpuView } from "./gpu_view.js";
import { live } from "./live_text.js";

/**
 * @typedef {import("./gpu_units.js").Host} Host
 * @typedef {import("./gpu_units.js").Unit} Unit
 * @typedef {import("./gpu_hosts.js").Monitor} Monitor
 * @typedef {import("./gpu_hosts.js").HostsHandlers<GpuTexts>} HostsHandlers
 */

const EACH_MS = 1000; // between two updates of groups and texts: they need not change faster
/** @type {(id: string) => HTMLElement | null} */
const at = (id) => document.getElementById(id);

/** @type {Host[]} */
let hosts = [];
let texts = /** @type {GpuTexts} */ ({});
/** @type {import("./live_text.js").Described} */
let empty; // the card without a GPU
/** @type {(import("./gpu_map.js").GpuMap & { place: HTMLElement }) | null} */
let map = null;
let changed = true; // by the reader: everything has to be drawn
let arrangedAt = 0;
/** @type {Unit[]} */
let shown = [];
/** @type {Set<string>} */
let open = new Set();
/** @type {Set<Host>} */
let updated = new Set(); // the hosts whose messages came since the last drawing
/** @type {string | null} */
let closed = null; // the key of the card that the reader closed

const several = () => hosts.length > 1;
/** @type {((atOnce?: boolean) => void) | null} */
let frames = null;
/** @type {(atOnce?: boolean) => void} */
const later = (atOnce) => (frames = frames || gpuFrames(draw))(atOnce);

function draw() {
  const place = at(ID.GPU_MAP);
  if (!place) return;
  if (!map || map.place !== place) map = { place, ...newMap(place) };
  const units = gpuUnits.all(hosts);
  const overview = byId(ID.GPU_OVERVIEW);
  const hasFocus = overview.contains(document.activeElement);
  open = gpuView.opened(units, hosts);
  const isDue = changed || hosts.some((host) => host.reshaped) || performance.now() - arrangedAt >= EACH_MS;
  if (isDue) arrange(units);
  const { metric } = gpuView.chosen();
  map.fill(isDue ? shown : shown.filter((unit) => updated.has(unit.host)), metric, texts);
  updated = new Set();
  drawOpen(units);
  if (!overview.hidden && closed !== null) map.focus(closed); // the button that had the focus went with its card
  if (overview.hidden && hasFocus) byId(ID.GPU_CARDS).querySelector(".btn-close")?.focus(); // a single GPU has no map, only its card
  closed = null;
}

/** Updates groups, texts, choices, the hosts' lines and the processes.
 * @type {(units: Unit[]) => void} */
function arrange(units) {
  const view = gpuView.chosen();
  const { grouped, summary } = gpuGroups;
  const { hide, write } = live;
  [changed, arrangedAt] = [false, performance.now()];
  for (const host of hosts) host.reshaped = false;
  shown = gpuGroups.shown(units, view);
  map?.arrange(grouped(shown, view.group, texts));
  // A single GPU needs no map: it has its card.
  hide(at(ID.GPU_OVERVIEW), units.every((unit) => units.length < 2 && open.has(unit.key)) && !isFiltered(view));
  write(at(ID.GPU_WORDS), summary(shown, units, texts));
  drawScale(view.metric, texts);
  gpuView.offer(units, texts);
  gpuHostLines(byId(ID.GPU_HOSTS), hosts, texts);
  gpuProcesses.draw(hosts, shown, texts);
}

/** @param {Record<string, string>} view */
const isFiltered = ({ host, owner, state, run }) => Boolean(host) || [owner, state, run].some((one) => one !== gpuGroups.EVERY);

/** Draws the cards and the chart of the open GPUs, as many as fit.
 * @type {(units: Unit[]) => void} */
function drawOpen(units) {
  const view = gpuView;
  const these = units.filter((unit) => open.has(unit.key));
  const few = these.slice(0, texts.limits.open);
  gpuCards(byId(ID.GPU_CARDS), few, empty, texts, several());
  gpuChart.show(few, texts, several());
  const unknown = view.unknown(units, hosts);
  const notes = [
    these.length > few.length ? texts.most_open.replace("{shown}", String(few.length)).replace("{all}", String(these.length)) : "",
    unknown.length ? texts.not_there.replace("{names}", () => unknown.slice(0, 10).join(", ").slice(0, 300)) : "",
  ];
  live.write(at(ID.GPU_OPEN_NOTE), notes.filter(Boolean).join(" "));
  live.hide(at(ID.GPU_CLOSE_ALL), these.length === 0);
  const openable = shown.length > 0 && shown.length <= texts.limits.open && shown.some((unit) => !open.has(unit.key));
  live.hide(at(ID.GPU_OPEN_ALL), !openable);
  live.write(at(ID.GPU_OPEN_ALL), texts.open_all.replace("{n}", String(shown.length)));
}

/** @type {(place: HTMLElement) => import("./gpu_map.js").GpuMap} */
function newMap(place) {
  return gpuMap.make(place, { opens: (key) => toggle([key]), isOpen: (key) => open.has(key), words: (unit) => cellLines(unit, texts) });
}

/** @type {(keys: string[], on?: boolean) => void} */
function toggle(keys, on) {
  open = gpuView.toggle(keys, open, on); // at once: the next click may come before the next frame
  refresh();
}

function refresh() {
  changed = true;
  later(true);
}

/** @type {import("./gpu_hosts.js").HostsView<GpuTexts>} */
const view = {
  clear(these, words) {
    [hosts, texts, map, changed, shown] = [these, words, null, true, []];
    gpuView.begin();
  },
  take(host, report, words) {
    gpuUnits.take(host, report, words);
    updated.add(host);
  },
  later: () => later(),
};

/** @param {string[]} choices */
const named = ([metric, group, host, owner, state, run]) => ({ metric, group, host, owner, state, run });
/** @type {HostsHandlers | null} */
let handlers = null;
/** @type {() => HostsHandlers} */
const watched = () => (handlers = handlers || gpuHosts.watch((what, index) => `gpu-${what}-${index}`, ID.GPU_HOSTS, view));

const gpus = {
  /** @type {(monitors: Monitor[] | null, words: GpuTexts, schema: import("./schema.js").Schema, card: import("./live_text.js").Described, ...choices: string[]) => number} */
  start: (monitors, words, schema, card, ...choices) => {
    empty = card;
    gpuView.choose(named(choices));
    return watched().start(monitors, words, schema);
  },
  /** @type {(state: { readyState: number } | null, id: string) => void} */
  state: (state, id) => watched().state(state, id),
  /** @type {(message: { data: unknown } | null, id: string) => void} */
  message: (message, id) => watched().message(message, id),
  /** @type {(runs: import("./gpu_runs.js").TrainingRun[] | null) => void} */
  join(runs) {
    gpuRuns.join(runs);
    gpuUnits.all(hosts).forEach(gpuUnits.joined);
    refresh();
  },
  /** @type {(...choices: string[]) => void} */
  choose(...choices) {
    gpuView.choose(named(choices));
    gpuView.write();
    refresh();
  },
  /** @type {(clicks: number | null) => void} */
  openAll: (clicks) => void (clicks && toggle(shown.map((unit) => unit.key), true)),
  /** @type {(clicks: number | null) => void} */
  closeAll: (clicks) => void (clicks && toggle([...open], false)),
};

document.addEventListener("click", (event) => {
  const closer = elementOf(event)?.closest(`#${ID.GPU_CARDS} .btn-close`);
  if (!closer) return;
  const key = closer.closest(".gpu-card")?.dataset.key ?? "";
  closed = key;
  toggle([key], false);
});

register("gpus", gpus);
