/* The presets of the form that starts a training: values that work, of an algorithm or an environment. */
import { live } from "./live_text.js";
import { fill, filledIn, isShown } from "./training_fields.js";
import { formPart, formState } from "./training_form_state.js";

/** @import { Form, Preset, Values } from "./training_form_state.js" */

const OWN = ""; // the values of no preset
const { make } = live;

/** @type {() => HTMLSelectElement | null} */
const presetList = () => /** @type {HTMLSelectElement | null} */ (formPart("preset"));

/** Offers the presets that fit the values of the deciding fields, such as the algorithm.
 * @type {(form: Form, deciding: Values) => void} */
function offerPresets(form, deciding) {
  const { texts } = formState();
  const offered = form.presets.filter((one) => isShown(one, deciding));
  const place = formPart("presets");
  const key = JSON.stringify(offered.map((one) => [one.name, one.shown_for]));
  if (!place || place.dataset.key === key) return markPreset(form, offered);
  const before = presetList()?.value ?? OWN;
  place.dataset.key = key;
  const options = [make("option", { value: OWN }, texts.own), ...offered.map((one) => make("option", { value: one.name }, one.name))];
  const list = make("select", { id: "training-preset", class: "form-select" }, ...options);
  place.replaceChildren(...(offered.length ? [make("label", { for: "training-preset", class: "form-label mb-0" }, texts.preset), list] : []));
  markPreset(form, offered);
  const isTuned = offered.length && Object.keys(offered[0].shown_for).length > 1;
  const now = presetList();
  if (before !== OWN && now && (isTuned || now.value === OWN)) takeFirst(form);
}

/** Takes the first preset. A reader who has changed no value of a preset goes on with presets: of another environment, with
    the best one for that.
 * @type {(form: Form, isFirst?: boolean) => void} */
function takeFirst(form, isFirst) {
  const list = presetList();
  if (!list || list.options.length < 2 || (isFirst && list.value === list.options[1].value)) return;
  list.value = list.options[1].value;
  takePreset(form, list.value);
}

/** @type {(one: unknown, other: unknown) => boolean} */
const isSame = (one, other) => String(one) === String(other) || (Number(one) === Number(other) && String(one).trim() !== "");

/** Chooses in the list the preset whose values are filled in.
 * @type {(form: Form, offered: Preset[]) => void} */
function markPreset(form, offered) {
  const list = presetList();
  if (!list) return;
  const now = filledIn(form);
  const fits = offered.find((one) => Object.entries(one.values).every(([name, value]) => !(name in now) || isSame(value, now[name])));
  list.value = fits ? fits.name : OWN;
}

/** Fills in the values of a preset.
 * @type {(form: Form, name: string) => void} */
function takePreset(form, name) {
  const offered = form.presets.filter((one) => isShown(one, filledIn(form)));
  const chosen = offered.find((one) => one.name === name);
  if (chosen) fill(form, chosen.values);
}

export { offerPresets, takeFirst, takePreset };
