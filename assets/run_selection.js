/* The runs that are ticked: the Store `runs-selected` holds their ids, whatever rows the table has at the moment.
 *
 * `selection` is how other parts of the page read and change it.
 */
import { locale, propsOf } from "./clew.js";
import { isThere } from "./clock.js";
import { register, setProps } from "./dash.js";
import { ID } from "./from_python.js";
import { listQuery } from "./list_query.js";
import { isPaged, postToList } from "./run_list_requests.js";
import { followIds } from "./tables.js";

const TABLE = ID.TABLE;
const SELECTED = ID.SELECTED;
const SAID = ID.SELECTION_STATUS;
const listeners = new Set();
let drawnPage = "";

/** The ticked ids: those of the rows on show as the table says, those of rows that are filtered away as remembered. */
function ticked(tableIds, shownRows, remembered) {
  const shown = new Set((shownRows || []).map((row) => row.id));
  const now = (tableIds || []).filter((id) => shown.has(id));
  const still = new Set(now);
  const hidden = (remembered || []).filter((id) => !shown.has(id) && !still.has(id));
  return hidden.concat(now);
}

const isSame = (some, others) => some.length === others.length && some.every((id, at) => id === others[at]);

/** What a page of rows is of: DataTable takes all ticks away where it is asked for another, before that comes.
 *
 * @param {Props} table
 */
const pageNow = ({ sort_by, filter_query, page_current }) => JSON.stringify([sort_by || [], filter_query || "", page_current || 0]);

/** Said by whoever drew the rows that are asked for now. */
function drawn() {
  drawnPage = pageNow(propsOf(TABLE));
}

/** Of this very moment: on a slow machine the Store follows the table a while later. */
function get() {
  if (!isThere(TABLE)) return [];
  const table = propsOf(TABLE);
  const remembered = propsOf(SELECTED).data || [];
  if (isPaged() && pageNow(table) !== drawnPage) return [...new Set(remembered.concat(table.selected_row_ids || []))];
  return ticked(table.selected_row_ids, table.data, remembered);
}

/** Puts the table's ticks where the ids are among its rows. */
function show(ids, rows) {
  const index = new Map(rows.map((row, at) => [row.id, at]));
  const shown = ids.filter((id) => index.has(id));
  return { selected_rows: shown.map((id) => index.get(id)), selected_row_ids: shown };
}

function set(ids) {
  if (!isThere(TABLE)) return;
  const chosen = [...new Set(ids)];
  setProps(SELECTED, { data: chosen });
  setProps(TABLE, show(chosen, propsOf(TABLE).data));
}

const add = (ids) => set(get().concat(ids));

function remove(ids) {
  const gone = new Set(ids);
  set(get().filter((id) => !gone.has(id)));
}

/** Has `listener(ids)` called after each change; returns what ends that. */
function onChange(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The ids of all runs that the filters leave: the table's own, or the server's where it has a page of them. */
async function filteredIds() {
  if (!isPaged()) return propsOf(TABLE).derived_virtual_row_ids || [];
  const { columns, ...query } = listQuery();
  return (await postToList("runs/ids", query)).ids;
}

/** The menu says how many runs each of its entries takes, at the moment that it is opened. */
function countSelectable() {
  const { selection } = propsOf(ID.TEXTS).data;
  const count = (number) => number.toLocaleString(locale());
  const { derived_virtual_row_ids, derived_viewport_row_ids } = propsOf(TABLE);
  const left = isPaged() ? propsOf(ID.ANSWER).data?.left : derived_virtual_row_ids?.length;
  setProps(ID.SELECT_ALL, { children: selection.all.replace("{n}", count(left || 0)) });
  setProps(ID.SELECT_PAGE, { children: selection.page.replace("{n}", count((derived_viewport_row_ids || []).length)) });
}

document.addEventListener("click", ({ target }) => target.closest?.(`#${ID.SELECT}`) && isThere(TABLE) && countSelectable(), true);

const runs = {
  tick() {
    const { data } = propsOf(TABLE);
    if (!data || !data.length) return;
    followIds(TABLE);
    const selected = get();
    if (!isSame(selected, propsOf(SELECTED).data || [])) setProps(SELECTED, { data: selected });
  },

  buttons(selected, texts) {
    const ids = selected || [];
    listeners.forEach((listener) => listener(ids));
    const { most_compared, selection } = texts;
    const tooMany = ids.length > most_compared ? selection.most_compared.replace("{most}", most_compared.toLocaleString(locale())) : "";
    const number = ids.length.toLocaleString(locale());
    const text = ids.length === 0 ? texts.compare_none : ids.length === 1 ? texts.compare_one : texts.compare_many.replace("{n}", number);
    return [text, ids.length === 0, ids.length === 0, tooMany];
  },

  clear(clicks) {
    if (clicks) set([]);
  },

  /** All that the filters leave, whatever page is on show. */
  async selectAll(clicks) {
    if (!clicks) return;
    try {
      add(await filteredIds());
    } catch (error) {
      setProps(SAID, { children: propsOf(ID.TEXTS).data.selection.failed.replace("{cause}", () => error.message) });
    }
  },

  selectPage(clicks) {
    if (clicks) add(propsOf(TABLE).derived_viewport_row_ids || []);
  },
};

const selection = { get, set, add, remove, onChange, drawn, show, isSame };
register("runs", runs);

export { selection };
