/* What the run list is asked for: columns, filters, sorting. In the address, and for whoever asks the server for the same runs. */
import { addresses, setAddress } from "./addresses.js";
import { propsOf } from "./clew.js";
import { isThere } from "./clock.js";
import { register } from "./dash.js";
import { ID } from "./from_python.js";
import { pageQuery } from "./page_request.js";
import { columns } from "./run_columns.js";
import { typed as typedIn } from "./table_filters.js";

const TABLE = ID.TABLE;
const EVERYTHING = "*";
const listeners = new Set();
let told = "";
let toldOn = null;

const choice = (id) => (propsOf(id).value === EVERYTHING ? null : propsOf(id).value);
const zone = () => new Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

/** What is typed by column, that is understood or not, by the columns' references. */
function typed() {
  return Object.entries(typedIn(TABLE)).map(([id, box]) => [columns.refOf(id), box]);
}

/** "ref" upwards and "-ref" downwards, the first counts most. */
const sorting = () => (propsOf(TABLE).sort_by || []).map(({ column_id, direction }) => (direction === "desc" ? "-" : "") + columns.refOf(column_id));

/** The list's present query, as `POST /runs/rows` takes it. */
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

function setAll(query, name, values) {
  query.delete(name);
  for (const value of values) query.append(name, value);
}

/** Puts the list's query into an address's; what is as it is by itself stands in none. */
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
  for (const name of ["experiment", "algorithm"]) {
    if (choice(`runs-${name}`) === null) query.delete(name);
    else query.set(name, choice(`runs-${name}`));
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

let waiting = null;

/** Once all is in place that changes in this moment: the address follows, and who listens is told of another query. */
function follow() {
  window.clearTimeout(waiting);
  waiting = window.setTimeout(() => {
    if (!isThere(TABLE)) return;
    remember();
    const query = listQuery();
    const all = JSON.stringify([query, propsOf(ID.LISTED).data?.version]);
    const list = document.querySelector(`.table-frame[data-table="${TABLE}"]`);
    if (all === told && list === toldOn) return;
    [told, toldOn] = [all, list];
    listeners.forEach((listener) => listener(query));
  }, 0);
}

document.addEventListener("clew:typed", ({ detail }) => detail === TABLE && follow());

/** Has `listener(query)` called when another query is asked, or its runs changed; returns what ends that. */
function onListQuery(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Where the list that is on show, all pages of it, can be had as CSV. */
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

document.addEventListener("click", ({ target }) => {
  if (!target.closest?.(`#${ID.LIST_CSV}`) || !isThere(TABLE)) return;
  Object.assign(document.createElement("a"), { href: csvAddress(), download: "" }).click();
});

const runs = { query: follow };
register("runs", runs);

export { listQuery, onListQuery };
