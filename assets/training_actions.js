/* The buttons of a training, on any page: a question comes first where something ends, and the answer is a toast. */
import { toasts } from "./change_toasts.js";
import { visit } from "./clew.js";
import { elementOf } from "./elements.js";
import { trainingCalls } from "./training_calls.js";

/** @typedef {{ outcome: import("./change_toasts.js").Outcome, sentence: string, go?: string | null }} Acted */

const { ask, filled, outcomeOf } = trainingCalls;
let texts = /** @type {TrainingTexts} */ ({});
/** @type {Set<string>} */
const underWay = new Set();

/** @type {(button: HTMLElement) => Promise<void>} */
async function press(button) {
  const { trainingAction: action = "", run = "", name } = button.dataset;
  const question = texts.questions[action];
  await toasts.texts();
  if (!question) return act(action, run);
  toasts.ask({ ...question, sentence: filled(question.sentence, { name }) }, () => act(action, run));
}

/** Sends an action, once at a time.
 * @type {(action: string, run: string) => Promise<void>} */
async function act(action, run) {
  const key = `${action} ${run}`;
  if (underWay.has(key)) return;
  underWay.add(key);
  const toast = action === "fork" ? null : toasts.begin(texts.acting, texts.header);
  const answer = /** @type {import("./training_calls.js").Answer<Acted>} */ (await ask("trainings/actions", {}, { action, run_id: run }));
  underWay.delete(key);
  const ended = outcomeOf(answer, { status: texts.status }, texts.acted_not_known);
  if (toast) toast.ends(ended.outcome, ended.sentence, {});
  if ("go" in ended && ended.go) visit(ended.go);
  else document.dispatchEvent(new CustomEvent("clew:trainings-changed"));
}

document.addEventListener("click", (event) => {
  /** @type {HTMLElement | null | undefined} */
  const button = elementOf(event)?.closest("button[data-training-action]");
  if (button) press(button);
});

export const trainingActions = Object.freeze({ texts: (/** @type {TrainingTexts} */ its) => { texts = its; } });
