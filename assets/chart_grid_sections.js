/* The boxes of a grid's charts in their places: the chosen ones, and a section for each prefix of the metrics. */
import { chartBox } from "./chart_grid_box.js";
import { gridCharts } from "./chart_grid_charts.js";
import { chartSpecs } from "./chart_grid_specs.js";
import { locale } from "./clew.js";
import { live } from "./live_text.js";
import { metricSearch } from "./metric_search.js";

/**
 * @typedef {import("./chart_grid.js").Grid} Grid
 * @typedef {import("./chart_grid_box.js").Box} Box
 * @typedef {import("./chart_grid.js").Catalogue["metrics"]} Metrics
 * @typedef {HTMLElement & { fold: HTMLElement, charts: HTMLElement, texts: string[], frame?: number | null }} Section
 */

const AT_ONCE = 40;
const { element } = chartBox;
/** @type {(n: number) => string} */
const number = (n) => n.toLocaleString(locale());
/** @type {(key: string) => string} */
const ofKey = (key) => chartSpecs.format(chartSpecs.chart([chartSpecs.subjectOf(key)]));

/** @type {(className: string, text: string, run: () => unknown) => HTMLButtonElement} */
function button(className, text, run) {
  const made = element("button", { type: "button", className: `btn btn-sm ${className}`, textContent: text });
  made.addEventListener("click", run);
  return made;
}

/** @type {(grid: Grid) => Metrics} */
const metricsOf = (grid) => grid.catalogue?.metrics || [];

/** @type {(grid: Grid, text: string, section: string | null) => Box} */
function boxFor(grid, text, section) {
  const key = `${section === null ? "" : section}|${text}`;
  const known = grid.boxes.get(key);
  if (known) return known;
  const box = chartBox.box(grid, text, section);
  grid.actions.attach(grid, box);
  grid.boxes.set(key, box);
  grid.observer.observe(box.element);
  return box;
}

/** @type {(grid: Grid, box: Box) => void} */
function drop(grid, box) {
  gridCharts.leaves(grid, box);
  grid.observer.unobserve(box.element);
  grid.boxes.delete(box.key);
  box.element.remove();
}

/** Puts exactly these charts into `place`, in their order; charts that are there already stay.
 * @type {(grid: Grid, place: HTMLElement, texts: string[], section: string | null) => void} */
function fill(grid, place, texts, section) {
  const boxes = texts.map((text) => boxFor(grid, text, section));
  const wanted = new Set(boxes);
  for (const child of [.../** @type {HTMLCollectionOf<import("./chart_grid_box.js").ChartFrame>} */ (place.children)]) if (!wanted.has(child.box)) drop(grid, child.box);
  boxes.forEach(({ element: its }, at) => {
    if (place.children[at] !== its) place.insertBefore(its, place.children[at] || null);
  });
}

/** @type {(grid: Grid, prefix: string) => string} */
const nameOf = (grid, prefix) => (prefix === "/" ? grid.texts.no_prefix : `${prefix}/`);

/** Makes a section; sectionFilled writes into it.
 * @type {(grid: Grid, prefix: string) => Section} */
function sectionMade(grid, prefix) {
  const fold = button("grid-fold", "", () => grid.actions.toggle(grid, prefix));
  const charts = element("div", { className: "charts section-charts" });
  const made = element("section", { className: "grid-section" }, element("h3", { className: "h6 mb-0" }, fold), charts);
  return Object.assign(made, { fold, charts, texts: [], frame: null });
}

/** @type {(grid: Grid, made: Section, prefix: string, metrics: Metrics) => void} */
function sectionFilled(grid, made, prefix, metrics) {
  const isOpen = grid.open.has(prefix);
  // A break after the mark would leave it alone on its line, before a prefix that has no other place to break.
  live.write(made.fold, `${isOpen ? "▾" : "▸"}\u00a0${nameOf(grid, prefix)} (${number(metrics.length)})`);
  live.mark(made.fold, "aria-expanded", String(isOpen));
  made.charts.hidden = !isOpen;
  made.texts = isOpen ? metrics.map(([key]) => ofKey(key)) : [];
  fillInBatches(grid, made, prefix, made.charts.children.length + AT_ONCE);
}

/** Adds the charts of a section, so many in each frame: a thousand boxes at once would block the page.
 * @type {(grid: Grid, made: Section, prefix: string, most: number) => void} */
function fillInBatches(grid, made, prefix, most) {
  fill(grid, made.charts, made.texts.slice(0, most), prefix);
  if (made.texts.length <= most || made.frame) return;
  made.frame = window.requestAnimationFrame(() => {
    made.frame = null;
    if (grid.root.isConnected && made.isConnected) fillInBatches(grid, made, prefix, most + AT_ONCE);
  });
}

/** @type {(grid: Grid) => void} */
function sections(grid) {
  const groups = grid.runs.length ? metricSearch.grouped(metricsOf(grid)) : [];
  const former = [.../** @type {HTMLCollectionOf<Section>} */ (grid.parts.sections.children)].filter((one) => !groups.some(([prefix]) => prefix === one.dataset.key));
  for (const one of former) fill(grid, one.charts, [], one.dataset.key ?? "");
  live.children(
    grid.parts.sections,
    groups,
    ([prefix]) => prefix,
    ([prefix]) => sectionMade(grid, prefix),
    (made, [prefix, metrics]) => sectionFilled(grid, made, prefix, metrics)
  );
}

export const gridSections = Object.freeze({ button, fill, metricsOf, nameOf, number, sections });
