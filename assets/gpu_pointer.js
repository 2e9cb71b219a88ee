/* Pointing at a cell of the map, with the mouse or by keys, shows text about it next to it. One cell has the tab stop;
   left and right go to the next cell, up and down to the nearest one in the line above or below. */
import { elementOf } from "./elements.js";
import { live } from "./live_text.js";

/**
 * @typedef {import("./gpu_map.js").Cell} Cell
 * @typedef {{ key: string, at: number }} Focused the cell with the focus, and its index
 * @typedef {{ cells: Map<string, Cell>, opens: (key: string) => void, words: (key: string) => string[] }} MapCells in no order
 */

const PAGE = 5; // lines
/** @type {(box: DOMRect) => number} */
const middle = (box) => box.left + box.width / 2;
/** @type {(place: HTMLElement) => Cell | null} */
const focusedIn = (place) => (place.contains(document.activeElement) ? /** @type {Cell} */ (document.activeElement) : null);
/** @type {(cell: Cell) => string} */
const keyOf = (cell) => cell.dataset.key ?? "";
// A mouse that does not move points at nothing: the page may scroll or grow under it while keys are used.
const mouse = { x: 0, y: 0, moves: false };
document.addEventListener("mousemove", ({ clientX, clientY }) => Object.assign(mouse, { x: clientX, y: clientY, moves: clientX !== mouse.x || clientY !== mouse.y }), true);

/** Lets a reader point at the cells of the map in `place`; `words(key)` returns the lines about a cell.
 * @type {(place: HTMLElement, map: MapCells) => { focused: () => Focused | null, refresh: () => void, settle: (before: Focused | null) => void }} */
function attach(place, { cells, opens, words }) {
  const frame = /** @type {HTMLElement} */ (place.parentElement);
  const tip = live.make("div", { class: "gpu-pointed", role: "tooltip", id: `${place.id}-pointed`, hidden: "" });
  frame.querySelector(".gpu-pointed")?.remove();
  frame.append(tip);
  /** @type {string | null} */
  let stop = null; // the key of the cell that Tab comes to
  let isReached = false; // by the reader: until then the first cell has the tab stop, however the cells are rearranged
  /** @type {string | null} */
  let pointed = null; // the key of the cell that is described

  /** @type {(event: Event) => Cell | null | undefined} */
  const cellOf = (event) => elementOf(event)?.closest(".gpu-cell");
  /** @type {() => Cell[]} */
  const inOrder = () => [...place.querySelectorAll(".gpu-cell")];

  /** @type {(cell: Cell | null | undefined) => void} */
  function point(cell) {
    if (pointed) cells.get(pointed)?.removeAttribute("aria-describedby");
    pointed = cell ? keyOf(cell) : null;
    live.hide(tip, !cell);
    if (!cell) return;
    refresh();
    cell.setAttribute("aria-describedby", tip.id);
    const [box, around] = [cell.getBoundingClientRect(), frame.getBoundingClientRect()];
    const left = Math.max(0, Math.min(middle(box) - around.left - tip.offsetWidth / 2, around.width - tip.offsetWidth));
    tip.style.transform = `translate(${left}px, ${box.bottom - around.top + 4}px)`;
  }

  /** Writes the current lines about the cell that is pointed at.
   * @type {() => void} */
  function refresh() {
    if (pointed === null) return;
    if (!cells.has(pointed)) return point(null);
    const lines = words(pointed).map((text, place) => ({ text, place }));
    live.children(tip, lines, ({ place }) => place, () => live.make("div"), (row, { text }) => live.write(row, text));
  }

  /** @type {(cell: Cell | null | undefined) => void} */
  function reach(cell) {
    if (!cell) return;
    const former = stop ? cells.get(stop) : undefined;
    if (former) former.tabIndex = -1;
    cell.tabIndex = 0;
    stop = keyOf(cell);
  }

  /** Returns the cell that has the focus before the cells are arranged; null where none has it.
   * @type {() => Focused | null} */
  function focused() {
    const cell = focusedIn(place);
    return cell && { key: keyOf(cell), at: inOrder().indexOf(cell) };
  }

  /** Restores the focus after the cells were arranged, on the next cell where its own is removed; one cell has the tab stop.
   * @type {(before: Focused | null) => void} */
  function settle(before) {
    const now = inOrder();
    const kept = before && (cells.get(before.key) || now[Math.min(before.at, now.length - 1)]);
    if (kept && document.activeElement !== kept) kept.focus({ preventScroll: true });
    isReached = isReached && stop !== null && cells.has(stop);
    if (!isReached) reach(now[0]);
    if (pointed !== null) point(cells.get(pointed)); // where it is now
  }

  /** Returns the cell so many lines further down (up where negative) that is nearest to this one's column.
   * @type {(cell: Cell, lines: number) => Cell} */
  function below(cell, lines) {
    const boxes = inOrder().map((one) => ({ one, box: one.getBoundingClientRect() }));
    const here = cell.getBoundingClientRect();
    const tops = [...new Set(boxes.map(({ box }) => Math.round(box.top)))].sort((a, b) => a - b);
    const at = tops.indexOf(Math.round(here.top));
    const top = tops[Math.max(0, Math.min(tops.length - 1, at + lines))];
    const there = boxes.filter(({ box }) => Math.round(box.top) === top);
    /** @type {(there: { box: DOMRect }) => number} */
    const off = ({ box }) => Math.abs(middle(box) - middle(here));
    return there.reduce((a, b) => (off(b) < off(a) ? b : a)).one;
  }

  /** Returns the cell that a key goes to: undefined beyond the ends, null for a key without a meaning.
   * @type {(cell: Cell, event: KeyboardEvent) => Cell | null | undefined} */
  function target(cell, { key, ctrlKey }) {
    const all = ["ArrowLeft", "ArrowRight", "Home", "End"].includes(key) ? inOrder() : [];
    const row = [.../** @type {HTMLCollectionOf<Cell>} */ (/** @type {Element} */ (cell.parentElement).children)];
    if (key === "ArrowRight") return all[all.indexOf(cell) + 1];
    if (key === "ArrowLeft") return all[all.indexOf(cell) - 1];
    if (key === "ArrowDown") return below(cell, 1);
    if (key === "ArrowUp") return below(cell, -1);
    if (key === "PageDown") return below(cell, PAGE);
    if (key === "PageUp") return below(cell, -PAGE);
    if (key === "Home") return ctrlKey ? all[0] : row[0];
    if (key === "End") return ctrlKey ? all[all.length - 1] : row[row.length - 1];
    return null;
  }

  place.onkeydown = (event) => {
    const cell = cellOf(event);
    if (!cell || event.altKey || event.metaKey) return;
    if (event.key === "Escape") return point(null);
    if (event.key === "Enter" || event.key === " ") opens(keyOf(cell));
    else {
      const next = target(cell, event);
      if (next === null) return;
      if (next) next.focus();
    }
    event.preventDefault();
  };
  place.onclick = (event) => {
    const cell = cellOf(event);
    if (cell) opens(keyOf(cell));
  };
  place.addEventListener("focusin", (event) => {
    const cell = cellOf(event);
    if (!cell) return;
    isReached = true;
    reach(cell);
    point(cell);
  });
  place.addEventListener("focusout", () => point(null));
  place.onmousemove = (event) => {
    const cell = mouse.moves ? cellOf(event) : null;
    if (cell && cell.dataset.key !== pointed) point(cell);
  };
  place.onmouseleave = () => point(focusedIn(place));
  return { focused, refresh, settle };
}

export const gpuPointer = Object.freeze({ attach });
