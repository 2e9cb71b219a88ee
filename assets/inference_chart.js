/* Draws the cumulative reward of each walk over its steps; steps that come within 150 ms are drawn at once. */
import { setProps } from "./dash.js";
import { ID } from "./from_python.js";

const CHART = ID.INFERENCE_CHART;
const SUMMARY = ID.INFERENCE_SUMMARY;
const FLUSH_MS = 150;

/**
 * @typedef {{ name: string, x: number[], y: number[], drawn: number }} Line `drawn`: how many points are on the chart
 */

/** @type {Record<string, Line>} by side */
let lines = {};
/** @type {InferenceTexts} */
let texts;
let redraw = false;
/** @type {number | null} */
let timer = null;

/** Begins a side's line.
 *
 * @param {string} side
 * @param {string} name
 * @param {InferenceTexts} its texts of the page
 */
function begin(side, name, its) {
  texts = its;
  lines[side] = { name, x: [], y: [], drawn: 0 };
  redraw = true;
}

/** Adds a point to a side's line.
 *
 * @param {string} side
 * @param {number} step
 * @param {number} value
 */
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
    /** @type {(side: string, axis: "x" | "y") => number[]} */
    const rest = (side, axis) => lines[side][axis].slice(lines[side].drawn);
    setProps(CHART, { extendData: [{ x: grown.map((side) => rest(side, "x")), y: grown.map((side) => rest(side, "y")) }, grown.map((side) => sides.indexOf(side))] });
  }
  redraw = false;
  setProps(SUMMARY, { children: sides.filter((side) => lines[side].y.length).map(summary).join("; ") });
  for (const side of sides) lines[side].drawn = lines[side].x.length;
}

/** Returns the line as a sentence, for the caption that a screen reader reads.
 *
 * @param {string} side
 */
function summary(side) {
  const { name, x, y } = lines[side];
  /** @param {number} value */
  const fixed = (value) => value.toFixed(2);
  /** @type {Record<string, string | number>} */
  const parts = { model: name, value: fixed(y[y.length - 1]), steps: x[x.length - 1], lowest: fixed(Math.min(...y)), highest: fixed(Math.max(...y)) };
  return texts.line.replace(/\{(\w+)\}/g, (_all, part) => String(parts[part]));
}

/**
 * @param {string} side
 * @param {number} index
 * @returns {PlotlyTrace}
 */
function trace(side, index) {
  const { name, x, y } = lines[side];
  return { type: "scatter", mode: "lines", name, x: [...x], y: [...y], line: { color: texts.colours[index], width: 2 }, hovertemplate: "%{y:.2f}<extra>%{fullData.name}</extra>" };
}

function clear() {
  [lines, redraw] = [{}, true];
}

export const walkChart = Object.freeze({ begin, add, clear });
