import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import "./page.js";
import "../../assets/artifact_console.js";
import "../../assets/run_changes.js";
import "../../assets/run_edits_page.js";
import "../../assets/run_facts.js";
import "../../assets/run_trash.js";
import { trainingLog } from "../../assets/training_log.js";
import { followEnd } from "../../assets/training_result.js";

const RUN = "a".repeat(32);
const TEXTS = JSON.stringify({ no_answer: "no answer" }).replaceAll('"', "&quot;");

/** The answers of the server by path: [status, JSON]; "breaks off" in their place is a lost connection. */
let answers = {};
/** The paths that were asked for. */
let requests = [];

/** Answers as the server does. */
async function answered(address) {
  const { pathname } = new URL(address, window.location.href);
  requests.push(pathname);
  const found = answers[pathname];
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
    await pass(16);
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
  await pass(16);
  const before = requests.length;
  await pass(60);
  assert.equal(requests.length, before);
  section.open = true;
  section.ontoggle();
  await pass(1);
  answers["/runs/changes"] = [200, { rows: 0, body: "no changes" }];
  await pass(16);
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
  await pass(16);
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

test("the trash is read again after a failure, with what was read before on show", async () => {
  document.body.innerHTML = `<div id="run-trash" data-texts="{&quot;trash_unreachable&quot;: &quot;away: {cause}&quot;, &quot;restore_named&quot;: &quot;&quot;, &quot;tick_named&quot;: &quot;&quot;, &quot;tick_all&quot;: &quot;&quot;, &quot;restore_ticked&quot;: &quot;&quot;}">
    <input type="search"><button data-restores></button><p role="status"></p><table><thead><tr><td></td></tr></thead><tbody></tbody></table></div>`;
  const run = { run_id: RUN, name: "old run", experiment: "e", by: "me", models: "", deleted_ms: null, is_purged: false };
  answers["/runs/trash"] = [200, { runs: [run], failure: "MLflow is away." }];
  spaces.runTrash.show(true);
  await pass(OUTAGE);
  assert.match(text(), /away: MLflow is away.*old run/s);
  answers["/runs/trash"] = [200, { runs: [{ ...run, name: "new run" }], failure: null }];
  await pass(16);
  assert.match(text(), /new run/);
  assert.doesNotMatch(text(), /away/);
  const before = requests.length;
  await pass(60);
  assert.equal(requests.length, before);
});

test("the result of a training is asked for until MLflow has it, and no more then", async () => {
  document.body.innerHTML = '<p id="live-said"></p><div id="live-result" hidden></div>';
  answers["/trainings/result"] = "breaks off";
  const training = { run_id: RUN, state: "done", attempt: 1, ended_ms: 1, values: {} };
  followEnd(training, null, { ended: {} });
  await pass(OUTAGE);
  answers["/trainings/result"] = [200, { html: "Use it", is_final: true }];
  await pass(16);
  assert.equal(document.getElementById("live-result").textContent, "Use it");
  const before = requests.length;
  await pass(60);
  assert.equal(requests.length, before);
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
  await pass(16);
  assert.match(text(), /RuntimeError/);
  assert.doesNotMatch(text(), /away/);
});

test("a log that Clew cannot send says so, for earlier lines, a search and a line that was found", async () => {
  const parts = ["follow", "earlier", "find", "found", "said"].map((name) => `<button id="live-log-${name}"></button>`).join("");
  document.body.innerHTML = `<div id="live-log"></div>${parts}<input id="live-log-search">`;
  const path = `/api/training/runs/${RUN}/log`;
  const said = () => document.getElementById("live-log-said").textContent;
  const press = (name) => document.getElementById(`live-log-${name}`).onclick();
  trainingLog.start(RUN, { failed: "unread: {why}", no_answer: "no answer", one_found: "one found", most_lines: 100, none: "none", begin: "the beginning" });
  answers[path] = [200, { lines: [{ at: 0, line: "x" }], searched_to: 0, size: 1 }];
  document.getElementById("live-log-search").value = "x";
  await press("find");
  const line = document.querySelector("#live-log-found button");
  answers[path] = "breaks off";
  for (const act of [() => press("earlier"), () => press("find"), () => line.onclick()]) {
    document.getElementById("live-log-said").textContent = "";
    await act();
    assert.equal(said(), "unread: no answer");
  }
  answers[path] = [200, { lines: ["x"], begins: 0, ends: 1, size: 1 }];
  await line.onclick();
  assert.equal(said(), "");
});
