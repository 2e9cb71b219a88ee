/* The fields of the form that starts a training: their values, and which of them are shown. */
import { formPart } from "./training_form_state.js";

/** @import { Form, ShownFor, Values } from "./training_form_state.js" */

/** @type {() => HTMLElement[]} */
const fieldPlaces = () => [...formPart("form").querySelectorAll(".training-field")];
/** @type {(index: number) => HTMLInputElement} */
const control = (index) => /** @type {HTMLInputElement} */ (formPart(`field-${index}`));

/** @type {(index: number) => HTMLElement} */
const placeOf = (index) => /** @type {HTMLElement} */ (control(index).closest(".training-field"));

/** Returns whether a field or a preset is offered with these values of other fields.
 * @type {(one: { shown_for: ShownFor }, values: Values) => boolean} */
const isShown = (one, values) => Object.entries(one.shown_for).every(([name, wanted]) => wanted.includes(String(values[name])));

/** @type {(index: number, value: unknown) => void} */
function set(index, value) {
  const input = control(index);
  if (input.type === "checkbox") input.checked = Boolean(value);
  else input.value = value === null || value === undefined ? "" : String(value);
}

/** @type {(index: number) => boolean | string | null} */
function typedIn(index) {
  const input = control(index);
  if (input.type === "checkbox") return input.checked;
  return input.value.trim() === "" ? null : input.value;
}

/** Fills in what the address asks for, else the defaults.
 * @type {(form: Form) => void} */
function fillDefaults(form) {
  form.fields.forEach((one, index) => set(index, isShown(one, form.values) && one.name in form.values ? form.values[one.name] : form.defaults[index]));
}

/** Fills in values of fields that are shown.
 * @type {(form: Form, values: Values) => void} */
function fill(form, values) {
  form.fields.forEach((one, index) => {
    if (one.name in values && !placeOf(index).hidden) set(index, values[one.name]);
  });
}

/** Returns what is filled in, of the fields that are shown; null where a field is empty.
 * @type {(form: Form) => Values} */
function filledIn(form) {
  /** @type {Values} */
  const all = {};
  form.fields.forEach((one, index) => {
    if (!placeOf(index).hidden) all[one.name] = typedIn(index);
  });
  return all;
}

/** Shows the fields that the others' values ask for; returns the values that decide.
 * @type {(form: Form) => Values} */
function showFields(form) {
  /** @type {Values} */
  const deciding = {};
  form.fields.forEach((one, index) => {
    if (!Object.keys(one.shown_for).length) deciding[one.name] = typedIn(index);
  });
  form.fields.forEach((one, index) => {
    placeOf(index).hidden = !isShown(one, deciding);
  });
  return deciding;
}

export { fieldPlaces, fill, fillDefaults, filledIn, isShown, showFields };
