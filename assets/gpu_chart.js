/* The chart of the GPU page: a line for each GPU that is open, a point per sample, the last 60 of them. */
import { setProps } from "./dash.js";
import { ID } from "./from_python.js";
import { gpuNumbers } from "./gpu_numbers.js";
import { gpuUnits } from "./gpu_units.js";
import { live } from "./live_text.js";

const CHART = ID.GPU_CHART;
const SUMMARY = ID.GPU_SUMMARY;
const NOTE = ID.GPU_CHART_NOTE;
const SHARE = 12; // drawing has to rest for so many times as long as it took: of many lines it takes 0.1 s
const [LEAST_REST_MS, LONGEST_REST_MS] = [200, 10000];
// Plotly takes a number on a date axis for UTC; the reader's own clock is meant.
const local = (ms) => ms - new Date(ms).getTimezoneOffset() * 60000;

let lines = new Map(); // by the unit's key, as they are drawn: {name, last}, the time of the last point
let restsUntil = 0;
let observer = null;
let seen = true;

/** Shows these units, and no others; what is drawn already is gone on with. Nothing is drawn while nobody sees it. */
function show(units, texts, several) {
  const place = document.getElementById(CHART);
  if (!place) return;
  const figure = place.closest("figure");
  live.hide(figure, units.length === 0);
  if (!units.length) return void (lines = new Map());
  watch(place);
  if (!seen || performance.now() < restsUntil) return;
  const began = performance.now();
  const graph = place.querySelector(".js-plotly-plot");
  const isSame = lines.size === units.length && units.every((unit) => lines.has(unit.key) && goesOn(unit));
  if (!isSame) begin(units, texts, several);
  else if (graph && graph.data && graph.data.length === units.length) goOn(graph, units, texts);
  summarize(units, texts, several);
  restsUntil = performance.now() + Math.min(LONGEST_REST_MS, Math.max(LEAST_REST_MS, SHARE * (performance.now() - began)));
}

const lastOf = (unit) => (unit.past.length ? unit.past[unit.past.length - 1].at : null);

/** Whether the line's last point is still among the unit's: else its history is another one, or has run away from it. */
function goesOn(unit) {
  const { last, first } = lines.get(unit.key);
  if (last === null) return unit.past.length === 0;
  return unit.past.some((one) => one.at === last) && (unit.past[0].at >= first);
}

function begin(units, texts, several) {
  lines = new Map();
  units.forEach((unit) => lines.set(unit.key, { last: lastOf(unit), first: unit.past.length ? unit.past[0].at : null }));
  setProps(CHART, { figure: { data: units.map((unit, index) => trace(unit, index, texts, several)), layout: layout(units.length, texts) } });
  live.write(document.getElementById(NOTE), units.length > texts.limits.legend ? texts.many_lines : "");
  live.hide(document.getElementById(NOTE), units.length <= texts.limits.legend);
}

/** Adds the points that came since the last drawing, as one change for all lines. */
function goOn(graph, units, texts) {
  const grown = units.map((unit, index) => ({ index, unit, points: unit.past.filter((one) => one.at > lines.get(unit.key).last) })).filter(({ points }) => points.length);
  if (!grown.length) return;
  const x = grown.map(({ points }) => points.map((one) => local(one.at)));
  const y = grown.map(({ points }) => points.map((one) => one.value));
  window.Plotly.extendTraces(graph, { x, y }, grown.map(({ index }) => index), texts.samples);
  for (const { unit } of grown) lines.get(unit.key).last = lastOf(unit);
}

/** Whether anybody sees it: a chart that is scrolled away is not drawn. */
function watch(place) {
  if (observer && observer.place === place) return;
  if (observer) observer.disconnect();
  observer = new IntersectionObserver((entries) => void (seen = entries[entries.length - 1].isIntersecting), { rootMargin: "200px" });
  observer.place = place;
  observer.observe(place);
  [lines, seen, restsUntil] = [new Map(), true, 0];
}

/** So many lines have no legend that could be read: pointed at, a line says its name. */
function layout(number, texts) {
  return number <= texts.limits.legend ? texts.layout : { ...texts.layout, showlegend: false, hovermode: "closest" };
}

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

/** The lines in words, for those who do not see them. */
function summarize(units, texts, several) {
  const said = units.map((unit) => summary(unit, texts, several)).join("; ");
  live.write(document.getElementById(SUMMARY), said);
}

function summary(unit, texts, several) {
  const { MISSING } = gpuNumbers;
  const values = unit.past.map((one) => one.value).filter((value) => value !== null);
  const say = (value) => (value === undefined || value === null || Number.isNaN(value) ? MISSING : `${Math.round(value)} %`);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const now = unit.past.length ? unit.past[unit.past.length - 1].value : null;
  const parts = { gpu: gpuUnits.nameOf(unit, several, texts), now: say(now), mean: say(mean), lowest: say(values.length ? Math.min(...values) : null), highest: say(values.length ? Math.max(...values) : null) };
  return texts.summary.replace(/\{(\w+)\}/g, (_all, part) => parts[part]);
}

export const gpuChart = Object.freeze({ show });
