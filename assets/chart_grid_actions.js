/* The actions of a reader on the charts of a grid: add, pin, overlay, move, scale, enlarge, export, remove. */
import { gridLayout } from "./chart_grid_layout.js";
import { chartMenu } from "./chart_grid_menu.js";
import { gridOrder } from "./chart_grid_order.js";
import { gridPointer } from "./chart_grid_pointer.js";
import { savePoints } from "./chart_grid_points.js";
import { chartSpecs } from "./chart_grid_specs.js";
import { metricPicker } from "./metric_picker.js";

/**
 * @typedef {import("./chart_grid.js").Grid} Grid
 * @typedef {import("./chart_grid_box.js").Box} Box
 * @typedef {import("./chart_grid_menu.js").Item} Item
 * @typedef {Partial<import("./chart_grid_specs.js").ChartSpec>} SpecChange
 */

/** Sets the charts on top; null for the preset.
 * @type {(grid: Grid, texts: string[] | null) => void} */
function choose(grid, texts) {
  grid.specs = texts === null ? null : [...new Set(texts)];
  gridLayout.arrange(grid);
  gridLayout.writeAddress(grid);
}

/** @type {(grid: Grid, texts: string[], where?: { isFirst?: boolean }) => void} */
function add(grid, texts, { isFirst = false } = {}) {
  const before = gridLayout.chosen(grid);
  const now = before.filter((text) => !isFirst || !texts.includes(text));
  choose(grid, isFirst ? [...texts, ...now] : [...now, ...texts]);
  const after = gridLayout.chosen(grid);
  const [n, all] = [after.filter((text) => !before.includes(text)).length, after.length].map(gridLayout.number);
  const moved = { chart: boxOf(grid, texts[0])?.title, n: 1, all };
  gridLayout.announce(grid, isFirst && n === gridLayout.number(0) ? gridLayout.filled(grid.texts.moved, moved) : gridLayout.filled(grid.texts.added, { n, all }));
}

/** @type {(grid: Grid, box: Box) => void} */
function pin(grid, box) {
  add(grid, [box.text], { isFirst: true });
  focus(grid, box.text);
}

/** @type {(key: string) => string} */
const ofKey = (key) => chartSpecs.format(chartSpecs.chart([chartSpecs.subjectOf(key)]));

/** @type {(grid: Grid) => void} */
function pick(grid) {
  const { texts } = grid;
  metricPicker.open({
    metrics: gridLayout.metricsOf(grid),
    runs: grid.runs.length,
    title: texts.pick,
    texts,
    add: (/** @type {string} */ key) => add(grid, [ofKey(key)]),
    pin: (/** @type {string} */ key) => add(grid, [ofKey(key)], { isFirst: true }),
    addAll: (/** @type {string[]} */ keys) => add(grid, keys.map(ofKey)),
    isThere: (/** @type {string} */ key) => gridLayout.chosen(grid).includes(ofKey(key)),
    shown: () => gridLayout.chosen(grid).length,
  });
}

/** @type {(grid: Grid, box: Box) => void} */
function overlay(grid, box) {
  const { texts } = grid;
  const picker = metricPicker.open({
    metrics: gridLayout.metricsOf(grid).filter(([key]) => !box.spec.subjects.includes(chartSpecs.subjectOf(key))),
    runs: grid.runs.length,
    title: gridLayout.filled(texts.overlay_on, { chart: box.title }),
    texts,
    add: (/** @type {string} */ key) => {
      picker.close();
      change(grid, box, { subjects: [...box.spec.subjects, chartSpecs.subjectOf(key)] });
    },
  });
}

/** Changes the form of a chart in its place; a chart of a section becomes a chosen one, so that the address has it.
 * @type {(grid: Grid, box: Box, more: SpecChange) => void} */
function change(grid, box, more) {
  const text = chartSpecs.format({ ...box.spec, ...more });
  if (box.section !== null) {
    add(grid, [text]);
    focus(grid, text);
    return;
  }
  const now = gridLayout.chosen(grid);
  const range = "yFrom" in more || "scale" in more ? null : box.yRange;
  choose(grid, now.map((one) => (one === box.text ? text : one)));
  const made = boxOf(grid, text);
  if (made) made.yRange = range;
  focus(grid, text);
}

/** @type {(grid: Grid, text: string) => Box | undefined} */
const boxOf = (grid, text) => grid.boxes.get(`|${text}`);
/** @type {(grid: Grid, text: string) => void} */
const focus = (grid, text) => boxOf(grid, text)?.button.focus();

/** @type {(grid: Grid, box: Box) => void} */
function remove(grid, box) {
  const now = gridLayout.chosen(grid);
  const at = now.indexOf(box.text);
  choose(grid, now.filter((text) => text !== box.text));
  gridLayout.announce(grid, gridLayout.filled(grid.texts.removed, { chart: box.title }));
  const left = gridLayout.chosen(grid);
  const next = left[Math.min(at, left.length - 1)];
  if (next) focus(grid, next);
  else grid.parts.add.focus();
}

/** @type {(box: Box) => void} */
function picture(box) {
  const name = `clew-${box.title.replace(/[^\p{L}\p{N}._-]+/gu, "-").slice(0, 80)}`;
  if (!box.div || !box.answer) return;
  const { layout: shown } = box.div;
  // A picture has no legend next to it: it names its lines itself.
  const own = { ...box.div.layout, ...(box.answer.figure.layout.showlegend ? { showlegend: true } : {}) };
  window.Plotly.downloadImage({ data: box.div.data, layout: own }, { format: "png", scale: 2, filename: name, width: shown.width, height: shown.height });
}

/** @type {(grid: Grid, box: Box) => (Item | false)[]} */
function itemsOf(grid, box) {
  const { texts } = grid;
  const isChosen = box.section === null;
  const isLog = box.spec.scale === null ? Boolean(grid.options.log_y) : box.spec.scale === "log";
  const own = isLog === !grid.options.log_y ? null : isLog ? "linear" : "log";
  const now = gridLayout.chosen(grid);
  const at = now.indexOf(box.text);
  return [
    { text: texts.log, checked: isLog, run: () => change(grid, box, { scale: own }) },
    { text: texts.range, run: () => chartMenu.askRange(box, texts, (yFrom, yTo) => change(grid, box, { yFrom, yTo })) },
    { text: texts.overlay, run: () => overlay(grid, box) },
    { text: texts.larger, checked: box.spec.size === "wide", run: () => change(grid, box, { size: box.spec.size === "wide" ? "small" : "wide" }) },
    { text: texts.whole, run: () => gridPointer.seeAll(grid) },
    { text: texts.pin_top, run: () => pin(grid, box), disabled: isChosen && at === 0 },
    isChosen && { text: texts.earlier, run: () => gridOrder.move(grid, box, -1), disabled: at === 0 },
    isChosen && { text: texts.later, run: () => gridOrder.move(grid, box, 1), disabled: at === now.length - 1 },
    !isChosen && { text: texts.add, run: () => add(grid, [box.text]), disabled: now.includes(box.text) },
    { text: texts.png, run: () => picture(box), disabled: !box.div },
    { text: texts.csv, run: () => savePoints(grid, box) },
    isChosen && { text: texts.remove, run: () => remove(grid, box) },
  ];
}

/** Connects a box's button with its menu and its keys.
 * @type {(grid: Grid, box: Box) => void} */
function attach(grid, box) {
  box.button.addEventListener("click", () => chartMenu.show(box, itemsOf(grid, box)));
  box.button.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === "ArrowDown") chartMenu.show(box, itemsOf(grid, box));
    else if (step && event.shiftKey && box.section === null) gridOrder.move(grid, box, step);
    else return;
    event.preventDefault();
  });
}

/** @type {(grid: Grid, prefix: string) => void} */
function toggle(grid, prefix) {
  if (!grid.open.delete(prefix)) grid.open.add(prefix);
  gridLayout.arrange(grid);
  gridLayout.writeAddress(grid);
}

/** Brings a metric's own chart into view, for example from a table of metrics.
 * @type {(grid: Grid, key: string) => void} */
function reach(grid, key) {
  const text = ofKey(key);
  if (!gridLayout.chosen(grid).includes(text)) add(grid, [text]);
  const box = boxOf(grid, text);
  box?.element.scrollIntoView({ block: "center" });
  box?.button.focus({ preventScroll: true });
}

export const gridActions = Object.freeze({ add, attach, choose, pick, reach, toggle });
