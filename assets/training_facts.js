/* Draws a training on its page: its state, its numbers, its bar, its buttons and its values. */
import { locale } from "./clew.js";
import { within } from "./elements.js";
import { live } from "./live_text.js";
import { trainingCalls } from "./training_calls.js";
import { translate } from "./translate.js";

/**
 * @import { Message } from "./translate.js"
 * @typedef {{ episode?: number | null, episodes?: number | null, steps?: number | null, steps_asked?: number | null, success_rate?: number | null, reward?: number | null, loss?: number | null, steps_per_second?: number | null, seconds_left?: number | null }} Progress
 *
 * @typedef {object} Training as domain/trainings describes one that is watched
 * @property {string} run_id
 * @property {string | null} [name]
 * @property {string} state
 * @property {string} [trainer]
 * @property {string | null} [by] the user who started it
 * @property {number} [attempt]
 * @property {number | null} [place] in the queue
 * @property {Message | null} [reason]
 * @property {Message | null} [remark]
 * @property {Progress | null} [progress]
 * @property {number[]} [gpus]
 * @property {string[]} [actions]
 * @property {Record<string, unknown>} values
 * @property {number | null} [asked_ms]
 * @property {number | null} [started_ms]
 * @property {number | null} [ended_ms]
 */

const OVER = ["done", "failed", "killed"];
const BY_STATE = "stopped"; // a message that the state's own sentence has already
const { filled } = trainingCalls;
/** Returns a part of the page, which has all of them while it is on show.
 * @type {(name: string) => HTMLElement} */
const part = (name) => /** @type {HTMLElement} */ (document.getElementById(`live-${name}`));
/** @type {(name: string) => HTMLElement} */
const fact = (name) => within(part("facts"), `[data-part="${name}"]`);

/** @type {(training: Training) => boolean} */
const isOver = (training) => OVER.includes(training.state);

/** Draws a training; `before` is what is drawn.
 * @type {(training: Training, before: Training | null, texts: LiveTrainingTexts) => void} */
function drawTraining(training, before, texts) {
  const { write, mark } = live;
  write(part("name"), training.name || training.run_id.slice(0, 8));
  write(part("state"), texts.states[training.state]);
  mark(part("state"), "class", `badge text-bg-${texts.colours[training.state]} training-${training.state}`);
  write(part("sentence"), sentence(training, texts));
  facts(training, texts);
  bar(training);
  buttons(training, before, texts);
  values(training, before, texts);
}

/** @type {(training: Training, texts: LiveTrainingTexts) => string} */
function sentence(training, texts) {
  const messages = [training.reason, training.remark].map((one) => (one && one.code !== BY_STATE ? translate(one, texts.templates) : ""));
  const why = messages.filter(Boolean).map((one) => one.replace(/[.。]+$/, "")).join("; ");
  const place = training.place ? filled(texts.place, { place: training.place }) : "";
  return [texts.sentences[training.state], place, why && `(${why})`].filter(Boolean).join(" ");
}

/** @type {(value: number | null | undefined) => value is number} */
function known(value) {
  return value !== null && value !== undefined;
}

/** @type {(value: number | null | undefined, digits: number, texts: LiveTrainingTexts) => string} */
const number = (value, digits, texts) => (known(value) ? value.toLocaleString(locale(), { maximumSignificantDigits: digits }) : texts.missing);

/** @type {(seconds: number | null | undefined, texts: LiveTrainingTexts) => string} */
function duration(seconds, texts) {
  if (!known(seconds)) return texts.missing;
  const whole = Math.max(0, Math.round(seconds));
  const parts = { hours: Math.floor(whole / 3600), minutes: Math.floor((whole % 3600) / 60), seconds: whole % 60 };
  if (parts.hours) return filled(texts.duration.hours, parts);
  return filled(parts.minutes ? texts.duration.minutes : texts.duration.seconds, parts);
}

/** @type {(training: Training, texts: LiveTrainingTexts) => void} */
function facts(training, texts) {
  const progress = training.progress || {};
  const episode = known(progress.episode) && known(progress.episodes)
    ? filled(texts.episode, { episode: number(progress.episode, 9, texts), episodes: number(progress.episodes, 9, texts) })
    : number(progress.episode, 9, texts);
  const rate = known(progress.success_rate) ? filled(texts.percent, { number: (100 * progress.success_rate).toFixed(1) }) : texts.missing;
  const words = {
    episode,
    reward: number(progress.reward, 4, texts),
    loss: number(progress.loss, 4, texts),
    success_rate: rate,
    steps_per_second: isOver(training) ? texts.missing : number(progress.steps_per_second, 4, texts),
    seconds_left: isOver(training) ? texts.missing : duration(progress.seconds_left, texts),
    gpus: (training.gpus || []).join(", ") || texts.cpu,
    what: training.trainer || texts.missing,
    by: training.by || texts.missing,
  };
  for (const [name, text] of Object.entries(words)) live.write(fact(name), text);
  moment(fact("asked"), training.asked_ms, texts);
  moment(fact("started"), training.started_ms, texts);
  moment(fact("ended"), training.ended_ms, texts);
}

/** Writes a moment, which assets/clew.js completes with its age.
 * @type {(place: Element, ms: number | null | undefined, texts: LiveTrainingTexts) => void} */
function moment(place, ms, texts) {
  if (!ms) return live.write(place, texts.missing);
  const there = place.querySelector("time");
  if (there && there.dataset.ms === String(ms)) return;
  place.replaceChildren(live.make("time", { class: "moment", "data-ms": ms, "data-now": Date.now() }, "…"));
}

/** @type {(training: Training) => void} */
function bar(training) {
  const { episode, episodes, steps, steps_asked: asked } = training.progress || {};
  const [done, whole] = asked ? [steps, asked] : [episode, episodes];
  const share = whole && known(done) ? Math.min(100, Math.round((100 * done) / whole)) : null;
  live.hide(part("bar"), share === null);
  if (share === null) return;
  live.mark(part("bar"), "aria-valuenow", String(share));
  /** @type {HTMLElement} */ (part("bar").firstElementChild).style.width = `${share}%`;
}

/** Draws the buttons only where they are others: a button that is replaced under a finger loses its click.
 * @type {(training: Training, before: Training | null, texts: LiveTrainingTexts) => void} */
function buttons(training, before, texts) {
  const actions = training.actions || [];
  if (before && JSON.stringify(before.actions || []) === JSON.stringify(actions)) return;
  const held = part("buttons").contains(document.activeElement);
  const refused = texts.refused ? { disabled: "", title: texts.refused } : {};
  part("buttons").replaceChildren(...actions.map((action) => {
    const look = texts.looks[action] || "secondary";
    return live.make("button", { type: "button", class: `btn btn-outline-${look}`, "data-training-action": action, "data-run": training.run_id, "data-name": training.name, ...refused }, texts.actions[action]);
  }));
  const next = part("buttons").querySelector("button") || part("name");
  if (held) {
    if (next === part("name")) next.tabIndex = -1;
    next.focus();
  }
}

/** @type {(training: Training, before: Training | null, texts: LiveTrainingTexts) => void} */
function values(training, before, texts) {
  if (before && JSON.stringify(before.values) === JSON.stringify(training.values)) return;
  const { make } = live;
  /** @type {(value: unknown) => string} */
  const text = (value) => (value === true ? texts.yes : value === false ? texts.no : String(value));
  part("values").replaceChildren(...Object.entries(training.values).map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, make("bdi", {}, text(value))))));
}

export { drawTraining, isOver, part };
