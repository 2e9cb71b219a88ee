/* The order of the chosen charts, by drag (of a mouse, a pen or a finger) and by keys. */
import { gridLayout } from "./chart_grid_layout.js";
import { elementOf } from "./elements.js";
import { follow, autoScroll } from "./pointer_follow.js";

/**
 * @typedef {import("./chart_grid.js").Grid} Grid
 * @typedef {import("./chart_grid_box.js").Box} Box
 * @typedef {import("./chart_grid_box.js").ChartFrame} ChartFrame
 */

/** Moves a chart to another place among the chosen ones, and focuses it.
 * @type {(grid: Grid, box: Box, at: number) => void} */
function place(grid, box, at) {
  const now = gridLayout.chosen(grid).filter((text) => text !== box.text);
  now.splice(at, 0, box.text);
  grid.actions.choose(grid, now);
  box.button.focus();
  gridLayout.announce(grid, gridLayout.filled(grid.texts.moved, { chart: box.title, n: gridLayout.number(at + 1), all: gridLayout.number(now.length) }));
}

/** @type {(grid: Grid, box: Box, step: number) => void} */
function move(grid, box, step) {
  const now = gridLayout.chosen(grid);
  const to = now.indexOf(box.text) + step;
  if (to >= 0 && to < now.length) place(grid, box, to);
}

/** Returns the chart under a pointer, where it is one of the chosen ones.
 * @type {(grid: Grid, event: MouseEvent) => Box | null} */
function boxUnder(grid, { clientX, clientY }) {
  const frame = /** @type {ChartFrame | null | undefined} */ (document.elementFromPoint(clientX, clientY)?.closest(".grid-chart"));
  const box = frame?.box;
  return box && grid.parts.charts.contains(box.element) ? box : null;
}

/** @type {(grid: Grid, box: Box) => void} */
function carry(grid, box) {
  /** @type {Box | null} */
  let over = null;
  const page = autoScroll();
  /** @type {(found: Box | null) => void} */
  const mark = (found) => {
    over = found === box ? null : found;
    for (const other of /** @type {HTMLCollectionOf<ChartFrame>} */ (grid.parts.charts.children)) other.classList.toggle("drop-here", over !== null && other.box === over);
  };
  box.element.classList.add("is-carried");
  follow(
    (event) => {
      page.at(event);
      mark(boxUnder(grid, event));
    },
    (event) => {
      const target = boxUnder(grid, event);
      // Either may have been removed meanwhile.
      const chosen = gridLayout.chosen(grid);
      const isThere = target && [box, target].every((one) => chosen.includes(one.text));
      if (isThere && target !== box) place(grid, box, chosen.indexOf(target.text));
    },
    () => {
      page.stop();
      mark(null);
      box.element.classList.remove("is-carried");
    }
  );
}

/** @type {(grid: Grid) => void} */
function listen(grid) {
  grid.parts.charts.addEventListener("pointerdown", (event) => {
    const handle = elementOf(event);
    if (event.button || !handle?.classList.contains("chart-handle")) return;
    event.preventDefault();
    carry(grid, /** @type {ChartFrame} */ (handle.closest(".grid-chart")).box);
  });
}

export const gridOrder = Object.freeze({ listen, move });
