/* The cumulative reward of each walk over its steps; whatever comes within a moment is drawn at once. */
import { setProps } from "./dash.js";
import { ID } from "./from_python.js";

const CHART = ID.INFERENCE_CHART;
const SUMMARY = ID.INFERENCE_SUMMARY;
const FLUSH_MS = 150;

let lines = {}; // by side: {name, x, y, drawn: how many points are on the chart}
let texts = {};
let redraw = false;
let timer = null;

function begin(side, name, said) {
  texts = said;
  lines[side] = { name, x: [], y: [], drawn: 0 };
  redraw = true;
}

function add(side, step, value) {
  lines[side].x.push(step);
  lines[side].y.push(value);
  if (timer === null) timer = window.setTimeout(flush, FLUSH_MS);
}

function flush() {
  timer = null;
  if (!document.getElementById(CHART)) return;
  const sides = Object.keys(lines).sort();
  if (redraw) setProps(CHART, { figure: { data: sides.map(trace), layout: texts.layout } });
  else {
    const grown = sides.filter((side) => lines[side].drawn < lines[side].x.length);
    const rest = (side, axis) => lines[side][axis].slice(lines[side].drawn);
    setProps(CHART, { extendData: [{ x: grown.map((side) => rest(side, "x")), y: grown.map((side) => rest(side, "y")) }, grown.map((side) => sides.indexOf(side))] });
  }
  redraw = false;
  setProps(SUMMARY, { children: sides.filter((side) => lines[side].y.length).map(summary).join("; ") });
  for (const side of sides) lines[side].drawn = lines[side].x.length;
}

/** The line in words: its caption says them to whoever cannot see it. */
function summary(side) {
  const { name, x, y } = lines[side];
  const fixed = (value) => value.toFixed(2);
  const parts = { model: name, value: fixed(y[y.length - 1]), steps: x[x.length - 1], lowest: fixed(Math.min(...y)), highest: fixed(Math.max(...y)) };
  return texts.line.replace(/\{(\w+)\}/g, (_all, part) => parts[part]);
}

function trace(side, index) {
  const { name, x, y } = lines[side];
  return { type: "scatter", mode: "lines", name, x: [...x], y: [...y], line: { color: texts.colours[index], width: 2 }, hovertemplate: "%{y:.2f}<extra>%{fullData.name}</extra>" };
}

function clear() {
  [lines, redraw] = [{}, true];
}

export const walkChart = Object.freeze({ begin, add, clear });
