import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { gridActions } from "../../assets/chart_grid_actions.js";
import { gridCharts } from "../../assets/chart_grid_charts.js";
import { gridLayout } from "../../assets/chart_grid_layout.js";
import { chartLegend } from "../../assets/chart_grid_legend.js";
import { gridOrder } from "../../assets/chart_grid_order.js";
import { chartSpecs } from "../../assets/chart_grid_specs.js";
import { metricSearch } from "../../assets/metric_search.js";
import { virtualList } from "../../assets/virtual_list.js";
import "./page.js";

/** Texts by their own names, with what the grid reads of each. */
const TEXTS = new Proxy(
  { words: { reward: "Reward", loss: "Loss" }, offered: ["entropy"], families: {}, axes: {}, added: "added {n}, {all} now", moved: "{chart} at {n} of {all}", menu_of: "menu of {chart}", without: "none logged {names}" },
  { get: (texts, name) => texts[name] ?? String(name) }
);
const WHOLE = { x_from: null, x_to: null };
let grid;

beforeEach(() => {
  window.history.replaceState(null, "", "/mlflow");
  document.body.replaceChildren(document.createElement("div"));
  grid = {
    ...{ place: "compare", root: document.body.firstChild, texts: TEXTS, actions: gridActions, preset: ["reward", "loss"], specs: null },
    ...{ open: new Set(), boxes: new Map(), runs: ["a"], options: { axis: "auto", window: WHOLE, smoothing: 0 }, version: 0 },
    catalogue: { metrics: [["loss", 1], ["train/b2", 1], ["train/b10", 1], ["reward", 1]], presets: { reward: 1, loss: 0 } },
    observer: { observe: () => undefined, unobserve: () => undefined },
    drawing: { later: () => undefined, release: () => undefined },
  };
  gridLayout.begin(grid);
  gridLayout.arrange(grid);
});

const shown = () => [...grid.parts.charts.children].map((place) => place.box.text);
const status = () => grid.parts.status.textContent;

test("a default chart is written as its subject alone, and every chart is parsed as it was written", () => {
  for (const spec of [
    chartSpecs.chart(["loss"]),
    chartSpecs.chart(["{odd}"]),
    chartSpecs.chart(["@reward", "a/b"], { scale: "log", yFrom: 0, yTo: null, size: "wide" }),
    chartSpecs.chart(["x"], { scale: "linear" }),
  ]) {
    assert.deepEqual(chartSpecs.parse(chartSpecs.format(spec)), spec);
  }
  assert.equal(chartSpecs.format(chartSpecs.chart(["loss"])), "loss");
  for (const text of ["", "{", "{}", '{"m": []}', '{"m": [1]}', '{"m": "loss"}']) assert.equal(chartSpecs.parse(text), null);
});

test("a key that looks like a word stays a key", () => {
  assert.equal(chartSpecs.wordOf("@reward"), "reward");
  assert.equal(chartSpecs.wordOf(chartSpecs.subjectOf("@reward")), null);
  assert.equal(chartSpecs.keyOf(chartSpecs.subjectOf("@reward")), "@reward");
});

test("the preset is shown without words that no run logged, and these are named", () => {
  assert.deepEqual(shown(), ["@reward"]);
  assert.equal(grid.parts.remarks.textContent, "none logged Loss");
});

test("metrics are grouped in sections by prefix, and sorted by the numbers in their names", () => {
  const groups = metricSearch.grouped([["train/b10"], ["loss"], ["train/b2"], ["eval/x"]]);
  assert.deepEqual(groups.map(([prefix]) => prefix), ["eval", "train", "/"]);
  assert.deepEqual(metricSearch.find(grid.catalogue.metrics, "/b\\d$/").found.map(([key]) => key), ["train/b2"]);
  assert.equal(metricSearch.find(grid.catalogue.metrics, "/(/").found.length, 0);
  assert.deepEqual([...grid.parts.sections.children].map((one) => one.dataset.key), ["train", "/"]);
  assert.equal(grid.boxes.size, 1); // none is made of a section that is closed
});

test("an added chart comes last, is announced, and is in the address", () => {
  gridActions.add(grid, ["loss"]);
  assert.deepEqual(shown(), ["@reward", "loss"]);
  assert.equal(status(), "added 1, 2 now");
  assert.deepEqual(new URL(window.location.href).searchParams.getAll("chart"), ["@reward", "loss"]);
  gridActions.choose(grid, null);
  assert.equal(window.location.search, "");
});

test("charts change places and keep their elements; the first and the last one stay within the list", () => {
  gridActions.choose(grid, ["a", "b", "c"]);
  const boxes = new Map([...grid.boxes.values()].map((box) => [box.text, box]));
  gridOrder.move(grid, boxes.get("a"), 1);
  assert.deepEqual(shown(), ["b", "a", "c"]);
  assert.equal(status(), "a at 2 of 3");
  gridOrder.move(grid, boxes.get("b"), -1);
  gridOrder.move(grid, boxes.get("c"), 1);
  assert.deepEqual(shown(), ["b", "a", "c"]);
  assert.ok([...grid.boxes.values()].every((box) => boxes.get(box.text) === box));
});

test("the request of a figure has the options that it depends on, and no others", () => {
  const [box] = grid.boxes.values();
  grid.options = { axis: "auto", smoothing: 0, log_y: true, final: "last", grouped: false, group: [], centre: "mean", window: { x_from: 5, x_to: null } };
  assert.deepEqual(gridCharts.fieldsOf(grid, box), { runs: ["a"], chart: "@reward", centre: "mean", log_y: true, x_from: 5, x_to: null, width: 300 });
  const other = { ...box, spec: { ...box.spec, size: "wide" } };
  assert.equal(gridCharts.fieldsOf(grid, other).width, 1000);
});

test("a line is hidden in all charts, or shown alone; a second click shows all of them again", () => {
  const place = document.createElement("div");
  let changes = 0;
  const legend = chartLegend(place, TEXTS, () => {
    changes += 1;
  });
  legend.learn({ data: ["a", "b", "c"].map((name) => ({ name })) });
  legend.learn({ data: [{ name: "a" }, { name: "hidden", showlegend: false }] });
  assert.equal(place.querySelectorAll(".legend-line").length, 3);
  legend.toggle("a", true);
  assert.deepEqual([...legend.muted()], ["b", "c"]);
  legend.toggle("a", true);
  assert.equal(legend.muted().size, 0);
  legend.toggle("b", false);
  assert.deepEqual([...legend.muted()], ["b"]);
  assert.equal(changes, 3);
});

test("of thousands of rows only those in view are in the document, in their order", () => {
  const list = document.createElement("div");
  Object.defineProperty(list, "clientHeight", { value: 100 });
  document.body.append(list);
  const rows = virtualList(list, 20, ({ key }) => Object.assign(document.createElement("button"), { textContent: key }));
  rows.show(Array.from({ length: 5000 }, (_, n) => ({ key: String(n) })));
  const there = () => [...list.firstChild.children].map((row) => Number(row.textContent));
  assert.deepEqual(there(), Array.from({ length: 11 }, (_, n) => n));
  assert.equal(rows.reach("4000").getAttribute("aria-posinset"), "4001");
  assert.ok(there().length < 30 && there().includes(4000));
  assert.deepEqual(there(), [...there()].sort((a, b) => a - b));
  assert.equal(rows.reach("none"), null);
});
