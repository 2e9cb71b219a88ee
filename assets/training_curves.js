/* The curves of a training that grow: each message has them whole, so that any one of them may be missed. */
import { setProps } from "./dash.js";
import { live } from "./live_text.js";
import { trainingCalls } from "./training_calls.js";

const FLUSH_MS = 300; // of several messages that come at once the newest is drawn
let texts = {};
let newest = null;
let by = ""; // what the curves are drawn over
let timer = null;
const drawn = new Map(); // what is on each chart

const chartOf = (word) => `live-chart-${word.replace("_", "-")}`;

function clear(said) {
  [texts, newest] = [said, null];
  drawn.clear();
}

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
    const said = `${curve.x.length} ${curve.x[curve.x.length - 1]} ${curve.y[curve.y.length - 1]}`;
    if (drawn.get(word) === said) return;
    drawn.set(word, said);
    setProps(chartOf(word), { figure: { data: [trace(word, curve, place)], layout: layoutOf(word) } });
    live.write(document.getElementById(`${chartOf(word)}-summary`), summary(word, curve));
  });
}

function layoutOf(word) {
  const layout = texts.layouts[word];
  return { ...layout, xaxis: { ...layout.xaxis, title: { text: by } } };
}

function trace(word, { x, y }, place) {
  return { type: "scatter", mode: x.length > 1 ? "lines" : "markers", name: texts.metrics[word], x, y, connectgaps: false, line: { color: texts.palette[place], width: 2 }, hovertemplate: "%{y:.4g}<extra>%{x}</extra>" };
}

/** The curve in words: its caption says them to whoever cannot see it. */
function summary(word, { x, y }) {
  const values = y.filter((value) => value !== null);
  const say = (value) => (value === undefined || !Number.isFinite(value) ? texts.missing : String(Number(value.toPrecision(4))));
  const parts = { metric: texts.metrics[word], value: say(values[values.length - 1]), x: x[x.length - 1], lowest: say(Math.min(...values)), highest: say(Math.max(...values)) };
  return trainingCalls.filled(texts.line, parts);
}

export const trainingCurves = Object.freeze({ clear, draw });
