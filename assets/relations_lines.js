/* Draws the axes and the lines of the parallel coordinates. */
import { relationsColours } from "./relations_colours.js";
import { relationsFrames } from "./relations_frames.js";
import { relationsStage } from "./relations_stage.js";

/**
 * @import { PageColours } from "./relations_colours.js"
 * @import { Frame } from "./relations_frames.js"
 * @import { Point } from "./relations_places.js"
 * @import { NumberRange } from "./relations_ranges.js"
 * @typedef {Frame & { name: string, tops: Float32Array }} DrawnAxis `tops` are the runs' heights on it
 * @typedef {CanvasRenderingContext2D} Pen
 */

const { EDGE, top } = relationsFrames;
const BRUSH = 14; // pixels: the width of a range on an axis

/**
 * @param {Pen} pen
 * @param {DrawnAxis[]} drawn
 * @param {number} i
 */
function trace(pen, drawn, i) {
  pen.moveTo(drawn[0].x, drawn[0].tops[i]);
  for (let n = 1; n < drawn.length; n += 1) pen.lineTo(drawn[n].x, drawn[n].tops[i]);
}

/**
 * @param {Pen} pen
 * @param {DrawnAxis[]} drawn
 * @param {{ of: (i: number) => string }} painting
 * @param {number[]} indices
 * @param {number} alpha
 * @param {number} width
 */
function drawLines(pen, drawn, painting, indices, alpha, width) {
  /** @type {Map<string, number[]>} */
  const byColour = new Map();
  for (const i of indices) {
    const colour = painting.of(i);
    const members = byColour.get(colour);
    if (members) members.push(i);
    else byColour.set(colour, [i]);
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

/**
 * @param {Pen} pen
 * @param {Frame} frame
 * @param {string} name
 * @param {NumberRange} range
 * @param {number} room for its texts, in pixels
 * @param {PageColours} colours
 */
function drawAxis(pen, frame, name, range, room, colours) {
  const { cut } = relationsStage;
  pen.strokeStyle = colours.ink;
  pen.lineWidth = 1;
  pen.beginPath();
  pen.moveTo(frame.x, EDGE.top);
  pen.lineTo(frame.x, EDGE.top + frame.length);
  pen.stroke();
  /** @type {(text: string, y: number) => void} */
  const write = (text, y) => {
    const short = cut(pen, text, room);
    pen.lineWidth = 3;
    pen.strokeStyle = colours.paper;
    pen.fillStyle = colours.ink;
    pen.strokeText(short, frame.x, y);
    pen.fillText(short, frame.x, y);
  };
  pen.textAlign = "center";
  write(name, 18);
  for (const { at, text } of frame.axis.ticks) write(text, top(frame, at) + 4);
  write("–", frame.missing + 4);
  if (range[0] === null && range[1] === null) return;
  const ends = [range[0] ?? frame.axis.low, range[1] ?? frame.axis.high].map((end) => Math.min(EDGE.top + frame.length, Math.max(EDGE.top, top(frame, end))));
  pen.fillStyle = colours.ink;
  pen.globalAlpha = 0.25;
  pen.fillRect(frame.x - BRUSH / 2, Math.min(...ends), BRUSH, Math.max(2, Math.abs(ends[0] - ends[1])));
  pen.globalAlpha = 1;
}

/** Draws the axis that is dragged, at the place where it would be.
 *
 * @param {Pen} pen
 * @param {string} name
 * @param {Point} at
 * @param {{ width: number, height: number }} size
 */
function drawDraggedAxis(pen, name, [x], size) {
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

export { BRUSH, drawAxis, drawDraggedAxis, drawLines };
