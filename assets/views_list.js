/* The list of named views, drawn: a link to each, whose it is, and its buttons. What a button does is its caller's. */
import { addresses } from "./addresses.js";
import { toasts } from "./change_toasts.js";

/**
 * @typedef {{ id: string, name: string, revision: string | number, href: string, by: string | null, ms: number, opens: string[], experiment: string | null }} View `opens` are the experiments that it is the default of
 * @typedef {{ verb: string, id: string, name?: string, revision?: string | number, query?: string, experiment?: string }} ViewRequest
 *
 * @typedef {object} Actions
 * @property {(request: ViewRequest, name: string) => void} change
 * @property {(view: View) => void} replace saves the page under the view's name
 * @property {(focused: string) => void} draw draws the list again, with the focus on a view
 * @property {string | null} refused why nothing can be changed
 */

/** Fills the slots of a text.
 * @type {(text: string, values: Record<string, unknown>) => string} */
const filled = (text, values) => Object.entries(values).reduce((now, [name, value]) => now.replaceAll(`{${name}}`, () => String(value)), text);

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} name
 * @param {string} className
 * @param {string} [text]
 * @returns {HTMLElementTagNameMap[Tag]}
 */
function element(name, className, text) {
  const made = document.createElement(name);
  made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

/** Makes an element for a text of another program, which keeps its own direction.
 * @type {(text: string) => HTMLElement} */
const named = (text) => element("bdi", "", text);

/** Makes a button of one view, whose name screen readers read with it; `refused` says why it is disabled.
 * @type {(text: string, view: View, press: () => void, refused?: string | null) => HTMLButtonElement} */
function button(text, view, press, refused = null) {
  const made = element("button", "btn btn-link btn-sm p-0", text);
  made.type = "button";
  made.ariaLabel = `${text}: ${view.name}`;
  if (refused) {
    made.disabled = true;
    made.title = refused;
  }
  made.addEventListener("click", press);
  return made;
}

/** Replaces the view's line by a box for its name.
 * @type {(view: View, line: Element, texts: ViewTexts, actions: Actions) => void} */
function rename(view, line, texts, actions) {
  const form = element("form", "d-flex flex-wrap gap-2 align-items-end");
  const label = element("label", "small flex-grow-1", texts.new_name);
  const box = Object.assign(element("input", "form-control form-control-sm"), { value: view.name, maxLength: 200, required: true });
  label.append(box);
  const keep = element("button", "btn btn-primary btn-sm", texts.keep);
  const cancel = Object.assign(element("button", "btn btn-secondary btn-sm", texts.cancel), { type: "button" });
  cancel.addEventListener("click", () => actions.draw(view.id));
  form.append(label, keep, cancel);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    actions.change({ verb: "rename", id: view.id, revision: view.revision, name: box.value.trim() }, view.name);
  });
  line.replaceChildren(form);
  box.focus();
  box.select();
}

/** Copies a view's link, and shows in a toast whether that worked.
 * @type {(view: View, texts: ViewTexts) => Promise<void>} */
async function copyLink(view, texts) {
  const address = new URL(view.href, window.location.href).href;
  const done = await addresses.copy(address).then(() => true, () => false);
  const sentence = done ? texts.copied : filled(texts.not_copied, { link: address });
  toasts.begin("", texts.header).ends(done ? "done" : "not_known", sentence, {});
}

/** Makes the buttons by which a view becomes an experiment's default, and no longer is.
 * @type {(view: View, texts: ViewTexts, actions: Actions) => HTMLElement[]} */
function defaultButtons(view, texts, { change, refused }) {
  const experiment = view.experiment || new URLSearchParams(addresses.ofView()).get("experiment");
  const offers = view.opens.map((one) =>
    button(filled(texts.unset, { experiment: one }), view, () => change({ verb: "unset_default", id: view.id, experiment: one }, view.name), refused));
  if (experiment && view.opens.includes(experiment)) return offers;
  if (experiment) return [...offers, button(filled(texts.make_default, { experiment }), view, () => change({ verb: "set_default", id: view.id, experiment }, view.name), refused)];
  return [...offers, button(texts.make_some_default, view, () => undefined, refused || texts.no_experiment)];
}

/** Makes the line of a view.
 * @type {(view: View, texts: ViewTexts, actions: Actions) => HTMLElement} */
function viewLine(view, texts, actions) {
  const { change, refused, replace } = actions;
  const row = element("li", "view-line");
  row.dataset.view = view.id;
  const link = Object.assign(element("a", "fw-semibold text-break"), { href: view.href });
  link.append(named(view.name));
  const facts = element("div", "small text-body-secondary text-break");
  const at = element("time", "moment", "…");
  Object.assign(at.dataset, { ms: view.ms, now: Date.now() });
  facts.append(...(view.by ? [named(view.by), " · "] : []), at);
  for (const experiment of view.opens) facts.append(" ", element("span", "badge text-bg-secondary text-wrap", filled(texts.default, { experiment })));
  const buttons = element("div", "d-flex flex-wrap gap-3");
  buttons.append(
    button(texts.copy, view, () => copyLink(view, texts)),
    button(texts.rename, view, () => rename(view, row, texts, actions), refused),
    button(texts.replace, view, () => replace(view), refused),
    ...defaultButtons(view, texts, actions),
    button(texts.delete, view, () => change({ verb: "delete", id: view.id, revision: view.revision }, view.name), refused),
  );
  row.append(link, facts, buttons);
  return row;
}

export { filled, viewLine };
