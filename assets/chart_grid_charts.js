/* The figures of a grid's charts: fetched when a chart comes near the view, released when it leaves. */
import { askingAgain, passes } from "./asking_again.js";
import { chartBox } from "./chart_grid_box.js";
import { chartAnswers } from "./chart_grid_figures.js";
import { CHART_DEFAULTS } from "./from_python.js";
import { live } from "./live_text.js";

/**
 * @typedef {import("./chart_grid.js").Grid} Grid
 * @typedef {import("./chart_grid_box.js").Box} Box
 * @typedef {import("./chart_grid_box.js").Answer} Answer
 */

const PENDING_MS = 2500;
const RETRIES = 3; // before a failure is shown
const SMALL = 300;
const WIDE = 1000;
const BY_ITSELF = CHART_DEFAULTS.axis; // the axis where none is chosen
const NOT_OF_FIGURES = new Set(["window", "final", "diverged", "differing", "log_y"]);

/** Returns the fields of a figure's request: the options that it depends on, without those that are off or empty.
 * @type {(grid: Grid, box: Box) => import("./chart_grid_figures.js").Fields} */
function fieldsOf(grid, box) {
  const { window: seen, ...options } = grid.options;
  const asked = Object.entries(options).filter(([name, value]) => !NOT_OF_FIGURES.has(name) && value && value !== BY_ITSELF && !(Array.isArray(value) && !value.length));
  return {
    runs: grid.runs,
    chart: box.text,
    ...Object.fromEntries(asked),
    ...(options.log_y ? { log_y: true } : {}),
    x_from: seen.x_from,
    x_to: seen.x_to,
    width: box.spec.size === "wide" ? WIDE : SMALL,
  };
}

/** @type {(grid: Grid, box: Box, answer: Answer) => void} */
function answered(grid, box, answer) {
  box.retries = 0;
  box.again?.reset();
  box.answer = box.isNear ? answer : null;
  if (!box.isNear) return;
  const loading = box.place.querySelector(".chart-loading");
  if (loading) loading.remove();
  live.write(box.caption, answer.summary);
  chartBox.showFailure(box, (answer.failures || []).join(" "), grid.texts, () => retry(grid));
  grid.legend.learn(answer.figure);
  // A chart that shows this answer already is not drawn again: it would lose the label under the pointer.
  if (!box.div || box.shown !== answer) grid.drawing.later(box);
  if (answer.pending) later(grid);
}

/** @type {(grid: Grid, box: Box, error: import("./chart_grid_figures.js").Refused) => void} */
function failed(grid, box, error) {
  if (error.name === "AbortError" || !box.element.isConnected) return;
  box.freshOf = null;
  const again = (box.again ||= askingAgain(() => box.isNear && box.element.isConnected));
  if (error.retryAfter && (box.retries = (box.retries || 0) + 1) <= RETRIES) {
    again.after(error.retryAfter * 1000, () => ask(grid, box));
    return;
  }
  if (passes(error)) again.afterFailure(() => ask(grid, box));
  const sentence = error.hasMessage ? error.message : grid.texts.no_answer;
  chartBox.showFailure(box, sentence, grid.texts, () => retry(grid));
  box.place.querySelector(".chart-loading")?.remove();
}

/** Fetches a figure; an earlier request of the same chart is aborted.
 * @type {(grid: Grid, box: Box) => void} */
function ask(grid, box) {
  box.request?.abort();
  box.again?.stop();
  const request = (box.request = new AbortController());
  box.freshOf = grid.version;
  chartAnswers.get("charts/figure", fieldsOf(grid, box), request.signal).then(
    (answer) => box.request === request && answered(grid, box, answer),
    (error) => box.request === request && failed(grid, box, error)
  );
}

/** @type {(grid: Grid, box: Box) => void} */
function comes(grid, box) {
  box.isNear = true;
  const known = box.answer || (box.freshOf === grid.version && chartAnswers.last("charts/figure", fieldsOf(grid, box)));
  if (known) answered(grid, box, known);
  else ask(grid, box);
}

/** @type {(grid: Grid, box: Box) => void} */
function leaves(grid, box) {
  box.isNear = false;
  box.request?.abort();
  box.answer = null;
  box.line.hidden = true;
  grid.drawing.release(box);
}

/** Fetches the charts in view again; the others when they come into view.
 * @type {(grid: Grid) => void} */
function refresh(grid) {
  grid.version += 1;
  for (const box of grid.boxes.values()) if (box.isNear) ask(grid, box);
}

/** @type {(grid: Grid) => void} */
function later(grid) {
  if (grid.timer) return;
  grid.timer = window.setTimeout(() => {
    grid.timer = null;
    if (!grid.root.isConnected) return;
    for (const box of grid.boxes.values()) if (box.isNear && box.answer?.pending) ask(grid, box);
  }, PENDING_MS);
}

/** Presses the page's Retry button, which has the server forget a failure, and refreshes the charts.
 * @type {(grid: Grid) => void} */
function retry(grid) {
  document.getElementById(`${grid.place}-retry`)?.click();
  window.setTimeout(() => refresh(grid), 300);
}

/** Redraws charts whose place has become wider or narrower, by other columns or another window size.
 * @type {(grid: Grid) => void} */
function fit(grid) {
  window.cancelAnimationFrame(grid.fitting);
  grid.fitting = window.requestAnimationFrame(() => {
    for (const box of grid.boxes.values()) {
      if (!box.div) continue;
      box.measured = null;
      if (Math.abs((box.div.layout?.width ?? 0) - box.size().width) > 1) grid.drawing.later(box);
    }
  });
}

export const gridCharts = Object.freeze({ comes, fieldsOf, fit, leaves, refresh });
