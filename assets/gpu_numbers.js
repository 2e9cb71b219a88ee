/* Formats the numbers of a GPU, for the cards, the map and the front page alike; an unknown number is a dash, never 0. */
import { locale } from "./clew.js";
import { HEAT_STEPS, MISSING } from "./from_python.js";
import { translate } from "./translate.js";

/**
 * @typedef {import("./gpu_units.js").Gpu} Gpu
 * @typedef {number | null | undefined} Maybe
 * @typedef {object} Metric
 * @property {(gpu: Gpu) => string} text with its unit
 * @property {(gpu: Gpu) => number | null} share of the limit in %, null where that is unknown
 * @property {(gpu: Gpu) => number | null} heat its place on the map's scale of colours in %
 * @property {(gpu: Gpu) => string} cell the number alone, for the map
 */

const MIB_PER_GIB = 1024;
const KIB_PER_MIB = 1024;
const [COLDEST, HOTTEST] = [20, 100]; // °C: the ends of the map's scale
const LONGEST_PATH = 60; // characters
/**
 * @template T
 * @param {T | null | undefined} value
 * @returns {value is T}
 */
const known = (value) => value !== null && value !== undefined;
/** @type {(value: Maybe) => string} */
const whole = (value) => (known(value) ? value.toFixed(0) : MISSING);
/** @type {(value: Maybe, unit: string) => string} */
const withUnit = (value, unit) => (known(value) ? `${whole(value)} ${unit}` : MISSING);
/** @type {(mib: Maybe) => string} */
const gib = (mib) => (known(mib) ? (mib / MIB_PER_GIB).toFixed(1) : MISSING);
/** @type {(received: Maybe, sent: Maybe) => string} */
const rates = (received, sent) => (known(received) && known(sent) ? `${whole(received / KIB_PER_MIB)} / ${whole(sent / KIB_PER_MIB)} MiB/s` : MISSING);
/** @type {(value: Maybe, limit: Maybe, unit: string) => string} */
const withLimit = (value, limit, unit) => (known(value) ? `${whole(value)}${known(limit) ? ` / ${whole(limit)}` : ""} ${unit}` : MISSING);
/** @type {(value: Maybe, limit: Maybe) => number | null} */
const percentOf = (value, limit) => (known(value) && limit ? Math.min(100, (100 * value) / limit) : null);
/** @type {(value: Maybe, low: number, high: number) => number | null} */
const between = (value, low, high) => (known(value) ? Math.min(100, Math.max(0, (100 * (value - low)) / (high - low))) : null);

/** The numbers that have a limit.
 * @type {Record<string, Metric>} */
const METRICS = {
  utilization: {
    text: (gpu) => withUnit(gpu.utilization, "%"),
    share: (gpu) => percentOf(gpu.utilization, 100),
    heat: (gpu) => percentOf(gpu.utilization, 100),
    cell: (gpu) => whole(gpu.utilization),
  },
  memory: {
    text: (gpu) => `${gib(gpu.memory_used)} / ${gib(gpu.memory_total)} GiB`,
    share: (gpu) => percentOf(gpu.memory_used, gpu.memory_total),
    heat: (gpu) => percentOf(gpu.memory_used, gpu.memory_total),
    cell: (gpu) => whole(percentOf(gpu.memory_used, gpu.memory_total)),
  },
  temperature: {
    text: (gpu) => withLimit(gpu.temperature, gpu.temperature_limit, "°C"),
    share: (gpu) => percentOf(gpu.temperature, gpu.temperature_limit),
    heat: (gpu) => between(gpu.temperature, COLDEST, HOTTEST),
    cell: (gpu) => whole(gpu.temperature),
  },
  power: {
    text: (gpu) => withLimit(gpu.power, gpu.power_limit, "W"),
    share: (gpu) => percentOf(gpu.power, gpu.power_limit),
    heat: (gpu) => percentOf(gpu.power, gpu.power_limit),
    cell: (gpu) => whole(gpu.power),
  },
};

/** The numbers without a limit.
 * @type {Record<string, (gpu: Gpu) => string>} */
const FACTS = {
  clock: (gpu) => withUnit(gpu.sm_clock, "MHz"),
  fan: (gpu) => withUnit(gpu.fan, "%"),
  ecc: (gpu) => (known(gpu.ecc_errors) ? String(gpu.ecc_errors) : MISSING),
  pcie: (gpu) => rates(gpu.pcie_rx, gpu.pcie_tx),
  nvlink: (gpu) => rates(gpu.nvlink_rx, gpu.nvlink_tx),
};

/** The numbers in tables of other pages, which Python writes there without a format.
 * @type {Record<string, (numbers: Gpu) => string>} */
const READINGS = {
  utilization: METRICS.utilization.text,
  memory: METRICS.memory.text,
  temperature: METRICS.temperature.text,
  process_memory: (process) => (known(process.memory_used) ? `${gib(process.memory_used)} GiB` : MISSING),
};

/** Formats the readings in `place`: each element names its kind (`data-gpu-reading`) and has the numbers (`data-numbers`).
 * @type {(place: Element) => void} */
function writeReadings(place) {
  for (const cell of place.querySelectorAll("[data-gpu-reading]")) cell.textContent = READINGS[cell.dataset.gpuReading ?? ""](/** @type {Gpu} */ (JSON.parse(cell.dataset.numbers ?? "{}")));
}

/** Returns the step of the scale of colours, from 0; null where the number has no place on it.
 * @type {(gpu: Gpu, metric: string) => number | null} */
function step(gpu, metric) {
  const heat = METRICS[metric].heat(gpu);
  return heat === null ? null : Math.min(HEAT_STEPS - 1, Math.floor((heat * HEAT_STEPS) / 100));
}

/** Describes a host's processors, its memory and the disk of its checkpoints, as far as they are known.
 * @type {(report: import("./gpu_units.js").Report | undefined, texts: HostTexts) => string} */
function machine(report, texts) {
  const { cpu, cpus, memory_used, memory_total, disk } = (report && report.machine) || {};
  /** @type {(template: string, parts: Record<string, string>) => string} */
  const fill = (template, values) => template.replace(/\{(\w+)\}/g, (_all, name) => values[name]);
  /** @type {string[]} */
  const parts = [];
  if (known(cpu)) parts.push(fill(texts.machine.cpu, { share: whole(cpu), number: known(cpus) ? count(cpus) : MISSING }));
  if (known(memory_used) || known(memory_total)) parts.push(fill(texts.machine.memory, { used: gib(memory_used), total: gib(memory_total) }));
  const path = disk ? (disk.path.length > LONGEST_PATH ? `…${disk.path.slice(-LONGEST_PATH)}` : disk.path) : "";
  if (disk && known(disk.free)) parts.push(fill(texts.machine.disk, { path, free: gib(disk.free), total: gib(disk.total) }));
  else if (disk) parts.push(`${path}: ${translate({ code: disk.code, params: disk.params }, texts.templates, disk.error || "") || MISSING}`);
  return parts.join(" · ");
}

/** @type {{ language: string, format: Intl.NumberFormat } | null} */
let grouped = null;

/** Formats a whole number in the reader's language.
 * @type {(value: number) => string} */
function count(value) {
  const language = locale();
  // Making one takes longer than a row of a table.
  if (grouped?.language !== language) grouped = { language, format: new Intl.NumberFormat(language, { maximumFractionDigits: 0 }) };
  return grouped.format.format(value);
}

export const gpuNumbers = Object.freeze({ METRICS, FACTS, MISSING, known, gib, withUnit, machine, step, count, writeReadings });
