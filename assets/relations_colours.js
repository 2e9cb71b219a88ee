/* The colours of the runs in the relations: by a third column, or the page's own; and the legend. */
import { relationsScales } from "./relations_scales.js";

/**
 * @import { Column } from "./relations_data.js"
 * @typedef {{ swatches: [colour: string, text: string][], others: number } | { ends: [number, number], gradient: string }} Legend
 * @typedef {ReturnType<typeof page>} PageColours
 */

// As components/colours.py has them.
const PALETTE = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00"];
const OTHER = "#808080";
const STEPS = 64;
/** @param {string} name */
const styleOf = (name) => window.getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Returns a function of a share (0 to 1) to its colour on the page's ramp, by the scheme of this moment. */
function ramp() {
  const stops = styleOf("--ramp").split(",").map((hex) => [1, 3, 5].map((at) => Number.parseInt(hex.trim().slice(at, at + 2), 16)));
  /** @param {number} share */
  return (share) => {
    const at = Math.min(0.9999, Math.max(0, share)) * (stops.length - 1);
    const [one, other] = [stops[Math.floor(at)], stops[Math.floor(at) + 1]];
    return `rgb(${one.map((value, i) => Math.round(value + (other[i] - value) * (at % 1))).join(" ")})`;
  };
}

/** Returns the page's colours at this moment: they change with its scheme. */
const page = () => ({ ink: styleOf("--bs-body-color"), faint: styleOf("--bs-border-color"), paper: styleOf("--bs-body-bg"), chosen: styleOf("--bs-emphasis-color") });

/** Returns the codes of the categories with a colour of their own: the most frequent ones.
 *
 * @param {Column} column
 * @returns {number[]}
 */
function frequent(column) {
  const counts = new Map();
  for (const code of column.values) if (!Number.isNaN(code)) counts.set(code, (counts.get(code) || 0) + 1);
  return [...counts].sort(([a, n], [b, m]) => m - n || a - b).slice(0, PALETTE.length).map(([code]) => code);
}

/** Returns the colour of each run, `of(i)`, and the legend: swatches, or the ends of a ramp.
 *
 * @param {Column | undefined} column
 * @param {boolean} isLog
 * @returns {{ of: (i: number) => string, legend: Legend | null }}
 */
function colours(column, isLog) {
  if (!column) {
    const point = styleOf("--point");
    return { of: () => point, legend: null };
  }
  if (column.kind === "text") {
    const known = frequent(column);
    const byCode = new Map(known.map((code, i) => [code, PALETTE[i]]));
    const others = new Set(column.values.filter((code) => !byCode.has(code) && !Number.isNaN(code))).size;
    return { of: (i) => byCode.get(column.values[i]) || OTHER, legend: { swatches: known.map((code, i) => [PALETTE[i], column.categories[code]]), others } };
  }
  const axis = relationsScales.axis(column, { log: isLog, length: 1 });
  const ends = relationsScales.extent(column, axis.isLog);
  const colourAt = ramp();
  const steps = Array.from({ length: STEPS }, (_, n) => colourAt(n / (STEPS - 1)));
  /** @param {number} i */
  const of = (i) => {
    const value = column.values[i];
    if (!relationsScales.fits(value, axis.isLog)) return OTHER;
    return steps[Math.round(Math.min(1, Math.max(0, axis.place(value))) * (STEPS - 1))];
  };
  return { of, legend: ends && { ends, gradient: "linear-gradient(to right, var(--ramp))" } };
}

export const relationsColours = Object.freeze({ OTHER, colours, page });
