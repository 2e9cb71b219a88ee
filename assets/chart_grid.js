/* The grid of charts of the comparison and of a run's page: which charts there are, and what each of them shows.
 *
 * Boxes of a fixed height stand for all of them; only those near the view are asked for and drawn.
 */
import { gridActions } from "./chart_grid_actions.js";
import { gridCharts } from "./chart_grid_charts.js";
import { chartDrawing } from "./chart_grid_drawing.js";
import { chartAnswers } from "./chart_grid_figures.js";
import { gridLayout } from "./chart_grid_layout.js";
import { chartLegend } from "./chart_grid_legend.js";
import { gridOrder } from "./chart_grid_order.js";
import { gridPointer } from "./chart_grid_pointer.js";
import { register } from "./dash.js";
import { runMetrics } from "./run_metrics.js";

const NEAR = "400px 0px"; // how far outside of the view a chart begins to be drawn
const BORDER = 2; // pixels of a chart's frame, both sides together
const PENDING_MS = 2500;
const grids = new Map(); // by place

const isSame = (a, b) => JSON.stringify(a) === JSON.stringify(b);

function askCatalogue(grid) {
  grid.asking?.abort();
  const request = (grid.asking = new AbortController());
  chartAnswers.get("charts/metrics", { runs: grid.runs }, request.signal).then(
    (catalogue) => {
      if (grid.asking !== request || !grid.root.isConnected) return;
      const isNews = !isSame(catalogue, grid.catalogue);
      grid.catalogue = catalogue;
      if (isNews) gridLayout.arrange(grid);
      if (catalogue.pending) window.setTimeout(() => grid.root.isConnected && askCatalogue(grid), PENDING_MS);
    },
    (error) => error.name !== "AbortError" && gridLayout.say(grid, grid.texts.no_catalogue)
  );
}

function observed(grid) {
  return new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting, boundingClientRect: { width, height } } of entries) {
        if (isIntersecting) target.box.measured = { width: Math.floor(width) - BORDER, height: Math.floor(height) - BORDER };
        if (isIntersecting === target.box.isNear) continue;
        if (isIntersecting) gridCharts.comes(grid, target.box);
        else gridCharts.leaves(grid, target.box);
      }
    },
    { rootMargin: NEAR }
  );
}

function sized(grid) {
  const observer = new ResizeObserver(() => gridCharts.fit(grid));
  observer.observe(grid.root);
  return observer;
}

function begun(root, data) {
  const { place, texts } = data;
  const grid = { place, root, texts, actions: gridActions, preset: data.preset, specs: data.specs, open: new Set(data.open), boxes: new Map() };
  Object.assign(grid, { runs: [], options: data.options, catalogue: null, version: 0, timer: null });
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
  grid.observer = observed(grid);
  grid.resizes = sized(grid);
  (window.requestIdleCallback || window.setTimeout)(() => !grid.boxes.size && root.isConnected && grid.drawing.warmUp());
  return grid;
}

function end(grid) {
  grid.observer.disconnect();
  grid.resizes.disconnect();
  grid.asking?.abort();
  for (const box of grid.boxes.values()) gridCharts.leaves(grid, box);
  grid.drawing.purge();
  grids.delete(grid.place);
}

function gridOf(data) {
  for (const grid of [...grids.values()]) if (!grid.root.isConnected) end(grid);
  const root = document.getElementById(`${data.place}-grid`);
  if (!root) return null;
  if (!grids.has(data.place)) grids.set(data.place, begun(root, data));
  return grids.get(data.place);
}

/** The page has other runs or options, or news of them. */
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
  /** Of a comparison: `{runs}` from the address or the button; `news` is a version of the run list. */
  compare(compared, options, news, retries, data) {
    show(compared.runs.slice(0, data.most), options, data);
    return `${compared.runs.length} ${news} ${retries}`;
  },

  run(runId, options, news, retries, data) {
    show([runId], options, data);
    runMetrics.show(runId, (key) => grids.has("run") && gridActions.reach(grids.get("run"), key));
    return `${news} ${retries}`;
  },
};

export const chartGrids = Object.freeze({ of: (place) => grids.get(place) });
register("chartGrid", chartGrid);
