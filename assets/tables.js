/* The browser's half of components/tables.py, for every DataTable of Clew.
 *
 * DataTable remembers ticks by row index, so when rows move its ticks point at other rows. Here a Store holds the ids;
 * the table's indices are computed from them whenever rows come.
 */
import { locale, propsOf, tableProps } from "./clew.js";
import { register, setProps } from "./dash.js";

/** @typedef {{ id: string, name: string, type?: string, presentation?: string, format?: { specifier?: string } }} TableColumn as DataTable has it */

/** Puts the ticks where the ids are: a click on rows of a moment ago still has their former indices.
 *
 * @param {string} table
 */
function followIds(table) {
  const { data, selected_rows, selected_row_ids } = tableProps(table);
  const index = new Map(data.map((row, i) => [row.id, i]));
  const rows = (selected_row_ids || []).map((id) => index.get(id)).filter((i) => i !== undefined);
  if (JSON.stringify(rows) !== JSON.stringify(selected_rows)) setProps(table, { selected_rows: rows });
}

/**
 * @param {string} table
 * @param {string} store the id of the Store of its rows
 * @param {{ shown: string }} texts
 */
function writeShown(table, store, texts) {
  if (!document.getElementById(`${table}-shown`)) return; // on another page by now
  const { data, derived_virtual_row_ids, filter_query } = tableProps(table);
  const rows = /** @type {TableRow[] | null} */ (propsOf(store).data);
  const ids = derived_virtual_row_ids || [];
  if (!rows || (!ids.length && data.length && !filter_query)) return; // it has not drawn them yet
  const counted = new Set(rows.filter((row) => row.state !== "deleted").map((row) => row.id));
  const all = ids.length === counted.size && ids.every((id) => counted.has(id));
  const number = ids.length.toLocaleString(locale());
  setProps(`${table}-shown`, { children: all ? "" : texts.shown.replace("{n}", number) });
}

/** @type {Record<string, number>} */
const waiting = {};
const tables = {
  /** Writes how many rows the filters find, where these are not the ones that the page counts: all but the deleted ones.
   *
   * It is written a moment later, since the rows come before the table has them, and Dash calls nothing for equal ids.
   *
   * @param {unknown} _ids
   * @param {unknown} _rows
   * @param {string} table
   * @param {string} store
   * @param {{ shown: string }} texts
   */
  shown(_ids, _rows, table, store, texts) {
    window.clearTimeout(waiting[table]);
    waiting[table] = window.setTimeout(() => writeShown(table, store, texts), 100);
  },
};

register("tables", tables);

export { followIds };
