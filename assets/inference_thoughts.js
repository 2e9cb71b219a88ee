/* Shows what a policy thinks of its actions: a bar for each action, or for each dimension of an action that has several. */
import { live } from "./live_text.js";

/**
 * @import { Action, Environment, WatchedStep } from "./inference_messages.js"
 * @typedef {{ low: number, high: number }} Seen the least and greatest score of this episode
 * @typedef {{ key: number, name: string, from: number, to: number, value: string, isChosen?: boolean }} Row `from` and `to` are parts of the bar's width
 */

const MAX_ROWS = 18; // Atari's

/** Makes a policy's bars.
 *
 * @param {Environment} shown as the engine's first message has it
 * @param {InferenceTexts} texts
 */
function thoughts(shown, texts) {
  const { make } = live;
  const kind = make("h3", { class: "h6 mb-1" });
  const list = make("ul", { class: "thoughts-list" });
  const more = make("p", { class: "small text-body-secondary mb-0" });
  const element = make("section", { class: "thoughts", "aria-label": texts.thoughts }, kind, list, more);
  const seen = { low: Infinity, high: -Infinity };
  const rowsOf = rowMakers(shown, texts, seen);

  /** Shows the policy's scores, or its action, after a step.
   *
   * @param {WatchedStep} step
   */
  function at(step) {
    const rows = rowsOf(step);
    if (!rows) return; // the episode is over: what it thought last stays
    const scores = step.scores;
    live.write(kind, texts.kinds[scores ? scores.kind : "actions"] || (scores ? scores.kind : texts.kinds.actions));
    live.children(list, rows.slice(0, MAX_ROWS), ({ key }) => key, makeRow, fillRow);
    live.write(more, rows.length > MAX_ROWS ? texts.more.replace("{n}", String(rows.length - MAX_ROWS)) : "");
  }

  function makeRow() {
    const bar = make("span", { class: "thought-bar", "aria-hidden": "true" }, make("span", {}));
    return make("li", {}, make("span", { class: "thought-name" }), bar, make("span", { class: "thought-value" }));
  }

  /**
   * @param {HTMLElement} row as makeRow makes it
   * @param {Row} filled
   */
  function fillRow(row, { name, from, to, value, isChosen }) {
    const [named, bar, valued] = /** @type {HTMLElement[]} */ ([...row.children]);
    const { style } = /** @type {HTMLElement} */ (bar.firstElementChild);
    live.write(named, isChosen ? `${name} ←` : name);
    live.mark(named, "title", isChosen ? `${name} (${texts.next})` : name);
    row.classList.toggle("thought-chosen", Boolean(isChosen));
    style.left = `${100 * Math.min(from, to)}%`;
    style.width = `${100 * Math.abs(to - from)}%`;
    live.write(valued, value);
  }

  return { element, at, nameOf: (/** @type {Action} */ action) => nameOf(action, shown, texts) };
}

/** @param {number} value */
const fixed = (value) => (Number.isInteger(value) ? String(value) : value.toFixed(3));

/**
 * @param {Action} action
 * @param {Environment} shown
 * @param {InferenceTexts} texts
 * @returns {string}
 */
function nameOf(action, shown, texts) {
  if (Array.isArray(action)) return action.slice(0, 4).map(fixed).join(", ") + (action.length > 4 ? " …" : "");
  return shown.names[action] || texts.action_number.replace("{n}", String(action));
}

/** @type {(shown: Environment, texts: InferenceTexts, at: number) => string} */
const dimension = (shown, texts, at) => shown.names[at] || texts.dimension.replace("{n}", String(at + 1));
/** @type {(value: number, low: number, high: number) => number} */
const within = (value, low, high) => (high > low ? Math.max(0, Math.min(1, (value - low) / (high - low))) : 0);

/** Returns the function that makes a step's rows.
 *
 * @param {Environment} shown
 * @param {InferenceTexts} texts
 * @param {Seen} seen
 * @returns {(step: WatchedStep) => Row[] | null}
 */
function rowMakers(shown, texts, seen) {
  if (shown.action_kind === "discrete") return (step) => choices(step, shown, texts, seen);
  if (shown.action_kind === "continuous") return (step) => dimensions(step, shown, texts, seen);
  return (step) => parts(step, shown, texts);
}

/** Makes one row for each action; Q values and logits on the scale that was seen in this episode.
 *
 * @param {WatchedStep} step
 * @param {Environment} shown
 * @param {InferenceTexts} texts
 * @param {Seen} seen
 */
function choices({ scores, next_action: chosen }, shown, texts, seen) {
  if (chosen === null) return null;
  const values = scores ? scores.values : Array.from({ length: shown.choices[0] || 0 }, (_none, at) => (at === chosen ? 1 : 0));
  const isShare = !scores || scores.kind === "action_probabilities";
  if (!isShare) Object.assign(seen, { low: Math.min(seen.low, ...values), high: Math.max(seen.high, ...values) });
  const [low, high] = isShare ? [0, 1] : [seen.low, seen.high];
  const rows = values.map((value, at) => ({
    key: at, name: nameOf(at, shown, texts), from: 0, to: within(value, low, high),
    value: scores ? value.toFixed(3) : "", isChosen: at === chosen,
  }));
  if (rows.length <= MAX_ROWS) return rows;
  return rows.sort((one, other) => Number(other.isChosen) - Number(one.isChosen) || other.to - one.to);
}

/** Makes one row for each dimension of a continuous action, between its bounds; the bar grows from 0 where 0 is between them.
 *
 * @param {WatchedStep} step
 * @param {Environment} shown
 * @param {InferenceTexts} texts
 * @param {Seen} seen
 */
function dimensions({ next_action: action, scores }, shown, texts, seen) {
  if (action === null) return null;
  const values = Array.isArray(action) ? action : scores ? scores.values : [action];
  return values.map((value, at) => {
    Object.assign(seen, { low: Math.min(seen.low, value), high: Math.max(seen.high, value) });
    const low = shown.low[at] ?? seen.low;
    const high = shown.high[at] ?? seen.high;
    return { key: at, name: dimension(shown, texts, at), from: within(0, low, high), to: within(value, low, high), value: value.toFixed(3) };
  });
}

/** Makes one row for each part of an action that has several: which of its choices, or whether it is on.
 *
 * @param {WatchedStep} step
 * @param {Environment} shown
 * @param {InferenceTexts} texts
 */
function parts({ next_action: action }, shown, texts) {
  if (!Array.isArray(action)) return null;
  return action.map((value, at) => ({
    key: at, name: dimension(shown, texts, at), from: 0, to: within(value, 0, (shown.choices[at] || 2) - 1), value: fixed(value), isChosen: false,
  }));
}

export { thoughts };
