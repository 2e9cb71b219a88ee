/* Shows the result of a training once it is over: its model, its run, as MLflow has them after a while. */
import { askingAgain, LONGEST_MS, passes } from "./asking_again.js";
import { live } from "./live_text.js";
import { trainingCalls } from "./training_calls.js";
import { isOver, part } from "./training_facts.js";

/**
 * @import { DescribedChild } from "./live_text.js"
 * @import { Training } from "./training_facts.js"
 * @typedef {{ html?: DescribedChild, is_final: boolean }} Result
 */

const RESULT_MS = 2000;
const QUICK_RESULTS = 45; // a model is registered, and MLflow read, within so many requests; else MLflow is away
/** @type {string | null} */
let resultOf = null; // the attempt whose result is asked for
/** @type {string | null} */
let shown = null;
const again = askingAgain(() => part("result"));

/** Begins the page of another training, or of another attempt. */
function clearResult() {
  [resultOf, shown] = [null, null];
  again.stop();
}

/** Asks for the result of an attempt that is over, until it is final; hides it where another attempt goes on.
 * @type {(training: Training, before: Training | null, texts: LiveTrainingTexts) => void} */
function followEnd(training, before, texts) {
  const attempt = `${training.run_id} ${training.state} ${training.attempt} ${training.ended_ms}`;
  if (!isOver(training)) {
    clearResult();
    live.hide(part("result"), true);
    return;
  }
  if (before && !isOver(before)) live.write(part("said"), texts.ended[training.state]);
  if (resultOf === attempt) return;
  clearResult();
  resultOf = attempt;
  showResult(training.run_id, attempt);
}

/** @type {(run: string, attempt: string, tries?: number) => Promise<void>} */
async function showResult(run, attempt, tries = 1) {
  const answer = /** @type {import("./training_calls.js").Answer<Result>} */ (await trainingCalls.ask("trainings/result", { run_id: run }));
  if (resultOf !== attempt || !part("result")) return;
  if (answer && answer.status !== undefined && !passes(answer)) return;
  const result = answer && answer.status === undefined ? answer : null;
  const content = result && result.html ? JSON.stringify(result.html) : null;
  if (result && content && content !== shown) {
    shown = content;
    part("result").replaceChildren(...live.build(result.html));
    live.hide(part("result"), false);
  }
  if (!result || !result.is_final) again.after(tries < QUICK_RESULTS ? RESULT_MS : LONGEST_MS, () => showResult(run, attempt, tries + 1));
}

export { clearResult, followEnd };
