/* The axes of the parallel coordinates: their places, and the runs within their ranges. */
import { relationsScales } from "./relations_scales.js";

/**
 * @import { Axis } from "./relations_scales.js"
 * @import { Column } from "./relations_data.js"
 * @import { NumberRange } from "./relations_ranges.js"
 * @typedef {{ range: NumberRange, log: boolean }} Setting of an axis
 * @typedef {{ column: Column, x: number, length: number, axis: Axis, missing: number }} Frame an axis in pixels; `missing` is the height at which runs without a value are
 */

const EDGE = { left: 46, right: 46, top: 34, bottom: 34 };

/** Returns the place of each axis and its length; runs without a value are below it.
 *
 * @param {Column[]} columns
 * @param {{ width: number, height: number }} size
 * @param {Setting[]} settings
 * @returns {Frame[]}
 */
function frames(columns, { width, height }, settings) {
  const inner = width - EDGE.left - EDGE.right;
  const length = height - EDGE.top - EDGE.bottom - 22;
  return columns.map((column, n) => ({
    column,
    x: EDGE.left + (columns.length === 1 ? inner / 2 : (inner * n) / (columns.length - 1)),
    length,
    axis: relationsScales.axis(column, { log: settings[n].log, length, most: Math.max(2, Math.floor(length / 40)) }),
    missing: height - EDGE.bottom,
  }));
}

/** Returns the height of a value, in pixels from the top.
 *
 * @param {Frame} frame
 * @param {number} value
 */
function top(frame, value) {
  if (!relationsScales.fits(value, frame.axis.isLog)) return frame.missing;
  return EDGE.top + frame.length - frame.axis.place(value);
}

/** Returns whether a value is in the range that the reader set on an axis.
 *
 * @param {number} value
 * @param {NumberRange} range
 * @param {boolean} isLog
 */
function isIn(value, range, isLog) {
  if (range[0] === null && range[1] === null) return true;
  return relationsScales.fits(value, isLog) && (range[0] === null || value >= range[0]) && (range[1] === null || value <= range[1]);
}

/** Returns the indices of the runs that are in every range.
 *
 * @param {Column[]} columns
 * @param {Setting[]} settings
 */
function within(columns, settings) {
  const count = columns.length ? columns[0].values.length : 0;
  const found = [];
  for (let i = 0; i < count; i += 1) {
    if (columns.every((column, n) => isIn(column.values[i], settings[n].range, settings[n].log && column.kind === "number"))) found.push(i);
  }
  return found;
}

export const relationsFrames = Object.freeze({ EDGE, frames, top, within });
