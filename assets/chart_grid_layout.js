/* The order of a grid's charts: the chosen ones, else the preset; below them a section for each prefix. */
import { setAddress } from "./addresses.js";
import { chartBox } from "./chart_grid_box.js";
import { gridCharts } from "./chart_grid_charts.js";
import { gridPointer } from "./chart_grid_pointer.js";
import { gridSections } from "./chart_grid_sections.js";
import { chartSpecs } from "./chart_grid_specs.js";
import { live } from "./live_text.js";

/**
 * @typedef {import("./chart_grid.js").Grid} Grid
 * @typedef {Record<"add" | "offers" | "whole" | "reset" | "legend" | "remarks" | "problem" | "hint" | "status" | "charts" | "sections", HTMLElement>} Parts
 */

const { element } = chartBox;
const { button, fill, metricsOf, nameOf, number, sections } = gridSections;
/** @type {(template: string, values: Record<string, string | number | undefined>) => string} */
const filled = (template, values) => template.replace(/\{(\w+)\}/g, (slot, name) => String(values[name] ?? slot));
/** @type {(word: string) => string} */
const subjectOf = (word) => `@${word}`;
/** Makes the parts of an empty grid.
 * @type {(grid: Grid) => void} */
function begin(grid) {
  const { texts, root } = grid;
  const parts = {
    add: button("btn-outline-primary grid-add", texts.add_charts, () => grid.actions.pick(grid)),
    offers: element("span", { className: "grid-offers d-flex flex-wrap gap-2" }),
    whole: button("btn-outline-secondary grid-whole", texts.whole, () => gridPointer.seeAll(grid)),
    reset: button("btn-outline-secondary grid-reset", texts.reset, () => grid.actions.choose(grid, null)),
    legend: element("div", { className: "grid-legend", hidden: true }),
    remarks: element("p", { className: "small text-body-secondary mb-1" }),
    problem: element("p", { className: "small text-danger-emphasis mb-1 grid-problem", hidden: true }),
    hint: element("div", { className: "grid-hint alert alert-info py-2", hidden: true }),
    status: element("p", { className: "visually-hidden grid-status" }),
    charts: element("div", { className: "charts grid-charts" }),
    sections: element("div", { className: "grid-sections" }),
  };
  for (const part of [parts.status, parts.problem]) part.setAttribute("role", "status");
  const bar = element("div", { className: "d-flex flex-wrap gap-2 align-items-center mb-2" }, parts.add, parts.offers, parts.whole, parts.reset);
  root.replaceChildren(bar, parts.hint, parts.problem, parts.remarks, parts.legend, parts.status, parts.charts, parts.sections);
  grid.parts = parts;
}

/** Announces a text to screen readers; the charts themselves show the rest.
 * @type {(grid: Grid, text: string) => void} */
const announce = (grid, text) => live.write(grid.parts.status, text);

/** Shows what failed, above the charts; an empty text hides it.
 * @type {(grid: Grid, text: string) => void} */
function report(grid, text) {
  live.write(grid.parts.problem, text);
  live.hide(grid.parts.problem, !text);
}

/** @type {(grid: Grid) => Set<string>} */
const wordsWithData = (grid) => new Set(Object.entries(grid.catalogue?.presets || {}).filter(([, n]) => n).map(([word]) => word));

/** Returns the texts of the charts on top: the chosen ones, else the preset without words that no run logged.
 * @type {(grid: Grid) => string[]} */
function chosen(grid) {
  if (!grid.runs.length) return [];
  if (grid.specs) return grid.specs;
  const there = wordsWithData(grid);
  const all = grid.preset.map(subjectOf);
  return metricsOf(grid).length ? all.filter((subject) => there.has(subject.slice(1))) : all;
}

/** Names the words that no run logged, and offers evaluation curves that some did.
 * @type {(grid: Grid) => void} */
function remarks(grid) {
  const { texts, parts } = grid;
  const there = wordsWithData(grid);
  const isKnown = metricsOf(grid).length > 0;
  const without = grid.specs || !isKnown ? [] : grid.preset.filter((word) => !there.has(word));
  const names = without.map((word) => texts.words[word]).join(", ");
  live.write(parts.remarks, without.length ? filled(texts.without, { names }) : "");
  offers(grid, there);
  const seen = grid.options.window;
  parts.whole.hidden = seen.x_from === null && seen.x_to === null;
  parts.reset.hidden = grid.specs === null;
  hint(grid);
}

/** Returns the chart of several metrics.
 * @type {(keys: string[]) => string} */
function together(keys) {
  const { chart, format, subjectOf: asSubject } = chartSpecs;
  return format(chart(keys.map(asSubject)));
}

/** Offers a button for each word with data that has no chart yet, and for each family, whose members share one chart.
 * @type {(grid: Grid, there: Set<string>) => void} */
function offers(grid, there) {
  const { texts, parts } = grid;
  const taken = new Set(chosen(grid));
  const words = /** @type {string[]} */ (texts.offered)
    .filter((word) => there.has(word) && !grid.preset.includes(word))
    .map((word) => [subjectOf(word), texts.words[word]]);
  const families = Object.entries(grid.catalogue?.families || {}).map(([family, keys]) => [together(keys), texts.families[family]]);
  live.children(
    parts.offers,
    [...words, ...families].filter(([chart]) => !taken.has(chart)),
    ([chart]) => chart,
    ([chart, name]) => button("btn-outline-secondary", `+ ${name}`, () => grid.actions.add(grid, [chart])),
    () => undefined
  );
}

/** Hints that the steps of these runs count different things, and offers the axis that compares them.
 * @type {(grid: Grid) => void} */
function hint(grid) {
  const { parts, texts, options } = grid;
  const found = ["auto", "step"].includes(options.axis) ? grid.catalogue?.axis_hint : null;
  parts.hint.hidden = !found;
  if (!found) return;
  const other = options.axis === "auto" ? "step" : found;
  if (parts.hint.dataset.offers === other) return;
  parts.hint.dataset.offers = other;
  const offer = button("btn-outline-secondary", filled(texts.use_axis, { axis: texts.axes[other] }), () => undefined);
  offer.dataset.axis = other;
  const drawn = grid.catalogue?.hint_because === "tools" ? texts.hint_of_tools : texts.hint;
  const sentence = filled(other === "step" ? drawn : texts.hint_of_steps, { axis: texts.axes[found] });
  parts.hint.replaceChildren(element("span", { textContent: sentence }), " ", offer);
}

/** @type {(grid: Grid) => void} */
function arrange(grid) {
  fill(grid, grid.parts.charts, chosen(grid), null);
  sections(grid);
  remarks(grid);
  grid.root.hidden = !grid.runs.length;
  gridCharts.fit(grid);
}

/** @type {(grid: Grid) => void} */
function writeAddress(grid) {
  const { x_from, x_to } = grid.options.window;
  setAddress((query) => {
    for (const name of ["chart", "open", "x_from", "x_to"]) query.delete(name);
    for (const text of grid.specs || []) query.append("chart", text);
    for (const prefix of grid.open) query.append("open", prefix);
    if (x_from !== null) query.set("x_from", String(x_from));
    if (x_to !== null) query.set("x_to", String(x_to));
  }, "replaceState");
}

export const gridLayout = Object.freeze({ arrange, begin, chosen, filled, metricsOf, nameOf, number, announce, report, writeAddress });
