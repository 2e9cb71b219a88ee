/* The boxes under the headings of a table: our own, in the place of DataTable's, so that what is typed is read by our grammar.
 *
 * They are kept by column, and put back wherever DataTable draws that column: a hidden one or a refresh loses none. What is
 * hidden filters nothing, for nobody would see why. What is not understood is said under its box, and filters nothing either.
 */
import { propsOf } from "./clew.js";
import { isThere } from "./clock.js";
import { setProps } from "./dash.js";
import { filters } from "./filter_grammar.js";
import { filterQueries } from "./filter_queries.js";
import { translate } from "./translate.js";

const FRAME = ".table-frame[data-table]";
const INPUT = ".filter-box input";
const states = new WeakMap();
let lastFocused = null;
const NO_CELLS = { active_cell: undefined, start_cell: undefined, end_cell: undefined, selected_cells: [] };

/** What is kept of a table: its boxes by column, the query that they make, which columns it is of; and what was typed elsewhere. */
function stateOf(frame) {
  if (!states.has(frame)) states.set(frame, { boxes: new Map(), query: "", shown: "", given: JSON.parse(frame.dataset.typed || "{}") });
  return states.get(frame);
}

function element(name, props, ...children) {
  const made = Object.assign(document.createElement(name), props);
  made.append(...children);
  return made;
}

function newBox(frame, column) {
  const { table, filter, placeholder } = frame.dataset;
  const misfit = element("div", { className: "filter-misfit", id: `${table}-filter-${column.id}`, hidden: true });
  const input = element("input", { type: "text", placeholder, autocomplete: "off", spellcheck: false });
  input.setAttribute("aria-label", filter.replace("{name}", column.name));
  const typed = stateOf(frame).given[column.id] || "";
  input.value = typed;
  return { element: element("div", { className: "filter-box" }, input, misfit), input, misfit, typed, isUnderstood: true };
}

/** Puts a box into its cell, with the focus and the place in the word: it loses both where DataTable drops its cell. */
function place(box, cell) {
  const others = [...cell.querySelectorAll(":scope > .filter-box")].filter((one) => one !== box.element);
  others.forEach((other) => other.remove());
  if (box.element.parentElement === cell) return;
  const { input } = box;
  const hadFocus = lastFocused === input && [input, document.body].includes(document.activeElement);
  const [start, end] = [input.selectionStart, input.selectionEnd];
  cell.prepend(box.element);
  if (!hadFocus) return;
  input.focus({ preventScroll: true });
  input.setSelectionRange(start, end);
}

function say(box, sentence) {
  box.misfit.textContent = sentence;
  box.misfit.hidden = !sentence;
  if (sentence) {
    box.input.setAttribute("aria-invalid", "true");
    box.input.setAttribute("aria-describedby", box.misfit.id);
  } else ["aria-invalid", "aria-describedby"].forEach((name) => box.input.removeAttribute(name));
}

/** The columns on show that can be filtered, as the table knows them. */
function columnsOf(props) {
  const hidden = new Set(props.hidden_columns || []);
  return props.columns.filter((column) => filterQueries.kindOf(column) && !hidden.has(column.id));
}

/** Filters by what was typed into the boxes of `columns`. */
function apply(frame, columns) {
  const state = stateOf(frame);
  const texts = JSON.parse(frame.dataset.filterTexts);
  const clauses = [];
  const said = [];
  for (const column of columns) {
    const box = state.boxes.get(column.id);
    if (!box) continue;
    const { terms, ...misfit } = filters.parse(box.typed, filterQueries.kindOf(column));
    const sentence = terms ? "" : `${translate(misfit, texts.codes)} ${texts.not_applied}`;
    say(box, sentence);
    box.isUnderstood = !sentence;
    if (sentence) said.push(`${column.name}: ${sentence}`);
    else if (terms.length) clauses.push(filterQueries.query(terms, column));
  }
  setProps(`${frame.dataset.table}-misfits`, { children: said.join(" ") });
  const query = clauses.join(" && ");
  if (query !== state.query) {
    state.query = query;
    setProps(frame.dataset.table, { filter_query: query, page_current: 0, ...NO_CELLS });
  }
  tellTyped(frame.dataset.table);
}

const tellTyped = (table) => document.dispatchEvent(new CustomEvent("clew:typed", { detail: table }));

/** By column id what is typed into the boxes on show, and whether it is understood. */
function typed(table) {
  const frame = document.querySelector(`${FRAME}[data-table="${table}"]`);
  if (!frame || !isThere(table)) return {};
  const { boxes, given } = stateOf(frame);
  const found = columnsOf(propsOf(table)).map(({ id }) => {
    const box = boxes.get(id);
    return [id, box ? { typed: box.typed, isUnderstood: box.isUnderstood } : { typed: given[id] || "", isUnderstood: true }];
  });
  return Object.fromEntries(found.filter(([, one]) => one.typed));
}

/** Whoever set another query than the boxes make has emptied them. */
function follow(state, query) {
  if (query === state.query) return;
  state.query = query;
  for (const box of state.boxes.values()) {
    box.typed = box.input.value = "";
    say(box, "");
  }
  state.given = {};
}

/** Has each column's box stand under its heading. */
function sync(frame) {
  const cells = [...frame.querySelectorAll("th.dash-filter[data-dash-column]")];
  if (!cells.length) return;
  const state = stateOf(frame);
  const props = propsOf(frame.dataset.table);
  follow(state, props.filter_query || "");
  const columns = columnsOf(props);
  for (const column of columns) {
    const cell = cells.find((one) => one.dataset.dashColumn === column.id);
    if (!cell) continue; // it is about to be drawn
    if (!state.boxes.has(column.id)) state.boxes.set(column.id, newBox(frame, column));
    place(state.boxes.get(column.id), cell);
  }
  const shown = JSON.stringify(columns.map((column) => [column.id, filterQueries.kindOf(column)]));
  if (shown === state.shown) return;
  state.shown = shown;
  apply(frame, columns);
}

new MutationObserver((changes) => {
  const frames = new Set();
  for (const { target } of changes) {
    const frame = target.closest?.(FRAME);
    if (frame) frames.add(frame);
    else target.querySelectorAll?.(FRAME).forEach((one) => frames.add(one));
  }
  frames.forEach(sync);
}).observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-dash-column"] });

function commit(input) {
  const frame = input.closest(FRAME);
  if (!frame) return; // its column is hidden, or its page was left
  const box = [...stateOf(frame).boxes.values()].find((one) => one.input === input);
  if (box.typed === input.value) return;
  box.typed = input.value;
  apply(frame, columnsOf(propsOf(frame.dataset.table)));
}

const isBox = (target) => Boolean(target.matches?.(INPUT));

// While they go down: DataTable hears keys and the clipboard of all that is in it, and takes them for its cells'.
for (const name of ["keydown", "copy", "cut", "paste"]) {
  document.addEventListener(
    name,
    (event) => {
      if (!isBox(event.target)) return;
      event.stopPropagation();
      // Enter also ends the choice of a Japanese word.
      if (event.key === "Enter" && !event.isComposing) commit(event.target);
    },
    true
  );
}
document.addEventListener("focus", ({ target }) => isBox(target) && (lastFocused = target), true);

/** Left by the reader, or only moved with its column: a moment later it is known which. */
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
