import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { beforeEach, test } from "node:test";

import { filters } from "../../assets/filter_grammar.js";
import { filterQueries } from "../../assets/filter_queries.js";
import { sortModels } from "../../assets/model_order.js";
import { together } from "../../assets/nested_runs.js";
import { columns } from "../../assets/run_columns.js";
import { selection } from "../../assets/run_selection.js";
import { followIds } from "../../assets/tables.js";
import { changes, components } from "./page.js";

const CASES = JSON.parse(readFileSync(new URL("../../domain/filters/cases.json", import.meta.url), "utf8"));
const rows = (...ids) => ids.map((id) => ({ id }));

beforeEach(() => {
  components.clear();
  changes.length = 0;
});

test("a filter is understood, or not, as cases.json defines", () => {
  for (const [kind, { cases }] of Object.entries(CASES)) {
    for (const { typed, said: expected } of cases) {
      const { terms, ...why } = filters.parse(typed, kind);
      assert.deepEqual(terms ? undefined : why, expected, `${kind}: ${typed}`);
    }
  }
});

test("typed text is quoted in a query, and cannot end the quotes", () => {
  const column = { id: "na}me", type: "text" };
  const { terms } = filters.parse('a"b\\', "text");
  assert.equal(filterQueries.query(terms, column), '({na\\}me:text} contains "a\\"b\\\\")');
});

test("a text that is a number is found as a number, in a hidden column", () => {
  const [row] = filterQueries.addShadows([{ id: 1, seed: "1,000", name: "Straße", none: null }], ["seed", "name", "none"].map((id) => ({ id, type: "text" })));
  assert.equal(row["seed:number"], 1000);
  assert.equal(row["name:text"], "strasse");
  assert.ok(!("none:text" in row));
});

test("ticks follow their rows when these move, and are removed with them", () => {
  components.set("table", { data: rows("c", "a", "b"), selected_rows: [0], selected_row_ids: ["a", "gone"] });
  followIds("table");
  assert.deepEqual(changes, [["table", { selected_rows: [1] }]]);
  followIds("table");
  assert.equal(changes.length, 1);
});

test("ticks of visible rows are the table's, and those of filtered rows are remembered", () => {
  components.set("runs-table", { data: rows("a", "b"), selected_row_ids: ["b"] });
  components.set("runs-selected", { data: ["a", "hidden"] });
  assert.deepEqual(selection.get(), ["hidden", "b"]);
  selection.set(["a", "a", "hidden"]);
  assert.deepEqual(components.get("runs-selected").data, ["a", "hidden"]);
  assert.deepEqual(components.get("runs-table").selected_rows, [0]);
});

test("a column is moved, resized within bounds, and has an id that no query mistakes", () => {
  const built_in = Object.fromEntries(["details", "name", "state", "nested"].map((id) => [id, { id, name: id }]));
  components.set("runs-known-columns", { data: { built_in, of_type: { text: {}, numeric: {} }, names: { param: "{key}" }, least_width: 40, greatest_width: 900 } });
  components.set("runs-columns", { data: ["name", "state", "param:a{b}"] });
  components.set("runs-widths", { data: {} });
  assert.deepEqual(columns.columnsOf(["nested"], {}).map(({ id }) => id), ["details", "name", "state", "param%3Aa%7Bb%7D", "nested"]);
  assert.equal(columns.refOf("param%3Aa%7Bb%7D"), "param:a{b}");
  columns.move("param:a{b}", "name");
  assert.deepEqual(components.get("runs-columns").data, ["param:a{b}", "name", "state"]);
  columns.step("name", -1);
  assert.deepEqual(components.get("runs-columns").data, ["name", "param:a{b}", "state"]);
  columns.setWidth("name", 5);
  columns.setWidth("state", 5000);
  assert.deepEqual(components.get("runs-widths").data, { name: 40, state: 900 });
});

test("runs are below the run that contains them, each once, also where they contain one another", () => {
  const run = (id, parent_id = null) => ({ id, parent_id });
  const placed = (...given) => together(given).map(([{ id }, depth]) => `${id}${depth}`).join(" ");
  assert.equal(placed(run("c", "a"), run("b"), run("a"), run("d", "c")), "b0 a0 c1 d2");
  assert.equal(placed(run("a", "b"), run("b", "a"), run("c", "elsewhere")), "c0 a0 b1");
});

test("models sort by the number at the end of their ids, and missing values come last in both orders", () => {
  const models = [{ model_id: "10" }, { model_id: "9" }, { model_id: "a:2", score: 1 }, { model_id: "x" }];
  const sorted = (column_id, direction) => sortModels(models, [{ column_id, direction }]).map((one) => one.model_id);
  assert.deepEqual(sorted("model_id", "asc"), ["9", "10", "a:2", "x"]);
  assert.equal(sorted("score", "asc")[0], "a:2");
  assert.equal(sorted("score", "desc")[0], "a:2");
});
