/* Columns of the run list are moved and resized at their headings: with a pointer, or with keys.
 *
 * A heading is dragged to its place, by a finger once it was held; on its sort button Shift+Arrow moves the column by one. The handle at its right edge
 * is dragged, or moved with the arrows; a double click or Delete resets the width to that of the content.
 */
import { propsOf } from "./clew.js";
import { isThere } from "./clock.js";
import { elementOf } from "./elements.js";
import { ID } from "./from_python.js";
import { follow } from "./pointer_follow.js";
import { columns } from "./run_columns.js";

/** @typedef {{ is: boolean, isMissed: boolean, end: () => void }} Hold */
/** @typedef {[before: HTMLElement | null, marked: HTMLElement, className: string]} DropPlace */

const FRAME = `.table-frame[data-table="${ID.TABLE}"]`;
const HEAD = `${FRAME} th.dash-header[data-dash-column]`;
const HANDLE = "column-width";
const FAR_ENOUGH = 6; // pixels: less is a click
const HELD_MS = 400; // a finger that moves sooner scrolls the table
const STEP = 16;
/** @type {(head: HTMLElement) => string} */
const refOf = (head) => columns.refOf(head.dataset.dashColumn ?? "");
const texts = () => propsOf(ID.TEXTS).data;

/** @type {(head: HTMLElement) => void} */
function place(head) {
  if (head.dataset.dashColumn === "details") return;
  let handle = head.querySelector(`.${HANDLE}`);
  if (!handle) {
    handle = Object.assign(document.createElement("span"), { className: HANDLE, tabIndex: 0 });
    handle.setAttribute("role", "separator");
    handle.setAttribute("aria-orientation", "vertical");
    head.append(handle);
    // Added before the first touch: during one, browsers no longer let a listener prevent scrolling.
    head.addEventListener("touchmove", preventWhileDragged, { passive: false });
    head.addEventListener("contextmenu", preventWhileDragged);
  }
  const label = texts().column_width.replace("{name}", () => columns.nameOf(refOf(head)));
  if (handle.getAttribute("aria-label") !== label) handle.setAttribute("aria-label", label);
  const width = String(Math.round(head.getBoundingClientRect().width));
  if (handle.getAttribute("aria-valuenow") !== width) handle.setAttribute("aria-valuenow", width);
  const sort = head.querySelector(".column-header--sort");
  if (sort && !sort.hasAttribute("aria-keyshortcuts")) sort.setAttribute("aria-keyshortcuts", "Shift+ArrowLeft Shift+ArrowRight");
}

let isWaiting = false;
function placeAll() {
  isWaiting = false;
  if (!isThere(ID.TEXTS)) return;
  document.querySelectorAll(HEAD).forEach(place);
}

new MutationObserver((changes) => {
  if (isWaiting || !changes.some(({ target }) => target instanceof Element && (target.closest(FRAME) || target.querySelector(FRAME)))) return;
  isWaiting = true;
  window.requestAnimationFrame(placeAll);
}).observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-dash-column"] });

/** @type {(head: HTMLElement, start: PointerEvent) => void} */
function resize(head, { clientX }) {
  const ref = refOf(head);
  const before = head.getBoundingClientRect().width;
  const { least_width, greatest_width } = propsOf(ID.KNOWN_COLUMNS).data;
  const widths = propsOf(ID.COLUMN_WIDTHS).data;
  /** @type {(event: PointerEvent) => number} */
  const to = (event) => Math.round(Math.min(Math.max(before + event.clientX - clientX, least_width), greatest_width));
  follow(
    (event) => columns.drawWidths({ ...widths, [ref]: to(event) }),
    (event) => Math.abs(event.clientX - clientX) > 1 && columns.setWidth(ref, to(event)),
    () => columns.drawWidths(widths)
  );
}

/** Returns before which heading a column would be dropped (null: at the end), and which heading to mark how.
 * @type {(event: PointerEvent) => DropPlace} */
function placeAt({ clientX }) {
  const heads = [...document.querySelectorAll(HEAD)].filter((head) => head.dataset.dashColumn !== "details");
  const before = heads.find((head) => {
    const { left, width } = head.getBoundingClientRect();
    return clientX < left + width / 2;
  });
  return before ? [before, before, "column-drop-before"] : [null, heads[heads.length - 1], "column-drop-after"];
}

let isDragged = false;

/** Begins a drag: a finger has to hold the heading, and from then on the browser may neither scroll nor open its menu.
 * @type {(head: HTMLElement, start: PointerEvent) => Hold} */
function heldBy(head, start) {
  const hold = { is: start.pointerType !== "touch", isMissed: false, end: () => {} };
  const take = () => {
    hold.is = isDragged = !hold.isMissed;
    head.classList.toggle("column-held", hold.is);
  };
  const timer = hold.is ? 0 : window.setTimeout(take, HELD_MS);
  hold.end = () => {
    window.clearTimeout(timer);
    isDragged = false;
    head.classList.remove("column-held");
  };
  return hold;
}

/** @type {(event: Event) => void} */
const preventWhileDragged = (event) => isDragged && event.cancelable && event.preventDefault();

/** @type {(head: HTMLElement, start: PointerEvent) => void} */
function carry(head, start) {
  const ref = refOf(head);
  const hold = heldBy(head, start);
  /** @type {DropPlace | null} */
  let target = null;
  const unmark = () => document.querySelectorAll(".column-drop-before, .column-drop-after").forEach((one) => one.classList.remove("column-drop-before", "column-drop-after"));
  follow(
    (event) => {
      if (!target && Math.abs(event.clientX - start.clientX) < FAR_ENOUGH) return;
      if (!hold.is) hold.isMissed = true;
      if (hold.isMissed) return;
      event.preventDefault();
      target = placeAt(event);
      unmark();
      target[1].classList.add(target[2]);
      document.documentElement.classList.add("column-carried");
    },
    () => target && columns.move(ref, target[0] && refOf(target[0])),
    () => {
      hold.end();
      unmark();
      document.documentElement.classList.remove("column-carried");
    }
  );
}

document.addEventListener(
  "pointerdown",
  (event) => {
    const target = elementOf(event);
    const head = target?.closest(HEAD);
    if (!target || !head || event.button || head.dataset.dashColumn === "details") return;
    if (target.matches(`.${HANDLE}`)) {
      event.preventDefault();
      /** @type {HTMLElement} */ (target).focus();
      resize(head, event);
    } else if (!target.closest(".column-header--sort")) carry(head, event);
  },
  true
);

document.addEventListener(
  "dblclick",
  (event) => {
    const handle = elementOf(event);
    const head = handle?.matches(`${HEAD} .${HANDLE}`) && handle.closest("th");
    if (head) columns.setWidth(refOf(head), null);
  },
  true
);

/** @type {(id: string, what: string) => void} */
const focusAgain = (id, what) => void window.setTimeout(() => document.querySelector(`${HEAD}[data-dash-column="${CSS.escape(id)}"] ${what}`)?.focus(), 100);

document.addEventListener(
  "keydown",
  (event) => {
    const target = elementOf(event);
    const head = target?.closest(HEAD);
    if (!target || !head || event.altKey || event.ctrlKey || event.metaKey) return;
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (target.matches(`.${HANDLE}`)) {
      if (event.key !== "Tab") event.stopPropagation();
      if (by) columns.setWidth(refOf(head), head.getBoundingClientRect().width + by * STEP);
      if (event.key === "Delete" || event.key === "Backspace") columns.setWidth(refOf(head), null);
      if (by) event.preventDefault();
    } else if (by && event.shiftKey && target.matches(".column-header--sort")) {
      event.preventDefault();
      columns.step(refOf(head), by);
      focusAgain(head.dataset.dashColumn ?? "", ".column-header--sort");
    }
  },
  true
);
