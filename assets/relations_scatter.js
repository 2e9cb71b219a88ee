/* The scatter plot of runs: a number against another, coloured by a third. Each run is drawn; a drag ticks those in it. */
import { relationsColours } from "./relations_colours.js";
import { relationsScales } from "./relations_scales.js";
import { relationsStage } from "./relations_stage.js";

const MANY = 4000;
const REACH = 9;
const CELL = 16;
const EDGE = { left: 78, right: 14, top: 10, bottom: 44 };

/** Where each run lies, in pixels; NaN for those with no place on these axes. */
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

/** Which runs lie where, so that the nearest one to a pointer is found among few. */
function cellsOf({ left, top }) {
  const cells = new Map();
  for (let i = 0; i < left.length; i += 1) {
    if (Number.isNaN(left[i])) continue;
    const key = (Math.floor(left[i] / CELL) << 16) | Math.floor(top[i] / CELL);
    if (cells.has(key)) cells.get(key).push(i);
    else cells.set(key, [i]);
  }
  return cells;
}

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

/** Whether a point is in the loop that was drawn around runs. */
function isWithin(x, y, loop) {
  let inside = false;
  for (let i = 0, j = loop.length - 1; i < loop.length; j = i, i += 1) {
    const [[xi, yi], [xj, yj]] = [loop[i], loop[j]];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

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

function line(pen, from, to) {
  pen.beginPath();
  pen.moveTo(...from);
  pen.lineTo(...to);
  pen.stroke();
}

/** `draw`s the members in paths of some hundred: what a long path crosses, a browser looks at again and again. */
function inPaths(pen, members, draw, end) {
  for (let start = 0; start < members.length; start += 200) {
    pen.beginPath();
    for (const i of members.slice(start, start + 200)) draw(i);
    pen[end]();
  }
}

/** The points, those of one colour at once; where some are ticked, the others stand back. */
function drawPoints(pen, { left, top }, colourOf, chosen, colours) {
  const isMany = left.length > MANY;
  const byColour = new Map();
  for (let i = 0; i < left.length; i += 1) {
    if (Number.isNaN(left[i])) continue;
    const key = `${chosen.has(i) ? 1 : 0}${colourOf(i)}`;
    if (!byColour.has(key)) byColour.set(key, []);
    byColour.get(key).push(i);
  }
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

/** A plot in `host`; `picked(indices, isMore)` hears of those in a drag, `opened(i, event)` of one that is clicked. */
function scatter(host, { picked, opened, said }) {
  const stage = relationsStage.stage(host);
  let drawn = null;
  let loop = [];
  const inDrag = (from, to) => {
    const { left, top } = drawn.places;
    const [x0, x1] = [from[0], to[0]].sort((a, b) => a - b);
    const [y0, y1] = [from[1], to[1]].sort((a, b) => a - b);
    const isIn = drawn.isLasso ? (i) => isWithin(left[i], top[i], loop) : (i) => left[i] >= x0 && left[i] <= x1 && top[i] >= y0 && top[i] <= y1;
    return Array.from(left.keys()).filter((i) => !Number.isNaN(left[i]) && isIn(i));
  };
  const outline = (from, to) => stage.overlay((pen) => {
    pen.strokeStyle = drawn.colours.ink;
    pen.setLineDash([4, 3]);
    pen.beginPath();
    if (drawn.isLasso) loop.forEach((point) => pen.lineTo(...point));
    else pen.rect(from[0], from[1], to[0] - from[0], to[1] - from[1]);
    pen.stroke();
  });
  const clear = () => stage.overlay(() => {});
  stage.drags({
    moved(from, to) {
      if (!drawn) return;
      if (!loop.length) loop = [from];
      loop.push(to);
      stage.say([]);
      outline(from, to);
    },
    dropped(from, to, isMore) {
      if (!drawn) return;
      const found = inDrag(from, to);
      loop = [];
      clear();
      picked(found, isMore);
    },
    pressed(at, event) {
      const i = drawn ? nearest(at, drawn.places, drawn.cells) : -1;
      if (i >= 0) opened(i, event);
    },
    over(at) {
      const i = at && drawn ? nearest(at, drawn.places, drawn.cells) : -1;
      host.classList.toggle("is-over-run", i >= 0);
      stage.say(i < 0 ? [] : said(i), at || undefined);
    },
    calledOff() {
      loop = [];
      clear();
    },
  });
  return {
    /** Draws `columns` {x, y, c} on axes with `ranges` and `logs`; `chosen` are the indices of ticked runs. */
    draw({ columns, names, ranges, logs, chosen, isLasso }) {
      stage.paint((pen, { width, height }) => {
        const plot = { left: EDGE.left, top: EDGE.top, width: width - EDGE.left - EDGE.right, height: height - EDGE.top - EDGE.bottom };
        const make = (name, length, most) => relationsScales.axis(columns[name], { range: ranges[name], log: logs[name], length, most });
        const axes = { x: make("x", plot.width, Math.max(2, Math.floor(plot.width / 90))), y: make("y", plot.height, 6) };
        const colours = relationsColours.page();
        drawAxes(pen, axes, plot, colours, names);
        const places = placed(columns, axes, plot);
        const painting = relationsColours.colours(columns.c, logs.c);
        drawPoints(pen, places, painting.of, chosen, colours);
        drawn = { places, cells: cellsOf(places), colours, isLasso, legend: painting.legend };
      });
      clear();
      return drawn && { onShow: drawn.places.left.filter((at) => !Number.isNaN(at)).length, legend: drawn.legend };
    },
    /** The runs within the axes' ranges. */
    onShow: () => (drawn ? Array.from(drawn.places.left.keys()).filter((i) => !Number.isNaN(drawn.places.left[i])) : []),
    forget() {
      drawn = null;
      stage.paint(() => {});
      clear();
    },
  };
}

export { scatter as relationsScatter };
