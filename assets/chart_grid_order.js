/* The order of the chosen charts, by drag and by keys. */
(function () {
  "use strict";
  const layout = () => window.clew.gridLayout;

  /** To another place among the chosen ones, the focus with it. */
  function place(grid, box, at) {
    const now = layout().chosen(grid).filter((text) => text !== box.text);
    now.splice(at, 0, box.text);
    window.clew.gridActions.choose(grid, now);
    box.button.focus();
    layout().say(grid, layout().filled(grid.texts.moved, { chart: box.title, n: layout().number(at + 1), all: layout().number(now.length) }));
  }

  function move(grid, box, step) {
    const now = layout().chosen(grid);
    const to = now.indexOf(box.text) + step;
    if (to >= 0 && to < now.length) place(grid, box, to);
  }

  const boxAt = (event) => event.target.closest?.(".grid-chart")?.box;

  function listen(grid) {
    const { charts } = grid.parts;
    let dragged = null;
    const mark = (box) => {
      for (const other of charts.children) other.classList.toggle("drop-here", other.box === box);
    };
    charts.addEventListener("dragstart", (event) => {
      dragged = event.target.classList?.contains("chart-handle") ? boxAt(event) : null;
      if (!dragged) return;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", dragged.title);
      event.dataTransfer.setDragImage(dragged.element, 10, 10);
    });
    charts.addEventListener("dragover", (event) => {
      const over = boxAt(event);
      if (!dragged || !over) return;
      event.preventDefault();
      mark(over === dragged ? null : over);
    });
    charts.addEventListener("drop", (event) => {
      const over = boxAt(event);
      if (!dragged || !over) return;
      event.preventDefault();
      const box = dragged;
      if (over !== box) place(grid, box, layout().chosen(grid).indexOf(over.text));
    });
    charts.addEventListener("dragend", () => {
      dragged = null;
      mark(null);
    });
  }

  window.clew = Object.assign(window.clew || {}, { gridOrder: { listen, move } });
})();
