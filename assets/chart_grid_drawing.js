/* Drawing the charts of a grid: one in a frame, into divs that are used again for other charts.
 *
 * A div with a Plotly chart costs 20 ms to make and 5 to fill anew; 300 of them at once block a page for seconds.
 */
const MOST_FREE = 12;
const OVERHANG = 2; // pixels of a line that stands at the edge

const BESIDE_TITLE = 48; // pixels: before a title, and the button of the menu behind it
const pen = document.createElement("canvas").getContext("2d");

/** How a title is written, as CSS says it: what the server says of it, and of all letters of its chart. */
const fontOf = (layout) => `${layout.title.font.weight} ${layout.title.font.size}px ${layout.font.family}`;
const wide = (text, font) => {
  pen.font = font;
  return pen.measureText(text).width;
};
const plain = (markup) => new DOMParser().parseFromString(markup, "text/html").documentElement.textContent;
const markup = (text) => text.replace(/[&<>%$]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** A title in the room that there is, its middle left out: ends tell more than middles do. */
function fitted(title, font, room) {
  const letters = [...plain(title)];
  if (wide(letters.join(""), font) <= room) return title;
  let kept = letters.length - 1;
  const cut = () => `${letters.slice(0, Math.ceil(kept / 2)).join("")}…${letters.slice(letters.length - Math.floor(kept / 2)).join("")}`;
  while (kept > 2 && wide(cut(), font) > room) kept -= 1;
  return markup(cut());
}

const lineOf = (trace) => trace.meta?.run ?? trace.meta?.name ?? trace.name;

/** One for each grid; `on` hears of hover(box, x), unhover(), zoom(box, change) and drawn(box). */
function drawing(config, on) {
  const free = [];
  const queue = new Set();
  let frame = null;

  function made() {
    const div = document.createElement("div");
    div.className = "chart";
    return div;
  }

  /** Plotly gives a div its events with the first chart. */
  function listen(div) {
    if (div.hears) return;
    div.hears = true;
    div.on("plotly_hover", (event) => div.box && on.hover(div.box, event.points[0].x));
    div.on("plotly_unhover", () => on.unhover());
    div.on("plotly_relayout", (change) => div.box && on.zoom(div.box, change));
    div.on("plotly_legendclick", (event) => on.legend(lineOf(event.data[event.curveNumber]), false));
    div.on("plotly_legenddoubleclick", (event) => on.legend(lineOf(event.data[event.curveNumber]), true));
  }

  /** The figure as this box shows it: without muted lines, in its own size, its zoom its own however divs wander. */
  function shown(box, muted) {
    const { data, layout } = box.answer.figure;
    const mine = (axis) => ({ ...axis, uirevision: `${box.key} ${axis?.uirevision}` });
    const own = { ...layout, uirevision: box.key, xaxis: mine(layout.xaxis), yaxis: mine(layout.yaxis) };
    const { width, height } = box.size();
    // Over a wide chart of few points the pointer is far from all of them: the nearest one is meant.
    Object.assign(own, { width, height, autosize: false, hoverdistance: -1 });
    // The name of a metric stands above its chart; along the axis of a small one there is no room for it.
    if (layout.yaxis?.title?.text === layout.title.text) own.yaxis.title = { ...layout.yaxis.title, text: "" };
    own.title = { ...layout.title, text: fitted(layout.title.text, fontOf(layout), width - BESIDE_TITLE) };
    if (box.spec.subjects.length === 1) {
      // The legend beside the grid names the lines of all charts.
      own.showlegend = false;
      own.xaxis.automargin = false;
      own.xaxis.title = { ...layout.xaxis?.title, standoff: layout.xaxis?.type === "date" ? 34 : 20 };
    }
    if (box.yRange && box.yRangeOf === own.yaxis.uirevision) Object.assign(own.yaxis, { range: box.yRange, autorange: false });
    return { data: muted.size ? data.filter((trace) => !muted.has(lineOf(trace))) : data, layout: own };
  }

  function draw(box) {
    if (!box.answer || !box.isNear || !box.element.isConnected) return;
    const isFresh = !box.div;
    if (isFresh) {
      box.div = free.pop() || made();
      box.place.prepend(box.div);
    }
    box.shown = box.answer;
    box.div.box = null; // what Plotly says while it draws is no reader's doing
    const { data, layout } = shown(box, on.muted());
    window.Plotly.react(box.div, data, layout, config);
    listen(box.div);
    box.div.box = box;
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

  function release(box) {
    queue.delete(box);
    if (!box.div) return;
    const { div } = box;
    box.div = div.box = null;
    div.remove();
    if (free.length < MOST_FREE) free.push(div);
    else if (div.hears) window.Plotly.purge(div);
  }

  return {
    later(box) {
      queue.add(box);
      if (frame === null) frame = window.requestAnimationFrame(tick);
    },
    release,
    /** Plotly's own first chart takes 0.1 s or more: before anybody waits for it. */
    warmUp() {
      if (free.length) return;
      const div = made();
      window.Plotly.react(div, [], { width: 400, height: 300 }, config);
      listen(div);
      free.push(div);
    },
    purge() {
      for (const div of free.splice(0)) if (div.hears) window.Plotly.purge(div);
    },
  };
}

/** Where a value of the x axis stands in a drawn chart, in pixels of its div; null where it is out of sight. */
function pixelOf(div, x) {
  const axis = div._fullLayout?.xaxis;
  if (!axis || axis._length === undefined) return null;
  const along = axis.d2p(x);
  return along >= -OVERHANG && along <= axis._length + OVERHANG ? axis._offset + along : null;
}

export const chartDrawing = Object.freeze({ drawing, lineOf, pixelOf });
