/* The browser's half of the models page: rows to table, the chosen row, and which buttons it allows. */
import { age, known, localTime, propsOf, visit } from "./clew.js";
import { isThere } from "./clock.js";
import { register, setProps } from "./dash.js";
import { filterQueries } from "./filter_queries.js";
import { byId } from "./elements.js";
import { ID } from "./from_python.js";
import { sortModels } from "./model_order.js";
import { followIds } from "./tables.js";

const TABLE = ID.MODEL_TABLE;
const CHOSEN = ID.MODEL_CHOSEN;
const NAME = ID.MODEL_NAME;
const EVERYTHING = "*";
const unchanged = () => window.dash_clientside.no_update;

/**
 * @import { SortBy } from "./model_order.js"
 * @typedef {{ id: string, name: string, algorithm: string, state: string, page: string, trained_ms: number | null, onnx_path: string, measured: string, [more: string]: unknown }} ModelRow as callbacks/models/ sends it
 */

/** Returns the table's choice; without one, the choice whose row is not on show.
 *
 * @type {(tableIds: string[] | null | undefined, remembered: string | null) => string | null}
 */
const chosenNow = (tableIds, remembered) => (tableIds?.length ? tableIds[0] : remembered);

/** Offers the registered models' names; where there is one only, nothing is to choose.
 *
 * @param {ModelRow[]} rows
 * @param {string} name
 * @param {ModelTexts} texts
 */
function fillNames(rows, name, texts) {
  const names = [...new Set(rows.map((row) => row.name))];
  if (name !== EVERYTHING && !names.includes(name)) names.push(name);
  setProps(NAME, { options: [{ label: texts.every_name, value: EVERYTHING }].concat(names.map((value) => ({ label: value, value }))) });
  const choice = /** @type {HTMLElement} */ (byId(NAME).closest(".choice"));
  choice.hidden = names.length < 2;
}

const models = {
  /** Fills the table immediately, by the current choice: with Outputs, a choice that is made while Dash handles
      them would be lost. Returns the algorithms to choose from.
   *
   * @param {ModelRow[] | null} rows
   * @param {string} algorithm
   * @param {string} state
   * @param {string} name
   * @param {SortBy[]} sortBy
   * @param {ModelTexts} texts
   */
  fill(rows, algorithm, state, name, sortBy, texts) {
    if (!rows) return unchanged();
    fillNames(rows, name, texts);
    /** @param {ModelRow} row */
    const seen = (row) =>
      (name === EVERYTHING || row.name === name) &&
      (algorithm === EVERYTHING || row.algorithm === algorithm) &&
      (state === EVERYTHING || row.state === state || (state === "present" && row.state !== "deleted"));
    const drawn = rows.filter(seen).map((row) => ({
      ...known(row),
      trained: localTime(row.trained_ms),
      details: `[${texts.details}](${row.page})`,
    }));
    const data = filterQueries.addShadows(sortModels(drawn, sortBy), propsOf(TABLE).columns);
    const before = propsOf(CHOSEN).data;
    const chosen = chosenNow(propsOf(TABLE).selected_row_ids, before);
    if (chosen !== before) setProps(CHOSEN, { data: chosen });
    const at = data.findIndex((/** @type {Props} */ row) => row.id === chosen);
    setProps(TABLE, {
      data,
      selected_rows: at < 0 ? [] : [at],
      selected_row_ids: at < 0 ? [] : [chosen],
      tooltip_data: data.map((row) => ({ trained: age(/** @type {number | null | undefined} */ (row.trained_ms)), onnx_path: row.onnx_path, success_percent: row.measured, mean_return: row.measured })),
    });
    const algorithms = [...new Set(rows.map((row) => row.algorithm))].sort((a, b) => a.localeCompare(b));
    if (algorithm !== EVERYTHING && !algorithms.includes(algorithm)) algorithms.push(algorithm);
    return [{ label: texts.everything, value: EVERYTHING }].concat(algorithms.map((value) => ({ label: value, value })));
  },

  /** Remembers the choice by id, since DataTable has it by row index. A choice whose row is not on show stays.
   *
   * @param {string[] | null} ids
   * @param {ModelRow[] | null} rows
   * @param {string | null} chosen
   */
  choose(ids, rows, chosen) {
    followIds(TABLE);
    const now = (ids || [])[0];
    if (now !== undefined && now !== chosen) setProps(CHOSEN, { data: now });
    if (now === undefined && (rows || []).some((row) => row.id === chosen)) setProps(CHOSEN, { data: null });
  },

  /** Returns which buttons are disabled: Activate, Details, Delete, Restore. The server refuses as well.
   *
   * @param {string | null} chosen
   * @param {ModelRow[] | null} rows
   */
  buttons(chosen, rows) {
    const row = (rows || []).find((one) => one.id === chosen);
    if (!row) return [true, true, true, true];
    const isDeleted = row.state === "deleted";
    return [isDeleted || row.state === "active", false, isDeleted || row.state === "active", !isDeleted];
  },

  /** Opens the page of the chosen model.
   *
   * @param {number | null} clicks
   * @param {string | null} chosen
   * @param {ModelRow[] | null} rows
   */
  open(clicks, chosen, rows) {
    const row = (rows || []).find((one) => one.id === chosen);
    if (clicks && row) visit(row.page);
  },
};

/** Returns the choice of this very moment: on a slow machine the Store follows the table a while later. */
function chosenModel() {
  if (!isThere(TABLE)) return null;
  return chosenNow(propsOf(TABLE).selected_row_ids, propsOf(CHOSEN).data);
}

register("models", models);

export { chosenModel };
