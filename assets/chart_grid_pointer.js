/* One hover line and one zoom for all charts of a grid. */
import { chartDrawing } from "./chart_grid_drawing.js";
import { setProps } from "./dash.js";

/**
 * @typedef {import("./chart_grid.js").Grid} Grid
 * @typedef {import("./chart_grid_box.js").Box} Box
 * @typedef {import("./chart_grid.js").ChartOptions["window"]} Range
 */

const DEBOUNCE_MS = 60;
/** @type {Range} */
const WHOLE = { x_from: null, x_to: null };
/** @type {number} */
let frame = 0;
let timer = 0;

/** Converts a range's end to a number: a time axis has texts, in its own zone.
 * @type {(end: unknown) => number} */
function asNumber(end) {
  if (typeof end === "number") return end;
  const text = String(end).trim().replace(" ", "T");
  return Date.parse(text.length === 10 ? `${text}T00:00Z` : `${text}Z`);
}

/** Draws a line at the same x in all charts in view but the one under the pointer, where Plotly draws one.
 * @type {(grid: Grid, from: Box, x: unknown) => void} */
function hover(grid, from, x) {
  window.cancelAnimationFrame(frame);
  frame = window.requestAnimationFrame(() => {
    for (const box of grid.boxes.values()) {
      if (!box.div) continue;
      const at = box === from ? null : chartDrawing.pixelOf(box.div, x);
      box.line.hidden = at === null;
      if (at !== null) box.line.style.transform = `translateX(${at}px)`;
    }
  });
}

/** @type {(grid: Grid) => void} */
function unhover(grid) {
  window.cancelAnimationFrame(frame);
  for (const box of grid.boxes.values()) box.line.hidden = true;
}

/** Returns `[low, high]` of an axis in a change of Plotly's layout, null where it shows everything again; undefined where it did not change.
 * @type {(change: PlotlyChange, axis: string) => number[] | null | undefined} */
function rangeIn(change, axis) {
  if (change[`${axis}.autorange`]) return null;
  const both = change[`${axis}.range`];
  const ends = Array.isArray(both) ? both : [change[`${axis}.range[0]`], change[`${axis}.range[1]`]];
  return ends[0] === undefined ? undefined : ends.map(asNumber);
}

/** Applies a zoom: y belongs to the chart; x belongs to the whole grid, and the server draws that part from all points.
 * @type {(grid: Grid, box: Box, change: PlotlyChange) => void} */
function zoom(grid, box, change) {
  const [x, y] = [rangeIn(change, "xaxis"), rangeIn(change, "yaxis")];
  if (y !== undefined) Object.assign(box, { yRange: y, yRangeOf: box.div?.layout.yaxis?.uirevision });
  if (x === undefined) return;
  // Converted to the unit of the metric, the same for every reader: time is drawn in the reader's zone, or in hours.
  const { divisor = 1, shift = 0, base = 0 } = box.div?.layout.meta?.x || {};
  const [from, to] = (x || [null, null]).map((shown) => (shown === null ? null : (shown + shift) * divisor + base));
  window.clearTimeout(timer);
  timer = window.setTimeout(() => see(grid, { x_from: from, x_to: to }), DEBOUNCE_MS);
}

/** @type {(grid: Grid, seen: Range) => void} */
function see(grid, seen) {
  const { window: before } = grid.options;
  if (before.x_from === seen.x_from && before.x_to === seen.x_to) return;
  const data = { ...grid.options, window: seen, zone_minutes: new Date().getTimezoneOffset() };
  setProps(`${grid.place}-options`, { data });
}

/** Shows all of every chart, on both axes.
 * @type {(grid: Grid) => void} */
function seeAll(grid) {
  for (const box of grid.boxes.values()) {
    box.yRange = null;
    if (box.div) window.Plotly.relayout(box.div, { "yaxis.autorange": true });
  }
  see(grid, WHOLE);
}

export const gridPointer = Object.freeze({ hover, seeAll, unhover, zoom });
