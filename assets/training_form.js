/* The form that starts a training: Clew describes it, and says while one types what is wrong, by the rules of the start. */
import { toasts } from "./change_toasts.js";
import { visit } from "./clew.js";
import { ID } from "./from_python.js";
import { live } from "./live_text.js";
import { trainingCalls } from "./training_calls.js";

const SETTLES_MS = 250; // after the last key
const SAID_MS = 5000; // from then on it is said that nobody answers
const LOST_MS = 90000; // so long a silent Clew is asked again: one that is started anew takes half a minute
const PAUSES_MS = [500, 1000, 2000];
const OWN = "";
const PRESETS_FIRST = true;
const { ask, filled, newId } = trainingCalls;
const part = (name) => document.getElementById(`training-${name}`);
const pause = (ms) => new Promise((resolve) => window.setTimeout(resolve, ms));

let texts = {};
let query = {};
let form = null; // as Clew described it
let state = {};

/** Nothing typed, nothing checked, nothing sent. */
const begun = () => ({ asked: 0, wrong: {}, isChecked: false, isTouched: false, isSending: false, requestId: null, away: null, timer: null, check: null });

async function start(asked, said) {
  [query, texts, form, state] = [asked || {}, said, null, begun()];
  await load(query.trainer);
  return Date.now();
}

/** Asks for the form until it comes: it is there also where the scheduler is away. */
async function load(trainer) {
  const mine = query;
  for (let tries = 0; part("form") && mine === query; tries += 1) {
    const answer = await ask("trainings/form", { ...query, trainer });
    if (!part("form") || mine !== query) return;
    if (answer && !answer.status) return show(answer);
    say("note", texts.unreachable);
    await pause(PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)]);
  }
}

function show(answer) {
  form = answer;
  Object.assign(state, { isTouched: false, wrong: {}, requestId: null });
  part("form-waits").hidden = true;
  part("form").replaceChildren(...live.build(answer.body));
  part("foot").hidden = false;
  say("note", answer.note || "");
  form.fields.forEach((one, index) => set(index, isShown(one, answer.values) && one.name in answer.values ? answer.values[one.name] : form.defaults[index]));
  if (part("trainer")) part("trainer").value = answer.trainer;
  arrange();
  if (!answer.note) follow(PRESETS_FIRST);
  check();
}

const fields = () => [...part("form").querySelectorAll(".training-field")];
const control = (index) => part(`field-${index}`);
const isShown = (one, values) => Object.entries(one.shown_for).every(([name, wanted]) => wanted.includes(String(values[name])));

function set(index, value) {
  const input = control(index);
  if (input.type === "checkbox") input.checked = Boolean(value);
  else input.value = value === null || value === undefined ? "" : String(value);
}

function typedIn(index) {
  const input = control(index);
  if (input.type === "checkbox") return input.checked;
  return input.value.trim() === "" ? null : input.value;
}

/** What is filled in, of the fields that are there; what is empty and has no default is left out. */
function values() {
  const all = {};
  form.fields.forEach((one, index) => {
    if (!control(index).closest(".training-field").hidden) all[one.name] = typedIn(index);
  });
  return all;
}

/** Which fields there are depends on others. */
function arrange() {
  const deciding = {};
  form.fields.forEach((one, index) => {
    if (!Object.keys(one.shown_for).length) deciding[one.name] = typedIn(index);
  });
  form.fields.forEach((one, index) => {
    control(index).closest(".training-field").hidden = !isShown(one, deciding);
  });
  offerPresets(deciding);
}

function offerPresets(deciding) {
  const offered = form.presets.filter((one) => isShown(one, deciding));
  const place = part("presets");
  const key = JSON.stringify(offered.map((one) => [one.name, one.shown_for]));
  if (!place || place.dataset.key === key) return markPreset(offered);
  const before = part("preset") ? part("preset").value : OWN;
  place.dataset.key = key;
  const { make } = live;
  const options = [make("option", { value: OWN }, texts.own), ...offered.map((one) => make("option", { value: one.name }, one.name))];
  const list = make("select", { id: "training-preset", class: "form-select" }, ...options);
  place.replaceChildren(...(offered.length ? [make("label", { for: "training-preset", class: "form-label mb-0" }, texts.preset), list] : []));
  markPreset(offered);
  const isTuned = offered.length && Object.keys(offered[0].shown_for).length > 1;
  if (before !== OWN && part("preset") && (isTuned || part("preset").value === OWN)) follow();
}

/** Whoever changes no value of a preset's goes on with presets: of another environment, with what is best for that one. */
function follow(isFirst) {
  const list = part("preset");
  if (!list || list.options.length < 2 || (isFirst && list.value === list.options[1].value)) return;
  list.value = list.options[1].value;
  take(list.value);
}

const same = (one, other) => String(one) === String(other) || (Number(one) === Number(other) && String(one).trim() !== "");

function markPreset(offered) {
  const list = part("preset");
  if (!list) return;
  const now = values();
  const fits = offered.find((one) => Object.entries(one.values).every(([name, value]) => !(name in now) || same(value, now[name])));
  list.value = fits ? fits.name : OWN;
}

function take(name) {
  const offered = form.presets.filter((one) => isShown(one, values()));
  const chosen = offered.find((one) => one.name === name);
  if (!chosen) return;
  form.fields.forEach((one, index) => {
    if (one.name in chosen.values && !control(index).closest(".training-field").hidden) set(index, chosen.values[one.name]);
  });
}

function typed(event) {
  if (!form || !part("form").contains(event.target)) return;
  if (event.target.id === ID.TRAINING_TRAINER) return load(event.target.value);
  if (event.target.id === "training-preset") take(event.target.value);
  else arrange();
  Object.assign(state, { isTouched: true, isChecked: false, requestId: null });
  window.clearTimeout(state.timer);
  state.timer = window.setTimeout(check, SETTLES_MS);
}

/** Asks what is wrong; only the newest answer counts. */
function check() {
  window.clearTimeout(state.timer);
  const number = (state.asked += 1);
  state.check = ask("trainings/check", {}, { trainer: form.trainer, values: values(), fork: query.fork || null }).then((answer) => {
    if (number !== state.asked || !part("form")) return;
    // Where nobody answers, the start says what is wrong.
    if (answer && !answer.status) Object.assign(state, { isChecked: true, wrong: answer.fields });
    mark();
    say("summary", answer && !answer.status ? answer.summary : "");
    say("blocked", answer && answer.status ? answer.message : blocked() || unplaced());
  });
  return state.check;
}

/** What is wrong stands under its field; a fold that holds it opens. */
function mark() {
  for (const place of fields()) {
    const why = place.hidden ? "" : state.wrong[place.dataset.field] || "";
    const input = place.querySelector(`#${place.dataset.control}`);
    live.write(place.querySelector(".training-error"), why);
    input.classList.toggle("is-invalid", Boolean(why));
    if (why) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    const fold = place.closest("details");
    if (why && fold) fold.open = true;
  }
  enable();
}

/** What is wrong with what has no place in the form. */
function unplaced() {
  const names = new Set(fields().filter((place) => !place.hidden).map((place) => place.dataset.field));
  return Object.entries(state.wrong).filter(([name]) => !names.has(name)).map(([name, why]) => `${name}: ${why}`).join(" ");
}

const blocked = () => state.away || (form && form.blocked) || "";

function enable() {
  const button = part("start");
  if (button) button.disabled = state.isSending || !form || Boolean(blocked()) || Object.keys(state.wrong).length > 0;
}

function say(name, text) {
  const place = part(name);
  if (place) live.write(place, text);
}

/** What the lists say of the scheduler: whether it is away, and that it is back. */
function scheduler(away) {
  if (!form || !part("form")) return;
  const wasAway = state.away;
  state.away = away;
  if (wasAway !== away) say("blocked", blocked() || unplaced());
  enable();
  // What can be started may be more than was known then.
  if (!away && !form.is_complete && !state.isTouched) {
    form.is_complete = true;
    load(form.trainer);
  }
}

async function send() {
  if (!form || part("start").matches(":disabled")) return;
  state.isSending = true;
  enable();
  await check();
  if (Object.keys(state.wrong).length) return done(() => say("blocked", texts.wrong), true);
  state.requestId = state.requestId || newId();
  say("blocked", "");
  say("summary", texts.starting);
  ended(await answerOf({ request_id: state.requestId, trainer: form.trainer, values: values(), fork: query.fork || null }));
}

/** Asks until there is an answer: the same id starts once, however often it is sent. */
async function answerOf(request) {
  const began = Date.now();
  for (let tries = 0; Date.now() - began < LOST_MS; tries += 1) {
    const answer = await ask("trainings/start", {}, request);
    if (answer && answer.status) return { outcome: "refused", sentence: answer.message || filled(texts.status, answer), fields: {} };
    if (answer && answer.outcome !== "not_known") return answer;
    if (Date.now() - began > SAID_MS) say("summary", filled(texts.silent, { n: Math.round((Date.now() - began) / 1000) }));
    await pause(PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)]);
  }
  return { outcome: "refused", sentence: texts.lost, fields: {} };
}

function ended(answer) {
  done(() => {
    say("summary", "");
    if (answer.outcome !== "done") {
      state.wrong = answer.fields || {};
      mark();
      say("blocked", answer.sentence);
      return;
    }
    state.requestId = null;
    if (answer.go) return visit(answer.go);
    toast(answer.sentence);
    document.dispatchEvent(new CustomEvent("clew:trainings-changed"));
    part("summary").textContent = answer.sentence;
    const queue = document.getElementById(ID.TRAININGS_QUEUE_TITLE);
    queue.scrollIntoView({ block: "start" });
    queue.focus({ preventScroll: true });
  });
}

function done(show, focuses) {
  state.isSending = false;
  if (!part("form")) return;
  show();
  enable();
  const wrong = focuses && part("form").querySelector("[aria-invalid]");
  if (wrong) wrong.focus();
}

async function toast(sentence) {
  await toasts.texts();
  toasts.begin(sentence, texts.header).ends("done", sentence, {});
}

document.addEventListener("input", (event) => part("form") && typed(event));
document.addEventListener("click", (event) => {
  if (event.target.id === ID.TRAINING_START) send();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !part("form") || !part("form").contains(event.target) || event.target.tagName !== "INPUT") return;
  event.preventDefault();
  send();
});

export const trainingForm = Object.freeze({ start, scheduler });
