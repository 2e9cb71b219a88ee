/* The state of the relations on one page: what is asked for, what the server answered; and what all its parts need of it. */
import { addresses, setAddress } from "./addresses.js";
import { askingAgain } from "./asking_again.js";
import { locale, propsOf } from "./clew.js";
import { ID } from "./from_python.js";
import { relationsAddress } from "./relations_address.js";
import { relationsControls } from "./relations_controls.js";
import { relationsData } from "./relations_data.js";
import { selection } from "./run_selection.js";

/**
 * @import { View } from "./relations_address.js"
 * @import { AxisChoice, Column, RunColumns } from "./relations_data.js"
 * @typedef {{ entries: { text: string, runs: number | null }[], textOf: (ref: string) => string, refOf: (text: string) => string }} Catalogue the columns that can be an axis, by the texts that a field shows
 *
 * @typedef {object} State
 * @property {HTMLElement} root
 * @property {RelationsTexts} texts
 * @property {View} view
 * @property {(RunColumns & { index: Map<string, number> }) | null} data `index` is of a run's id
 * @property {Catalogue} catalogue
 * @property {HTMLElement} problem
 * @property {HTMLElement} list of the columns' names, for the fields
 * @property {boolean} isLasso
 * @property {boolean} isLearning whether the axes were asked for
 * @property {boolean} isLearned whether they are known
 * @property {boolean} isEnded
 * @property {AbortController} [asking]
 * @property {import("./asking_again.js").AskingAgain} again the repeats of the request for columns
 * @property {() => void} opened called when a part was opened or closed
 * @property {() => void} changed called when the view is another one
 */

/**
 * @template Drawing
 * @typedef {object} Part a plot with its fields and texts
 * @property {string} title
 * @property {HTMLDetailsElement} box
 * @property {HTMLElement} fields
 * @property {HTMLElement} plot
 * @property {HTMLElement} legend
 * @property {HTMLElement} status
 * @property {HTMLElement} summary
 * @property {HTMLButtonElement} tick
 * @property {Drawing} drawing
 * @property {string} [laidOut] what its fields were made of
 */

/**
 * @typedef {{ scatter: Part<import("./relations_scatter.js").Scatter>, parallel: Part<import("./relations_parallel.js").Parallel> }} Parts
 * @typedef {State & { parts: Parts }} Page
 */

const LIST = "relations-axes";

/** @param {number} n */
const count = (n) => n.toLocaleString(locale());
/** @type {(text: string, values: Record<string, string>) => string} */
const filled = (text, values) => Object.entries(values).reduce((now, [name, value]) => now.split(`{${name}}`).join(value), text);

/** Returns the columns that can be an axis, by the texts that name them: a name, or the reference where two have one name.
 *
 * @param {AxisChoice[]} axes
 * @param {RelationsTexts} texts
 * @returns {Catalogue}
 */
function catalogueOf(axes, texts) {
  const refs = new Map();
  const names = new Map();
  const entries = axes.map(({ ref, name, runs }) => {
    const text = refs.has(name) ? ref : name;
    refs.set(text, ref);
    names.set(ref, text);
    return { text, runs };
  });
  return {
    entries,
    textOf: (ref) => names.get(ref) || relationsData.nameOf(ref, texts),
    refOf: (text) => refs.get(text) || text,
  };
}

/** Begins the state of a page, with the view that its address asks for.
 *
 * @param {HTMLElement} root
 * @param {RelationsTexts} texts
 * @returns {State}
 */
function newState(root, texts) {
  const problem = relationsControls.element("div", { className: "text-danger-emphasis small" });
  problem.setAttribute("role", "alert");
  /** @type {State} */
  const state = {
    root, texts, problem,
    view: relationsAddress.read(addresses.query().toString()),
    catalogue: catalogueOf(relationsData.builtIn(texts), texts),
    list: relationsControls.element("datalist", { id: LIST }),
    data: null, isLasso: false, isLearning: false, isLearned: false, isEnded: false,
    opened: () => {}, changed: () => {}, again: askingAgain(() => isThere(state)),
  };
  return state;
}

/** Returns whether the page is still on show.
 *
 * @param {State} page
 */
const isThere = (page) => !page.isEnded && page.root.isConnected;

/** Returns a column; undefined while it is not there yet.
 *
 * @param {State} page
 * @param {string | null} ref
 * @returns {Column | undefined}
 */
const columnOf = (page, ref) => (page.data && ref ? page.data.columns.get(ref) : undefined);

/** Returns a column's name.
 *
 * @param {State} page
 * @param {string} ref
 */
const nameOf = (page, ref) => relationsData.nameOf(ref, page.texts);

/** Returns the columns of the scatter plot, those that are chosen.
 *
 * @param {State} page
 */
const scatterRefs = ({ view: { scatter } }) => [scatter.x, scatter.y, scatter.c].flatMap((ref) => (ref ? [ref] : []));

/** Returns the columns that the open parts need.
 *
 * @param {State} page
 */
function wanted(page) {
  const { scatter, parallel } = page.view;
  return [...new Set([...(scatter.isOpen ? scatterRefs(page) : []), ...(parallel.isOpen ? parallel.axes.map(({ ref }) => ref) : [])].filter(Boolean))];
}

/** Writes the view into the address.
 *
 * @param {State} page
 */
function remember(page) {
  const before = addresses.query().toString();
  const query = new URLSearchParams(before);
  relationsAddress.write(query, page.view);
  if (query.toString() !== new URLSearchParams(before).toString()) {
    setAddress((/** @type {URLSearchParams} */ now) => relationsAddress.write(now, page.view), "replaceState");
  }
}

/** Returns the indices of the ticked runs that are among the data.
 *
 * @param {RunColumns & { index: Map<string, number> }} data
 * @returns {Set<number>}
 */
function chosenIn(data) {
  /** @type {string[]} */
  const selected = propsOf(ID.SELECTED).data || [];
  return new Set(selected.map((id) => data.index.get(id)).filter((i) => i !== undefined));
}

/** Ticks runs in the list.
 *
 * @param {State} page
 * @param {number[]} indices
 * @param {boolean} [isMore] whether the ticked ones stay ticked
 */
function tick({ data }, indices, isMore) {
  if (!data) return;
  const ids = indices.map((i) => data.ids[i]);
  if (isMore) selection.add(ids);
  else selection.set(ids);
}

export { LIST, catalogueOf, chosenIn, columnOf, count, filled, isThere, nameOf, newState, remember, scatterRefs, tick, wanted };
