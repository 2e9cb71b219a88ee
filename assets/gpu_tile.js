/* The tile of GPUs on the front page: each of a few GPUs; of many a summary, a map, and the GPUs that need attention. */
import { visit } from "./clew.js";
import { register } from "./dash.js";
import { byId } from "./elements.js";
import { ID } from "./from_python.js";
import { oddGpu } from "./gpu_cards.js";
import { gpuFrames } from "./gpu_frames.js";
import { gpuGroups } from "./gpu_groups.js";
import { gpuHosts } from "./gpu_hosts.js";
import { gpuMap } from "./gpu_map.js";
import { gpuHostLines } from "./gpu_notice.js";
import { gpuNumbers } from "./gpu_numbers.js";
import { gpuRuns } from "./gpu_runs.js";
import { gpuUnits } from "./gpu_units.js";
import { live } from "./live_text.js";
import { troubleOf } from "./translate.js";

/**
 * @typedef {import("./gpu_units.js").Host} Host
 * @typedef {import("./gpu_units.js").Unit} Unit
 * @typedef {import("./gpu_hosts.js").HostsHandlers<FrontGpuTexts>} HostsHandlers
 */

const EACH_MS = 1000; // between two updates of texts and rows: they need not change faster
const FEW = 8; // up to so many GPUs, each has a row
const MAX_ROWS = 8; // of GPUs that need attention
const LONGEST = 1000; // characters of a monitor's message
/** @type {Record<string, string>} */
const COLOURS = { busy: "primary", idle: "success", reserved: "warning", unknown: "secondary", mig: "secondary" };
const FINE = ["busy", "idle", "unknown", "mig"];
/** @type {(id: string) => HTMLElement | null} */
const at = (id) => document.getElementById(id);

/** @type {Host[]} */
let hosts = [];
let texts = /** @type {FrontGpuTexts} */ ({});
/** @type {(import("./gpu_map.js").GpuMap & { place: HTMLElement }) | null} */
let map = null;
let writtenAt = 0;
/** @type {Set<Host>} */
let updated = new Set(); // the hosts whose messages came since the last drawing
/** @type {((atOnce?: boolean) => void) | null} */
let frames = null;

/** @type {() => void} */
const later = () => (frames = frames || gpuFrames(draw))();

function draw() {
  const place = at(ID.FRONT_GPU_MAP);
  if (!place) return;
  if (!map || map.place !== place) map = { place, ...gpuMap.make(place, { opens: openGpu, words: inLines }) };
  const units = gpuUnits.all(hosts);
  const isDue = hosts.some((host) => host.reshaped) || performance.now() - writtenAt >= EACH_MS;
  if (isDue) write(units);
  if (units.length > FEW) map.fill(isDue ? units : units.filter((unit) => updated.has(unit.host)), "utilization", texts);
  updated = new Set();
}

/** @type {(units: Unit[]) => void} */
function write(units) {
  writtenAt = performance.now();
  for (const host of hosts) host.reshaped = false;
  const many = units.length > FEW;
  const { hide, write: writeText, children } = live;
  writeText(at(ID.FRONT_GPU_WORDS), many ? gpuGroups.summary(units, units, texts) : "");
  hide(byId(ID.FRONT_GPU_MAP).parentElement, !many);
  map?.arrange(many ? gpuGroups.grouped(units, "host", texts) : []);
  const rows = many ? gpuGroups.grouped(units.filter((unit) => !FINE.includes(unit.use)), "state", texts).flatMap((group) => group.units) : units;
  children(byId(ID.FRONT_GPU_GPUS), rows.slice(0, MAX_ROWS), (unit) => unit.key, newRow, fill);
  hide(at(ID.FRONT_GPU_MORE), rows.length <= MAX_ROWS);
  writeText(at(ID.FRONT_GPU_MORE), rows.length > MAX_ROWS ? texts.and_more.replace("{n}", String(rows.length - MAX_ROWS)) : "");
  gpuHostLines(byId(ID.FRONT_GPU_HOSTS), hosts, texts, MAX_ROWS);
}

/** Goes to the GPU page, with this GPU open.
 * @type {(key: string) => void} */
function openGpu(key) {
  const link = /** @type {HTMLAnchorElement} */ (document.querySelector("#front-gpus h2 a"));
  const url = new URL(link.href);
  url.searchParams.set("open", key);
  visit(url.pathname + url.search);
}

/** @type {(unit: Unit) => string[]} */
function inLines(unit) {
  const { METRICS } = gpuNumbers;
  const { gpu } = unit;
  const head = [unit.host.name, gpuUnits.nameOf(unit, false, texts), gpu.name].filter(Boolean).join(" · ");
  return [head, Object.values(METRICS).map((metric) => metric.text(gpu)).join(" · "), [texts.use[unit.use], ...unit.owners].join(" · ")];
}

function newRow() {
  const { make } = live;
  // As in components/front/front.py: pressed, the badge shows the reason.
  const use = make("details", { class: "tile-why" }, make("summary", {}, make("span", { class: "badge" })), make("p"));
  const name = make("span", { class: "tile-name" }, make("strong"), make("span"));
  return make("li", {}, name, use, make("span", { class: "ms-auto text-end" }), make("span", { class: "small text-body-secondary text-end" }));
}

/** @type {(row: HTMLElement, unit: Unit) => void} */
function fill(row, unit) {
  const { write: writeText, mark } = live;
  const { METRICS, known, gib } = gpuNumbers;
  const { gpu } = unit;
  const [name, use, utilization, memory] = /** @type {HTMLCollectionOf<HTMLElement>} */ (row.children);
  writeText(name.firstElementChild, `${hosts.length > 1 ? `${unit.host.name} ` : ""}${gpuUnits.placeOf(gpu)}`);
  writeText(name.lastElementChild, ` · ${gpu.name || texts.gpu}`);
  const badge = use.querySelector(".badge");
  mark(badge, "class", `badge text-bg-${COLOURS[unit.use] || "danger"}`);
  mark(badge, "data-use", unit.use);
  writeText(badge, texts.use[unit.use]);
  writeText(use.lastElementChild, [why(unit), oddGpu(gpu, texts)].filter(Boolean).join(" "));
  writeText(utilization, METRICS.utilization.text(gpu));
  const isKnown = known(gpu.memory_used) || known(gpu.memory_total);
  writeText(memory, isKnown ? texts.memory.replace("{used}", gib(gpu.memory_used)).replace("{total}", gib(gpu.memory_total)) : "");
  row.classList.toggle("tile-old", gpuUnits.isOld(unit));
}

/** @type {(unit: Unit) => string} */
function why({ gpu, use, holder, owners }) {
  const [samples, percent] = [texts.rule.samples, texts.rule.percent].map(String);
  const { known, count } = gpuNumbers;
  if (use === "reserved" && !holder) return texts.why.given.replace("{samples}", samples).replace("{percent}", percent).replace("{who}", () => owners.join(", ") || gpuNumbers.MISSING);
  if (!texts.why[use]) return troubleOf(gpu, texts.templates).slice(0, LONGEST);
  const text = texts.why[use].replace("{samples}", samples).replace("{percent}", percent);
  if (!holder) return text;
  const who = [holder.user, holder.command, holder.pid].filter(known).join(" · ");
  return text.replace("{held}", count(holder.memory_used ?? 0)).replace("{who}", () => who);
}

/** @type {import("./gpu_hosts.js").HostsView<FrontGpuTexts>} */
const view = {
  clear(these, words) {
    [hosts, texts, map, updated, writtenAt] = [these, words, null, new Set(), 0];
    gpuRuns.join([]);
  },
  take(host, report, words) {
    gpuUnits.take(host, report, words);
    updated.add(host);
  },
  later,
};

/** @type {HostsHandlers | null} */
let handlers = null;
/** @type {() => HostsHandlers} */
const watched = () => (handlers = handlers || gpuHosts.watch((what, index) => `front-gpu-${what}-${index}`, ID.FRONT_GPU_HOSTS, view));

const gpuTile = {
  /** @type {(monitors: import("./gpu_hosts.js").Monitor[] | null, texts: FrontGpuTexts, schema: import("./schema.js").Schema) => number} */
  start: (monitors, words, schema) => watched().start(monitors, words, schema),
  /** @type {(state: { readyState: number } | null, id: string) => void} */
  state: (state, id) => watched().state(state, id),
  /** @type {(message: { data: unknown } | null, id: string) => void} */
  message: (message, id) => watched().message(message, id),
};

register("gpuTile", gpuTile);
