/* The scatter plot of runs: a number against another, coloured by a third. Each run is drawn; a drag ticks the runs in it. */
import { relationsColours } from "./relations_colours.js";
import { relationsPlaces } from "./relations_places.js";
import { drawAxes, drawPoints } from "./relations_points.js";
import { relationsScales } from "./relations_scales.js";
import { relationsStage } from "./relations_stage.js";

/**
 * @import { Column } from "./relations_data.js"
 * @import { Legend, PageColours } from "./relations_colours.js"
 * @import { Cells, Places, Plot, Point } from "./relations_places.js"
 * @import { NumberRange } from "./relations_ranges.js"
 * @import { Axis } from "./relations_scales.js"
 * @typedef {ReturnType<typeof scatter>} Scatter
 * @typedef {{ places: Places, cells: Cells, colours: PageColours, isLasso: boolean, legend: Legend | null }} Drawn
 */

const EDGE = { left: 78, right: 14, top: 10, bottom: 44 };

/** Makes a plot in `host`. Calls `picked` with the runs in a drag, `opened` with a run that is clicked; `describe` returns the
    lines that are shown next to the pointer.
 *
 * @param {HTMLElement} host
 * @param {{ picked: (indices: number[], isMore: boolean) => void, opened: (i: number, event: PointerEvent) => void, describe: (i: number) => string[] }} handlers
 */
function scatter(host, { picked, opened, describe }) {
  const stage = relationsStage.stage(host);
  /** @type {Drawn | null} */
  let drawn = null;
  /** @type {Point[]} */
  let loop = [];
  /** @type {(now: Drawn, from: Point, to: Point) => number[]} */
  const inDrag = (now, from, to) => {
    const { left, top } = now.places;
    const [x0, x1] = [from[0], to[0]].sort((a, b) => a - b);
    const [y0, y1] = [from[1], to[1]].sort((a, b) => a - b);
    /** @type {(i: number) => boolean} */
    const isIn = now.isLasso ? (i) => relationsPlaces.isWithin(left[i], top[i], loop) : (i) => left[i] >= x0 && left[i] <= x1 && top[i] >= y0 && top[i] <= y1;
    return Array.from(left.keys()).filter((i) => !Number.isNaN(left[i]) && isIn(i));
  };
  /** @type {(now: Drawn, from: Point, to: Point) => void} */
  const outline = (now, from, to) => stage.overlay((pen) => {
    pen.strokeStyle = now.colours.ink;
    pen.setLineDash([4, 3]);
    pen.beginPath();
    if (now.isLasso) loop.forEach((point) => pen.lineTo(...point));
    else pen.rect(from[0], from[1], to[0] - from[0], to[1] - from[1]);
    pen.stroke();
  });
  const clear = () => stage.overlay(() => {});
  stage.drags({
    moved(from, to) {
      if (!drawn) return;
      if (!loop.length) loop = [from];
      loop.push(to);
      stage.note([]);
      outline(drawn, from, to);
    },
    dropped(from, to, isMore) {
      if (!drawn) return;
      const found = inDrag(drawn, from, to);
      loop = [];
      clear();
      picked(found, isMore);
    },
    pressed(at, event) {
      const i = drawn ? relationsPlaces.nearest(at, drawn.places, drawn.cells) : -1;
      if (i >= 0) opened(i, event);
    },
    over(at) {
      const i = at && drawn ? relationsPlaces.nearest(at, drawn.places, drawn.cells) : -1;
      host.classList.toggle("is-over-run", i >= 0);
      stage.note(i < 0 ? [] : describe(i), at || undefined);
    },
    calledOff() {
      loop = [];
      clear();
    },
  });
  return {
    /** Draws the columns on axes; returns how many runs are on show, and the legend.
     *
     * @param {object} what
     * @param {{ x: Column, y: Column, c?: Column }} what.columns
     * @param {{ x: string, y: string }} what.names
     * @param {{ x: NumberRange, y: NumberRange }} what.ranges
     * @param {{ x: boolean, y: boolean, c: boolean }} what.logs
     * @param {Set<number>} what.chosen the indices of the ticked runs
     * @param {boolean} what.isLasso
     */
    draw({ columns, names, ranges, logs, chosen, isLasso }) {
      stage.paint((pen, { width, height }) => {
        const plot = { left: EDGE.left, top: EDGE.top, width: width - EDGE.left - EDGE.right, height: height - EDGE.top - EDGE.bottom };
        /** @type {(name: "x" | "y", length: number, most: number) => Axis} */
        const make = (name, length, most) => relationsScales.axis(columns[name], { range: ranges[name], log: logs[name], length, most });
        const axes = { x: make("x", plot.width, Math.max(2, Math.floor(plot.width / 90))), y: make("y", plot.height, 6) };
        const colours = relationsColours.page();
        drawAxes(pen, axes, plot, colours, names);
        const places = relationsPlaces.placed(columns, axes, plot);
        const painting = relationsColours.colours(columns.c, logs.c);
        drawPoints(pen, places, painting.of, chosen, colours);
        drawn = { places, cells: relationsPlaces.cellsOf(places), colours, isLasso, legend: painting.legend };
      });
      clear();
      const now = /** @type {Drawn | null} */ (drawn); // null where the plot has no size yet
      return now && { onShow: now.places.left.filter((at) => !Number.isNaN(at)).length, legend: now.legend };
    },
    /** Returns the indices of the runs within the axes' ranges. */
    onShow() {
      const left = drawn ? drawn.places.left : new Float32Array();
      return Array.from(left.keys()).filter((i) => !Number.isNaN(left[i]));
    },
    forget() {
      drawn = null;
      stage.paint(() => {});
      clear();
    },
  };
}

export { scatter as relationsScatter };
