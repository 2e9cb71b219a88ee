/* The browser's half of the models page: rows to table, the chosen row, and which buttons it allows. */
import { age, known, localTime, propsOf, visit } from "./clew.js";
import { isThere } from "./clock.js";
import { register, setProps } from "./dash.js";
import { filterQueries } from "./filter_queries.js";
import { ID } from "./from_python.js";
import { sortModels } from "./model_order.js";
import { followIds } from "./tables.js";

const TABLE = ID.MODEL_TABLE;
const CHOSEN = ID.MODEL_CHOSEN;
const NAME = ID.MODEL_NAME;
const EVERYTHING = "*";
const unchanged = () => window.dash_clientside.no_update;

/** The table's choice; without one, the choice whose row is not on show. */
const chosenNow = (tableIds, remembered) => ((tableIds || []).length ? tableIds[0] : remembered);

/** Which registered models there are to choose from; of one alone there is nothing to choose. */
function fillNames(rows, name, texts) {
  const names = [...new Set(rows.map((row) => row.name))];
  if (name !== EVERYTHING && !names.includes(name)) names.push(name);
  setProps(NAME, { options: [{ label: texts.every_name, value: EVERYTHING }].concat(names.map((value) => ({ label: value, value }))) });
  document.getElementById(NAME).closest(".choice").hidden = names.length < 2;
}

const models = {
  /** At once, by the choice of this very moment: with Outputs, one that comes while Dash sees to them would be lost. */
  fill(rows, algorithm, state, name, sortBy, texts) {
    if (!rows) return unchanged();
    fillNames(rows, name, texts);
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
    const at = data.findIndex((row) => row.id === chosen);
    setProps(TABLE, {
      data,
      selected_rows: at < 0 ? [] : [at],
      selected_row_ids: at < 0 ? [] : [chosen],
      tooltip_data: data.map((row) => ({ trained: age(row.trained_ms), onnx_path: row.onnx_path, success_percent: row.measured, mean_return: row.measured })),
    });
    const algorithms = [...new Set(rows.map((row) => row.algorithm))].sort((a, b) => a.localeCompare(b));
    if (algorithm !== EVERYTHING && !algorithms.includes(algorithm)) algorithms.push(algorithm);
    return [{ label: texts.everything, value: EVERYTHING }].concat(algorithms.map((value) => ({ label: value, value })));
  },

  /** DataTable remembers a choice by row index; the id is what counts. A choice whose row is not on show stays. */
  choose(ids, rows, chosen) {
    followIds(TABLE);
    const now = (ids || [])[0];
    if (now !== undefined && now !== chosen) setProps(CHOSEN, { data: now });
    if (now === undefined && (rows || []).some((row) => row.id === chosen)) setProps(CHOSEN, { data: null });
  },

  /** Disabled: Activate, Details, Delete, Restore. The server refuses as well; this only says so before. */
  buttons(chosen, rows) {
    const row = (rows || []).find((one) => one.id === chosen);
    if (!row) return [true, true, true, true];
    const gone = row.state === "deleted";
    return [gone || row.state === "active", false, gone || row.state === "active", !gone];
  },

  open(clicks, chosen, rows) {
    const row = (rows || []).find((one) => one.id === chosen);
    if (clicks && row) visit(row.page);
  },
};

/** The choice of this very moment: on a slow machine the Store follows the table a while later. */
function chosenModel() {
  if (!isThere(TABLE)) return null;
  return chosenNow(propsOf(TABLE).selected_row_ids, propsOf(CHOSEN).data);
}

register("models", models);

export { chosenModel };
