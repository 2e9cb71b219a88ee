import assert from "node:assert/strict";
import { after, beforeEach, mock, test } from "node:test";

import "../../assets/training_live.js";
import { changes } from "./page.js";

const RUN = "a".repeat(32);
const FACTS = ["episode", "reward", "loss", "success_rate", "steps_per_second", "seconds_left", "gpus", "what", "by", "asked", "started", "ended"];
const PARTS = ["badge", "since", "name", "state", "sentence", "said", "buttons", "result", "values", "log", "log-found", "log-earlier", "log-follow", "log-find", "log-said", "log-whole"];
const PAGE = `<div id="live-place">${PARTS.map((name) => `<div id="live-${name}"></div>`).join("")}<input id="live-log-search"><div id="live-bar"><div></div></div><dl id="live-facts">${FACTS.map((name) => `<dd data-part="${name}"></dd>`).join("")}</dl></div>`;
const NAMES = { queued: "waits", training: "trains", done: "done" };
const TEXTS = { states: NAMES, colours: {}, sentences: NAMES, actions: {}, looks: {}, ended: NAMES, duration: {}, templates: {}, connection: {}, missing: "–", never: "", lost: "", silent_seconds: 6, log: {} };

/** What Clew answers to each question for the training, the last one from then on. */
let answers = [];
/** How often it was asked for the training. */
let asked = 0;

const shown = () => document.getElementById("live-state").textContent;
const notice = () => changes.filter(([id]) => id === "live-notice").at(-1)?.[1].children;
const training = (state) => ({ run_id: RUN, state, values: {} });
const elsewhere = (state) => ({ is_there: true, training: training(state), is_live: false, away: null, note: "another's" });

/** Lets so many seconds pass, each in small steps between which answers arrive. */
async function pass(seconds) {
  for (let step = 0; step < seconds * 4; step += 1) {
    mock.timers.tick(250);
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Opens the page of the training, for which Clew gives these answers. */
function open(...given) {
  [answers, asked] = [given, 0];
  window.dash_clientside.training.start(RUN, { url: "http://127.0.0.1:8003", prefix: "/" }, TEXTS, {}, {});
}

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["Date", "setTimeout", "setInterval"], now: 1_700_000_000_000 });
  document.body.innerHTML = PAGE;
  changes.length = 0;
  window.fetch = async (address) => {
    if (!String(address).includes("trainings/one")) return Response.json({ html: null, is_final: true, lines: [], begins: 0, ends: 0, size: 0 });
    asked += 1;
    return Response.json(answers[Math.min(asked, answers.length) - 1]);
  };
});

after(() => mock.timers.reset());

test("a training that is not known yet is asked for again until it is", async () => {
  open({ is_there: true, training: null, is_live: false, away: "not known yet", note: null }, elsewhere("training"));
  await pass(1);
  assert.equal(notice(), "not known yet");
  await pass(3);
  assert.equal(shown(), "trains");
  assert.equal(notice(), "another's");
});

test("a training of another scheduler is followed to its end, and then no more", async () => {
  open(elsewhere("queued"), elsewhere("training"), elsewhere("done"));
  await pass(1);
  assert.equal(shown(), "waits");
  await pass(12);
  assert.equal(shown(), "trains");
  await pass(12);
  assert.equal(shown(), "done");
  await pass(60);
  assert.equal(asked, 3);
});

test("a training that does not exist is not asked for again", async () => {
  open({ is_there: false, html: "No such training" });
  await pass(30);
  assert.equal(document.getElementById("live-place").textContent, "No such training");
  assert.equal(asked, 1);
});

test("the state of the socket is hidden for another scheduler's training, and shown again once its own has it", async () => {
  const badge = document.getElementById("live-badge");
  open(elsewhere("training"), { is_there: true, training: training("training"), is_live: true, away: null, note: null });
  await pass(1);
  assert.equal(badge.hidden, true);
  await pass(12);
  assert.equal(badge.hidden, false);
});
