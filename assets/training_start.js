/* Starts a training from the form: sends it until there is an answer, and shows what came of it. */
import { toasts } from "./change_toasts.js";
import { visit } from "./clew.js";
import { byId } from "./elements.js";
import { ID } from "./from_python.js";
import { trainingCalls } from "./training_calls.js";
import { check, enable, mark } from "./training_check.js";
import { filledIn } from "./training_fields.js";
import { formPart, formState, writeText } from "./training_form_state.js";

/** @typedef {{ outcome: string, sentence: string, fields?: Record<string, string>, go?: string | null }} StartAnswer */

const SILENT_MS = 5000; // from then on it is shown that there is no answer
const LOST_MS = 90000; // so long a silent Clew is asked again: one that is restarted takes half a minute
const PAUSES_MS = [500, 1000, 2000];
const { ask, filled, newId } = trainingCalls;

/** Waits before another try, longer from try to try.
 * @type {(tries: number) => Promise<unknown>} */
const pause = (tries) => new Promise((resolve) => window.setTimeout(resolve, PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)]));

/** Starts what is filled in, where nothing is wrong with it. */
async function send() {
  const state = formState();
  const { form } = state;
  if (!form || formPart("start").matches(":disabled")) return;
  state.isSending = true;
  enable();
  await check();
  if (state.form !== form) return done(() => undefined); // another trainer was chosen while this one was checked
  if (Object.keys(state.wrong).length) return done(() => writeText("blocked", state.texts.wrong), true);
  state.requestId = state.requestId || newId();
  writeText("blocked", "");
  writeText("summary", state.texts.starting);
  ended(await answerOf({ request_id: state.requestId, trainer: form.trainer, values: filledIn(form), fork: state.query.fork || null }));
}

/** Sends until there is an answer: the same id starts once, however often it is sent.
 * @type {(request: { request_id: string, [name: string]: unknown }) => Promise<StartAnswer>} */
async function answerOf(request) {
  const { texts } = formState();
  const began = Date.now();
  for (let tries = 0; Date.now() - began < LOST_MS; tries += 1) {
    const answer = /** @type {import("./training_calls.js").Answer<StartAnswer>} */ (await ask("trainings/start", {}, request));
    if (answer && answer.status !== undefined) return { outcome: "refused", sentence: answer.message || filled(texts.status, answer), fields: {} };
    if (answer && answer.outcome !== "not_known") return answer;
    if (Date.now() - began > SILENT_MS) writeText("summary", filled(texts.silent, { n: Math.round((Date.now() - began) / 1000) }));
    await pause(tries);
  }
  return { outcome: "refused", sentence: texts.lost, fields: {} };
}

/** @type {(answer: StartAnswer) => void} */
function ended(answer) {
  done(() => {
    const state = formState();
    writeText("summary", "");
    if (answer.outcome !== "done") {
      state.wrong = answer.fields || {};
      mark();
      writeText("blocked", answer.sentence);
      return;
    }
    state.requestId = null;
    if (answer.go) return visit(answer.go);
    toast(answer.sentence);
    document.dispatchEvent(new CustomEvent("clew:trainings-changed"));
    formPart("summary").textContent = answer.sentence;
    const queue = byId(ID.TRAININGS_QUEUE_TITLE);
    queue.scrollIntoView({ block: "start" });
    queue.focus({ preventScroll: true });
  });
}

/** Ends the sending; `show` writes what came of it where the form is still there.
 * @type {(show: () => void, isFocused?: boolean) => void} */
function done(show, isFocused) {
  formState().isSending = false;
  if (!formPart("form")) return;
  show();
  enable();
  const wrong = isFocused && formPart("form").querySelector("[aria-invalid]");
  if (wrong) wrong.focus();
}

/** @type {(sentence: string) => Promise<void>} */
async function toast(sentence) {
  await toasts.texts();
  toasts.begin(sentence, formState().texts.header).ends("done", sentence, {});
}

export { pause, send };
