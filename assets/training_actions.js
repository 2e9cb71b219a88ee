/* The buttons of a training, on any page: a question comes first where something ends, and the answer is a toast. */
import { toasts } from "./change_toasts.js";
import { visit } from "./clew.js";
import { elementOf } from "./elements.js";
import { trainingCalls } from "./training_calls.js";

const { ask, filled } = trainingCalls;
/** @type {Texts} */
let texts = {};
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
  const answer = (await ask("trainings/actions", {}, { action, run_id: run })) || { outcome: "not_known", sentence: texts.acted_not_known };
  underWay.delete(key);
  if (answer.status) Object.assign(answer, { outcome: "refused", sentence: answer.message || filled(texts.status, answer) });
  if (toast) toast.ends(answer.outcome, answer.sentence, {});
  if (answer.go) visit(answer.go);
  else document.dispatchEvent(new CustomEvent("clew:trainings-changed"));
}

document.addEventListener("click", (event) => {
  /** @type {HTMLElement | null | undefined} */
  const button = elementOf(event)?.closest("button[data-training-action]");
  if (button) press(button);
});

export const trainingActions = Object.freeze({ texts: (/** @type {Texts} */ its) => { texts = its; } });
