/* Changes of runs: one run, or many a few at a time. Each is one request, and what came of it is said in a toast, with undo. */
import { toasts } from "./change_toasts.js";
import { locale, propsOf } from "./clew.js";
import { isThere } from "./clock.js";
import { setProps } from "./dash.js";
import { trainingCalls } from "./training_calls.js";

const PIECE = 25; // runs of one request, so that it can be counted and stopped
const NAMED = 5;
const { filled } = trainingCalls;
let texts = {};

/** The texts of the page's own part for runs, kept for toasts on whichever page comes next. */
function learn(place) {
  if (place?.dataset.texts) texts = JSON.parse(place.dataset.texts);
  return texts;
}

/** Whatever page is there asks anew what it shows; the list of the server has the change by then. */
function news() {
  for (const clock of ["runs-tick", "run-tick", "front-tick"]) {
    if (!isThere(clock)) continue;
    setProps(clock, { n_intervals: (propsOf(clock).n_intervals || 0) + 1 });
  }
  document.dispatchEvent(new CustomEvent("clew:runs-changed"));
}

async function asked(path, body) {
  const answer = (await trainingCalls.ask(path, {}, body)) || { outcome: "not_known", sentence: texts.lost };
  if (answer.status) Object.assign(answer, { outcome: "refused", sentence: answer.message || filled(texts.status, answer) });
  return answer;
}

/** One run, from the click to the answer, which is returned, too: `request` is `{run_id, action, change, is_confirmed}`. */
async function one(request, name) {
  await toasts.texts();
  const toast = toasts.begin(filled(texts.working, { name }), texts.header);
  const answer = await asked("runs/change", request);
  if (answer.outcome === "asked") {
    toast.goes();
    toasts.ask(answer.question, () => one({ ...request, is_confirmed: true }, name));
    return answer;
  }
  const back = answer.undo && { run_id: request.run_id, action: "change", change: answer.undo };
  const again = answer.restore && { run_id: request.run_id, action: "restore" };
  toast.ends(answer.outcome, answer.sentence, { undo: (back || again) && (() => one(back || again, name)) });
  if (answer.outcome !== "refused") news();
  return answer;
}

function stopButton(toast, press) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-link btn-sm", textContent: texts.many_stop });
  button.addEventListener("click", press);
  toast.body.append(button);
  return button;
}

/** Many runs, a piece at a time, until all are done or somebody stops it; `request` is `{action, change}`. */
async function many(ids, request) {
  await toasts.texts();
  const said = { done: 0, n: ids.length };
  const toast = toasts.begin(filled(texts.many_working, said), texts.header);
  const [done, failed] = [[], []];
  let isStopped = false;
  let broke = null;
  const stop = stopButton(toast, () => { isStopped = true; });
  let left = [...ids];
  while (left.length && !isStopped && !broke) {
    const answer = await asked("runs/many", { ...request, runs: left.slice(0, PIECE) });
    if (!answer.done) broke = answer;
    else {
      done.push(...answer.done);
      failed.push(...answer.failed);
      left = [...answer.left, ...left.slice(PIECE)];
      toast.says(filled(texts.many_working, { ...said, done: done.length }));
    }
  }
  stop.remove();
  toast.ends(outcomeOf(failed, broke), sentenceOf(ids.length, done.length, failed, broke, isStopped && left.length > 0), { undo: undoOf(request, done) });
  news();
  return { done, failed };
}

const outcomeOf = (failed, broke) => (broke ? broke.outcome : failed.length ? "not_known" : "done");

function sentenceOf(n, done, failed, broke, isStopped) {
  const numbers = { n: n.toLocaleString(locale()), done: done.toLocaleString(locale()) };
  const named = failed.slice(0, NAMED).map(({ name, sentence }) => `${name}: ${sentence}`);
  if (failed.length > NAMED) named.push(filled(texts.and_more, { n: failed.length - NAMED }));
  const told = failed.length ? filled(texts.many_failed, { ...numbers, failed: named.join(" ") })
    : filled(isStopped || broke ? texts.many_stopped : texts.many_done, numbers);
  return broke ? `${told} ${broke.sentence}` : told;
}

/** Each is taken back as it was; those of one kind by one request a piece. */
function undoOf({ action }, done) {
  if (!done.length || action === "restore") return null;
  if (action === "delete") return () => many(done.map(({ run_id }) => run_id), { action: "restore" });
  const kinds = new Map();
  for (const { run_id, undo } of done) if (undo) kinds.set(JSON.stringify(undo), [...(kinds.get(JSON.stringify(undo)) || []), run_id]);
  if (!kinds.size) return null;
  return async () => {
    for (const [change, ids] of kinds) await many(ids, { action: "change", change: JSON.parse(change) });
  };
}

/** What of a run can be changed, as it is now; null where nobody says. */
async function now(run) {
  const answer = await trainingCalls.ask("runs/now", { run });
  return answer && !answer.status ? answer : null;
}

export const runEdits = Object.freeze({ learn, one, many, now, filled });
