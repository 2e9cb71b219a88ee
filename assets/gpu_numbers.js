/* What the numbers of a GPU are called on screen, for the cards, the map and the front page alike; what is not known is a
   dash, and never 0. */
import { locale } from "./clew.js";
import { HEAT_STEPS, MISSING } from "./from_python.js";
import { translate } from "./translate.js";

const MIB_PER_GIB = 1024;
const KIB_PER_MIB = 1024;
const [COLDEST, HOTTEST] = [20, 100]; // °C: the ends of the map's scale
const LONGEST_PATH = 60; // characters
const known = (value) => value !== null && value !== undefined;
const whole = (value) => (known(value) ? value.toFixed(0) : MISSING);
const withUnit = (value, unit) => (known(value) ? `${whole(value)} ${unit}` : MISSING);
const gib = (mib) => (known(mib) ? (mib / MIB_PER_GIB).toFixed(1) : MISSING);
const rates = (received, sent) => (known(received) && known(sent) ? `${whole(received / KIB_PER_MIB)} / ${whole(sent / KIB_PER_MIB)} MiB/s` : MISSING);
const withLimit = (value, limit, unit) => (known(value) ? `${whole(value)}${known(limit) ? ` / ${whole(limit)}` : ""} ${unit}` : MISSING);
const percentOf = (value, limit) => (known(value) && limit ? Math.min(100, (100 * value) / limit) : null);
const between = (value, low, high) => (known(value) ? Math.min(100, Math.max(0, (100 * (value - low)) / (high - low))) : null);

/** What has a limit. Of each: `text` with its unit, `share` of the limit in % (null where that is not known); on the map
    `cell`, the number alone, and `heat`, where on the scale of colours it is, in %. */
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

/** What is a number alone. */
const FACTS = {
  clock: (gpu) => withUnit(gpu.sm_clock, "MHz"),
  fan: (gpu) => withUnit(gpu.fan, "%"),
  ecc: (gpu) => (known(gpu.ecc_errors) ? String(gpu.ecc_errors) : MISSING),
  pcie: (gpu) => rates(gpu.pcie_rx, gpu.pcie_tx),
  nvlink: (gpu) => rates(gpu.nvlink_rx, gpu.nvlink_tx),
};

/** Readings as tables of other pages have them, which Python fills with numbers alone. */
const READINGS = {
  utilization: METRICS.utilization.text,
  memory: METRICS.memory.text,
  temperature: METRICS.temperature.text,
  process_memory: (process) => (known(process.memory_used) ? `${gib(process.memory_used)} GiB` : MISSING),
};

/** Writes the readings in `place`: each element says of what it is (`data-gpu-reading`), and the numbers (`data-numbers`). */
function writeReadings(place) {
  for (const cell of place.querySelectorAll("[data-gpu-reading]")) cell.textContent = READINGS[cell.dataset.gpuReading](JSON.parse(cell.dataset.numbers));
}

/** The step of the scale of colours, from 0; null where the number has no place on it. */
function step(gpu, metric) {
  const heat = METRICS[metric].heat(gpu);
  return heat === null ? null : Math.min(HEAT_STEPS - 1, Math.floor((heat * HEAT_STEPS) / 100));
}

/** A host beside its GPUs, in words, as far as it is known: its processors, its memory, the disk of its checkpoints. */
function machine(report, texts) {
  const { cpu, cpus, memory_used, memory_total, disk } = (report && report.machine) || {};
  const fill = (template, parts) => template.replace(/\{(\w+)\}/g, (_all, part) => parts[part]);
  const said = [];
  if (known(cpu)) said.push(fill(texts.machine.cpu, { share: whole(cpu), number: known(cpus) ? count(cpus) : MISSING }));
  if (known(memory_used) || known(memory_total)) said.push(fill(texts.machine.memory, { used: gib(memory_used), total: gib(memory_total) }));
  const path = disk && (disk.path.length > LONGEST_PATH ? `…${disk.path.slice(-LONGEST_PATH)}` : disk.path);
  if (disk && known(disk.free)) said.push(fill(texts.machine.disk, { path, free: gib(disk.free), total: gib(disk.total) }));
  else if (disk) said.push(`${path}: ${translate({ code: disk.code, params: disk.params }, texts.templates, disk.error || "") || MISSING}`);
  return said.join(" · ");
}

let grouped = {};

/** A whole number as it is written in the reader's language. */
function count(value) {
  const language = locale();
  // Making one takes longer than a row of a table.
  if (grouped.language !== language) grouped = { language, format: new Intl.NumberFormat(language, { maximumFractionDigits: 0 }) };
  return grouped.format.format(value);
}

export const gpuNumbers = Object.freeze({ METRICS, FACTS, MISSING, known, gib, withUnit, machine, step, count, writeReadings });
