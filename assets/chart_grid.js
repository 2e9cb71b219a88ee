/* The grid of charts of the comparison and of a run's page: which charts it has, and the runs and options they show.
 *
 * Each chart has a box of a fixed height; only those near the view are fetched and drawn.
 */
import { askingAgain, passes } from "./asking_again.js";
import { gridActions } from "./chart_grid_actions.js";
import { gridCharts } from "./chart_grid_charts.js";
import { chartDrawing } from "./chart_grid_drawing.js";
import { chartAnswers } from "./chart_grid_figures.js";
import { gridLayout } from "./chart_grid_layout.js";
import { chartLegend } from "./chart_grid_legend.js";
import { observeBoxes, observeSize } from "./chart_grid_observers.js";
import { gridOrder } from "./chart_grid_order.js";
import { gridPointer } from "./chart_grid_pointer.js";
import { register } from "./dash.js";
import { runMetrics } from "./run_metrics.js";

/**
 * @typedef {object} ChartOptions how the charts of a page are drawn
 * @property {string} axis
 * @property {{ x_from: number | null, x_to: number | null }} window the part of the x axis that is shown, in its own unit
 * @property {boolean} [log_y]
 * @property {boolean} [grouped]
 * @property {unknown} [group]
 * @property {number} [zone_minutes] the reader's time zone
 *
 * @typedef {object} Catalogue which metrics the runs have
 * @property {[key: string, runs: number, ...unknown[]][]} metrics
 * @property {Record<string, number>} [presets] by word, how many runs logged it
 * @property {Record<string, string[]>} [families] keys that make one chart together
 * @property {string} [version]
 * @property {boolean} [pending] whether more is being read
 * @property {string | null} [axis_hint] an axis that fits all runs better
 * @property {string | null} [hint_because]
 *
 * @typedef {object} GridData what Python wrote into the page for the grid
 * @property {string} place "compare" or "run"
 * @property {ChartGridTexts} texts
 * @property {string[]} preset words
 * @property {string[] | null} specs the charts of the address
 * @property {string[]} open prefixes of sections
 * @property {ChartOptions} options
 * @property {PlotlyConfig} config
 * @property {number} most how many runs are compared at most
 *
 * @typedef {import("./chart_grid_box.js").Box} Box
 *
 * @typedef {object} Grid
 * @property {string} place
 * @property {HTMLElement} root
 * @property {ChartGridTexts} texts
 * @property {typeof gridActions} actions
 * @property {string[]} preset
 * @property {string[] | null} specs texts of the chosen charts; null for the preset
 * @property {Set<string>} open
 * @property {Map<string, Box>} boxes
 * @property {string[]} runs
 * @property {ChartOptions} options
 * @property {Catalogue | null} catalogue
 * @property {number} version counts refreshes
 * @property {number | null} timer
 * @property {number} fitting a frame
 * @property {AbortController} [asking]
 * @property {import("./asking_again.js").AskingAgain} again the repeats of the catalogue's request
 * @property {import("./chart_grid_layout.js").Parts} parts
 * @property {ReturnType<typeof chartLegend>} legend
 * @property {ReturnType<typeof chartDrawing.drawing>} drawing
 * @property {IntersectionObserver} observer
 * @property {ResizeObserver} resizes
 */

const PENDING_MS = 2500;
/** @type {Map<string, Grid>} */
const grids = new Map(); // by place

/** @type {(a: unknown, b: unknown) => boolean} */
const isSame = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** Fetches which metrics the runs have; again while the server still reads some, or fails.
 * @type {(grid: Grid) => void} */
function askCatalogue(grid) {
  grid.asking?.abort();
  grid.again.stop();
  const request = (grid.asking = new AbortController());
  chartAnswers.get("charts/metrics", { runs: grid.runs }, request.signal).then(
    (catalogue) => {
      if (grid.asking !== request || !grid.root.isConnected) return;
      const isNews = !isSame(catalogue, grid.catalogue);
      grid.catalogue = catalogue;
      if (isNews) gridLayout.arrange(grid);
      gridLayout.report(grid, "");
      if (catalogue.pending) grid.again.after(PENDING_MS, () => askCatalogue(grid));
      else grid.again.reset();
    },
    (error) => {
      if (error.name === "AbortError" || grid.asking !== request) return;
      gridLayout.report(grid, grid.texts.no_catalogue);
      if (passes(error)) grid.again.afterFailure(() => askCatalogue(grid));
    }
  );
}

/** @type {(root: HTMLElement, data: GridData) => Grid} */
function begun(root, data) {
  const { place, texts } = data;
  const chosen = { preset: data.preset, specs: data.specs, open: new Set(data.open), options: data.options };
  const grid = /** @type {Grid} */ (/** @type {Partial<Grid>} */ ({ place, root, texts, actions: gridActions, ...chosen, boxes: new Map(), runs: [], catalogue: null, version: 0, timer: null, fitting: 0, again: askingAgain(() => root.isConnected) }));
  gridLayout.begin(grid);
  gridOrder.listen(grid);
  grid.legend = chartLegend(grid.parts.legend, texts, () => {
    for (const box of grid.boxes.values()) if (box.div) grid.drawing.later(box);
  });
  grid.drawing = chartDrawing.drawing(data.config, {
    muted: grid.legend.muted,
    legend: grid.legend.toggle,
    hover: (box, x) => gridPointer.hover(grid, box, x),
    unhover: () => gridPointer.unhover(grid),
    zoom: (box, change) => gridPointer.zoom(grid, box, change),
    drawn: () => undefined,
  });
  grid.observer = observeBoxes(grid);
  grid.resizes = observeSize(grid);
  (window.requestIdleCallback || window.setTimeout)(() => !grid.boxes.size && root.isConnected && grid.drawing.warmUp());
  return grid;
}

/** @type {(grid: Grid) => void} */
function end(grid) {
  grid.observer.disconnect();
  grid.resizes.disconnect();
  grid.asking?.abort();
  grid.again.stop();
  for (const box of grid.boxes.values()) gridCharts.leaves(grid, box);
  grid.drawing.purge();
  grids.delete(grid.place);
}

/** Returns the grid of a page, made where there is none yet; null where the page has no place for it.
 * @type {(data: GridData) => Grid | null | undefined} */
function gridOf(data) {
  for (const grid of [...grids.values()]) if (!grid.root.isConnected) end(grid);
  const root = document.getElementById(`${data.place}-grid`);
  if (!root) return null;
  if (!grids.has(data.place)) grids.set(data.place, begun(root, data));
  return grids.get(data.place);
}

/** Shows other runs or options, or what is new of them.
 * @type {(runs: string[], options: ChartOptions, data: GridData) => void} */
function show(runs, options, data) {
  const grid = gridOf(data);
  if (!grid) return;
  const [areOthers, areOtherOptions] = [!isSame(runs, grid.runs), !isSame(options, grid.options)];
  const before = grid.options;
  Object.assign(grid, { runs, options });
  if (!isSame(before.window, options.window)) gridLayout.writeAddress(grid);
  if (areOthers || before.grouped !== options.grouped || !isSame(before.group, options.group)) grid.legend.forget();
  if (areOthers) {
    grid.catalogue = null;
    for (const box of grid.boxes.values()) box.answer = null;
  }
  gridLayout.arrange(grid);
  if (runs.length) askCatalogue(grid);
  if (areOthers || areOtherOptions || runs.length) gridCharts.refresh(grid);
}

const chartGrid = {
  /** Shows the runs of a comparison; `news` is a version of the run list.
   * @type {(compared: { runs: string[] }, options: ChartOptions, news: unknown, retries: unknown, data: GridData) => string} */
  compare(compared, options, news, retries, data) {
    show(compared.runs.slice(0, data.most), options, data);
    return `${compared.runs.length} ${news} ${retries}`;
  },

  /** Shows one run.
   * @type {(runId: string, options: ChartOptions, news: unknown, retries: unknown, data: GridData) => string} */
  run(runId, options, news, retries, data) {
    show([runId], options, data);
    runMetrics.show(runId, (/** @type {string} */ key) => {
      const grid = grids.get("run");
      if (grid) gridActions.reach(grid, key);
    });
    return `${news} ${retries}`;
  },
};

export const chartGrids = Object.freeze({ of: (/** @type {string} */ place) => grids.get(place) });
register("chartGrid", chartGrid);
