/* The places of the runs in the scatter plot, and which runs are near a pointer or in a loop. */
/**
 * @import { Axis } from "./relations_scales.js"
 * @import { Column } from "./relations_data.js"
 * @typedef {[x: number, y: number]} Point in pixels
 * @typedef {{ left: Float32Array, top: Float32Array }} Places in pixels; NaN for runs with no place on these axes
 * @typedef {{ left: number, top: number, width: number, height: number }} Plot the rectangle within the axes, in pixels
 * @typedef {Map<number, number[]>} Cells the runs' indices, by a square of CELL pixels
 */

const REACH = 9;
const CELL = 16;

/** Returns the place of each run.
 *
 * @param {{ x: Column, y: Column }} columns
 * @param {{ x: Axis, y: Axis }} axes
 * @param {Plot} plot
 * @returns {Places}
 */
function placed({ x, y }, axes, plot) {
  const count = x.values.length;
  const [left, top] = [new Float32Array(count).fill(NaN), new Float32Array(count).fill(NaN)];
  for (let i = 0; i < count; i += 1) {
    if (!axes.x.holds(x.values[i]) || !axes.y.holds(y.values[i])) continue;
    left[i] = plot.left + axes.x.place(x.values[i]);
    top[i] = plot.top + plot.height - axes.y.place(y.values[i]);
  }
  return { left, top };
}

/** Returns the runs by cells, so that the nearest one to a pointer is found among few.
 *
 * @param {Places} places
 * @returns {Cells}
 */
function cellsOf({ left, top }) {
  /** @type {Cells} */
  const cells = new Map();
  for (let i = 0; i < left.length; i += 1) {
    if (Number.isNaN(left[i])) continue;
    const key = (Math.floor(left[i] / CELL) << 16) | Math.floor(top[i] / CELL);
    const cell = cells.get(key);
    if (cell) cell.push(i);
    else cells.set(key, [i]);
  }
  return cells;
}

/** Returns the index of the run nearest to a point; -1 where none is within reach.
 *
 * @param {Point} point
 * @param {Places} places
 * @param {Cells} cells
 */
function nearest([x, y], places, cells) {
  let [best, found] = [REACH * REACH, -1];
  for (let column = Math.floor((x - REACH) / CELL); column <= Math.floor((x + REACH) / CELL); column += 1) {
    for (let row = Math.floor((y - REACH) / CELL); row <= Math.floor((y + REACH) / CELL); row += 1) {
      for (const i of cells.get((column << 16) | row) || []) {
        const distance = (places.left[i] - x) ** 2 + (places.top[i] - y) ** 2;
        if (distance < best) [best, found] = [distance, i];
      }
    }
  }
  return found;
}

/** Returns whether a point is in the loop that was drawn around runs.
 *
 * @param {number} x
 * @param {number} y
 * @param {Point[]} loop
 */
function isWithin(x, y, loop) {
  let inside = false;
  for (let i = 0, j = loop.length - 1; i < loop.length; j = i, i += 1) {
    const [[xi, yi], [xj, yj]] = [loop[i], loop[j]];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

export const relationsPlaces = Object.freeze({ cellsOf, isWithin, nearest, placed });
