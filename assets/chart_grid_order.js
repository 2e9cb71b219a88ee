/* The order of the chosen charts, by drag (of a mouse, a pen or a finger) and by keys. */
import { gridLayout } from "./chart_grid_layout.js";
import { follow, pageAlong } from "./pointer_follow.js";

/** To another place among the chosen ones, the focus with it. */
function place(grid, box, at) {
  const now = gridLayout.chosen(grid).filter((text) => text !== box.text);
  now.splice(at, 0, box.text);
  grid.actions.choose(grid, now);
  box.button.focus();
  gridLayout.say(grid, gridLayout.filled(grid.texts.moved, { chart: box.title, n: gridLayout.number(at + 1), all: gridLayout.number(now.length) }));
}

function move(grid, box, step) {
  const now = gridLayout.chosen(grid);
  const to = now.indexOf(box.text) + step;
  if (to >= 0 && to < now.length) place(grid, box, to);
}

/** The chart under a pointer, where it is one of the chosen ones. */
function boxUnder(grid, { clientX, clientY }) {
  const box = document.elementFromPoint(clientX, clientY)?.closest(".grid-chart")?.box;
  return box && grid.parts.charts.contains(box.element) ? box : null;
}

function carry(grid, box) {
  let over = null;
  const page = pageAlong();
  const mark = (found) => {
    over = found === box ? null : found;
    for (const other of grid.parts.charts.children) other.classList.toggle("drop-here", over !== null && other.box === over);
  };
  box.element.classList.add("is-carried");
  follow(
    (event) => {
      page.at(event);
      mark(boxUnder(grid, event));
    },
    (event) => {
      const target = boxUnder(grid, event);
      // Another window's link may have taken either away meanwhile.
      const isThere = [box, target].every((one) => one && gridLayout.chosen(grid).includes(one.text));
      if (isThere && target !== box) place(grid, box, gridLayout.chosen(grid).indexOf(target.text));
    },
    () => {
      page.stop();
      mark(null);
      box.element.classList.remove("is-carried");
    }
  );
}

function listen(grid) {
  grid.parts.charts.addEventListener("pointerdown", (event) => {
    if (event.button || !event.target.classList?.contains("chart-handle")) return;
    event.preventDefault();
    carry(grid, event.target.closest(".grid-chart").box);
  });
}

export const gridOrder = Object.freeze({ listen, move });
