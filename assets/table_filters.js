/* The filter boxes under the headings of a table: our own, in the place of DataTable's, so that our grammar reads them.
 *
 * They are kept by column, and put back wherever DataTable draws that column: hiding it or a refresh loses no box. A hidden
 * one filters nothing, since no reader would see why. Text that is not understood has a message under its box, and filters
 * nothing either.
 */
import { tableProps } from "./clew.js";
import { isThere } from "./clock.js";
import { setProps } from "./dash.js";
import { filters } from "./filter_grammar.js";
import { filterQueries } from "./filter_queries.js";
import { newBox, place, showMisfit } from "./table_filter_boxes.js";
import { translate } from "./translate.js";

/**
 * @import { TableColumn as Column } from "./tables.js"
 * @import { Kind, Term } from "./filter_grammar.js"
 * @import { FilterBox, TypedFilter } from "./table_filter_boxes.js"
 * @typedef {{ boxes: Map<string, FilterBox>, query: string, shown: string, given: Record<string, string> }} TableState
 */

const FRAME = ".table-frame[data-table]";
const INPUT = ".filter-box input";
/** @type {WeakMap<Element, TableState>} */
const states = new WeakMap();
/** @type {EventTarget | null} */
let lastFocused = null;
const NO_CELLS = { active_cell: undefined, start_cell: undefined, end_cell: undefined, selected_cells: [] };

/** Returns the state of a table: its boxes by column, the query that they make, its columns; and what the address has typed.
 *
 * @param {HTMLElement} frame
 * @returns {TableState}
 */
function stateOf(frame) {
  let state = states.get(frame);
  if (!state) {
    state = { boxes: new Map(), query: "", shown: "", given: /** @type {Record<string, string>} */ (JSON.parse(frame.dataset.typed || "{}")) };
    states.set(frame, state);
  }
  return state;
}

/** Returns the columns on show that can be filtered.
 *
 * @param {DataTable} props the table's
 * @returns {Column[]}
 */
function columnsOf(props) {
  const hidden = new Set(props.hidden_columns || []);
  return props.columns.filter((column) => filterQueries.kindOf(column) && !hidden.has(column.id));
}

/** Filters by what was typed into the boxes of `columns`.
 *
 * @param {HTMLElement} frame
 * @param {Column[]} columns
 */
function apply(frame, columns) {
  const state = stateOf(frame);
  const table = String(frame.dataset.table);
  const texts = /** @type {{ codes: Record<string, string>, not_applied: string }} */ (JSON.parse(String(frame.dataset.filterTexts)));
  const clauses = [];
  const sentences = [];
  for (const column of columns) {
    const box = state.boxes.get(column.id);
    if (!box) continue;
    /** @type {{ terms?: Term[] } & import("./translate.js").Message} */
    const { terms, ...misfit } = filters.parse(box.typed, /** @type {Kind} */ (filterQueries.kindOf(column)));
    const sentence = terms ? "" : `${translate(misfit, texts.codes)} ${texts.not_applied}`;
    showMisfit(box, sentence);
    box.isUnderstood = !sentence;
    if (!terms) sentences.push(`${column.name}: ${sentence}`);
    else if (terms.length) clauses.push(filterQueries.query(terms, column));
  }
  setProps(`${table}-misfits`, { children: sentences.join(" ") });
  const query = clauses.join(" && ");
  if (query !== state.query) {
    state.query = query;
    setProps(table, { filter_query: query, page_current: 0, ...NO_CELLS });
  }
  document.dispatchEvent(new CustomEvent("clew:typed", { detail: table }));
}

/** Returns by column id what is typed into the boxes on show, and whether it is understood.
 *
 * @param {string} table
 * @returns {Record<string, TypedFilter>}
 */
function typed(table) {
  const frame = /** @type {HTMLElement | null} */ (document.querySelector(`${FRAME}[data-table="${table}"]`));
  if (!frame || !isThere(table)) return {};
  const { boxes, given } = stateOf(frame);
  /** @type {(column: Column) => [string, TypedFilter]} */
  const typedIn = ({ id }) => {
    const box = boxes.get(id);
    return [id, box ? { typed: box.typed, isUnderstood: box.isUnderstood } : { typed: given[id] || "", isUnderstood: true }];
  };
  return Object.fromEntries(columnsOf(tableProps(table)).map(typedIn).filter(([, one]) => one.typed));
}

/** Empties the boxes where another query was set than they make.
 *
 * @param {TableState} state
 * @param {string} query
 */
function follow(state, query) {
  if (query === state.query) return;
  state.query = query;
  for (const box of state.boxes.values()) {
    box.typed = box.input.value = "";
    showMisfit(box, "");
  }
  state.given = {};
}

/** Puts each column's box under its heading.
 *
 * @param {HTMLElement} frame
 */
function sync(frame) {
  const cells = /** @type {HTMLElement[]} */ ([...frame.querySelectorAll("th.dash-filter[data-dash-column]")]);
  if (!cells.length) return;
  const state = stateOf(frame);
  const props = tableProps(String(frame.dataset.table));
  follow(state, props.filter_query || "");
  const columns = columnsOf(props);
  for (const column of columns) {
    const cell = cells.find((one) => one.dataset.dashColumn === column.id);
    if (!cell) continue; // it is about to be drawn
    const box = state.boxes.get(column.id) || newBox(frame, column, state.given[column.id] || "");
    state.boxes.set(column.id, box);
    place(box, cell, lastFocused === box.input);
  }
  const shown = JSON.stringify(columns.map((column) => [column.id, filterQueries.kindOf(column)]));
  if (shown === state.shown) return;
  state.shown = shown;
  apply(frame, columns);
}

new MutationObserver((changes) => {
  /** @type {Set<HTMLElement>} */
  const frames = new Set();
  for (const { target } of changes) {
    if (!(target instanceof Element)) continue;
    const frame = target.closest(FRAME);
    for (const one of frame ? [frame] : target.querySelectorAll(FRAME)) frames.add(/** @type {HTMLElement} */ (one));
  }
  frames.forEach(sync);
}).observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-dash-column"] });

/** Filters by a box where its text is another one.
 *
 * @param {HTMLInputElement} input
 */
function commit(input) {
  const frame = /** @type {HTMLElement | null} */ (input.closest(FRAME));
  if (!frame) return; // its column is hidden, or its page was left
  const box = /** @type {FilterBox} */ ([...stateOf(frame).boxes.values()].find((one) => one.input === input));
  if (box.typed === input.value) return;
  box.typed = input.value;
  apply(frame, columnsOf(tableProps(String(frame.dataset.table))));
}

/**
 * @param {EventTarget | null} target
 * @returns {target is HTMLInputElement}
 */
const isBox = (target) => target instanceof Element && target.matches(INPUT);

// While events go down: DataTable listens to keys and the clipboard of all that is in it, and takes them for its cells'.
for (const name of ["keydown", "copy", "cut", "paste"]) {
  document.addEventListener(
    name,
    (event) => {
      if (!isBox(event.target)) return;
      event.stopPropagation();
      // Enter also ends the choice of a Japanese word.
      if (event instanceof KeyboardEvent && event.key === "Enter" && !event.isComposing) commit(event.target);
    },
    true
  );
}
document.addEventListener("focus", ({ target }) => isBox(target) && (lastFocused = target), true);

/** Filters by a box that the reader left. One that only moved with its column has the focus again a moment later.
 *
 * @param {Event} event
 */
function leave({ target }) {
  if (!isBox(target)) return;
  window.setTimeout(() => {
    if (document.activeElement === target) return;
    if (lastFocused === target) lastFocused = null;
    commit(target);
  }, 0);
}

for (const name of ["change", "blur"]) document.addEventListener(name, leave, true);

export { typed };
