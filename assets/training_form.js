/* The form that starts a training: Clew describes it, and checks it while the reader types, by the rules of the start. */
import { askingAgain } from "./asking_again.js";
import { elementOf } from "./elements.js";
import { ID } from "./from_python.js";
import { live } from "./live_text.js";
import { trainingCalls } from "./training_calls.js";
import { check, enable, whyBlocked } from "./training_check.js";
import { fillDefaults, showFields } from "./training_fields.js";
import { beginForm, formPart, formState, writeText } from "./training_form_state.js";
import { offerPresets, takeFirst, takePreset } from "./training_presets.js";
import { pause, send } from "./training_start.js";

/** @import { Form, State } from "./training_form_state.js" */

const SETTLES_MS = 250; // after the last key
const PRESETS_FIRST = true;
const again = askingAgain(() => formPart("form") && !formState().isTouched);

/** Begins the form that the address asks for.
 * @type {(query: State["query"] | null, texts: TrainingTexts) => Promise<number>} */
async function start(query, texts) {
  beginForm(query, texts);
  again.reset();
  await load();
  return Date.now();
}

/** Asks for the form until it comes: it is there also where the scheduler is away. A repeat changes nothing that was typed.
 * @type {(isRepeat?: boolean) => Promise<void>} */
async function load(isRepeat = false) {
  const mine = formState();
  const loading = (mine.loading = {});
  again.stop();
  const isWanted = () => formPart("form") && mine === formState() && mine.loading === loading && !(isRepeat && mine.isTouched);
  for (let tries = 0; isWanted(); tries += 1) {
    const answer = /** @type {import("./training_calls.js").Answer<Form>} */ (await trainingCalls.ask("trainings/form", { ...mine.query, trainer: mine.trainer }));
    if (!isWanted()) break;
    if (answer && answer.status === undefined) {
      take(answer);
      break;
    }
    writeText("note", mine.texts.unreachable);
    await pause(tries);
  }
  if (mine.loading === loading) mine.loading = null;
}

/** Shows a form where it differs from the one on show, whose focus and open lists stay else; plans a repeat where it is not complete.
 * @type {(form: Form) => void} */
function take(form) {
  const state = formState();
  const drawn = JSON.stringify({ ...form, note: null, is_complete: null });
  if (state.drawn !== drawn) show(form);
  else Object.assign(state.form ?? {}, { is_complete: form.is_complete });
  state.drawn = drawn;
  writeText("note", form.note || "");
  if (form.is_complete) again.reset();
  else again.afterFailure(() => load(true));
}

/** @type {(form: Form) => void} */
function show(form) {
  const state = formState();
  Object.assign(state, { form, isTouched: false, wrong: {}, requestId: null });
  formPart("form-waits").hidden = true;
  formPart("form").replaceChildren(...live.build(form.body));
  formPart("foot").hidden = false;
  fillDefaults(form);
  const trainer = /** @type {HTMLSelectElement | null} */ (formPart("trainer"));
  if (trainer) trainer.value = form.trainer;
  offerPresets(form, showFields(form));
  if (!form.note) takeFirst(form, PRESETS_FIRST);
  check();
}

/** @type {(target: HTMLInputElement) => void} */
function typed(target) {
  const state = formState();
  if (!state.form || !formPart("form").contains(target)) return;
  if (target.id === ID.TRAINING_TRAINER) {
    state.trainer = target.value;
    load();
    return;
  }
  if (target.id === "training-preset") takePreset(state.form, target.value);
  else offerPresets(state.form, showFields(state.form));
  Object.assign(state, { isTouched: true, requestId: null });
  window.clearTimeout(state.timer);
  state.timer = window.setTimeout(check, SETTLES_MS);
}

/** Takes from the lists why the scheduler cannot be reached; an empty text or null once it is back.
 * @type {(away: string | null) => void} */
function scheduler(away) {
  const state = formState();
  const { form } = state;
  if (!form || !formPart("form")) return;
  const wasAway = state.away;
  state.away = away;
  if (wasAway !== away) writeText("blocked", whyBlocked());
  enable();
  // While the scheduler was down, not all of its trainers were known.
  if (wasAway && !away && !form.is_complete && !state.isTouched && !state.loading) load(true);
}

document.addEventListener("input", (event) => {
  const target = elementOf(event);
  if (target && formPart("form")) typed(/** @type {HTMLInputElement} */ (target));
});
document.addEventListener("click", (event) => {
  if (elementOf(event)?.id === ID.TRAINING_START) send();
});
document.addEventListener("keydown", (event) => {
  const target = elementOf(event);
  if (event.key !== "Enter" || !target || !formPart("form")?.contains(target) || target.tagName !== "INPUT") return;
  event.preventDefault();
  send();
});

export const trainingForm = Object.freeze({ start, scheduler });
