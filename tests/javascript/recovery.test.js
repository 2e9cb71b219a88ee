import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import "./page.js";
import "../../assets/run_changes.js";
import "../../assets/run_facts.js";

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
