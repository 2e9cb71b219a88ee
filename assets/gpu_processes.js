/* The table of processes on the GPU page: a row for each process of the GPUs that are shown, with the run that it trains. */
import { ID } from "./from_python.js";
import { gpuNumbers } from "./gpu_numbers.js";
import { gpuRuns } from "./gpu_runs.js";
import { gpuUnits } from "./gpu_units.js";
import { live } from "./live_text.js";

/**
 * @typedef {import("./gpu_units.js").Host} Host
 * @typedef {import("./gpu_units.js").Unit} Unit
 * @typedef {{ unit: Unit, process: import("./gpu_units.js").GpuProcess }} Row
 */

const PROCESSES = ID.GPU_PROCESSES;
const NUMBER = { class: "text-end" };

/** Draws the table of `hosts`; `units` are those that are shown.
 * @type {(hosts: Host[], units: Unit[], texts: GpuTexts) => void} */
function draw(hosts, units, texts) {
  const place = document.getElementById(PROCESSES);
  if (!place || !hosts.some((host) => host.report)) return;
  const reported = units.filter((unit) => unit.gpu.processes);
  const rows = reported.flatMap((unit) => (unit.gpu.processes || []).map((process) => ({ unit, process })));
  const leftOut = reported.reduce((sum, unit) => sum + (unit.gpu.processes_left_out || 0), 0);
  if (rows.length) return table(place, most(rows, texts), rows.length + leftOut, hosts.length > 1, texts);
  // Without a GPU there is no process; otherwise the monitor has to report them.
  const isKnown = reported.length > 0 || hosts.some((host) => host.report && host.report.state === "no_gpu");
  if (place.children.length !== 1 || place.firstElementChild?.tagName !== "P") place.replaceChildren(live.make("p", { class: "text-body-secondary" }));
  live.write(place.firstElementChild, isKnown ? texts.no_process : texts.unknown_processes);
}

/** Returns the rows; of too many those with the most memory, in their order.
 * @type {(rows: Row[], texts: GpuTexts) => Row[]} */
function most(rows, texts) {
  if (rows.length <= texts.limits.rows) return rows;
  /** @type {(row: Row) => number} */
  const memory = ({ process }) => process.memory_used || 0;
  const largest = new Set([...rows].sort((a, b) => memory(b) - memory(a)).slice(0, texts.limits.rows));
  return rows.filter((row) => largest.has(row));
}

/** @type {(place: HTMLElement, rows: Row[], all: number, several: boolean, texts: GpuTexts) => void} */
function table(place, rows, all, several, texts) {
  /** @type {string[]} */
  const names = texts.process_head.slice(several ? 0 : 1);
  if (!place.querySelector("table")) place.replaceChildren(...frame(names, texts));
  const seen = new Map();
  const keyed = rows.map((row) => {
    const key = `${row.unit.key} ${row.process.pid}`;
    seen.set(key, (seen.get(key) || 0) + 1); // those without a pid have one key
    return { ...row, key: `${key} ${seen.get(key)}` };
  });
  const newRow = () => live.make("tr", {}, ...names.map((_name, index) => live.make("td", isMemory(index, names) ? NUMBER : {})));
  live.children(/** @type {Element} */ (place.querySelector("tbody")), keyed, (one) => one.key, newRow, (element, one) => fill(element, one, several));
  const { count } = gpuNumbers;
  live.write(place.lastElementChild, all > rows.length ? texts.most_processes.replace("{shown}", count(rows.length)).replace("{all}", count(all)) : "");
}

/** @type {(index: number, names: string[]) => boolean} */
const isMemory = (index, names) => index === names.length - 2;

/** @type {(names: string[], texts: GpuTexts) => HTMLElement[]} */
function frame(names, texts) {
  const { make } = live;
  const head = names.map((text, index) => make("th", { scope: "col", ...(isMemory(index, names) ? NUMBER : {}) }, text));
  const made = make("table", { class: "table table-sm" }, make("thead", {}, make("tr", {}, ...head)), make("tbody"));
  return [make("div", { class: "table-responsive", tabindex: 0, role: "region", "aria-label": texts.processes }, made), make("p", { class: "small text-body-secondary" })];
}

/** @type {(element: HTMLElement, row: Row, several: boolean) => void} */
function fill(element, { unit, process }, several) {
  const { known, count, MISSING } = gpuNumbers;
  const { write, mark, make } = live;
  const run = gpuRuns.of(unit.host.report?.boot_id, process);
  const memory = known(process.memory_used) ? count(process.memory_used) : null;
  const cells = [...(several ? [unit.host.name] : []), gpuUnits.placeOf(unit.gpu), process.pid, process.user || (run && run.user), process.command, memory];
  cells.forEach((value, index) => write(element.children[index], known(value) ? String(value) : MISSING));
  const last = /** @type {Element} */ (element.lastElementChild);
  if (!run) return write(last, MISSING);
  if (!last.firstElementChild) last.replaceChildren(make("a", { class: "run-name" }));
  mark(last.firstElementChild, "href", run.page);
  mark(last.firstElementChild, "title", run.name);
  write(last.firstElementChild, run.name);
}

export const gpuProcesses = Object.freeze({ draw });
