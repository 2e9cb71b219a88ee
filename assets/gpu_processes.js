/* The table of processes on the GPU page: a row each, of the GPUs that are shown, and the run that it trains where there is
   one. */
import { ID } from "./from_python.js";
import { gpuNumbers } from "./gpu_numbers.js";
import { gpuRuns } from "./gpu_runs.js";
import { gpuUnits } from "./gpu_units.js";
import { live } from "./live_text.js";

const PROCESSES = ID.GPU_PROCESSES;
const NUMBER = { class: "text-end" };

/** Draws it: `units` are those that are shown, of `hosts`. */
function draw(hosts, units, texts) {
  const place = document.getElementById(PROCESSES);
  if (!place || !hosts.some((host) => host.report)) return;
  const told = units.filter((unit) => unit.gpu.processes);
  const rows = told.flatMap((unit) => unit.gpu.processes.map((process) => ({ unit, process })));
  const leftOut = told.reduce((sum, unit) => sum + (unit.gpu.processes_left_out || 0), 0);
  if (rows.length) return table(place, most(rows, texts), rows.length + leftOut, hosts.length > 1, texts);
  // None where there is no GPU to be on; else it has to be told.
  const isKnown = told.length > 0 || hosts.some((host) => host.report && host.report.state === "no_gpu");
  if (place.children.length !== 1 || place.firstElementChild.tagName !== "P") place.replaceChildren(live.make("p", { class: "text-body-secondary" }));
  live.write(place.firstElementChild, isKnown ? texts.no_process : texts.unknown_processes);
}

/** Of too many those with the most memory, in their order. */
function most(rows, texts) {
  if (rows.length <= texts.limits.rows) return rows;
  const memory = ({ process }) => process.memory_used || 0;
  const largest = new Set([...rows].sort((a, b) => memory(b) - memory(a)).slice(0, texts.limits.rows));
  return rows.filter((row) => largest.has(row));
}

function table(place, rows, all, several, texts) {
  const names = texts.process_head.slice(several ? 0 : 1);
  if (!place.querySelector("table")) place.replaceChildren(...frame(names, texts));
  const seen = new Map();
  const keyed = rows.map((row) => {
    const key = `${row.unit.key} ${row.process.pid}`;
    seen.set(key, (seen.get(key) || 0) + 1); // those without a pid have one key
    return { ...row, key: `${key} ${seen.get(key)}` };
  });
  const newRow = () => live.make("tr", {}, ...names.map((_name, index) => live.make("td", isMemory(index, names) ? NUMBER : {})));
  live.children(place.querySelector("tbody"), keyed, (one) => one.key, newRow, (element, one) => fill(element, one, several));
  const { count } = gpuNumbers;
  live.write(place.lastElementChild, all > rows.length ? texts.most_processes.replace("{shown}", count(rows.length)).replace("{all}", count(all)) : "");
}

const isMemory = (index, names) => index === names.length - 2;

function frame(names, texts) {
  const { make } = live;
  const head = names.map((text, index) => make("th", { scope: "col", ...(isMemory(index, names) ? NUMBER : {}) }, text));
  const made = make("table", { class: "table table-sm" }, make("thead", {}, make("tr", {}, ...head)), make("tbody"));
  return [make("div", { class: "table-responsive", tabindex: 0, role: "region", "aria-label": texts.processes }, made), make("p", { class: "small text-body-secondary" })];
}

function fill(element, { unit, process }, several) {
  const { known, count, MISSING } = gpuNumbers;
  const { write, mark, make } = live;
  const run = gpuRuns.of(unit.host.report.boot_id, process);
  const memory = known(process.memory_used) ? count(process.memory_used) : null;
  const cells = [...(several ? [unit.host.name] : []), gpuUnits.placeOf(unit.gpu), process.pid, process.user || (run && run.user), process.command, memory];
  cells.forEach((value, index) => write(element.children[index], known(value) ? String(value) : MISSING));
  const last = element.lastElementChild;
  if (!run) return write(last, MISSING);
  if (!last.firstElementChild) last.replaceChildren(make("a", { class: "run-name" }));
  mark(last.firstElementChild, "href", run.page);
  mark(last.firstElementChild, "title", run.name);
  write(last.firstElementChild, run.name);
}

export const gpuProcesses = Object.freeze({ draw });
