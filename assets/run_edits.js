/* Changes of runs: one run, or many a few at a time. Each is one request, whose outcome is shown in a toast, with undo. */
import { toasts } from "./change_toasts.js";
import { locale, propsOf } from "./clew.js";
import { isThere } from "./clock.js";
import { setProps } from "./dash.js";
import { textsOf } from "./elements.js";
import { runFacts } from "./run_facts.js";
import { trainingCalls } from "./training_calls.js";

/**
 * @import { Outcome, Question } from "./change_toasts.js"
 * @typedef {{ name?: string, note?: string, tags?: Record<string, string | null>, marks?: Record<string, boolean>, seen?: unknown }} Change
 * @typedef {{ run_id: string, action: string, change?: Change, is_confirmed?: boolean }} ChangeRequest
 * @typedef {{ note: string, name: string, tags: [string, string][], marks: string[], is_deleted: boolean, refused?: string | null, note_drawn: import("./live_text.js").DescribedChild, history: import("./live_text.js").DescribedChild[] }} RunNow what of a run can be changed
 * @typedef {{ problem: string, status: number, passes?: boolean }} NotRead why it cannot be read
 * @typedef {{ outcome: "asked", sentence: string, question: Question }} AskedFirst
 * @typedef {{ outcome: Outcome, sentence: string, undo?: Change, restore?: boolean, now?: RunNow, done?: undefined }} Ended
 * @typedef {{ run_id: string, undo?: Change }} Done
 * @typedef {{ name: string, sentence: string }} Failed
 * @typedef {{ outcome: Outcome, sentence: string, done: Done[], failed: Failed[], left: string[] }} ManyAnswer
 */

const PIECE = 25; // runs of one request, so that it can be counted and stopped
const NAMED = 5;
const { filled } = trainingCalls;
let texts = /** @type {RunEditTexts} */ ({});

/** Reads the texts of the page's own part for runs, and keeps them for toasts on the pages that come next.
 * @type {(place: HTMLElement | null) => RunEditTexts} */
function learn(place) {
  if (place?.dataset.texts) texts = textsOf(place);
  return texts;
}

/** Has the page on show fetch again what it shows; the server's list has the change by then. */
function refresh() {
  for (const clock of ["runs-tick", "run-tick", "front-tick"]) {
    if (!isThere(clock)) continue;
    setProps(clock, { n_intervals: (Number(propsOf(clock).n_intervals) || 0) + 1 });
  }
  document.dispatchEvent(new CustomEvent("clew:runs-changed"));
}

/** Returns what came of a change; a refusal is an outcome, too.
 *
 * @template {{ outcome: string, sentence: string }} Content
 * @param {import("./training_calls.js").Answer<Content>} answer
 */
const endedOf = (answer) => trainingCalls.outcomeOf(answer, { status: texts.status }, texts.lost);

/** Changes one run, from the click to the answer, which is returned, too.
 * @type {(request: ChangeRequest, name: string) => Promise<AskedFirst | Ended>} */
async function one(request, name) {
  await toasts.texts();
  const toast = toasts.begin(filled(texts.working, { name }), texts.header);
  const sent = /** @type {import("./training_calls.js").Answer<AskedFirst | Ended>} */ (await trainingCalls.ask("runs/change", {}, request));
  const answer = endedOf(sent);
  if (answer.outcome === "asked") {
    toast.goes();
    toasts.ask(answer.question, () => one({ ...request, is_confirmed: true }, name));
    return answer;
  }
  /** @type {ChangeRequest | null} */
  const back = answer.undo ? { run_id: request.run_id, action: "change", change: answer.undo } : answer.restore ? { run_id: request.run_id, action: "restore" } : null;
  toast.ends(answer.outcome, answer.sentence, { undo: back && (() => one(back, name)) });
  if (answer.outcome !== "refused") refresh();
  return answer;
}

/** @type {(toast: ReturnType<typeof toasts.begin>, press: () => void) => HTMLElement} */
function stopButton(toast, press) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-link btn-sm", textContent: texts.many_stop });
  button.addEventListener("click", press);
  toast.body.append(button);
  return button;
}

/** Changes many runs, a piece at a time, until all are done or the reader stops it.
 * @type {(ids: string[], request: { action: string, change?: Change }) => Promise<{ done: Done[], failed: Failed[] }>} */
async function many(ids, request) {
  await toasts.texts();
  const numbers = { done: 0, n: ids.length };
  const toast = toasts.begin(filled(texts.many_working, numbers), texts.header);
  /** @type {Done[]} */
  const done = [];
  /** @type {Failed[]} */
  const failed = [];
  let isStopped = false;
  /** @type {Ended | null} */
  let broke = null;
  const stop = stopButton(toast, () => { isStopped = true; });
  let left = [...ids];
  while (left.length && !isStopped && !broke) {
    const sent = /** @type {import("./training_calls.js").Answer<Ended | ManyAnswer>} */ (await trainingCalls.ask("runs/many", {}, { ...request, runs: left.slice(0, PIECE) }));
    const answer = endedOf(sent);
    if (!answer.done) broke = answer;
    else {
      done.push(...answer.done);
      failed.push(...answer.failed);
      left = [...answer.left, ...left.slice(PIECE)];
      toast.update(filled(texts.many_working, { ...numbers, done: done.length }));
    }
  }
  stop.remove();
  toast.ends(outcomeOf(failed, broke), sentenceOf(ids.length, done.length, failed, broke, isStopped && left.length > 0), { undo: undoOf(request, done) });
  refresh();
  return { done, failed };
}

/** @type {(failed: Failed[], broke: Ended | null) => Outcome} */
const outcomeOf = (failed, broke) => (broke ? broke.outcome : failed.length ? "not_known" : "done");

/** @type {(n: number, done: number, failed: Failed[], broke: Ended | null, isStopped: boolean) => string} */
function sentenceOf(n, done, failed, broke, isStopped) {
  const numbers = { n: n.toLocaleString(locale()), done: done.toLocaleString(locale()) };
  const named = failed.slice(0, NAMED).map(({ name, sentence }) => `${name}: ${sentence}`);
  if (failed.length > NAMED) named.push(filled(texts.and_more, { n: failed.length - NAMED }));
  const sentence = failed.length ? filled(texts.many_failed, { ...numbers, failed: named.join(" ") })
    : filled(isStopped || broke ? texts.many_stopped : texts.many_done, numbers);
  return broke ? `${sentence} ${broke.sentence}` : sentence;
}

/** Returns the function that undoes what was done, with one request for each kind of change and piece; null where none can be.
 * @type {(request: { action: string }, done: Done[]) => (() => unknown) | null} */
function undoOf({ action }, done) {
  if (!done.length || action === "restore") return null;
  if (action === "delete") return () => many(done.map(({ run_id }) => run_id), { action: "restore" });
  /** @type {Map<string, string[]>} */
  const kinds = new Map();
  for (const { run_id, undo } of done) if (undo) kinds.set(JSON.stringify(undo), [...(kinds.get(JSON.stringify(undo)) || []), run_id]);
  if (!kinds.size) return null;
  return async () => {
    for (const [change, ids] of kinds) await many(ids, { action: "change", change: /** @type {Change} */ (JSON.parse(change)) });
  };
}

/** Returns what of a run can be changed, as it is now, or why that cannot be read.
 * @type {(run: string) => Promise<RunNow | NotRead>} */
const now = async (run) => /** @type {RunNow | NotRead} */ (await runFacts.ask("runs/now", { run }, { no_answer: texts.unreachable }));

export const runEdits = Object.freeze({ learn, one, many, now, filled });
