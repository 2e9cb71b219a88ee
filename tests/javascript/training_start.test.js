import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { trainingForm } from "../../assets/training_form.js";
import { formState } from "../../assets/training_form_state.js";
import { send } from "../../assets/training_start.js";
import "./page.js";

const LONGEST_MS = 60_000;
const TEXTS = { own: "own", preset: "preset", wrong: "wrong", starting: "starting", silent: "{n} s", lost: "lost", status: "HTTP {status}" };
const PARTS = ["note", "form-waits", "presets", "summary", "blocked"].map((name) => `<p id="training-${name}"></p>`).join("");

/** What was asked of the server, as [path, body]. */
let requests = [];
/** The checks that wait for an answer, by what answers them. */
let checks = [];

/** Describes a trainer's form of one field, whose name only this trainer knows. */
function formOf(trainer) {
  const input = { type: "Input", props: { id: "training-field-0", type: "text" } };
  const field = { type: "Div", props: { className: "training-field", "data-field": `${trainer}_steps`, "data-control": "training-field-0", children: [input, { type: "Small", props: { className: "training-error" } }] } };
  const choice = { type: "Select", props: { id: "training-trainer", children: ["a", "b"].map((name) => ({ type: "Option", props: { value: name, children: name } })) } };
  return { body: { type: "Div", props: { children: [choice, field] } }, fields: [{ name: `${trainer}_steps`, shown_for: {} }], defaults: [100], values: {}, presets: [], trainer, is_complete: true };
}

/** Answers as the server does, except that checks wait for the test. */
async function answered(address, options) {
  const { pathname, searchParams } = new URL(address, window.location.href);
  const body = options.body ? JSON.parse(options.body) : null;
  requests.push([pathname, body]);
  if (pathname === "/trainings/form") return Response.json(formOf(searchParams.get("trainer") || "a"));
  if (pathname === "/trainings/check") return new Promise((resolve) => checks.push((answer) => resolve(Response.json(answer))));
  return Response.json({ outcome: "done", sentence: "queued", go: null });
}

/** Waits until a condition holds; fails if it never does. */
async function until(isSo) {
  const ends = Date.now() + LONGEST_MS;
  while (!isSo()) {
    assert.ok(Date.now() < ends, String(isSo));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Waits for so many checks, and answers them: nothing is wrong. */
async function answerChecks(count) {
  await until(() => checks.length === count);
  for (const answer of checks.splice(0)) answer({ fields: {}, summary: "checked" });
}

const isChecked = () => document.getElementById("training-summary").textContent === "checked";
const started = () => requests.filter(([path]) => path === "/trainings/start").map(([, body]) => body);

beforeEach(async () => {
  document.body.innerHTML = `${PARTS}<div id="training-form"></div><div id="training-foot"><button id="training-start"></button></div><h2 id="trainings-queue-title"></h2>`;
  [requests, checks] = [[], []];
  window.fetch = answered;
  await trainingForm.start({}, TEXTS);
  await answerChecks(1);
  await until(isChecked);
});

test("a form is sent once it was checked", async () => {
  const sending = send();
  assert.deepEqual(started(), []);
  await answerChecks(1);
  await sending;
  assert.deepEqual(started().map(({ trainer, values }) => ({ trainer, values })), [{ trainer: "a", values: { a_steps: "100" } }]);
});

test("a form is not sent where another trainer was chosen while it was checked", async () => {
  const sending = send();
  const choice = document.getElementById("training-trainer");
  choice.value = "b";
  choice.dispatchEvent(new Event("input", { bubbles: true }));
  await until(() => formState().form.trainer === "b");
  await answerChecks(2);
  await sending;
  assert.deepEqual(started(), []);
  assert.equal(document.getElementById("training-start").disabled, false);
});
