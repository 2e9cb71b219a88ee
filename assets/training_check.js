/* Checks the form that starts a training while the reader types, by the rules of the start, and shows what is wrong. */
import { within } from "./elements.js";
import { live } from "./live_text.js";
import { trainingCalls } from "./training_calls.js";
import { fieldPlaces, filledIn } from "./training_fields.js";
import { formPart, formState, writeText } from "./training_form_state.js";

/** @typedef {{ fields: Record<string, string>, summary: string }} Checked what is wrong, by field; and the form in a sentence */

/** Asks what is wrong; an answer to an older question is dropped. */
async function check() {
  const state = formState();
  const { form } = state;
  if (!form) return;
  window.clearTimeout(state.timer);
  const number = (state.asked += 1);
  const answer = /** @type {import("./training_calls.js").Answer<Checked>} */ (await trainingCalls.ask("trainings/check", {}, { trainer: form.trainer, values: filledIn(form), fork: state.query.fork || null }));
  if (formState() !== state || number !== state.asked || !formPart("form")) return;
  // Where there is no answer, the start shows what is wrong.
  const checked = answer && answer.status === undefined ? answer : null;
  if (checked) state.wrong = checked.fields;
  mark();
  writeText("summary", checked ? checked.summary : "");
  writeText("blocked", answer && answer.status !== undefined ? answer.message : whyBlocked());
}

/** Shows what is wrong under its field; a fold that holds it opens. */
function mark() {
  const { wrong } = formState();
  for (const place of fieldPlaces()) {
    const why = place.hidden ? "" : wrong[place.dataset.field || ""] || "";
    const input = within(place, `#${place.dataset.control}`);
    live.write(place.querySelector(".training-error"), why);
    input.classList.toggle("is-invalid", Boolean(why));
    if (why) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    const fold = place.closest("details");
    if (why && fold) fold.open = true;
  }
  enable();
}

/** Returns what is wrong with fields that are not on the form. */
function hiddenFieldErrors() {
  const names = new Set(fieldPlaces().filter((place) => !place.hidden).map((place) => place.dataset.field));
  return Object.entries(formState().wrong).filter(([name]) => !names.has(name)).map(([name, why]) => `${name}: ${why}`).join(" ");
}

/** @type {() => string} */
const blocked = () => formState().away || formState().form?.blocked || "";

/** Returns why nothing can be started, else what is wrong with fields that are not on the form. */
const whyBlocked = () => blocked() || hiddenFieldErrors();

/** Enables the button that starts, where something can be started. */
function enable() {
  const { form, isSending, wrong } = formState();
  const button = /** @type {HTMLButtonElement | null} */ (formPart("start"));
  if (button) button.disabled = isSending || !form || Boolean(blocked()) || Object.keys(wrong).length > 0;
}

export { check, enable, mark, whyBlocked };
