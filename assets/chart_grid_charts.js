/* What each chart of a grid shows: asked for when it comes near the view, let go when it leaves. */
import { chartBox } from "./chart_grid_box.js";
import { chartAnswers } from "./chart_grid_figures.js";
import { CHART_DEFAULTS } from "./from_python.js";
import { live } from "./live_text.js";

const PENDING_MS = 2500;
const RETRIES = 3;
const SMALL = 300;
const WIDE = 1000;
const BY_ITSELF = CHART_DEFAULTS.axis; // the axis that nobody chose
const NOT_OF_FIGURES = new Set(["window", "final", "diverged", "differing", "log_y"]);

/** What of the options a figure depends on; what is off or empty is not said.
 *
 * @returns {Record<string, any>}
 */
function fieldsOf(grid, box) {
  const { window: seen, ...options } = grid.options;
  const said = Object.entries(options).filter(([name, value]) => !NOT_OF_FIGURES.has(name) && value && value !== BY_ITSELF && !(Array.isArray(value) && !value.length));
  return {
    runs: grid.runs,
    chart: box.text,
    ...Object.fromEntries(said),
    ...(options.log_y ? { log_y: true } : {}),
    x_from: seen.x_from,
    x_to: seen.x_to,
    width: box.spec.size === "wide" ? WIDE : SMALL,
  };
}

function answered(grid, box, answer) {
  box.retries = 0;
  box.answer = box.isNear ? answer : null;
  if (!box.isNear) return;
  const loading = box.place.querySelector(".chart-loading");
  if (loading) loading.remove();
  live.write(box.caption, answer.summary);
  chartBox.say(box, (answer.failures || []).join(" "), grid.texts, () => retry(grid));
  grid.legend.learn(answer.figure);
  // What is drawn already stays as it is, with the label under the pointer.
  if (!box.div || box.shown !== answer) grid.drawing.later(box);
  if (answer.pending) later(grid);
}

function failed(grid, box, error) {
  if (error.name === "AbortError" || !box.element.isConnected) return;
  box.freshOf = null;
  if (error.retryAfter && (box.retries = (box.retries || 0) + 1) <= RETRIES) {
    window.setTimeout(() => box.isNear && ask(grid, box), error.retryAfter * 1000);
    return;
  }
  const said = error.isSaid ? error.message : grid.texts.no_answer;
  chartBox.say(box, said, grid.texts, () => retry(grid));
  box.place.querySelector(".chart-loading")?.remove();
}

/** The newest answer counts: one that was asked for before is not waited for any more. */
function ask(grid, box) {
  box.request?.abort();
  const request = (box.request = new AbortController());
  box.freshOf = grid.version;
  chartAnswers.get("charts/figure", fieldsOf(grid, box), request.signal).then(
    (answer) => box.request === request && answered(grid, box, answer),
    (error) => box.request === request && failed(grid, box, error)
  );
}

function comes(grid, box) {
  box.isNear = true;
  const known = box.answer || (box.freshOf === grid.version && chartAnswers.last("charts/figure", fieldsOf(grid, box)));
  if (known) answered(grid, box, known);
  else ask(grid, box);
}

function leaves(grid, box) {
  box.isNear = false;
  box.request?.abort();
  box.answer = null;
  box.line.hidden = true;
  grid.drawing.release(box);
}

/** Charts in view are asked for again; the others when they come into view. */
function refresh(grid) {
  grid.version += 1;
  for (const box of grid.boxes.values()) if (box.isNear) ask(grid, box);
}

function later(grid) {
  if (grid.timer) return;
  grid.timer = window.setTimeout(() => {
    grid.timer = null;
    if (!grid.root.isConnected) return;
    for (const box of grid.boxes.values()) if (box.isNear && box.answer?.pending) ask(grid, box);
  }, PENDING_MS);
}

/** The page's own Retry has the server forget that something failed. */
function retry(grid) {
  document.getElementById(`${grid.place}-retry`)?.click();
  window.setTimeout(() => refresh(grid), 300);
}

/** Charts whose place has become wider or narrower are drawn anew: other columns, another window. */
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
