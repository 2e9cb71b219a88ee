/* The place of one chart: its frame of a fixed height, its menu, its caption, its failure. */
import { chartSpecs } from "./chart_grid_specs.js";

/**
 * @typedef {import("./chart_grid.js").Grid} Grid
 * @typedef {import("./chart_grid_specs.js").ChartSpec} ChartSpec
 * @typedef {PlotlyLayout & { title: { text: string, font: { weight: number | string, size: number } }, font: { family: string } }} ChartLayout
 * @typedef {{ data: PlotlyTrace[], layout: ChartLayout }} Figure as components/charts makes it
 * @typedef {{ figure: Figure, summary: string, failures?: string[], pending?: boolean, version?: string }} Answer of the server
 * @typedef {PlotlyElement & { box: Box | null, isConnectedToPlotly?: boolean }} PlotDiv
 * @typedef {HTMLElement & { box: Box }} ChartFrame the element of a chart
 * @typedef {{ width: number, height: number }} Size in pixels
 *
 * @typedef {object} Box
 * @property {string} key of the box in its grid
 * @property {string} text of the chart, as in addresses
 * @property {ChartSpec} spec
 * @property {string} title
 * @property {string | null} section its prefix; null among the chosen ones
 * @property {ChartFrame} element
 * @property {HTMLElement} place
 * @property {HTMLElement} line
 * @property {HTMLElement} caption
 * @property {HTMLElement} failure
 * @property {HTMLButtonElement} button
 * @property {HTMLElement} handle
 * @property {boolean} isNear
 * @property {Answer | null} answer
 * @property {Answer | null} [shown] the answer that is drawn
 * @property {PlotDiv | null} div
 * @property {(number | null)[] | null} yRange
 * @property {unknown} [yRangeOf] the unit that `yRange` is in
 * @property {Size | null} measured
 * @property {AbortController} [request]
 * @property {number | null} [freshOf] the grid's version when it was asked for
 * @property {number} [retries]
 * @property {import("./asking_again.js").AskingAgain} [again]
 * @property {() => Size} size
 */

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Props} [props]
 * @param {(Node | string | null)[]} children
 * @returns {HTMLElementTagNameMap[K]}
 */
const element = (tag, props = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), props);
  made.append(...children.flatMap((child) => (child === null ? [] : [child])));
  return made;
};

/** Returns the chart's name, for its heading and its buttons.
 * @type {(spec: ChartSpec, texts: ChartGridTexts) => string} */
function titleOf(spec, texts) {
  return spec.subjects.map((subject) => texts.words[chartSpecs.wordOf(subject) ?? ""] || chartSpecs.keyOf(subject)).join(" · ");
}

/** Makes the place of the chart that `text` describes; `section` is null among the chosen ones.
 * @type {(grid: Grid, text: string, section: string | null) => Box} */
function box(grid, text, section) {
  const { texts, place } = grid;
  const spec = chartSpecs.parse(text) ?? chartSpecs.chart([text]);
  const title = titleOf(spec, texts);
  const word = spec.subjects.length === 1 && section === null ? chartSpecs.wordOf(spec.subjects[0]) : null;
  const name = word && word.replace(/_/g, "-");
  const plot = element("div", { className: "chart-place" }, element("p", { className: "chart-loading", textContent: texts.loading }));
  const line = element("div", { className: "chart-hover-line", hidden: true });
  const caption = element("figcaption", { className: "visually-hidden", textContent: `${title}: ${texts.loading}` });
  const failure = element("div", { className: "chart-failure alert alert-danger", hidden: true });
  const button = element("button", { type: "button", className: "chart-menu-button btn btn-sm", textContent: "⋮", title: texts.menu });
  button.setAttribute("aria-haspopup", "menu");
  button.setAttribute("aria-expanded", "false");
  button.setAttribute("aria-label", texts.menu_of.replace("{chart}", title));
  const handle = element("span", { className: "chart-handle", textContent: "⠿", title: texts.drag });
  handle.setAttribute("aria-hidden", "true");
  plot.append(line);
  const frame = /** @type {ChartFrame} */ (element("figure", { className: "chart-frame grid-chart" }, section === null ? handle : null, button, plot, caption, failure));
  frame.setAttribute("aria-label", title);
  frame.dataset.chart = text;
  if (spec.size === "wide") frame.classList.add("grid-chart-wide");
  if (name) {
    frame.id = `${place}-chart-${name}`;
    caption.id = `${place}-summary-${name}`;
  }
  /** @type {Box} */
  const made = {
    key: `${section === null ? "" : section}|${text}`,
    ...{ text, spec, title, section, element: frame, place: plot, line, caption, failure, button, handle },
    ...{ isNear: false, answer: null, div: null, yRange: null, measured: null },
    /** Measures the place if that was not done yet: it forces the browser to lay out the page, in the middle of drawing. */
    size: () => (made.measured = made.measured || { width: plot.clientWidth || 400, height: plot.clientHeight || 380 }),
  };
  frame.box = made;
  return made;
}

/** Shows what failed, next to the chart; an empty sentence hides it.
 * @type {(made: Box, sentence: string, texts: ChartGridTexts, retry: () => void) => void} */
function showFailure(made, sentence, texts, retry) {
  made.failure.hidden = !sentence;
  if (!sentence || made.failure.dataset.sentence === sentence) return;
  made.failure.dataset.sentence = sentence;
  const again = element("button", { type: "button", className: "btn btn-sm btn-outline-danger", textContent: texts.retry });
  again.addEventListener("click", retry);
  made.failure.replaceChildren(element("span", { textContent: sentence }), " ", again);
}

export const chartBox = Object.freeze({ box, element, showFailure, titleOf });
