/* The buttons of a training, wherever they stand: asked about first where something ends, and answered in a toast. */
(function () {
  "use strict";
  const ask = (...given) => window.clew.trainingCalls.ask(...given);
  const filled = (...given) => window.clew.trainingCalls.filled(...given);
  let texts = {};
  const underWay = new Set();

  async function press(button) {
    const { trainingAction: action, run, name } = button.dataset;
    const question = texts.questions[action];
    await window.clew.toasts.texts();
    if (!question) return act(action, run);
    window.clew.toasts.ask({ ...question, sentence: filled(question.sentence, { name }) }, () => act(action, run));
  }

  async function act(action, run) {
    const key = `${action} ${run}`;
    if (underWay.has(key)) return;
    underWay.add(key);
    const toast = action === "fork" ? null : window.clew.toasts.begin(texts.acting, texts.header);
    const answer = (await ask("trainings/actions", {}, { action, run_id: run })) || { outcome: "not_known", sentence: texts.acted_not_known };
    underWay.delete(key);
    if (answer.status) Object.assign(answer, { outcome: "refused", sentence: answer.message || filled(texts.status, answer) });
    if (toast) toast.ends(answer.outcome, answer.sentence, {});
    if (answer.go) window.clew.visit(answer.go);
    else if (document.getElementById("trainings-queue")) window.clew.trainingLists.look();
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("button[data-training-action]");
    if (button) press(button);
  });

  window.clew = Object.assign(window.clew || {}, { trainingActions: { texts: (said) => { texts = said; } } });
})();
