/* Writes the numbers of a walk next to its board: reward, action, scores, and how long the engine and the screen took. */
/**
 * @import { Step, WatchedStep } from "./inference_messages.js"
 * @import { Stage } from "./inference_walk.js"
 */

const MAX_DELAYS = 100;

class WalkFacts {
  /**
   * @param {string} side "a" or "b"
   * @param {InferenceTexts} texts
   */
  constructor(side, texts) {
    this.side = side;
    this.texts = texts;
    /** @type {number[]} in ms */
    this.delays = [];
  }

  /** Writes the numbers of a step.
   *
   * @param {Step} step
   * @param {Stage | null} stage
   * @param {string} outcome
   */
  numbers(step, stage, outcome) {
    const { texts } = this;
    /** @type {(value: number | null | undefined, digits: number) => string} */
    const known = (value, digits) => (value === null || value === undefined ? texts.missing : value.toFixed(digits));
    this.write("step", String(step.step));
    this.write("reward", known(step.reward, 2));
    const { action } = step;
    const { kind, values: scores } = scoresOf(step);
    const isNone = action === null || action === undefined;
    this.write("action", isNone ? texts.missing : stage ? stage.nameOf(action) : texts.actions[/** @type {number} */ (action)]);
    this.write("best", known(scores.length && kind in texts.best ? Math.max(...scores) : null, 3));
    this.write("value", known(step.value, 3));
    this.write("cumulative", known(step.cumulative_reward, 2));
    this.write("outcome", outcome);
    this.write("latency", step.latency_p95_ms === null || step.latency_p95_ms === undefined ? texts.missing : texts.ms.replace("{p50}", known(step.latency_p50_ms, 1)).replace("{p95}", known(step.latency_p95_ms, 1)));
    const name = this.list().querySelector('[data-name="best"]');
    if (name) name.textContent = texts.best[kind] || texts.best.q_values;
    this.show("best", kind in texts.best);
    this.show("value", step.value !== null && step.value !== undefined);
  }

  /** Measures how long a step took from the engine's clock to the screen, by this browser's clock.
   *
   * @param {number} serverMs
   */
  drawn(serverMs) {
    this.delays = [...this.delays, Date.now() - serverMs].slice(-MAX_DELAYS);
    const sorted = [...this.delays].sort((a, b) => a - b);
    const p95 = sorted[Math.min(sorted.length - 1, Math.floor(0.95 * sorted.length))];
    this.write("delay", p95 < 0 ? this.texts.missing : `${Math.round(p95)} ms`); // clocks that differ measure nothing
  }

  list() {
    return document.querySelector(`#walk-section-${this.side} .walk-facts`) || document.createElement("dl");
  }

  /**
   * @param {string} name
   * @param {string} text
   */
  write(name, text) {
    const place = this.list().querySelector(`[data-part="${name}"]`);
    if (place) place.textContent = text;
  }

  /** Shows a part, or hides what this policy does not have.
   *
   * @param {string} name
   * @param {boolean} isThere
   */
  show(name, isThere) {
    const place = this.list().querySelector(`[data-part="${name}"]`);
    if (place?.parentElement) place.parentElement.hidden = !isThere;
  }
}

/** Returns the scores of a step's actions, none where it has none, and what they are: a key of the texts `best`.
 *
 * @param {Step} step
 * @returns {{ kind: string, values: number[] }}
 */
function scoresOf(step) {
  if (!("episode" in step)) return { kind: step.scores || "q_values", values: step.q_values };
  const { scores } = /** @type {WatchedStep} */ (step);
  return { kind: String(scores && scores.kind), values: (scores && scores.values) || [] };
}

export { WalkFacts };
