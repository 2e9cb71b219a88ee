/* One hover line and one zoom for all charts of a grid. */
import { chartDrawing } from "./chart_grid_drawing.js";
import { setProps } from "./dash.js";

const DEBOUNCE_MS = 60;
const WHOLE = { x_from: null, x_to: null };
let frame = null;
let timer = null;

/** A range's end as a number: a time axis speaks in strings of its own zone. */
function asNumber(end) {
  if (typeof end === "number") return end;
  const text = String(end).trim().replace(" ", "T");
  return Date.parse(text.length === 10 ? `${text}T00:00Z` : `${text}Z`);
}

/** A line at the same x in all charts in view but the one under the pointer, which has Plotly's own. */
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

function unhover(grid) {
  window.cancelAnimationFrame(frame);
  for (const box of grid.boxes.values()) box.line.hidden = true;
}

/** `[low, high]` of an axis in a change as Plotly says it, null where it shows everything again; else undefined. */
function rangeIn(change, axis) {
  if (change[`${axis}.autorange`]) return null;
  const ends = change[`${axis}.range`] || [change[`${axis}.range[0]`], change[`${axis}.range[1]`]];
  return ends[0] === undefined ? undefined : ends.map(asNumber);
}

/** y is a chart's own; x is everybody's, and the server draws that part from all points. */
function zoom(grid, box, change) {
  const [x, y] = [rangeIn(change, "xaxis"), rangeIn(change, "yaxis")];
  if (y !== undefined) Object.assign(box, { yRange: y, yRangeOf: box.div.layout.yaxis.uirevision });
  if (x === undefined) return;
  // In the axis's own unit, which is the same for every reader: time is drawn in the reader's zone, or in hours.
  const { divisor = 1, shift = 0, base = 0 } = box.div.layout.meta?.x || {};
  const [from, to] = (x || [null, null]).map((shown) => (shown === null ? null : (shown + shift) * divisor + base));
  window.clearTimeout(timer);
  timer = window.setTimeout(() => see(grid, { x_from: from, x_to: to }), DEBOUNCE_MS);
}

function see(grid, seen) {
  const { window: before } = grid.options;
  if (before.x_from === seen.x_from && before.x_to === seen.x_to) return;
  const data = { ...grid.options, window: seen, zone_minutes: new Date().getTimezoneOffset() };
  setProps(`${grid.place}-options`, { data });
}

/** All of every chart, on both axes. */
function seeAll(grid) {
  for (const box of grid.boxes.values()) {
    box.yRange = null;
    if (box.div) window.Plotly.relayout(box.div, { "yaxis.autorange": true });
  }
  see(grid, WHOLE);
}

export const gridPointer = Object.freeze({ hover, seeAll, unhover, zoom });
