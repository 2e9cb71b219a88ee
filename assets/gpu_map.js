/* The map of GPUs: a cell each, in rows of their groups; its colour and its number are those of one metric. A grid that the
   arrow keys walk through. A cell is written when what it shows is another, and not at each sample. */
import { gpuNumbers } from "./gpu_numbers.js";
import { gpuPointer } from "./gpu_pointer.js";
import { gpuUnits } from "./gpu_units.js";
import { live } from "./live_text.js";

/** The map in `place`. `opens(key)` is called for a cell that is pressed; `isOpen(key)` says whether it is open, null where
    cells lead to another page; `words(unit)` is what is said of one that is pointed at, a line each.

    @param {Element} place
    @param {{ opens: (key: string) => void, isOpen?: (key: string) => boolean, words: (unit: any) => any[] }} does */
function make(place, { opens, isOpen, words }) {
  const cells = new Map(); // by key
  const units = new Map();
  let arranged = null;
  const pointer = gpuPointer.attach(place, { cells, opens, words: (key) => (units.has(key) ? words(units.get(key)) : []) });

  /** Puts every unit into its group; nothing is touched while all are in their places. */
  function arrange(groups) {
    const now = groups.map((group) => `${group.label}\n${group.units.map((unit) => unit.key).join("\n")}`).join("\n\n");
    if (now === arranged) return;
    arranged = now;
    const before = pointer.focused();
    units.clear();
    for (const group of groups) for (const unit of group.units) units.set(unit.key, unit);
    live.children(place, groups, (group) => group.key, newRow, fillRow);
    for (const key of [...cells.keys()]) if (!units.has(key)) cells.delete(key);
    pointer.settle(before);
  }

  const { make: element } = live;
  const newRow = () => element("div", { role: "row", class: "gpu-group" }, element("div", { role: "rowheader", class: "gpu-group-name" }), element("div", { role: "none", class: "gpu-cells" }));

  function fillRow(row, group) {
    live.write(row.firstChild, group.label);
    live.mark(row.firstChild, "title", group.label);
    live.children(row.lastChild, group.units, (unit) => unit.key, newCell, () => {});
  }

  /** One that moves to another group stays the same element. */
  function newCell(unit) {
    if (!cells.has(unit.key)) cells.set(unit.key, element("div", { role: "gridcell", class: "gpu-cell", tabindex: "-1" }));
    return cells.get(unit.key);
  }

  /** Writes the numbers of these units. */
  function fill(some, metric, texts) {
    for (const unit of some) {
      const cell = cells.get(unit.key);
      if (cell) fillCell(cell, unit, metric, texts);
    }
    pointer.refresh();
  }

  function fillCell(cell, unit, metric, texts) {
    const { METRICS, step } = gpuNumbers;
    const old = gpuUnits.isOld(unit);
    const open = isOpen ? isOpen(unit.key) : null;
    const text = METRICS[metric].cell(unit.gpu);
    const heat = step(unit.gpu, metric);
    const shown = [metric, text, heat, unit.use, old, open].join(" ");
    if (cell.clewShown === shown) return;
    const { mark, write } = live;
    cell.clewShown = shown;
    write(cell, text);
    mark(cell, "data-heat", heat === null ? "none" : String(heat));
    mark(cell, "data-use", unit.use);
    cell.toggleAttribute("data-unknown", text === gpuNumbers.MISSING);
    cell.toggleAttribute("data-old", old);
    if (open !== null) mark(cell, "aria-selected", String(open));
    mark(cell, "aria-label", [gpuUnits.nameOf(unit, false, texts), METRICS[metric].text(unit.gpu), texts.use[unit.use], old ? texts.old : ""].filter(Boolean).join(", "));
  }

  const focus = (key) => cells.has(key) && cells.get(key).focus({ preventScroll: true });

  return { arrange, fill, focus };
}

export const gpuMap = Object.freeze({ make });
