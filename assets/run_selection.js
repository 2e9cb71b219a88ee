/* The ticked runs: the Store `runs-selected` holds their ids, whatever rows the table has at the moment.
 *
 * Other parts of the page read and change it by `selection`.
 */
import { locale, propsOf } from "./clew.js";
import { isThere } from "./clock.js";
import { register, setProps } from "./dash.js";
import { elementOf } from "./elements.js";
import { ID } from "./from_python.js";
import { listQuery } from "./list_query.js";
import { isPaged, postToList } from "./run_list_requests.js";
import { followIds } from "./tables.js";

const TABLE = ID.TABLE;
const SELECTED = ID.SELECTED;
const STATUS = ID.SELECTION_STATUS;
/** @type {Set<(ids: string[]) => void>} */
const listeners = new Set();
let drawnPage = "";

/** Returns the ticked ids: of the rows on show by the table, of rows that are filtered away as remembered.
 * @type {(tableIds: string[] | undefined, shownRows: TableRow[] | undefined, remembered: string[] | undefined) => string[]} */
function ticked(tableIds, shownRows, remembered) {
  const shown = new Set((shownRows || []).map((row) => row.id));
  const now = (tableIds || []).filter((id) => shown.has(id));
  const still = new Set(now);
  const hidden = (remembered || []).filter((id) => !shown.has(id) && !still.has(id));
  return hidden.concat(now);
}

/** @type {(some: string[], others: string[]) => boolean} */
const isSame = (some, others) => some.length === others.length && some.every((id, at) => id === others[at]);

/** Returns what the table's page is of: DataTable takes all ticks away where another is asked for, before that comes.
 *
 * @param {DataTable} table
 */
const pageNow = ({ sort_by, filter_query, page_current }) => JSON.stringify([sort_by || [], filter_query || "", page_current || 0]);

/** Notes that the table has the rows that are asked for now. */
function drawn() {
  drawnPage = pageNow(propsOf(TABLE));
}

/** Returns the ticked ids of this very moment: on a slow machine the Store follows the table a while later.
 * @type {() => string[]} */
function get() {
  if (!isThere(TABLE)) return [];
  const table = propsOf(TABLE);
  const remembered = propsOf(SELECTED).data || [];
  if (isPaged() && pageNow(table) !== drawnPage) return [...new Set(remembered.concat(table.selected_row_ids || []))];
  return ticked(table.selected_row_ids, table.data, remembered);
}

/** Returns the table's properties that tick these ids among its rows.
 * @type {(ids: string[], rows: TableRow[]) => { selected_rows: (number | undefined)[], selected_row_ids: string[] }} */
function show(ids, rows) {
  const index = new Map(rows.map((row, at) => [row.id, at]));
  const shown = ids.filter((id) => index.has(id));
  return { selected_rows: shown.map((id) => index.get(id)), selected_row_ids: shown };
}

/** Ticks these runs and no others.
 * @type {(ids: string[]) => void} */
function set(ids) {
  if (!isThere(TABLE)) return;
  const chosen = [...new Set(ids)];
  setProps(SELECTED, { data: chosen });
  setProps(TABLE, show(chosen, propsOf(TABLE).data));
}

/** @type {(ids: string[]) => void} */
const add = (ids) => set(get().concat(ids));

/** @type {(ids: string[]) => void} */
function remove(ids) {
  const removed = new Set(ids);
  set(get().filter((id) => !removed.has(id)));
}

/** Calls `listener(ids)` after each change; returns the function that ends that.
 * @type {(listener: (ids: string[]) => void) => () => void} */
function onChange(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Returns the ids of all runs that the filters find: by the table, or by the server where the table has one page.
 * @type {() => Promise<string[]>} */
async function filteredIds() {
  if (!isPaged()) return propsOf(TABLE).derived_virtual_row_ids || [];
  const { columns, ...query } = listQuery();
  return /** @type {{ ids: string[] }} */ (await postToList("runs/ids", query)).ids;
}

/** Writes into the menu how many runs each of its entries ticks, when it is opened. */
function countSelectable() {
  const { selection } = propsOf(ID.TEXTS).data;
  /** @type {(number: number) => string} */
  const count = (number) => number.toLocaleString(locale());
  const { derived_virtual_row_ids, derived_viewport_row_ids } = propsOf(TABLE);
  const left = isPaged() ? propsOf(ID.ANSWER).data?.left : derived_virtual_row_ids?.length;
  setProps(ID.SELECT_ALL, { children: selection.all.replace("{n}", count(left || 0)) });
  setProps(ID.SELECT_PAGE, { children: selection.page.replace("{n}", count((derived_viewport_row_ids || []).length)) });
}

document.addEventListener("click", (event) => elementOf(event)?.closest(`#${ID.SELECT}`) && isThere(TABLE) && countSelectable(), true);

const runs = {
  /** Follows a tick in the table. */
  tick() {
    const { data } = propsOf(TABLE);
    if (!data || !data.length) return;
    followIds(TABLE);
    const selected = get();
    if (!isSame(selected, propsOf(SELECTED).data || [])) setProps(SELECTED, { data: selected });
  },

  /** Returns the text of the button that compares, whether it and the one that clears are disabled, and a warning.
   * @param {string[] | null} selected
   * @param {RunListTexts} texts */
  buttons(selected, texts) {
    const ids = selected || [];
    listeners.forEach((listener) => listener(ids));
    const { most_compared, selection } = texts;
    const tooMany = ids.length > most_compared ? selection.most_compared.replace("{most}", most_compared.toLocaleString(locale())) : "";
    const number = ids.length.toLocaleString(locale());
    const text = ids.length === 0 ? texts.compare_none : ids.length === 1 ? texts.compare_one : texts.compare_many.replace("{n}", number);
    return [text, ids.length === 0, ids.length === 0, tooMany];
  },

  /** @param {number | null} clicks */
  clear(clicks) {
    if (clicks) set([]);
  },

  /** Ticks all runs that the filters find, whatever page is on show.
   * @param {number | null} clicks */
  async selectAll(clicks) {
    if (!clicks) return;
    try {
      add(await filteredIds());
    } catch (error) {
      setProps(STATUS, { children: propsOf(ID.TEXTS).data.selection.failed.replace("{cause}", () => /** @type {Error} */ (error).message) });
    }
  },

  /** Ticks the runs of the page on show.
   * @param {number | null} clicks */
  selectPage(clicks) {
    if (clicks) add(propsOf(TABLE).derived_viewport_row_ids || []);
  },
};

const selection = { get, set, add, remove, onChange, drawn, show, isSame };
register("runs", runs);

export { selection };
