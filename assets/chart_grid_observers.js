/* Observes a grid of charts: which of its boxes are near the view, and how large it is. */
import { gridCharts } from "./chart_grid_charts.js";

/** @import { Grid } from "./chart_grid.js" */

const NEAR = "400px 0px"; // how far outside of the view a chart begins to be drawn
const BORDER = 2; // pixels of a chart's frame, both sides together

/** Returns the observer of the boxes that come near the view, or leave it.
 * @type {(grid: Grid) => IntersectionObserver} */
function observeBoxes(grid) {
  return new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting, boundingClientRect: { width, height } } of entries) {
        const { box } = /** @type {import("./chart_grid_box.js").ChartFrame} */ (target);
        if (isIntersecting) box.measured = { width: Math.floor(width) - BORDER, height: Math.floor(height) - BORDER };
        if (isIntersecting === box.isNear) continue;
        if (isIntersecting) gridCharts.comes(grid, box);
        else gridCharts.leaves(grid, box);
      }
    },
    { rootMargin: NEAR }
  );
}

/** Observes the size of the grid, to which its charts are fitted.
 * @type {(grid: Grid) => ResizeObserver} */
function observeSize(grid) {
  const observer = new ResizeObserver(() => gridCharts.fit(grid));
  observer.observe(grid.root);
  return observer;
}

export { observeBoxes, observeSize };
