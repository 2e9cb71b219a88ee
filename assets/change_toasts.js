/* Messages about changes of models or views: a toast for each, one below the other, and the questions, one after the other. */
import { byId, textsOf } from "./elements.js";
import { ID } from "./from_python.js";

/**
 * @typedef {"working" | "done" | "refused" | "not_known"} Outcome
 * @typedef {{ name: string, text: string, moment?: number | null, href?: string }} Fact
 * @typedef {{ text: string, signature: string }} Choice
 * @typedef {{ title: string, facts: Fact[], sentence: string, confirm: string, look: string, choices?: Choice[] | null }} Question
 * @typedef {(chosen: { signature?: string }) => unknown} Confirmed
 */

/** @type {Record<Outcome, string>} */
const COLOURS = { working: "info", done: "success", refused: "danger", not_known: "warning" };
/** @type {[Question, Confirmed][]} */
const questions = [];
const place = () => byId(ID.CHANGES);

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name
 * @param {string} className
 * @param {string} [text]
 * @returns {HTMLElementTagNameMap[K]}
 */
function element(name, className, text) {
  const made = document.createElement(name);
  made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

/** @type {(className: string, text: string | undefined, press: () => unknown) => HTMLButtonElement} */
function button(className, text, press) {
  const made = element("button", className, text);
  made.type = "button";
  made.addEventListener("click", press);
  return made;
}

/** Resolves to the texts of the page, once it is there.
 * @type {() => Promise<ChangeTexts>} */
async function texts() {
  while (!document.getElementById(ID.CHANGES)) await new Promise((resolve) => window.setTimeout(resolve, 50));
  return textsOf(place());
}

class Toast {
  /**
   * @param {string} sentence
   * @param {string | null} [header]
   */
  constructor(sentence, header) {
    this.box = element("div", "toast show clew-toast");
    this.mark = element("span", "toast-mark");
    this.sentence = element("span", "toast-said", sentence);
    const head = element("div", "toast-header");
    this.words = textsOf(place());
    const close = button("btn-close ms-auto", undefined, () => this.goes());
    close.ariaLabel = this.words.close;
    head.append(this.mark, element("strong", "", header || this.words.header), close);
    this.body = element("div", "toast-body");
    this.body.append(this.sentence);
    this.box.append(head, this.body);
    this.becomes("working");
    place().append(this.box);
  }

  /** @type {(outcome: Outcome) => void} */
  becomes(outcome) {
    this.box.dataset.outcome = outcome;
    this.mark.className = `toast-mark bg-${COLOURS[outcome]}`;
  }

  /** Shows another sentence; a toast that its reader has closed comes back only with the answer.
   * @type {(sentence: string) => void} */
  update(sentence) {
    if (this.sentence.textContent !== sentence) this.sentence.textContent = sentence;
  }

  /** Shows the outcome: a success for a while, anything else until it is closed.
   * @type {(outcome: Outcome, sentence: string, actions: Record<string, (() => unknown) | null | undefined | false>) => void} */
  ends(outcome, sentence, actions) {
    this.becomes(outcome);
    this.update(sentence);
    for (const [name, press] of Object.entries(actions)) {
      if (press) this.body.append(button("btn btn-link btn-sm", this.words[name], () => [this.goes(), press()]));
    }
    if (!this.box.isConnected) place().append(this.box);
    if (outcome === "done") this.fades(Number(place().dataset.seconds));
  }

  /** Closes the toast after so many seconds in which it can be read and reached.
   * @type {(left: number) => void} */
  fades(left) {
    const held = document.hidden || this.box.matches(":hover, :focus-within") || document.querySelector("dialog[open]");
    if (left <= 0) this.goes();
    else if (this.box.isConnected) window.setTimeout(() => this.fades(held ? left : left - 1), 1000);
  }

  goes() {
    this.box.remove();
  }
}

/** @type {(shown: Fact) => HTMLElement} */
function fact({ name, text, moment, href }) {
  const pair = element("div", "");
  const value = element("dd", "");
  if (href) value.append(Object.assign(element("a", "", text), { href }));
  else if (moment === null || moment === undefined) value.textContent = text;
  else value.append(Object.assign(element("time", "moment", "…")));
  for (const time of value.getElementsByTagName("time")) Object.assign(time.dataset, { ms: moment, now: Date.now() });
  pair.append(element("dt", "", name), value);
  return pair;
}

/** Queues a question; `confirmed` is called where the answer is yes.
 * @type {(question: Question, confirmed: Confirmed) => void} */
function ask(question, confirmed) {
  questions.push([question, confirmed]);
  if (questions.length === 1) show();
}

/** Makes the radio button of one way to read a policy's file.
 * @type {(choice: Choice, yes: HTMLButtonElement) => HTMLElement} */
function reading({ text, signature }, yes) {
  const label = element("label", "form-check mt-2");
  const radio = Object.assign(element("input", "form-check-input"), { type: "radio", name: "reading", value: signature });
  radio.onchange = () => (yes.disabled = false);
  label.append(radio, element("span", "form-check-label", text));
  return label;
}

function show() {
  const [{ title, facts, sentence, confirm, look, choices }, confirmed] = questions[0];
  const dialog = /** @type {HTMLDialogElement} */ (byId(ID.CHANGE_DIALOG));
  const yes = /** @type {HTMLButtonElement} */ (byId(ID.CHANGE_CONFIRM));
  byId(ID.CHANGE_TITLE).textContent = title;
  const list = element("dl", "facts");
  list.append(...facts.map(fact));
  const readings = (choices || []).map((one) => reading(one, yes));
  byId(ID.CHANGE_QUESTION).replaceChildren(...(facts.length ? [list] : []), element("p", "mb-0", sentence), ...readings);
  yes.disabled = readings.length > 0; // until one is chosen
  yes.textContent = confirm;
  yes.className = `btn btn-${look}`;
  yes.onclick = () => dialog.close("yes");
  byId(ID.CHANGE_CANCEL).onclick = () => dialog.close("");
  dialog.returnValue = ""; // Escape leaves it as it was
  dialog.onclose = () => {
    questions.shift();
    const chosen = /** @type {HTMLInputElement | null} */ (dialog.querySelector("input[name=reading]:checked"));
    if (dialog.returnValue === "yes") confirmed(chosen ? { signature: chosen.value } : {});
    if (questions.length) show();
  };
  dialog.showModal();
}

// Leaving the page closes the question without a yes.
for (const leaves of ["popstate", "_dashprivate_pushstate"]) {
  window.addEventListener(leaves, () => {
    const dialog = /** @type {HTMLDialogElement | null} */ (document.getElementById(ID.CHANGE_DIALOG));
    if (dialog && dialog.open) dialog.close("");
  });
}

export const toasts = Object.freeze({ texts, begin: (/** @type {string} */ sentence, /** @type {string | null} */ header = null) => new Toast(sentence, header), ask });
