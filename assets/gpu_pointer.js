/* Pointing at a cell of the map, with the mouse or by keys: what it says in words is shown beside it. One cell has the tab
   stop; arrows go to the next, up and down to the nearest in the line above or below. */
import { live } from "./live_text.js";

const PAGE = 5; // lines
const middle = (box) => box.left + box.width / 2;
// A mouse that lies still points at nothing: the page scrolls and grows beneath it, also where keys are used.
const mouse = { x: 0, y: 0, moves: false };
document.addEventListener("mousemove", ({ clientX, clientY }) => Object.assign(mouse, { x: clientX, y: clientY, moves: clientX !== mouse.x || clientY !== mouse.y }), true);

/** `cells` are the map's, by key, in no order; `words(key)` are lines. */
function attach(place, { cells, opens, words }) {
  const frame = place.parentElement;
  const tip = live.make("div", { class: "gpu-pointed", role: "tooltip", id: `${place.id}-pointed`, hidden: "" });
  frame.querySelector(".gpu-pointed")?.remove();
  frame.append(tip);
  let stop = null; // the key of the cell that Tab comes to
  let isReached = false; // by the reader: till then it is the first, whichever host speaks first
  let pointed = null; // the key of the cell that is told of

  const cellOf = (event) => event.target.closest && event.target.closest(".gpu-cell");
  const inOrder = () => [...place.querySelectorAll(".gpu-cell")];

  function point(cell) {
    if (pointed && cells.has(pointed)) cells.get(pointed).removeAttribute("aria-describedby");
    pointed = cell ? cell.dataset.key : null;
    live.hide(tip, !cell);
    if (!cell) return;
    refresh();
    cell.setAttribute("aria-describedby", tip.id);
    const [box, around] = [cell.getBoundingClientRect(), frame.getBoundingClientRect()];
    const left = Math.max(0, Math.min(middle(box) - around.left - tip.offsetWidth / 2, around.width - tip.offsetWidth));
    tip.style.transform = `translate(${left}px, ${box.bottom - around.top + 4}px)`;
  }

  /** Writes what is known now of the cell that is pointed at. */
  function refresh() {
    if (pointed === null) return;
    if (!cells.has(pointed)) return point(null);
    const lines = words(pointed).map((text, place) => ({ text, place }));
    live.children(tip, lines, ({ place }) => place, () => live.make("div"), (row, { text }) => live.write(row, text));
  }

  function reach(cell) {
    if (!cell) return;
    if (stop && cells.has(stop)) cells.get(stop).tabIndex = -1;
    cell.tabIndex = 0;
    stop = cell.dataset.key;
  }

  /** The cell that has the focus, before the cells are arranged; null where none has it. */
  function focused() {
    const cell = place.contains(document.activeElement) ? document.activeElement : null;
    return cell && { key: cell.dataset.key, at: inOrder().indexOf(cell) };
  }

  /** After the cells were arranged: the one with the focus keeps it, or the next where it is gone; one has the tab stop. */
  function settle(before) {
    const now = inOrder();
    const kept = before && (cells.get(before.key) || now[Math.min(before.at, now.length - 1)]);
    if (kept && document.activeElement !== kept) kept.focus({ preventScroll: true });
    isReached = isReached && cells.has(stop);
    if (!isReached) reach(now[0]);
    if (pointed !== null) point(cells.get(pointed)); // where it is now
  }

  /** The cell that is so many lines further down (up where less than 0), the nearest to this one's column. */
  function below(cell, lines) {
    const boxes = inOrder().map((one) => ({ one, box: one.getBoundingClientRect() }));
    const here = cell.getBoundingClientRect();
    const tops = [...new Set(boxes.map(({ box }) => Math.round(box.top)))].sort((a, b) => a - b);
    const at = tops.indexOf(Math.round(here.top));
    const top = tops[Math.max(0, Math.min(tops.length - 1, at + lines))];
    const there = boxes.filter(({ box }) => Math.round(box.top) === top);
    const off = ({ box }) => Math.abs(middle(box) - middle(here));
    return there.reduce((a, b) => (off(b) < off(a) ? b : a)).one;
  }

  function target(cell, { key, ctrlKey }) {
    const all = ["ArrowLeft", "ArrowRight", "Home", "End"].includes(key) ? inOrder() : [];
    const row = [...cell.parentElement.children];
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
    if (event.key === "Enter" || event.key === " ") opens(cell.dataset.key);
    else {
      const next = target(cell, event);
      if (next === null) return;
      if (next) next.focus();
    }
    event.preventDefault();
  };
  place.onclick = (event) => {
    const cell = cellOf(event);
    if (cell) opens(cell.dataset.key);
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
    const cell = mouse.moves && cellOf(event);
    if (cell && cell.dataset.key !== pointed) point(cell);
  };
  place.onmouseleave = () => point(place.contains(document.activeElement) ? document.activeElement : null);
  return { focused, refresh, settle };
}

export const gpuPointer = Object.freeze({ attach });
