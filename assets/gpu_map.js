/* The map of GPUs: a cell for each, in one row per group, with the colour and the number of one metric. The arrow keys move
   in this grid. A cell is written only when what it shows changes, not at each sample. */
import { gpuNumbers } from "./gpu_numbers.js";
import { gpuPointer } from "./gpu_pointer.js";
import { gpuUnits } from "./gpu_units.js";
import { live } from "./live_text.js";

/**
 * @typedef {import("./gpu_units.js").Unit} Unit
 * @typedef {import("./gpu_groups.js").Group} Group
 * @typedef {HTMLElement & { shown?: string }} Cell
 * @typedef {object} GpuMap
 * @property {(groups: Group[]) => void} arrange
 * @property {(units: Unit[], metric: string, texts: HostTexts) => void} fill
 * @property {(key: string) => void} focus
 */

/** Makes the map in `place`. `opens(key)` is called for a cell that is pressed; `isOpen(key)` returns whether it is open, and
    is missing where cells lead to another page; `words(unit)` returns the lines about a cell that is pointed at.
 *
 * @param {HTMLElement} place
 * @param {{ opens: (key: string) => void, isOpen?: (key: string) => boolean, words: (unit: Unit) => string[] }} does
 * @returns {GpuMap}
 */
function make(place, { opens, isOpen, words }) {
  /** @type {Map<string, Cell>} */
  const cells = new Map(); // by key
  /** @type {Map<string, Unit>} */
  const units = new Map();
  /** @type {string | null} */
  let arranged = null;
  /** @type {(key: string) => string[]} */
  const wordsOf = (key) => {
    const unit = units.get(key);
    return unit ? words(unit) : [];
  };
  const pointer = gpuPointer.attach(place, { cells, opens, words: wordsOf });

  /** Puts every unit into its group; changes nothing while all are in their places.
   * @type {(groups: Group[]) => void} */
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

  /** @type {(row: HTMLElement, group: Group) => void} */
  function fillRow(row, group) {
    live.write(row.firstElementChild, group.label);
    live.mark(row.firstElementChild, "title", group.label);
    live.children(/** @type {Element} */ (row.lastElementChild), group.units, (unit) => unit.key, newCell, () => {});
  }

  /** Returns the cell of a unit: one that moves to another group keeps its element.
   * @type {(unit: Unit) => Cell} */
  function newCell(unit) {
    const cell = cells.get(unit.key) || element("div", { role: "gridcell", class: "gpu-cell", tabindex: "-1" });
    cells.set(unit.key, cell);
    return cell;
  }

  /** Writes the numbers of these units.
   * @type {(some: Unit[], metric: string, texts: HostTexts) => void} */
  function fill(some, metric, texts) {
    for (const unit of some) {
      const cell = cells.get(unit.key);
      if (cell) fillCell(cell, unit, metric, texts);
    }
    pointer.refresh();
  }

  /** @type {(cell: Cell, unit: Unit, metric: string, texts: HostTexts) => void} */
  function fillCell(cell, unit, metric, texts) {
    const { METRICS, step } = gpuNumbers;
    const old = gpuUnits.isOld(unit);
    const open = isOpen ? isOpen(unit.key) : null;
    const text = METRICS[metric].cell(unit.gpu);
    const heat = step(unit.gpu, metric);
    const shown = [metric, text, heat, unit.use, old, open].join(" ");
    if (cell.shown === shown) return;
    const { mark, write } = live;
    cell.shown = shown;
    write(cell, text);
    mark(cell, "data-heat", heat === null ? "none" : String(heat));
    mark(cell, "data-use", unit.use);
    cell.toggleAttribute("data-unknown", text === gpuNumbers.MISSING);
    cell.toggleAttribute("data-old", old);
    if (open !== null) mark(cell, "aria-selected", String(open));
    mark(cell, "aria-label", [gpuUnits.nameOf(unit, false, texts), METRICS[metric].text(unit.gpu), texts.use[unit.use], old ? texts.old : ""].filter(Boolean).join(", "));
  }

  /** @type {(key: string) => void} */
  const focus = (key) => cells.get(key)?.focus({ preventScroll: true });

  return { arrange, fill, focus };
}

export const gpuMap = Object.freeze({ make });
