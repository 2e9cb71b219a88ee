/* The growing curves of a training: each message has them whole, so that any one of them may be missed. */
import { setProps } from "./dash.js";
import { live } from "./live_text.js";
import { trainingCalls } from "./training_calls.js";

/** @typedef {{ key: string, x: number[], y: (number | null)[] }} Curve */

const FLUSH_MS = 300; // of several messages that come at once the newest is drawn
let texts = /** @type {LiveTrainingTexts} */ ({});
/** @type {Curve[] | null} */
let newest = null;
let by = ""; // the name of the x axis
/** @type {number | null} */
let timer = null;
/** @type {Map<string, string>} what is on each chart: the number of points, and the last one */
const drawn = new Map();

/** @type {(word: string) => string} */
const chartOf = (word) => `live-chart-${word.replace("_", "-")}`;

/** Begins the curves of a training.
 * @type {(its: LiveTrainingTexts) => void} */
function clear(its) {
  [texts, newest] = [its, null];
  drawn.clear();
}

/** Draws curves, a moment later.
 * @type {(curves: Curve[], trainer: string) => void} */
function draw(curves, trainer) {
  newest = curves;
  by = texts.counts_episodes.includes(trainer) ? texts.x.episodes : texts.x.steps;
  if (timer === null) timer = window.setTimeout(flush, FLUSH_MS);
}

function flush() {
  timer = null;
  Object.keys(texts.metrics || {}).forEach((word, place) => {
    const curve = (newest || []).find((one) => one.key === word);
    const chart = document.getElementById(chartOf(word));
    if (!curve || !curve.x.length || !chart) return;
    const content = `${curve.x.length} ${curve.x[curve.x.length - 1]} ${curve.y[curve.y.length - 1]}`;
    if (drawn.get(word) === content) return;
    drawn.set(word, content);
    setProps(chartOf(word), { figure: { data: [trace(word, curve, place)], layout: layoutOf(word) } });
    live.write(document.getElementById(`${chartOf(word)}-summary`), summary(word, curve));
  });
}

/** @type {(word: string) => PlotlyLayout} */
function layoutOf(word) {
  const layout = texts.layouts[word];
  return { ...layout, xaxis: { ...layout.xaxis, title: { text: by } } };
}

/** @type {(word: string, curve: Curve, place: number) => PlotlyTrace} */
function trace(word, { x, y }, place) {
  return { type: "scatter", mode: x.length > 1 ? "lines" : "markers", name: texts.metrics[word], x, y, connectgaps: false, line: { color: texts.palette[place], width: 2 }, hovertemplate: "%{y:.4g}<extra>%{x}</extra>" };
}

/** Returns the curve as a sentence, for the caption that a screen reader reads.
 * @type {(word: string, curve: Curve) => string} */
function summary(word, { x, y }) {
  const values = y.filter((value) => value !== null);
  /** @type {(value: number | undefined) => string} */
  const text = (value) => (value === undefined || !Number.isFinite(value) ? texts.missing : String(Number(value.toPrecision(4))));
  const parts = { metric: texts.metrics[word], value: text(values[values.length - 1]), x: x[x.length - 1], lowest: text(Math.min(...values)), highest: text(Math.max(...values)) };
  return trainingCalls.filled(texts.line, parts);
}

export const trainingCurves = Object.freeze({ clear, draw });
