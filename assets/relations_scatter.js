/* The scatter plot of runs: a number against another, coloured by a third. Each run is drawn; a drag ticks the runs in it. */
import { relationsColours } from "./relations_colours.js";
import { relationsPlaces } from "./relations_places.js";
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
 * @typedef {CanvasRenderingContext2D} Pen
 */

const MANY = 4000;
const EDGE = { left: 78, right: 14, top: 10, bottom: 44 };

/**
 * @param {Pen} pen
 * @param {{ x: Axis, y: Axis }} axes
 * @param {Plot} plot
 * @param {PageColours} colours
 * @param {{ x: string, y: string }} names
 */
function drawAxes(pen, axes, plot, colours, names) {
  pen.strokeStyle = colours.faint;
  pen.fillStyle = colours.ink;
  pen.lineWidth = 1;
  pen.textAlign = "center";
  const room = plot.width / Math.max(1, axes.x.ticks.length);
  for (const { at, text } of axes.x.ticks) {
    const x = Math.round(plot.left + axes.x.place(at)) + 0.5;
    line(pen, [x, plot.top], [x, plot.top + plot.height]);
    pen.fillText(relationsStage.cut(pen, text, room - 6), x, plot.top + plot.height + 15);
  }
  pen.textAlign = "right";
  for (const { at, text } of axes.y.ticks) {
    const y = Math.round(plot.top + plot.height - axes.y.place(at)) + 0.5;
    line(pen, [plot.left, y], [plot.left + plot.width, y]);
    pen.fillText(relationsStage.cut(pen, text, plot.left - 24), plot.left - 6, y + 4);
  }
  pen.textAlign = "center";
  pen.fillText(relationsStage.cut(pen, names.x, plot.width), plot.left + plot.width / 2, plot.top + plot.height + 35);
  pen.save();
  pen.translate(12, plot.top + plot.height / 2);
  pen.rotate(-Math.PI / 2);
  pen.fillText(relationsStage.cut(pen, names.y, plot.height), 0, 0);
  pen.restore();
}

/**
 * @param {Pen} pen
 * @param {Point} from
 * @param {Point} to
 */
function line(pen, from, to) {
  pen.beginPath();
  pen.moveTo(...from);
  pen.lineTo(...to);
  pen.stroke();
}

/** Draws the members in paths of some hundred: long paths that cross themselves are slow.
 *
 * @param {Pen} pen
 * @param {number[]} members
 * @param {(i: number) => void} draw
 * @param {"fill" | "stroke"} end
 */
function inPaths(pen, members, draw, end) {
  for (let start = 0; start < members.length; start += 200) {
    pen.beginPath();
    for (const i of members.slice(start, start + 200)) draw(i);
    pen[end]();
  }
}

/** Draws the points, those of one colour at once; where some are ticked, the others are pale.
 *
 * @param {Pen} pen
 * @param {Places} places
 * @param {(i: number) => string} colourOf
 * @param {Set<number>} chosen
 * @param {PageColours} colours
 */
function drawPoints(pen, { left, top }, colourOf, chosen, colours) {
  const isMany = left.length > MANY;
  /** @type {Map<string, number[]>} */
  const byColour = new Map();
  for (let i = 0; i < left.length; i += 1) {
    if (Number.isNaN(left[i])) continue;
    const key = `${chosen.has(i) ? 1 : 0}${colourOf(i)}`;
    const members = byColour.get(key);
    if (members) members.push(i);
    else byColour.set(key, [i]);
  }
  /** @type {(radius: number) => (i: number) => void} */
  const circle = (radius) => (i) => {
    pen.moveTo(left[i] + radius, top[i]);
    pen.arc(left[i], top[i], radius, 0, 2 * Math.PI);
  };
  for (const [key, members] of [...byColour].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const isChosen = key[0] === "1";
    pen.globalAlpha = isChosen ? 1 : chosen.size ? (isMany ? 0.3 : 0.45) : isMany ? 0.6 : 0.8;
    pen.fillStyle = key.slice(1);
    const half = isChosen ? 2.5 : 1.5;
    if (isMany) for (const i of members) pen.fillRect(left[i] - half, top[i] - half, 2 * half, 2 * half);
    else inPaths(pen, members, circle(isChosen ? 4.5 : 3.5), "fill");
  }
  pen.globalAlpha = 1;
  if (chosen.size > MANY) return; // so many rings would hide what is in them
  pen.strokeStyle = colours.chosen;
  pen.lineWidth = 1.5;
  inPaths(pen, [...chosen].filter((i) => !Number.isNaN(left[i])), circle(isMany ? 4 : 5.5), "stroke");
}

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
