/* Parallel coordinates: a line for each run through its values on every axis. Ranges on the axes tick the runs between. */
import { relationsColours } from "./relations_colours.js";
import { relationsScales } from "./relations_scales.js";
import { relationsStage } from "./relations_stage.js";

// More lines than pixels to tell them apart: of more runs an even choice is drawn, and that is said.
const MOST_LINES = 10_000;
const EDGE = { left: 46, right: 46, top: 34, bottom: 34 };
const BRUSH = 14;
const NAMES = 28; // pixels from the top: where the axes' names are

const stepOf = (count) => Math.max(1, Math.ceil(count / MOST_LINES));

/** Where each axis stands and how long it is; what has no value lies below it. */
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

function top(frame, value) {
  if (!relationsScales.fits(value, frame.axis.isLog)) return frame.missing;
  return EDGE.top + frame.length - frame.axis.place(value);
}

/** Whether a value is in the range that the reader set on an axis. */
function isIn(value, range, isLog) {
  if (range[0] === null && range[1] === null) return true;
  return relationsScales.fits(value, isLog) && (range[0] === null || value >= range[0]) && (range[1] === null || value <= range[1]);
}

/** The runs that every range lets through. */
function within(columns, settings) {
  const count = columns.length ? columns[0].values.length : 0;
  const found = [];
  for (let i = 0; i < count; i += 1) {
    if (columns.every((column, n) => isIn(column.values[i], settings[n].range, settings[n].log && column.kind === "number"))) found.push(i);
  }
  return found;
}

function trace(pen, drawn, i) {
  pen.moveTo(drawn[0].x, drawn[0].tops[i]);
  for (let n = 1; n < drawn.length; n += 1) pen.lineTo(drawn[n].x, drawn[n].tops[i]);
}

function drawLines(pen, drawn, painting, indices, alpha, width) {
  const byColour = new Map();
  for (const i of indices) {
    const colour = painting.of(i);
    if (!byColour.has(colour)) byColour.set(colour, []);
    byColour.get(colour).push(i);
  }
  pen.globalAlpha = alpha;
  pen.lineWidth = width;
  for (const [colour, members] of byColour) {
    pen.strokeStyle = colour;
    // One path for all would be filled as one: lines that cross would not darken, and long paths are slow.
    for (let start = 0; start < members.length; start += 50) {
      pen.beginPath();
      for (const i of members.slice(start, start + 50)) trace(pen, drawn, i);
      pen.stroke();
    }
  }
  pen.globalAlpha = 1;
}

function drawAxis(pen, frame, name, range, room, colours) {
  const { cut } = relationsStage;
  pen.strokeStyle = colours.ink;
  pen.lineWidth = 1;
  pen.beginPath();
  pen.moveTo(frame.x, EDGE.top);
  pen.lineTo(frame.x, EDGE.top + frame.length);
  pen.stroke();
  const write = (text, y, bold) => {
    const short = cut(pen, text, room);
    pen.lineWidth = 3;
    pen.strokeStyle = colours.paper;
    pen.fillStyle = colours.ink;
    pen.strokeText(short, frame.x, y);
    pen.fillText(short, frame.x, y);
    return bold;
  };
  pen.textAlign = "center";
  write(name, 18, true);
  for (const { at, text } of frame.axis.ticks) write(text, top(frame, at) + 4);
  write("–", frame.missing + 4);
  if (range[0] === null && range[1] === null) return;
  const ends = [range[0] ?? frame.axis.low, range[1] ?? frame.axis.high].map((end) => Math.min(EDGE.top + frame.length, Math.max(EDGE.top, top(frame, end))));
  pen.fillStyle = colours.ink;
  pen.globalAlpha = 0.25;
  pen.fillRect(frame.x - BRUSH / 2, Math.min(...ends), BRUSH, Math.max(2, Math.abs(ends[0] - ends[1])));
  pen.globalAlpha = 1;
}

/** The axis that is carried, where it would stand. */
function drawCarried(pen, name, [x], size) {
  const { ink } = relationsColours.page();
  pen.strokeStyle = ink;
  pen.fillStyle = ink;
  pen.setLineDash([4, 3]);
  pen.beginPath();
  pen.moveTo(x, EDGE.top);
  pen.lineTo(x, size.height - EDGE.bottom);
  pen.stroke();
  pen.textAlign = x < size.width / 2 ? "left" : "right";
  pen.fillText(relationsStage.cut(pen, name, size.width / 2), x, EDGE.top - 2);
}

/** A plot in `host`; `ranged(n, range)` hears of a range that is drawn on axis `n`: null where it is taken away.
 *
 * `carried(n, to)` hears of axis `n`, taken by its name, and how many of the others are now before it.
 */
function parallel(host, { ranged, carried }) {
  const stage = relationsStage.stage(host);
  let drawn = [];
  const nearest = ([x], reach) => {
    const near = drawn.map(({ x: own }, n) => [Math.abs(own - x), n]).sort(([a], [b]) => a - b)[0];
    return near && near[0] < reach ? near[1] : -1;
  };
  const isName = ([, y]) => y < NAMES;
  const axisAt = (at) => (isName(at) ? -1 : nearest(at, 30));
  const nameAt = (at) => (isName(at) ? nearest(at, 80) : -1);
  const placeAt = (n, [x]) => drawn.filter((frame, other) => other !== n && frame.x < x).length;
  const valueAt = (frame, y) => frame.axis.value(EDGE.top + frame.length - Math.min(EDGE.top + frame.length, Math.max(EDGE.top, y)));
  stage.drags({
    moved(from, to) {
      const taken = nameAt(from);
      if (taken >= 0) stage.overlay((pen, size) => drawCarried(pen, drawn[taken].name, to, size));
      const n = axisAt(from);
      if (n < 0) return;
      stage.overlay((pen) => {
        pen.strokeStyle = relationsColours.page().ink;
        pen.strokeRect(drawn[n].x - BRUSH / 2, Math.min(from[1], to[1]), BRUSH, Math.abs(to[1] - from[1]));
      });
    },
    dropped(from, to) {
      const [n, taken] = [axisAt(from), nameAt(from)];
      stage.overlay(() => {});
      if (taken >= 0 && placeAt(taken, to) !== taken) carried(taken, placeAt(taken, to));
      if (n >= 0) ranged(n, [valueAt(drawn[n], from[1]), valueAt(drawn[n], to[1])].sort((a, b) => a - b));
    },
    pressed(at) {
      const n = axisAt(at);
      if (n >= 0) ranged(n, null);
    },
    over(at) {
      host.classList.toggle("is-over-axis", Boolean(at) && axisAt(at) >= 0);
      host.classList.toggle("is-over-name", Boolean(at) && nameAt(at) >= 0);
    },
    calledOff: () => stage.overlay(() => {}),
  });
  return {
    /** Draws the axes `columns` with `settings` [{range, log}]; `chosen` are the indices of ticked runs. */
    draw({ columns, names, settings, chosen }) {
      let lines = 0;
      stage.paint((pen, size) => {
        const colours = relationsColours.page();
        const painting = relationsColours.colours(columns[columns.length - 1], columns.length ? settings[columns.length - 1].log : false);
        drawn = frames(columns, size, settings).map((frame, n) => ({ ...frame, name: names[n], tops: Float32Array.from(frame.column.values, (value) => top(frame, value)) }));
        if (!drawn.length) return;
        const passing = within(columns, settings);
        const step = stepOf(passing.length);
        const shown = passing.filter((_i, at) => at % step === 0);
        lines = shown.length;
        const isDim = chosen.size > 0;
        drawLines(pen, drawn, painting, isDim ? shown.filter((i) => !chosen.has(i)) : shown, Math.max(0.04, Math.min(0.7, 200 / shown.length)) * (isDim ? 0.5 : 1), 1);
        drawLines(pen, drawn, painting, [...chosen].slice(0, MOST_LINES), chosen.size > 200 ? 0.5 : 1, chosen.size > 200 ? 1 : 2);
        const room = Math.max(30, (size.width - EDGE.left - EDGE.right) / Math.max(1, columns.length - 1) - 8);
        drawn.forEach((frame, n) => drawAxis(pen, frame, names[n], settings[n].range, Math.min(room, 2 * (n === 0 || n === drawn.length - 1 ? EDGE.left : room)), colours));
      });
      return { lines };
    },
    forget() {
      drawn = [];
      stage.paint(() => {});
      stage.overlay(() => {});
    },
  };
}

export const relationsParallel = Object.freeze({ parallel, within, MOST_LINES });
