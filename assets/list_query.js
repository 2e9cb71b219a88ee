/* Keeps the run list's query: columns, filters, sorting. In the address, and for scripts that ask the server for the same runs. */
import { addresses, setAddress } from "./addresses.js";
import { propsOf } from "./clew.js";
import { isThere } from "./clock.js";
import { register } from "./dash.js";
import { elementOf } from "./elements.js";
import { ID } from "./from_python.js";
import { pageQuery } from "./page_request.js";
import { columns } from "./run_columns.js";
import { typed as typedIn } from "./table_filters.js";

/**
 * @typedef {{ columns: string[], filters: Record<string, string>, sort: string[], experiment: string | null, algorithm: string | null, together: boolean, archived: boolean, zone: string }} ListQuery as `POST /runs/rows` takes it
 */

const TABLE = ID.TABLE;
const EVERYTHING = "*";
/** @type {Set<(query: ListQuery) => void>} */
const listeners = new Set();
let published = ""; // the query that the listeners have, and of which table
/** @type {Element | null} */
let publishedOf = null;

/** @type {(id: typeof ID.EXPERIMENT | typeof ID.ALGORITHM) => string | null} */
const choice = (id) => (propsOf(id).value === EVERYTHING ? null : propsOf(id).value);
const zone = () => new Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

/** Returns what is typed, understood or not, with the columns' references.
 *
 * @returns {[string, import("./table_filter_boxes.js").TypedFilter][]}
 */
function typed() {
  return Object.entries(typedIn(TABLE)).map(([id, box]) => [columns.refOf(id), box]);
}

/** Returns "ref" for upwards and "-ref" for downwards, the first counts most.
 *
 * @returns {string[]}
 */
const sorting = () =>
  (propsOf(TABLE).sort_by || []).map(({ column_id, direction }) => (direction === "desc" ? "-" : "") + columns.refOf(column_id));

/** Returns the list's present query.
 *
 * @returns {ListQuery}
 */
function listQuery() {
  return {
    columns: columns.onShow(),
    filters: Object.fromEntries(typed().filter(([, box]) => box.isUnderstood).map(([ref, box]) => [ref, box.typed])),
    sort: sorting(),
    experiment: choice(ID.EXPERIMENT),
    algorithm: choice(ID.ALGORITHM),
    together: Boolean(propsOf(ID.TOGETHER).value),
    archived: Boolean(propsOf(ID.ARCHIVED).value),
    zone: zone(),
  };
}

/**
 * @param {URLSearchParams} query
 * @param {string} name
 * @param {string[]} values
 */
function setAll(query, name, values) {
  query.delete(name);
  for (const value of values) query.append(name, value);
}

/** Writes the list's query into an address's; defaults are left out.
 *
 * @param {URLSearchParams} query
 */
function write(query) {
  const chosen = propsOf(ID.COLUMNS).data;
  const isUsual = JSON.stringify(chosen) === JSON.stringify(propsOf(ID.KNOWN_COLUMNS).data.usual);
  setAll(query, "column", isUsual ? [] : chosen);
  setAll(query, "width", Object.entries(propsOf(ID.COLUMN_WIDTHS).data).map(([ref, px]) => `${px}:${ref}`));
  setAll(query, "sort", sorting());
  for (const name of [...query.keys()]) if (/^filter\[.*\]$/s.test(name)) query.delete(name);
  for (const [ref, box] of typed()) query.set(`filter[${ref}]`, box.typed);
  if (propsOf(ID.TOGETHER).value) query.set("together", "true");
  else query.delete("together");
  if (propsOf(ID.ARCHIVED).value) query.set("archived", "true");
  else query.delete("archived");
  for (const [name, id] of /** @type {const} */ ([["experiment", ID.EXPERIMENT], ["algorithm", ID.ALGORITHM]])) {
    const chosen = choice(id);
    if (chosen === null) query.delete(name);
    else query.set(name, chosen);
  }
}

function remember() {
  if (!isThere(TABLE)) return;
  const now = addresses.query();
  const then = new URLSearchParams(now);
  write(then);
  if (then.toString() === now.toString()) return;
  // Another experiment is a step to go back from; how the list looks is none.
  const isStep = ["experiment", "algorithm"].some((name) => then.get(name) !== now.get(name));
  setAddress(write, isStep ? "pushState" : "replaceState");
}

/** @type {number | undefined} */
let waiting;

/** Writes the address, and calls the listeners where the query is another one, once all changes of this moment are made. */
function follow() {
  window.clearTimeout(waiting);
  waiting = window.setTimeout(() => {
    if (!isThere(TABLE)) return;
    remember();
    const query = listQuery();
    const all = JSON.stringify([query, propsOf(ID.LISTED).data?.version]);
    const list = document.querySelector(`.table-frame[data-table="${TABLE}"]`);
    if (all === published && list === publishedOf) return;
    [published, publishedOf] = [all, list];
    listeners.forEach((listener) => listener(query));
  }, 0);
}

document.addEventListener("clew:typed", (event) => /** @type {CustomEvent<string>} */ (event).detail === TABLE && follow());

/** Calls `listener(query)` when the query is another one, or its runs changed; returns the function that ends that.
 *
 * @param {(query: ListQuery) => void} listener
 */
function onListQuery(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Returns the address of the list on show, all pages of it, as CSV. */
function csvAddress() {
  const { columns: refs, filters, sort, together, archived, zone: inZone, ...choices } = listQuery();
  const asked = new URLSearchParams(pageQuery());
  setAll(asked, "column", refs);
  setAll(asked, "sort", sort);
  for (const [ref, text] of Object.entries(filters)) asked.set(`filter[${ref}]`, text);
  for (const [name, value] of Object.entries(choices)) if (value !== null) asked.set(name, value);
  if (together) asked.set("together", "true");
  if (archived) asked.set("archived", "true");
  asked.set("zone", inZone);
  return `${document.documentElement.dataset.prefix}runs/list.csv?${asked}`;
}

document.addEventListener("click", (event) => {
  if (!elementOf(event)?.closest(`#${ID.LIST_CSV}`) || !isThere(TABLE)) return;
  Object.assign(document.createElement("a"), { href: csvAddress(), download: "" }).click();
});

const runs = { query: follow };
register("runs", runs);

export { listQuery, onListQuery };
