/* The form that starts a training: Clew describes it, and checks it while the reader types, by the rules of the start. */
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

/** Begins the form that the address asks for.
 * @type {(query: State["query"] | null, texts: TrainingTexts) => Promise<number>} */
async function start(query, texts) {
  const state = beginForm(query, texts);
  await load(state.query.trainer);
  return Date.now();
}

/** Asks for the form until it comes: it is there also where the scheduler is away.
 * @type {(trainer: string | undefined) => Promise<void>} */
async function load(trainer) {
  const mine = formState();
  for (let tries = 0; formPart("form") && mine === formState(); tries += 1) {
    const answer = /** @type {import("./training_calls.js").Answer<Form>} */ (await trainingCalls.ask("trainings/form", { ...mine.query, trainer }));
    if (!formPart("form") || mine !== formState()) return;
    if (answer && answer.status === undefined) return show(answer);
    writeText("note", mine.texts.unreachable);
    await pause(tries);
  }
}

/** @type {(form: Form) => void} */
function show(form) {
  const state = formState();
  Object.assign(state, { form, isTouched: false, wrong: {}, requestId: null });
  formPart("form-waits").hidden = true;
  formPart("form").replaceChildren(...live.build(form.body));
  formPart("foot").hidden = false;
  writeText("note", form.note || "");
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
    load(target.value);
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
  if (!away && !form.is_complete && !state.isTouched) {
    form.is_complete = true;
    load(form.trainer);
  }
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
