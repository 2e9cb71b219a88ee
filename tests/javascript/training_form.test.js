import assert from "node:assert/strict";
import { after, before, beforeEach, mock, test } from "node:test";

import { trainingForm } from "../../assets/training_form.js";
import "./page.js";

const RUN = "a".repeat(32);
const PARTS = ["note", "form-waits", "presets", "summary", "blocked"].map((name) => `<p id="training-${name}"></p>`).join("");
const RETRY = 20; // seconds: longer than the longest pause
const TEXTS = { own: "own", preset: "preset", wrong: "wrong" };

/** What the server answers to each request for the form. */
let form;
/** The queries of these requests. */
let queries = [];

/** Describes a trainer's form of one field. */
function formOf(trainer, others) {
  const input = { type: "Input", props: { id: "training-field-0", type: "text" } };
  const field = { type: "Div", props: { className: "training-field", "data-field": "steps", "data-control": "training-field-0", children: [input, { type: "Small", props: { className: "training-error" } }] } };
  const choice = { type: "Select", props: { id: "training-trainer", children: ["a", "b"].map((name) => ({ type: "Option", props: { value: name, children: name } })) } };
  return { body: { type: "Div", props: { children: [choice, field] } }, fields: [{ name: "steps", shown_for: {} }], defaults: [100], values: {}, presets: [], trainer, is_complete: true, ...others };
}

const unread = (trainer, read) => formOf(trainer, { is_complete: false, note: `still coming, ${read} so far` });
const filled = (trainer) => formOf(trainer, { values: { steps: 7 }, note: "filled in" });
const typed = (element, value) => {
  element.value = value;
  element.dispatchEvent(new Event("input", { bubbles: true }));
};
const part = (name) => document.getElementById(`training-${name}`);

/** Lets so many seconds pass, and what is asked in them be answered. */
async function pass(seconds) {
  for (let n = 0; n < seconds; n += 1) {
    mock.timers.tick(1000);
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }
}

// Once: a script that clears a timer of an earlier test would clear another one of a new clock.
before(() => mock.timers.enable({ apis: ["setTimeout"] }));
after(() => mock.timers.reset());
beforeEach(async () => {
  document.body.innerHTML = `${PARTS}<div id="training-form"></div><div id="training-foot"><button id="training-start"></button></div>`;
  queries = [];
  window.fetch = async (address) => {
    const { pathname, searchParams } = new URL(address, window.location.href);
    if (pathname !== "/trainings/form") return Response.json({ fields: {}, summary: "checked" });
    queries.push(Object.fromEntries(searchParams));
    return Response.json(form(searchParams.get("trainer")));
  };
  let read = 0;
  form = (trainer) => unread(trainer || "a", (read += 1));
  await trainingForm.start({ from: RUN }, TEXTS);
});

test("a form is filled in once its run can be read, with that run's trainer, and then not asked for again", async () => {
  await pass(600);
  const earlier = queries.length;
  assert.match(part("note").textContent, new RegExp(`still coming, ${earlier} so far`));
  form = () => filled("b");
  await pass(RETRY);
  assert.deepEqual([part("field-0").value, part("trainer").value, part("note").textContent], ["7", "b", "filled in"]);
  assert.deepEqual([queries.length, ...queries], [earlier + 1, ...queries.map(() => ({ from: RUN }))]);
  await pass(60);
  assert.equal(queries.length, earlier + 1);
});

test("an answer that brings nothing new leaves the form as it is, also while the lists change each second", async () => {
  const field = part("field-0");
  for (let second = 0; second < 60; second += 1) {
    trainingForm.scheduler(null);
    await pass(1);
  }
  assert.ok(queries.length > 1);
  assert.ok(queries.length < 20);
  assert.equal(part("field-0"), field);
});

test("what was typed stays", async () => {
  typed(part("field-0"), "55");
  form = () => filled("b");
  await pass(60);
  assert.deepEqual([part("field-0").value, part("trainer").value], ["55", "a"]);
});

test("what is typed while a repeat is under way stays", async () => {
  let answer;
  form = () => filled("b");
  const send = window.fetch;
  window.fetch = async (address) => {
    if (String(address).includes("trainings/form")) await new Promise((resolve) => { answer = resolve; });
    return send(address);
  };
  await pass(RETRY);
  typed(part("field-0"), "55");
  answer();
  await pass(60);
  assert.deepEqual([part("field-0").value, part("trainer").value], ["55", "a"]);
});

test("the trainer that the reader chose is asked for again", async () => {
  typed(part("trainer"), "b");
  await pass(1);
  const earlier = queries.length;
  await pass(60);
  assert.ok(queries.length > earlier);
  assert.deepEqual(new Set(queries.slice(earlier).map(({ trainer }) => trainer)), new Set(["b"]));
  assert.equal(part("trainer").value, "b");
});

test("a form is completed as soon as the scheduler is back", async () => {
  trainingForm.scheduler("away");
  form = () => filled("a");
  trainingForm.scheduler(null);
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(part("field-0").value, "7");
});
