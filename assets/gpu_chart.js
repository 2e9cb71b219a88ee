/* The chart of the GPU page: a line for each GPU that is open, a point per sample, the last 60 of them. */
import { setProps } from "./dash.js";
import { ID } from "./from_python.js";
import { gpuNumbers } from "./gpu_numbers.js";
import { gpuUnits } from "./gpu_units.js";
import { live } from "./live_text.js";

/** @typedef {import("./gpu_units.js").Unit} Unit */

const CHART = ID.GPU_CHART;
const SUMMARY = ID.GPU_SUMMARY;
const NOTE = ID.GPU_CHART_NOTE;
const SHARE = 12; // the pause between drawings is so many times as long as the last one took: many lines take 0.1 s
const [MIN_PAUSE_MS, LONGEST_PAUSE_MS] = [200, 10000];
// Plotly takes a number on a date axis for UTC; the reader's own clock is meant.
/** @type {(ms: number) => number} */
const local = (ms) => ms - new Date(ms).getTimezoneOffset() * 60000;

/** @type {Map<string, { last: number | null, first: number | null }>} */
let lines = new Map(); // by the unit's key: the times of the last and the first point that are drawn
let pausesUntil = 0;
/** @type {(IntersectionObserver & { place?: HTMLElement }) | null} */
let observer = null;
let isSeen = true;

/** Shows exactly these units; a chart that is drawn already is extended. Nothing is drawn while the chart is out of view.
 * @type {(units: Unit[], texts: GpuTexts, several: boolean) => void} */
function show(units, texts, several) {
  const place = document.getElementById(CHART);
  if (!place) return;
  const figure = place.closest("figure");
  live.hide(figure, units.length === 0);
  if (!units.length) return void (lines = new Map());
  watch(place);
  if (!isSeen || performance.now() < pausesUntil) return;
  const began = performance.now();
  const graph = /** @type {PlotlyElement | null} */ (place.querySelector(".js-plotly-plot"));
  const isSame = lines.size === units.length && units.every((unit) => canExtend(unit));
  if (!isSame) begin(units, texts, several);
  else if (graph && graph.data && graph.data.length === units.length) extendLines(graph, units, texts);
  summarize(units, texts, several);
  pausesUntil = performance.now() + Math.min(LONGEST_PAUSE_MS, Math.max(MIN_PAUSE_MS, SHARE * (performance.now() - began)));
}

/** @type {(unit: Unit) => number | null} */
const lastOf = (unit) => (unit.past.length ? unit.past[unit.past.length - 1].at : null);

/** Is true where the line's last point is still among the unit's: otherwise its history is another one, or too far ahead.
 * @type {(unit: Unit) => boolean} */
function canExtend(unit) {
  const line = lines.get(unit.key);
  if (!line) return false;
  if (line.last === null) return unit.past.length === 0;
  return unit.past.some((one) => one.at === line.last) && unit.past[0].at >= (line.first ?? 0);
}

/** @type {(units: Unit[], texts: GpuTexts, several: boolean) => void} */
function begin(units, texts, several) {
  lines = new Map();
  units.forEach((unit) => lines.set(unit.key, { last: lastOf(unit), first: unit.past.length ? unit.past[0].at : null }));
  setProps(CHART, { figure: { data: units.map((unit, index) => trace(unit, index, texts, several)), layout: layout(units.length, texts) } });
  live.write(document.getElementById(NOTE), units.length > texts.limits.legend ? texts.many_lines : "");
  live.hide(document.getElementById(NOTE), units.length <= texts.limits.legend);
}

/** Adds the points since the last drawing, as one change for all lines.
 * @type {(graph: PlotlyElement, units: Unit[], texts: GpuTexts) => void} */
function extendLines(graph, units, texts) {
  const grown = units.map((unit, index) => ({ index, unit, points: unit.past.filter((one) => one.at > (lines.get(unit.key)?.last ?? 0)) })).filter(({ points }) => points.length);
  if (!grown.length) return;
  const x = grown.map(({ points }) => points.map((one) => local(one.at)));
  const y = grown.map(({ points }) => points.map((one) => one.value));
  window.Plotly.extendTraces(graph, { x, y }, grown.map(({ index }) => index), texts.samples);
  for (const { unit } of grown) lines.set(unit.key, { first: null, ...lines.get(unit.key), last: lastOf(unit) });
}

/** Watches whether the chart is in view: one that is scrolled away is not drawn.
 * @type {(place: HTMLElement) => void} */
function watch(place) {
  if (observer && observer.place === place) return;
  if (observer) observer.disconnect();
  observer = new IntersectionObserver((entries) => void (isSeen = entries[entries.length - 1].isIntersecting), { rootMargin: "200px" });
  observer.place = place;
  observer.observe(place);
  [lines, isSeen, pausesUntil] = [new Map(), true, 0];
}

/** Returns the layout; a legend of too many lines could not be read, so a pointed line shows its name instead.
 * @type {(number: number, texts: GpuTexts) => PlotlyLayout} */
function layout(number, texts) {
  return number <= texts.limits.legend ? texts.layout : { ...texts.layout, showlegend: false, hovermode: "closest" };
}

/** @type {(unit: Unit, index: number, texts: GpuTexts, several: boolean) => PlotlyTrace} */
function trace(unit, index, texts, several) {
  const { colours, dashes } = texts;
  return {
    type: "scatter",
    mode: "lines",
    name: gpuUnits.nameOf(unit, several, texts),
    x: unit.past.map((one) => local(one.at)),
    y: unit.past.map((one) => one.value),
    connectgaps: false,
    line: { color: colours[index % colours.length], dash: dashes[Math.floor(index / colours.length) % dashes.length], width: 1.8 },
    hovertemplate: "%{y:.0f} %<extra>%{fullData.name}</extra>",
  };
}

/** Writes the lines as text, for screen readers.
 * @type {(units: Unit[], texts: GpuTexts, several: boolean) => void} */
function summarize(units, texts, several) {
  const summaries = units.map((unit) => summary(unit, texts, several)).join("; ");
  live.write(document.getElementById(SUMMARY), summaries);
}

/** @type {(unit: Unit, texts: GpuTexts, several: boolean) => string} */
function summary(unit, texts, several) {
  const { MISSING } = gpuNumbers;
  const values = unit.past.flatMap(({ value }) => (value === null ? [] : [value]));
  /** @type {(value: number | null) => string} */
  const percent = (value) => (value === null || Number.isNaN(value) ? MISSING : `${Math.round(value)} %`);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const now = unit.past.length ? unit.past[unit.past.length - 1].value : null;
  /** @type {Record<string, string>} */
  const parts = { gpu: gpuUnits.nameOf(unit, several, texts), now: percent(now), mean: percent(mean), lowest: percent(values.length ? Math.min(...values) : null), highest: percent(values.length ? Math.max(...values) : null) };
  return texts.summary.replace(/\{(\w+)\}/g, (/** @type {string} */ _all, /** @type {string} */ part) => parts[part]);
}

export const gpuChart = Object.freeze({ show });
