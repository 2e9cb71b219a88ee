/* What a reader does with the charts of a grid: add, pin, overlay, move, scale, enlarge, take along, remove. */
import { chartBox } from "./chart_grid_box.js";
import { chartAnswers } from "./chart_grid_figures.js";
import { gridLayout } from "./chart_grid_layout.js";
import { gridCharts } from "./chart_grid_charts.js";
import { chartMenu } from "./chart_grid_menu.js";
import { gridOrder } from "./chart_grid_order.js";
import { gridPointer } from "./chart_grid_pointer.js";
import { chartSpecs } from "./chart_grid_specs.js";
import { metricPicker } from "./metric_picker.js";

/** The charts on top from now on; null for the preset. */
function choose(grid, texts) {
  grid.specs = texts === null ? null : [...new Set(texts)];
  gridLayout.arrange(grid);
  gridLayout.writeAddress(grid);
}

function add(grid, texts, { isFirst = false } = {}) {
  const before = gridLayout.chosen(grid);
  const now = before.filter((text) => !isFirst || !texts.includes(text));
  choose(grid, isFirst ? [...texts, ...now] : [...now, ...texts]);
  const [n, all] = [grid.specs.filter((text) => !before.includes(text)).length, grid.specs.length].map(gridLayout.number);
  const moved = { chart: boxOf(grid, texts[0])?.title, n: 1, all };
  gridLayout.say(grid, isFirst && n === gridLayout.number(0) ? gridLayout.filled(grid.texts.moved, moved) : gridLayout.filled(grid.texts.added, { n, all }));
}

function pin(grid, box) {
  add(grid, [box.text], { isFirst: true });
  focus(grid, box.text);
}

const ofKey = (key) => chartSpecs.format(chartSpecs.chart([chartSpecs.subjectOf(key)]));

function pick(grid) {
  const { texts } = grid;
  metricPicker.open({
    metrics: gridLayout.metricsOf(grid),
    runs: grid.runs.length,
    title: texts.pick,
    texts,
    add: (key) => add(grid, [ofKey(key)]),
    pin: (key) => add(grid, [ofKey(key)], { isFirst: true }),
    addAll: (keys) => add(grid, keys.map(ofKey)),
    isThere: (key) => gridLayout.chosen(grid).includes(ofKey(key)),
    shown: () => gridLayout.chosen(grid).length,
  });
}

function overlay(grid, box) {
  const { texts } = grid;
  const picker = metricPicker.open({
    metrics: gridLayout.metricsOf(grid).filter(([key]) => !box.spec.subjects.includes(chartSpecs.subjectOf(key))),
    runs: grid.runs.length,
    title: gridLayout.filled(texts.overlay_on, { chart: box.title }),
    texts,
    add: (key) => {
      picker.close();
      change(grid, box, { subjects: [...box.spec.subjects, chartSpecs.subjectOf(key)] });
    },
  });
}

/** Another form of a chart stands where it stood; one of a section is chosen with it, for the address to have it. */
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

const boxOf = (grid, text) => grid.boxes.get(`|${text}`);
const focus = (grid, text) => boxOf(grid, text)?.button.focus();

function remove(grid, box) {
  const now = gridLayout.chosen(grid);
  const at = now.indexOf(box.text);
  choose(grid, now.filter((text) => text !== box.text));
  gridLayout.say(grid, gridLayout.filled(grid.texts.removed, { chart: box.title }));
  const next = grid.specs[Math.min(at, grid.specs.length - 1)];
  if (next) focus(grid, next);
  else grid.parts.add.focus();
}

function picture(box) {
  const name = `clew-${box.title.replace(/[^\p{L}\p{N}._-]+/gu, "-").slice(0, 80)}`;
  const { layout: shown } = box.div;
  // On paper each picture stands alone: its lines are named in it.
  const own = { ...box.div.layout, ...(box.answer.figure.layout.showlegend ? { showlegend: true } : {}) };
  window.Plotly.downloadImage({ data: box.div.data, layout: own }, { format: "png", scale: 2, filename: name, width: shown.width, height: shown.height });
}

/** All points, as the server streams them; a selection too long for an address is asked for as JSON. */
function points(grid, box) {
  const { width, x_from, x_to, smoothing, ...fields } = gridCharts.fieldsOf(grid, box);
  const save = (address) => {
    const link = chartBox.element("a", { href: address, download: "" });
    document.body.append(link);
    link.click();
    link.remove();
  };
  const address = chartAnswers.addressOf("charts/points.csv", fields);
  if (address.length <= 3500) return save(address);
  return chartAnswers
    .requestOf("charts/points.csv", fields, null, undefined)
    .then((response) => (response.ok ? response.blob() : Promise.reject(new Error(response.statusText))))
    .then((blob) => {
      const made = URL.createObjectURL(blob);
      save(made);
      window.setTimeout(() => URL.revokeObjectURL(made), 60000);
    })
    .catch(() => gridLayout.say(grid, grid.texts.no_answer));
}

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
    { text: texts.csv, run: () => points(grid, box) },
    isChosen && { text: texts.remove, run: () => remove(grid, box) },
  ];
}

/** A box's own buttons. */
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

function toggle(grid, prefix) {
  if (!grid.open.delete(prefix)) grid.open.add(prefix);
  gridLayout.arrange(grid);
  gridLayout.writeAddress(grid);
}

/** A metric's own chart, brought into view: from a table of metrics, say. */
function reach(grid, key) {
  const text = ofKey(key);
  if (!gridLayout.chosen(grid).includes(text)) add(grid, [text]);
  const box = boxOf(grid, text);
  box.element.scrollIntoView({ block: "center" });
  box.button.focus({ preventScroll: true });
}

export const gridActions = Object.freeze({ add, attach, choose, pick, reach, toggle });
