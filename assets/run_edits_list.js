/* What is done with the ticked runs of the list, all of them, whatever page they are on: marks, names, notes, tags, the trash. */
import { toasts } from "./change_toasts.js";
import { locale } from "./clew.js";
import { register } from "./dash.js";
import { elementOf } from "./elements.js";
import { ID } from "./from_python.js";
import { live } from "./live_text.js";
import { runEdits } from "./run_edits.js";
import { selection } from "./run_selection.js";

const MENU = ID.RUNS_CHANGE;
const { make } = live;
/** @type {(number: number) => string} */
const count = (number) => number.toLocaleString(locale());
/** @type {Record<string, Record<string, boolean>>} */
const MARKS = {
  [ID.RUNS_CHANGE_BASELINE]: { baseline: true },
  [ID.RUNS_CHANGE_NO_BASELINE]: { baseline: false },
  [ID.RUNS_CHANGE_ARCHIVE]: { archived: true },
  [ID.RUNS_CHANGE_NO_ARCHIVE]: { archived: false },
};

/** @typedef {import("./run_edits.js").Change} Change */

const ticked = () => selection.get();
const textsHere = () => runEdits.learn(document.getElementById(`${MENU}-place`));

/**
 * @param {string} name
 * @param {string} label
 * @param {Record<string, string | number | null>} attributes
 * @param {"input" | "select" | "textarea"} tag
 */
function box(name, label, attributes, tag = "input") {
  const made = make(tag, { class: "form-control form-control-sm", name, ...attributes });
  return make("label", { class: "small w-100 mb-2" }, label, made);
}

/** @type {(name: string, label: string) => HTMLElement} */
function tick(name, label) {
  return make("label", { class: "form-check small mb-2" }, make("input", { type: "checkbox", class: "form-check-input", name }), make("span", { class: "form-check-label" }, label));
}

/** Opens the dialog for the name, the note and a tag of all these runs.
 * @type {(ids: string[]) => void} */
function edit(ids) {
  const texts = textsHere();
  const title = make("h2", { class: "h5", id: "runs-change-title" }, runEdits.filled(texts.many_title, { n: count(ids.length) }));
  const form = make(
    "form", { method: "dialog" }, title, make("p", { class: "small text-body-secondary" }, texts.many_hint),
    box("name", texts.name, { maxlength: "250" }), box("note", texts.note, { rows: "4", maxlength: "8000" }, "textarea"), tick("take_note", texts.take_note),
    box("key", texts.tag, { maxlength: "250" }), box("value", texts.value, { maxlength: "8000" }), tick("take_tag", texts.take_tag),
  );
  const apply = make("button", { type: "submit", class: "btn btn-primary", value: "yes" }, texts.many_apply);
  const cancel = make("button", { type: "button", class: "btn btn-secondary" }, texts.cancel);
  form.append(make("div", { class: "d-flex justify-content-end gap-2" }, cancel, apply));
  const dialog = make("dialog", { class: "change-dialog", id: "runs-change-dialog", "aria-labelledby": title.id }, form);
  cancel.addEventListener("click", () => dialog.close(""));
  dialog.addEventListener("close", () => {
    const change = changeOf(form);
    dialog.remove();
    if (dialog.returnValue === "yes" && change) runEdits.many(ids, { action: "change", change });
  });
  document.body.append(dialog);
  dialog.showModal();
}

/** Returns the change that is filled in; null where that is nothing.
 * @type {(form: HTMLFormElement) => Change | null} */
function changeOf(form) {
  const boxes = /** @type {HTMLInputElement[]} */ ([...form.elements]);
  const { name, note, take_note, key, value, take_tag } = Object.fromEntries(boxes.filter((one) => one.name).map((one) => [one.name, one]));
  /** @type {Change} */
  const change = {};
  if (name.value.trim()) change.name = name.value.trim();
  if (take_note.checked) change.note = "";
  else if (note.value) change.note = note.value;
  if (key.value.trim()) change.tags = { [key.value.trim()]: take_tag.checked ? null : value.value };
  return Object.keys(change).length ? change : null;
}

/** @type {(ids: string[]) => void} */
function remove(ids) {
  const texts = textsHere();
  const question = { title: runEdits.filled(texts.many_delete, { n: count(ids.length) }), facts: [], sentence: texts.many_delete_hint, confirm: texts.delete, look: "danger" };
  toasts.ask(question, () => runEdits.many(ids, { action: "delete" }));
}

document.addEventListener("click", (event) => {
  const item = elementOf(event)?.closest(`[id^="${MENU}-"]`);
  if (!item || !document.getElementById(`${MENU}-place`)) return;
  const ids = ticked();
  if (!ids.length) return;
  textsHere();
  if (MARKS[item.id]) runEdits.many(ids, { action: "change", change: { marks: MARKS[item.id] } });
  else if (item.id === ID.RUNS_CHANGE_EDIT) edit(ids);
  else if (item.id === ID.RUNS_CHANGE_DELETE) remove(ids);
});

const runs = {
  /** Returns whether the menu is disabled, as it is where no run is ticked.
   * @type {(selected: string[] | null) => boolean} */
  changeMenu: (selected) => !(selected || []).length,
};
register("runs", runs);
