/* Draws the axes and the points of the scatter plot. */
import { relationsStage } from "./relations_stage.js";

/**
 * @import { PageColours } from "./relations_colours.js"
 * @import { Places, Plot, Point } from "./relations_places.js"
 * @import { Axis } from "./relations_scales.js"
 * @typedef {CanvasRenderingContext2D} Pen
 */

const MANY = 4000; // from so many points on they are small squares
const OPACITY = 0.8; // of a point among fewer: points that overlap are darker, and a single one has enough contrast

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
    pen.globalAlpha = isChosen ? 1 : chosen.size ? (isMany ? 0.3 : 0.45) : isMany ? 0.6 : OPACITY;
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

export { drawAxes, drawPoints, OPACITY };
