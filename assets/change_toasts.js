/* What is said of changes, of models or of views: a toast for each, one below the other, and the questions, one after the other. */
import { ID } from "./from_python.js";

const COLOURS = { working: "info", done: "success", refused: "danger", not_known: "warning" };
const questions = [];
const place = () => document.getElementById(ID.CHANGES);

function element(name, className, text) {
  const made = document.createElement(name);
  made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function button(className, text, press) {
  const made = element("button", className, text);
  made.type = "button";
  made.addEventListener("click", press);
  return made;
}

/** The texts of the page, once it is there. */
async function texts() {
  while (!place()) await new Promise((resolve) => window.setTimeout(resolve, 50));
  return JSON.parse(place().dataset.texts);
}

class Toast {
  constructor(sentence, header) {
    this.box = element("div", "toast show clew-toast");
    this.mark = element("span", "toast-mark");
    this.said = element("span", "toast-said", sentence);
    const head = element("div", "toast-header");
    this.words = JSON.parse(place().dataset.texts);
    const close = button("btn-close ms-auto", undefined, () => this.goes());
    close.ariaLabel = this.words.close;
    head.append(this.mark, element("strong", "", header || this.words.header), close);
    this.body = element("div", "toast-body");
    this.body.append(this.said);
    this.box.append(head, this.body);
    this.becomes("working");
    place().append(this.box);
  }

  becomes(outcome) {
    this.box.dataset.outcome = outcome;
    this.mark.className = `toast-mark bg-${COLOURS[outcome]}`;
  }

  /** Another sentence; one that its reader has put away comes back only with the answer. */
  says(sentence) {
    if (this.said.textContent !== sentence) this.said.textContent = sentence;
  }

  /** What worked is said for a while, all else until somebody closes it. */
  ends(outcome, sentence, actions) {
    this.becomes(outcome);
    this.says(sentence);
    for (const [name, press] of Object.entries(actions)) {
      if (press) this.body.append(button("btn btn-link btn-sm", this.words[name], () => [this.goes(), press()]));
    }
    if (!this.box.isConnected) place().append(this.box);
    if (outcome === "done") this.fades(Number(place().dataset.seconds));
  }

  /** Only the seconds count in which it can be read and reached. */
  fades(left) {
    const held = document.hidden || this.box.matches(":hover, :focus-within") || document.querySelector("dialog[open]");
    if (left <= 0) this.goes();
    else if (this.box.isConnected) window.setTimeout(() => this.fades(held ? left : left - 1), 1000);
  }

  goes() {
    this.box.remove();
  }
}

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

/** Asks one question after the other; `confirmed` is called where the answer is yes. */
function ask(question, confirmed) {
  questions.push([question, confirmed]);
  if (questions.length === 1) show();
}

/** One way to read a policy's file. */
function reading({ text, signature }, yes) {
  const label = element("label", "form-check mt-2");
  const radio = Object.assign(element("input", "form-check-input"), { type: "radio", name: "reading", value: signature });
  radio.onchange = () => (yes.disabled = false);
  label.append(radio, element("span", "form-check-label", text));
  return label;
}

function show() {
  const [{ title, facts, sentence, confirm, look, choices }, confirmed] = questions[0];
  const dialog = document.getElementById(ID.CHANGE_DIALOG);
  const yes = document.getElementById(ID.CHANGE_CONFIRM);
  document.getElementById(ID.CHANGE_TITLE).textContent = title;
  const list = element("dl", "facts");
  list.append(...facts.map(fact));
  const readings = (choices || []).map((one) => reading(one, yes));
  document.getElementById(ID.CHANGE_QUESTION).replaceChildren(...(facts.length ? [list] : []), element("p", "mb-0", sentence), ...readings);
  yes.disabled = readings.length > 0; // until one is chosen
  yes.textContent = confirm;
  yes.className = `btn btn-${look}`;
  yes.onclick = () => dialog.close("yes");
  document.getElementById(ID.CHANGE_CANCEL).onclick = () => dialog.close("");
  dialog.returnValue = ""; // Escape leaves it as it was
  dialog.onclose = () => {
    questions.shift();
    const chosen = dialog.querySelector("input[name=reading]:checked");
    if (dialog.returnValue === "yes") confirmed(chosen ? { signature: chosen.value } : {});
    if (questions.length) show();
  };
  dialog.showModal();
}

// Who leaves the page leaves its question without a yes.
for (const leaves of ["popstate", "_dashprivate_pushstate"]) {
  window.addEventListener(leaves, () => {
    const dialog = document.getElementById(ID.CHANGE_DIALOG);
    if (dialog && dialog.open) dialog.close("");
  });
}

export const toasts = Object.freeze({ texts, begin: (sentence, header = null) => new Toast(sentence, header), ask });
