/* The front page's tile of GPUs: how many do what, each GPU of a few, and of many a map, and those that need a person. */
import { visit } from "./clew.js";
import { register } from "./dash.js";
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

const later = () => (frames = frames || gpuFrames(draw))();

function draw() {
  const place = at(ID.FRONT_GPU_MAP);
  if (!place) return;
  if (!map || map.place !== place) map = { place, ...gpuMap.make(place, { opens: leadTo, words: inLines }) };
  const units = gpuUnits.all(hosts);
  const isDue = hosts.some((host) => host.reshaped) || performance.now() - writtenAt >= EACH_MS;
  if (isDue) write(units);
  if (units.length > FEW) map.fill(isDue ? units : units.filter((unit) => told.has(unit.host)), "utilization", texts);
  told = new Set();
}

function write(units) {
  writtenAt = performance.now();
  for (const host of hosts) host.reshaped = false;
  const many = units.length > FEW;
  const { hide, write: say, children } = live;
  say(at(ID.FRONT_GPU_WORDS), many ? gpuGroups.inWords(units, units, texts) : "");
  hide(at(ID.FRONT_GPU_MAP).parentElement, !many);
  map.arrange(many ? gpuGroups.grouped(units, "host", texts) : []);
  const rows = many ? gpuGroups.grouped(units.filter((unit) => !FINE.includes(unit.use)), "state", texts).flatMap((group) => group.units) : units;
  children(at(ID.FRONT_GPU_GPUS), rows.slice(0, MOST_ROWS), (unit) => unit.key, newRow, fill);
  hide(at(ID.FRONT_GPU_MORE), rows.length <= MOST_ROWS);
  say(at(ID.FRONT_GPU_MORE), rows.length > MOST_ROWS ? texts.and_more.replace("{n}", rows.length - MOST_ROWS) : "");
  gpuHostLines(at(ID.FRONT_GPU_HOSTS), hosts, texts, MOST_ROWS);
}

/** To the GPU page, with this one open. */
function leadTo(key) {
  const url = new URL(document.querySelector("#front-gpus h2 a").href);
  url.searchParams.set("open", key);
  visit(url.pathname + url.search);
}

function inLines(unit) {
  const { METRICS } = gpuNumbers;
  const { gpu } = unit;
  const head = [unit.host.name, gpuUnits.nameOf(unit, false, texts), gpu.name].filter(Boolean).join(" · ");
  return [head, Object.values(METRICS).map((metric) => metric.text(gpu)).join(" · "), [texts.use[unit.use], ...unit.owners].join(" · ")];
}

function newRow() {
  const { make } = live;
  // As components/front/front.py has it: pressed, the badge says why.
  const use = make("details", { class: "tile-why" }, make("summary", {}, make("span", { class: "badge" })), make("p"));
  const name = make("span", { class: "tile-name" }, make("strong"), make("span"));
  return make("li", {}, name, use, make("span", { class: "ms-auto text-end" }), make("span", { class: "small text-body-secondary text-end" }));
}

function fill(row, unit) {
  const { write: say, mark } = live;
  const { METRICS, known, gib } = gpuNumbers;
  const { gpu } = unit;
  const [name, use, utilization, memory] = row.children;
  say(name.firstChild, `${hosts.length > 1 ? `${unit.host.name} ` : ""}${gpuUnits.placeOf(gpu)}`);
  say(name.lastChild, ` · ${gpu.name || texts.gpu}`);
  const badge = use.querySelector(".badge");
  mark(badge, "class", `badge text-bg-${COLOURS[unit.use] || "danger"}`);
  mark(badge, "data-use", unit.use);
  say(badge, texts.use[unit.use]);
  say(use.lastChild, [why(unit), oddGpu(gpu, texts)].filter(Boolean).join(" "));
  say(utilization, METRICS.utilization.text(gpu));
  const told = known(gpu.memory_used) || known(gpu.memory_total);
  say(memory, told ? texts.memory.replace("{used}", gib(gpu.memory_used)).replace("{total}", gib(gpu.memory_total)) : "");
  row.classList.toggle("tile-old", gpuUnits.isOld(unit));
}

function why({ gpu, use, holder, owners }) {
  const { samples, percent } = texts.rule;
  const { known, count } = gpuNumbers;
  if (use === "reserved" && !holder) return texts.why.given.replace("{samples}", samples).replace("{percent}", percent).replace("{who}", () => owners.join(", ") || gpuNumbers.MISSING);
  if (!texts.why[use]) return troubleOf(gpu, texts.templates).slice(0, LONGEST);
  const said = texts.why[use].replace("{samples}", samples).replace("{percent}", percent);
  if (!holder) return said;
  const who = [holder.user, holder.command, holder.pid].filter(known).join(" · ");
  return said.replace("{held}", count(holder.memory_used)).replace("{who}", () => who);
}

const view = {
  clear(these, said) {
    [hosts, texts, map, told, writtenAt] = [these, said, null, new Set(), 0];
    gpuRuns.join([]);
  },
  take(host, report, said) {
    gpuUnits.take(host, report, said);
    told.add(host);
  },
  later,
};

let handlers = null;
const watched = () => (handlers = handlers || gpuHosts.watch((what, index) => `front-gpu-${what}-${index}`, ID.FRONT_GPU_HOSTS, view));

const gpuTile = {
  start: (monitors, said, schema) => watched().start(monitors, said, schema),
  state: (state, id) => watched().state(state, id),
  message: (message, id) => watched().message(message, id),
};

register("gpuTile", gpuTile);
