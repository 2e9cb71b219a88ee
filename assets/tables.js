/* The browser's half of components/tables.py: what every DataTable of Clew needs to know of itself.
 *
 * DataTable remembers ticks by row index, so when rows move its ticks point at other rows. Here a Store holds the ids;
 * the table's indices are worked out from them whenever rows come.
 */
import { locale, propsOf } from "./clew.js";
import { register, setProps } from "./dash.js";

/** Its ticks are where its ids are: a click on what it showed a moment ago counts rows as they were then. */
function followIds(table) {
  const { data, selected_rows, selected_row_ids } = propsOf(table);
  const index = new Map(data.map((row, i) => [row.id, i]));
  const rows = (selected_row_ids || []).filter((id) => index.has(id)).map((id) => index.get(id));
  if (JSON.stringify(rows) !== JSON.stringify(selected_rows)) setProps(table, { selected_rows: rows });
}

function sayShown(table, store, texts) {
  if (!document.getElementById(`${table}-shown`)) return; // on another page by now
  const { data, derived_virtual_row_ids, filter_query } = propsOf(table);
  const rows = propsOf(store).data;
  const ids = derived_virtual_row_ids || [];
  if (!rows || (!ids.length && data.length && !filter_query)) return; // it has not drawn them yet
  const counted = new Set(rows.filter((row) => row.state !== "deleted").map((row) => row.id));
  const all = ids.length === counted.size && ids.every((id) => counted.has(id));
  const number = ids.length.toLocaleString(locale());
  setProps(`${table}-shown`, { children: all ? "" : texts.shown.replace("{n}", number) });
}

const waiting = {};
const tables = {
  /** How many rows the filters leave, where these are not those that the page counts: all but the deleted ones.
   *
   * A moment after, for the rows come before the table has them, and equal ids are no news to Dash.
   */
  shown(_ids, _rows, table, store, texts) {
    window.clearTimeout(waiting[table]);
    waiting[table] = window.setTimeout(() => sayShown(table, store, texts), 100);
  },
};

register("tables", tables);

export { followIds };
