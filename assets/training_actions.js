/* The buttons of a training, wherever they stand: asked about first where something ends, and answered in a toast. */
import { toasts } from "./change_toasts.js";
import { visit } from "./clew.js";
import { trainingCalls } from "./training_calls.js";

const { ask, filled } = trainingCalls;
let texts = {};
const underWay = new Set();

async function press(button) {
  const { trainingAction: action, run, name } = button.dataset;
  const question = texts.questions[action];
  await toasts.texts();
  if (!question) return act(action, run);
  toasts.ask({ ...question, sentence: filled(question.sentence, { name }) }, () => act(action, run));
}

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
  const button = event.target.closest && event.target.closest("button[data-training-action]");
  if (button) press(button);
});

export const trainingActions = Object.freeze({ texts: (said) => { texts = said; } });
