import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { components } from "./page.js";
import "../../assets/artifact_console.js";
import "../../assets/artifact_media.js";
import { chartGrids } from "../../assets/chart_grid.js";
import { chartBox } from "../../assets/chart_grid_box.js";
import { gridCharts } from "../../assets/chart_grid_charts.js";
import { savePoints } from "../../assets/chart_grid_points.js";
import { newState } from "../../assets/relations_page.js";
import { parallelPart, scatterPart } from "../../assets/relations_parts.js";
import { ask as askRelations } from "../../assets/relations_query.js";
import "../../assets/run_changes.js";
import "../../assets/run_edits_page.js";
import "../../assets/run_facts.js";
import { runMetrics } from "../../assets/run_metrics.js";
import "../../assets/run_trash.js";
import { trainingLog } from "../../assets/training_log.js";
import { followEnd } from "../../assets/training_result.js";

const RUN = "a".repeat(32);
const TEXTS = JSON.stringify({ no_answer: "no answer" }).replaceAll('"', "&quot;");

/** The answers of the server by path: [status, JSON], or a function of the query; "breaks off" in their place is a lost connection. */
let answers = {};
/** The paths that were asked for. */
let requests = [];

/** Answers as the server does. */
async function answered(address) {
  const { pathname, searchParams } = new URL(address, window.location.href);
  requests.push(pathname);
  const answer = answers[pathname];
  const found = typeof answer === "function" ? answer(searchParams) : answer;
  if (found === "breaks off") throw new TypeError("Failed to fetch");
  const [status, content] = found;
  return Response.json(content, { status });
}

/** Lets so many seconds pass, and what is asked in them be answered. */
async function pass(seconds) {
  for (let n = 0; n < seconds; n += 1) {
    mock.timers.tick(1000);
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }
}

const text = () => document.body.textContent;
const spaces = window.dash_clientside;

beforeEach(() => {
  [answers, requests] = [{}, []];
  window.fetch = answered;
  mock.timers.enable({ apis: ["setTimeout"] });
});
afterEach(() => mock.timers.reset());

const PARTS = `<div id="run-parts" data-texts="${TEXTS}"><section class="run-part" data-part="models" data-title="Models" id="part" hidden><h2></h2></section></div>`;
const MODELS = { entries: 1, body: "a model" };
const OUTAGE = 20 * 60; // seconds: longer than any number of tries that someone might call enough
const RETRY = 20; // seconds: longer than the longest pause

for (const [what, failure, sentence] of [
  ["a service failed", [200, { problem: "MLflow is away.", status: 503 }], "MLflow is away."],
  ["Clew was restarted", "breaks off", "no answer"],
]) {
  test(`a part of a run's page comes after a long time in which ${what}`, async () => {
    document.body.innerHTML = PARTS;
    answers["/runs/facts"] = failure;
    spaces.runFacts.show(RUN);
    await pass(OUTAGE);
    assert.equal(text(), sentence);
    answers["/runs/facts"] = [200, MODELS];
    await pass(RETRY);
    assert.equal(text(), "Modelsa model");
  });
}

test("a part of a run that is not there is asked for once", async () => {
  document.body.innerHTML = PARTS;
  answers["/runs/facts"] = [200, { problem: "no such run", status: 404 }];
  spaces.runFacts.show(RUN);
  await pass(60);
  assert.deepEqual([text(), requests.length], ["", 1]);
});

test("the changes of an open section come after a long time in which a service failed, and a closed one asks nothing", async () => {
  document.body.innerHTML = `<details id="run-changes" open><summary></summary><div data-texts="${TEXTS}"></div></details>`;
  const section = document.getElementById("run-changes");
  answers["/runs/changes"] = [200, { problem: "MLflow is away.", status: 503 }];
  spaces.runChanges.show(RUN);
  await pass(OUTAGE);
  assert.match(text(), /MLflow is away/);
  section.open = false;
  await pass(RETRY);
  const before = requests.length;
  await pass(60);
  assert.equal(requests.length, before);
  section.open = true;
  section.ontoggle();
  await pass(1);
  answers["/runs/changes"] = [200, { rows: 0, body: "no changes" }];
  await pass(RETRY);
  assert.match(text(), /no changes/);
  assert.doesNotMatch(text(), /MLflow is away/);
});

const EDITS = `<section id="run-edits" data-texts="{&quot;unreachable&quot;: &quot;not now&quot;, &quot;retry&quot;: &quot;Retry&quot;, &quot;rename&quot;: &quot;Rename&quot;}"></section>`;
const NOW = { name: "run", note: "", tags: [], marks: [], is_deleted: false, note_drawn: "a note", history: [] };

test("what of a run can be changed is asked for until MLflow is back", async () => {
  document.body.innerHTML = EDITS;
  answers["/runs/now"] = [200, { problem: "MLflow is away.", status: 503 }];
  spaces.runEdits.show(RUN);
  await pass(OUTAGE);
  assert.match(text(), /not now/);
  answers["/runs/now"] = [200, NOW];
  await pass(RETRY);
  assert.match(text(), /Rename.*a note/);
  const before = requests.length;
  spaces.runEdits.show(RUN); // another version of the page: a form that is open would be lost
  await pass(60);
  assert.equal(requests.length, before);
});

test("a run that is not there has nothing to change, until it is", async () => {
  document.body.innerHTML = EDITS;
  answers["/runs/now"] = [200, { problem: "no such run", status: 404 }];
  spaces.runEdits.show(RUN);
  spaces.runEdits.show(RUN);
  await pass(60);
  const section = document.getElementById("run-edits");
  assert.deepEqual([section.hidden, requests.length], [true, 1]);
  answers["/runs/now"] = [200, NOW];
  spaces.runEdits.show(RUN);
  await pass(1);
  assert.deepEqual([section.hidden, /a note/.test(text())], [false, true]);
});

const TRASH = `<div id="run-trash" data-texts="{&quot;trash_unreachable&quot;: &quot;away: {cause}&quot;, &quot;restore_named&quot;: &quot;&quot;, &quot;tick_named&quot;: &quot;&quot;, &quot;tick_all&quot;: &quot;&quot;, &quot;restore_ticked&quot;: &quot;&quot;}">
  <input type="search"><button data-restores></button><p role="status"></p><table><thead><tr><td></td></tr></thead><tbody></tbody></table></div>`;

test("the trash is read again after a failure, with what was read before on show", async () => {
  document.body.innerHTML = TRASH;
  const run = { run_id: RUN, name: "old run", experiment: "e", by: "me", models: "", deleted_ms: null, is_purged: false };
  answers["/runs/trash"] = [200, { runs: [run], failure: "MLflow is away." }];
  spaces.runTrash.show(true);
  await pass(OUTAGE);
  assert.match(text(), /away: MLflow is away.*old run/s);
  answers["/runs/trash"] = [200, { runs: [{ ...run, name: "new run" }], failure: null }];
  await pass(RETRY);
  assert.match(text(), /new run/);
  assert.doesNotMatch(text(), /away/);
  const before = requests.length;
  await pass(60);
  assert.equal(requests.length, before);
});

test("the trash is not read again where it is refused, as after a login's end", async () => {
  document.body.innerHTML = TRASH;
  answers["/runs/trash"] = [401, { message: "log in" }];
  spaces.runTrash.show(true);
  await pass(60);
  assert.match(text(), /away: log in/);
  assert.equal(requests.length, 1);
});

test("a part of a run's page whose failure stays says so at once, and is not asked for again", async () => {
  document.body.innerHTML = PARTS;
  answers["/runs/facts"] = [200, { problem: "no library", status: 503, passes: false }];
  spaces.runFacts.show(RUN);
  await pass(60);
  assert.deepEqual([text(), requests.length], ["no library", 1]);
});

test("the result of a training is asked for until MLflow has it, and no more then", async () => {
  document.body.innerHTML = '<p id="live-said"></p><div id="live-result" hidden></div>';
  answers["/trainings/result"] = "breaks off";
  const training = { run_id: RUN, state: "done", attempt: 1, ended_ms: 1, values: {} };
  followEnd(training, null, { ended: {} });
  await pass(OUTAGE);
  answers["/trainings/result"] = [200, { html: "Use it", is_final: true }];
  await pass(RETRY);
  assert.equal(document.getElementById("live-result").textContent, "Use it");
  const before = requests.length;
  await pass(60);
  assert.equal(requests.length, before);
});

test("the result of a training is not asked for again where it is refused", async () => {
  document.body.innerHTML = '<p id="live-said"></p><div id="live-result" hidden></div>';
  answers["/trainings/result"] = [401, { message: "log in" }];
  followEnd({ run_id: RUN, state: "done", attempt: 2, ended_ms: 2, values: {} }, null, { ended: {} });
  await pass(60);
  assert.equal(requests.length, 1);
});

test("the place of the last lines stays empty for a run whose store cannot be read, and is not asked for again", async () => {
  document.body.innerHTML = `<div id="run-console" data-texts="${TEXTS}"></div>`;
  answers["/artifacts/console"] = [200, { problem: "no library for s3", status: 503, passes: false }];
  await spaces.artifactConsole.show("b".repeat(32));
  await pass(60);
  assert.deepEqual([text(), requests.length], ["", 1]);
});

test("why the last lines of a failed run are missing is written, and they come once they can be read", async () => {
  document.body.innerHTML = `<div id="run-console" data-texts="${TEXTS}"></div>`;
  for (const [failure, sentence] of [["breaks off", /no answer/], [[200, { problem: "MLflow is away.", status: 503 }], /MLflow is away/]]) {
    answers["/artifacts/console"] = failure;
    await spaces.artifactConsole.show(RUN);
    await pass(OUTAGE);
    assert.match(text(), sentence);
  }
  answers["/artifacts/console"] = [200, { lines: ["RuntimeError"], path: null, href: "/training" }];
  await pass(RETRY);
  assert.match(text(), /RuntimeError/);
  assert.doesNotMatch(text(), /away/);
});

const LOG_BUTTONS = ["follow", "earlier", "find", "found", "said"].map((name) => `<button id="live-log-${name}"></button>`).join("");
const LOG = `<div id="live-log"></div>${LOG_BUTTONS}<input id="live-log-search">`;
const LOG_TEXTS = { failed: "unread: {why}", no_answer: "no answer", one_found: "one found", most_lines: 100, none: "none", begin: "the beginning" };

test("a log that could not be read is called so until its lines come by any way", async () => {
  document.body.innerHTML = LOG;
  trainingLog.start(RUN, LOG_TEXTS);
  const status = () => document.getElementById("live-log-said").textContent;
  answers[`/api/training/runs/${RUN}/log`] = "breaks off";
  await trainingLog.read();
  assert.equal(status(), "unread: no answer");
  trainingLog.take({ lines: ["x"], begins: 0, ends: 1, size: 1 });
  assert.equal(status(), "");
  await document.getElementById("live-log-earlier").onclick();
  trainingLog.take({ lines: ["y"], begins: 1, ends: 2, size: 2 });
  assert.equal(status(), "unread: no answer"); // of the earlier lines
});

test("a log that Clew cannot send says so, for earlier lines, a search and a line that was found", async () => {
  document.body.innerHTML = LOG;
  const path = `/api/training/runs/${RUN}/log`;
  const status = () => document.getElementById("live-log-said").textContent;
  const press = (name) => document.getElementById(`live-log-${name}`).onclick();
  trainingLog.start(RUN, LOG_TEXTS);
  answers[path] = [200, { lines: [{ at: 0, line: "x" }], searched_to: 0, size: 1 }];
  document.getElementById("live-log-search").value = "x";
  await press("find");
  const line = document.querySelector("#live-log-found button");
  answers[path] = "breaks off";
  for (const act of [() => press("earlier"), () => press("find"), () => line.onclick()]) {
    document.getElementById("live-log-said").textContent = "";
    await act();
    assert.equal(status(), "unread: no answer");
  }
  answers[path] = [200, { lines: ["x"], begins: 0, ends: 1, size: 1 }];
  await line.onclick();
  assert.equal(status(), "");
});

/** Texts of the grid of charts, by their own names. */
const GRID_TEXTS = new Proxy({ words: { reward: "Reward" }, offered: [], families: {}, axes: {} }, { get: (texts, name) => texts[name] ?? String(name) });

test("what a run's media are is asked for again, and not called none, also where another run's are on show", async () => {
  document.body.innerHTML = `<details open><summary></summary><div id="compare-media-place" data-texts="{&quot;lacks_all&quot;: &quot;none of these&quot;, &quot;key&quot;: &quot;{key}&quot;, &quot;no_step&quot;: &quot;&quot;, &quot;step_of&quot;: &quot;at {n}&quot;, &quot;media_of&quot;: &quot;&quot;, &quot;none&quot;: &quot;none at all&quot;, &quot;no_answer&quot;: &quot;no answer&quot;}"></div></details>`;
  const section = document.querySelector("details");
  const file = { files: [["board", 1, "board_1.png", "image"], ["board", 2, "board_2.png", "image"]] };
  const [one, other] = [RUN, "b".repeat(32)];
  const away = [200, { problem: "MLflow is away.", status: 503 }];
  let found = { [one]: [200, { name: "one", colour: "red", ...file }], [other]: away };
  answers["/artifacts/media"] = (query) => found[query.get("run")];
  spaces.artifactMedia.compare({ runs: [one, other] });
  await pass(OUTAGE);
  const cells = () => [...document.querySelectorAll(".media-cell")].map((cell) => cell.textContent);
  assert.deepEqual(cells(), ["one", `${other.slice(0, 8)}MLflow is away.`]);
  document.getElementById("compare-media-step").value = "0";
  const typing = document.getElementById("compare-media-pattern");
  typing.value = "being typed";
  const before = requests.length;
  found = { ...found, [other]: [200, { name: "other", colour: "blue", files: [] }] };
  await pass(RETRY);
  assert.deepEqual(cells(), ["one", "othernone of these"]);
  assert.equal(requests.length, before + 1);
  assert.equal(document.querySelector("output").textContent, "at 1");
  assert.equal(document.getElementById("compare-media-pattern").value, "being typed");
  await pass(60);
  assert.equal(requests.length, before + 1);
  found = { [one]: away, [other]: "breaks off" };
  spaces.artifactMedia.compare({ runs: [one, other] });
  await pass(1);
  assert.match(text(), /MLflow is away.*no answer/);
  section.open = false;
  section.ontoggle();
  found = { [one]: [200, { files: [] }], [other]: [200, { files: [] }] };
  section.open = true;
  section.ontoggle();
  await pass(1);
  assert.match(text(), /none at all/);
});

test("the metrics of a comparison are asked for until they come, and the reader sees that they are missing", async () => {
  window.IntersectionObserver = class { observe() {} unobserve() {} disconnect() {} };
  const data = { place: "compare", texts: GRID_TEXTS, preset: ["reward"], specs: null, open: [], options: { axis: "auto", window: { x_from: null, x_to: null } }, config: {}, most: 9 };
  for (const failure of ["breaks off", [503, { message: "busy" }]]) {
    document.body.innerHTML = '<div id="compare-grid"></div>';
    answers["/charts/metrics"] = failure;
    spaces.chartGrid.compare({ runs: [RUN] }, data.options, 1, 0, data);
    await pass(OUTAGE);
    const problem = document.querySelector(".grid-problem");
    assert.deepEqual([problem.textContent, problem.hidden], ["no_catalogue", false]);
    answers["/charts/metrics"] = [200, { metrics: [["reward", 1]], presets: { reward: 1 } }];
    await pass(RETRY);
    assert.deepEqual([problem.textContent, problem.hidden], ["", true]);
    assert.equal(chartGrids.of("compare").catalogue.metrics.length, 1);
  }
});

test("a figure that failed is asked for until it comes, while its chart is near", async () => {
  const grid = { ...{ runs: [RUN], texts: GRID_TEXTS, options: { axis: "auto", window: {} }, place: "compare", version: 0 }, legend: { learn: () => undefined }, drawing: { later: () => undefined, release: () => undefined } };
  const box = chartBox.box(grid, "@reward", null);
  document.body.replaceChildren(box.element);
  answers["/charts/figure"] = "breaks off";
  gridCharts.comes(grid, box);
  await pass(OUTAGE);
  assert.match(box.failure.textContent, /no_answer/);
  answers["/charts/figure"] = [200, { figure: {}, summary: "a summary" }];
  await pass(RETRY);
  assert.deepEqual([box.caption.textContent, box.failure.hidden], ["a summary", true]);
  answers["/charts/figure"] = "breaks off";
  gridCharts.refresh({ ...grid, boxes: new Map([["", box]]) });
  await pass(4);
  gridCharts.leaves(grid, box);
  const before = requests.length;
  await pass(60);
  assert.equal(requests.length, before);
});

test("the table of a run's metrics is asked for until it comes", async () => {
  document.body.innerHTML = `<div id="run-metrics" data-texts="{&quot;no_answer&quot;: &quot;no answer&quot;, &quot;found&quot;: &quot;{n} found&quot;, &quot;chart_of&quot;: &quot;&quot;, &quot;pending&quot;: &quot;&quot;, &quot;title&quot;: &quot;Metrics&quot;, &quot;nothing&quot;: &quot;nothing&quot;}"></div>`;
  answers["/charts/table"] = "breaks off";
  runMetrics.show(RUN, () => undefined);
  await pass(OUTAGE);
  assert.match(text(), /no answer/);
  answers["/charts/table"] = [200, { rows: [["loss", 1, 1, null, 1, 1, 1]], pending: 0 }];
  await pass(RETRY);
  assert.match(text(), /1 found/);
  assert.doesNotMatch(text(), /no answer/);
});

test("a toast shows why the points of many runs could not be saved", async () => {
  document.body.innerHTML = `<div id="changes" data-texts="{}"></div>`;
  const runs = Array.from({ length: 200 }, (_run, n) => String(n).padStart(32, "0"));
  const grid = { runs, texts: GRID_TEXTS, options: { axis: "auto", window: {} } };
  const box = { text: "@reward", title: "Reward", spec: {} };
  for (const [failure, sentence] of [[[503, { message: "MLflow is away." }], "MLflow is away."], ["breaks off", "no_answer"]]) {
    answers["/charts/points.csv"] = failure;
    await savePoints(grid, box);
    const toast = document.querySelector("#changes .toast:last-child");
    assert.deepEqual([toast.dataset.outcome, toast.querySelector(".toast-said").textContent], ["refused", sentence]);
    assert.match(toast.textContent, /^Reward/);
  }
});

/** Texts of the relations, by their own names. */
const RELATIONS_TEXTS = new Proxy({ built_in: { seed: "Seed" } }, { get: (texts, name) => texts[name] ?? String(name) });

test("what the relations draw stays while a service fails, and is asked for again", async () => {
  components.set("runs-table", { sort_by: [] });
  for (const id of ["runs-columns", "runs-selected"]) components.set(id, { data: [] });
  for (const id of ["runs-experiment", "runs-algorithm", "runs-together", "runs-archived"]) components.set(id, { value: "*" });
  document.body.innerHTML = '<div id="relations"></div>';
  const state = newState(document.getElementById("relations"), RELATIONS_TEXTS);
  const page = Object.assign(state, { parts: { scatter: scatterPart(state), parallel: parallelPart(state) } });
  Object.assign(page.view.scatter, { isOpen: true, x: "seed" });
  answers["/runs/relations"] = [200, { ids: [RUN], names: ["run"], total: 1, left: 1, drawn: 1, loading: false, columns: [] }];
  await askRelations(page);
  answers["/runs/relations"] = [503, { message: "MLflow is away." }];
  await askRelations(page);
  await pass(OUTAGE);
  assert.deepEqual([page.data?.ids, page.problem.textContent], [[RUN], "MLflow is away."]);
  answers["/runs/relations"] = [200, { ids: [], names: [], total: 0, left: 0, drawn: 0, loading: false, columns: [] }];
  await pass(RETRY);
  assert.deepEqual([page.data.ids, page.problem.textContent], [[], ""]);
  answers["/runs/relations"] = [422, { message: "no such column" }];
  await askRelations(page);
  assert.deepEqual([page.data, page.problem.textContent], [null, "no such column"]);
  const before = requests.length;
  await pass(60);
  assert.equal(requests.length, before);
});
