/* Draws the charts of a grid, one in each frame of the browser, into divs that are reused for other charts.
 *
 * A div with a Plotly chart costs 20 ms to make and 5 to fill again; 300 of them at once block a page for seconds.
 */
/**
 * @typedef {import("./chart_grid_box.js").Box} Box
 * @typedef {import("./chart_grid_box.js").PlotDiv} PlotDiv
 * @typedef {{ later(box: Box): void, release(box: Box): void, warmUp(): void, purge(): void }} Drawing
 * @typedef {object} Events
 * @property {() => Set<string>} muted the names of lines that are hidden
 * @property {(line: string, isAlone: boolean) => void} legend
 * @property {(box: Box, x: unknown) => void} hover
 * @property {() => void} unhover
 * @property {(box: Box, change: PlotlyChange) => void} zoom
 * @property {(box: Box) => void} drawn
 */
const MAX_FREE = 12;
const OVERHANG = 2; // pixels that a hover line may be beyond the edge

const BESIDE_TITLE = 48; // pixels: before a title, and the button of the menu behind it
const pen = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"));

/** Returns the font of a title as CSS writes it, from the server's layout.
 * @type {(layout: import("./chart_grid_box.js").ChartLayout) => string} */
const fontOf = (layout) => `${layout.title.font.weight} ${layout.title.font.size}px ${layout.font.family}`;
/** @type {(text: string, font: string) => number} */
const wide = (text, font) => {
  pen.font = font;
  return pen.measureText(text).width;
};
/** @type {(markup: string) => string} */
const plain = (markup) => new DOMParser().parseFromString(markup, "text/html").documentElement.textContent ?? "";
/** @type {(text: string) => string} */
const markup = (text) => text.replace(/[&<>%$]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** Shortens a title to the room for it; its middle is left out, because the ends distinguish more.
 * @type {(title: string, font: string, room: number) => string} */
function fitted(title, font, room) {
  const letters = [...plain(title)];
  if (wide(letters.join(""), font) <= room) return title;
  let kept = letters.length - 1;
  const cut = () => `${letters.slice(0, Math.ceil(kept / 2)).join("")}…${letters.slice(letters.length - Math.floor(kept / 2)).join("")}`;
  while (kept > 2 && wide(cut(), font) > room) kept -= 1;
  return markup(cut());
}

/** @type {(trace: PlotlyTrace) => string} */
const lineOf = (trace) => trace.meta?.run ?? trace.meta?.name ?? trace.name ?? "";

/** Returns the drawing of one grid; `on` receives the events of its charts.
 * @type {(config: PlotlyConfig, on: Events) => Drawing} */
function drawing(config, on) {
  /** @type {PlotDiv[]} */
  const free = [];
  /** @type {Set<Box>} */
  const queue = new Set();
  /** @type {number | null} */
  let frame = null;

  /** @type {() => PlotDiv} */
  function made() {
    const div = /** @type {PlotDiv} */ (/** @type {HTMLElement} */ (document.createElement("div")));
    div.className = "chart";
    return div;
  }

  /** Listens to a div's events, which Plotly provides once it has drawn the first chart.
   * @type {(div: PlotDiv) => void} */
  function listen(div) {
    if (div.isConnectedToPlotly) return;
    div.isConnectedToPlotly = true;
    div.on("plotly_hover", (event) => div.box && on.hover(div.box, event.points[0].x));
    div.on("plotly_unhover", () => on.unhover());
    div.on("plotly_relayout", (change) => div.box && on.zoom(div.box, change));
    div.on("plotly_legendclick", (event) => on.legend(lineOf(event.data[event.curveNumber]), false));
    div.on("plotly_legenddoubleclick", (event) => on.legend(lineOf(event.data[event.curveNumber]), true));
  }

  /** Returns the figure as this box shows it: without muted lines, in its own size, with a zoom that stays with the box.
   * @type {(box: Box, answer: import("./chart_grid_box.js").Answer, muted: Set<string>) => import("./chart_grid_box.js").Figure} */
  function shown(box, answer, muted) {
    const { data, layout } = answer.figure;
    /** @type {(axis: PlotlyAxis | undefined) => PlotlyAxis} */
    const mine = (axis) => ({ ...axis, uirevision: `${box.key} ${axis?.uirevision}` });
    const own = { ...layout, uirevision: box.key, xaxis: mine(layout.xaxis), yaxis: mine(layout.yaxis) };
    const { width, height } = box.size();
    // Over a wide chart of few points the pointer is far from all of them: the nearest one is meant.
    Object.assign(own, { width, height, autosize: false, hoverdistance: -1 });
    // The name of the metric is above its chart; along the axis of a small one there is no room for it.
    if (layout.yaxis?.title?.text === layout.title.text) own.yaxis.title = { ...layout.yaxis.title, text: "" };
    own.title = { ...layout.title, text: fitted(layout.title.text, fontOf(layout), width - BESIDE_TITLE) };
    if (box.spec.subjects.length === 1) {
      // The legend next to the grid names the lines of all charts.
      own.showlegend = false;
      own.xaxis.automargin = false;
      own.xaxis.title = { ...layout.xaxis?.title, standoff: layout.xaxis?.type === "date" ? 34 : 20 };
    }
    if (box.yRange && box.yRangeOf === own.yaxis.uirevision) Object.assign(own.yaxis, { range: box.yRange, autorange: false });
    return { data: muted.size ? data.filter((trace) => !muted.has(lineOf(trace))) : data, layout: own };
  }

  /** @type {(box: Box) => void} */
  function draw(box) {
    if (!box.answer || !box.isNear || !box.element.isConnected) return;
    const div = box.div || free.pop() || made();
    if (!box.div) box.place.prepend(div);
    box.div = div;
    box.shown = box.answer;
    div.box = null; // events that Plotly sends while it draws are not the reader's
    const { data, layout } = shown(box, box.answer, on.muted());
    window.Plotly.react(div, data, layout, config);
    listen(div);
    div.box = box;
    on.drawn(box);
  }

  function tick() {
    frame = null;
    const [box] = queue;
    if (!box) return;
    queue.delete(box);
    draw(box);
    if (queue.size) frame = window.requestAnimationFrame(tick);
  }

  /** @type {(box: Box) => void} */
  function release(box) {
    queue.delete(box);
    if (!box.div) return;
    const { div } = box;
    box.div = div.box = null;
    div.remove();
    if (free.length < MAX_FREE) free.push(div);
    else if (div.isConnectedToPlotly) window.Plotly.purge(div);
  }

  return {
    later(box) {
      queue.add(box);
      if (frame === null) frame = window.requestAnimationFrame(tick);
    },
    release,
    /** Draws an empty chart: Plotly's first one takes 0.1 s or more, so it is drawn before a reader waits for it. */
    warmUp() {
      if (free.length) return;
      const div = made();
      window.Plotly.react(div, [], { width: 400, height: 300 }, config);
      listen(div);
      free.push(div);
    },
    purge() {
      for (const div of free.splice(0)) if (div.isConnectedToPlotly) window.Plotly.purge(div);
    },
  };
}

/** Returns where a value of the x axis is in a drawn chart, in pixels of its div; null where it is out of sight.
 * @type {(div: PlotDiv, x: unknown) => number | null} */
function pixelOf(div, x) {
  const axis = div._fullLayout?.xaxis;
  if (!axis || axis._length === undefined) return null;
  const along = axis.d2p(x);
  return along >= -OVERHANG && along <= axis._length + OVERHANG ? axis._offset + along : null;
}

export const chartDrawing = Object.freeze({ drawing, lineOf, pixelOf });
