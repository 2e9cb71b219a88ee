/* The texts of the map of GPUs: its scale, and what is shown of a GPU that is pointed at. */
import { ID } from "./from_python.js";
import { gpuNumbers } from "./gpu_numbers.js";
import { gpuUnits } from "./gpu_units.js";
import { live } from "./live_text.js";

/** @import { Unit } from "./gpu_units.js" */

/** Writes the ends of the scale of colours.
 * @type {(metric: string, texts: HostTexts) => void} */
function drawScale(metric, texts) {
  const { low, high, label } = texts.scales[metric];
  const { mark, write } = live;
  write(document.getElementById(ID.GPU_SCALE_LOW), low);
  write(document.getElementById(ID.GPU_SCALE_HIGH), high);
  mark(document.getElementById(ID.GPU_MAP), "aria-label", label);
}

/** Returns the lines about a cell that is pointed at.
 * @type {(unit: Unit, texts: HostTexts) => string[]} */
function cellLines(unit, texts) {
  const { METRICS } = gpuNumbers;
  const { gpu } = unit;
  const who = [texts.use[unit.use], ...unit.owners, ...unit.runs].join(" · ");
  return [[unit.host.name, gpuUnits.nameOf(unit, false, texts), gpu.name].filter(Boolean).join(" · "), Object.values(METRICS).map((metric) => metric.text(gpu)).join(" · "), who, gpuNumbers.machine(unit.host.report, texts)].filter(Boolean);
}

export { cellLines, drawScale };
