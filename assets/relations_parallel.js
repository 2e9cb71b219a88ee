/* Parallel coordinates: a line for each run through its values on every axis. Ranges on the axes tick the runs between. */
import { relationsColours } from "./relations_colours.js";
import { relationsFrames } from "./relations_frames.js";
import { BRUSH, drawAxis, drawDraggedAxis, drawLines } from "./relations_lines.js";
import { relationsStage } from "./relations_stage.js";

/**
 * @import { Column } from "./relations_data.js"
 * @import { DrawnAxis } from "./relations_lines.js"
 * @import { Frame, Setting } from "./relations_frames.js"
 * @import { Point } from "./relations_places.js"
 * @import { NumberRange } from "./relations_ranges.js"
 * @typedef {ReturnType<typeof parallel>} Parallel
 */

// No screen has pixels for more lines: of more runs an even choice is drawn, and the page's status has how many.
const MAX_LINES = 10_000;
const { EDGE, top, within } = relationsFrames;
const NAMES = 28; // pixels from the top: where the axes' names are

/** @param {number} count */
const stepOf = (count) => Math.max(1, Math.ceil(count / MAX_LINES));

/** Makes a plot in `host`. Calls `ranged(n, range)` with a range that is drawn on axis `n`, null where it is taken away; and
    `carried(n, to)` when axis `n` was dragged by its name, with how many of the others are now before it.
 *
 * @param {HTMLElement} host
 * @param {{ ranged: (n: number, range: NumberRange | null) => void, carried: (n: number, to: number) => void }} handlers
 */
function parallel(host, { ranged, carried }) {
  const stage = relationsStage.stage(host);
  /** @type {DrawnAxis[]} */
  let drawn = [];
  /** @type {(at: Point, reach: number) => number} */
  const nearest = ([x], reach) => {
    const near = drawn.map(({ x: own }, n) => [Math.abs(own - x), n]).sort(([a], [b]) => a - b)[0];
    return near && near[0] < reach ? near[1] : -1;
  };
  /** @param {Point} at */
  const isName = ([, y]) => y < NAMES;
  /** @param {Point} at */
  const axisAt = (at) => (isName(at) ? -1 : nearest(at, 30));
  /** @param {Point} at */
  const nameAt = (at) => (isName(at) ? nearest(at, 80) : -1);
  /** @type {(n: number, at: Point) => number} */
  const placeAt = (n, [x]) => drawn.filter((frame, other) => other !== n && frame.x < x).length;
  /** @type {(frame: Frame, y: number) => number} */
  const valueAt = (frame, y) => frame.axis.value(EDGE.top + frame.length - Math.min(EDGE.top + frame.length, Math.max(EDGE.top, y)));
  stage.drags({
    moved(from, to) {
      const taken = nameAt(from);
      if (taken >= 0) stage.overlay((pen, size) => drawDraggedAxis(pen, drawn[taken].name, to, size));
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
      if (n < 0) return;
      const [low, high] = [valueAt(drawn[n], from[1]), valueAt(drawn[n], to[1])].sort((a, b) => a - b);
      ranged(n, [low, high]);
    },
    pressed(at) {
      const n = axisAt(at);
      if (n >= 0) ranged(n, null);
    },
    over(at) {
      host.classList.toggle("is-over-axis", at !== null && axisAt(at) >= 0);
      host.classList.toggle("is-over-name", at !== null && nameAt(at) >= 0);
    },
    calledOff: () => stage.overlay(() => {}),
  });
  return {
    /** Draws the axes; returns how many lines are drawn.
     *
     * @param {object} what
     * @param {Column[]} what.columns
     * @param {string[]} what.names
     * @param {Setting[]} what.settings
     * @param {Set<number>} what.chosen the indices of the ticked runs
     */
    draw({ columns, names, settings, chosen }) {
      let lines = 0;
      stage.paint((pen, size) => {
        const colours = relationsColours.page();
        const painting = relationsColours.colours(columns[columns.length - 1], columns.length ? settings[columns.length - 1].log : false);
        drawn = relationsFrames.frames(columns, size, settings).map((frame, n) => ({ ...frame, name: names[n], tops: Float32Array.from(frame.column.values, (value) => top(frame, value)) }));
        if (!drawn.length) return;
        const passing = within(columns, settings);
        const step = stepOf(passing.length);
        const shown = passing.filter((_i, at) => at % step === 0);
        lines = shown.length;
        const isDim = chosen.size > 0;
        drawLines(pen, drawn, painting, isDim ? shown.filter((i) => !chosen.has(i)) : shown, Math.max(0.04, Math.min(0.7, 200 / shown.length)) * (isDim ? 0.5 : 1), 1);
        drawLines(pen, drawn, painting, [...chosen].slice(0, MAX_LINES), chosen.size > 200 ? 0.5 : 1, chosen.size > 200 ? 1 : 2);
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

export const relationsParallel = Object.freeze({ parallel, within, MAX_LINES });
