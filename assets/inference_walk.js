/* Draws one model's walk: the board or the frames, the numbers, the chart's line. */
import { setProps } from "./dash.js";
import { Board } from "./inference_board.js";
import { walkChart } from "./inference_chart.js";
import { WalkFacts } from "./inference_facts.js";
import { frameStage } from "./inference_frames.js";
import { live } from "./live_text.js";

/**
 * @import { Action, Environment, Maze, PassedStep, PastMazeStep, Step, Wait, WatchedStep } from "./inference_messages.js"
 * @typedef {{ at(step: Step | PastMazeStep | PassedStep): void, nameOf(action: Action): string }} Stage draws each step
 */

/** @type {(type: string, children: unknown, props: Props) => { namespace: string, type: string, props: Props }} */
const html = (type, children, props) => ({ namespace: "dash_html_components", type, props: { children, ...props } });
/** @type {(name: string, side: string) => string} */
const part = (name, side) => `walk-${name}-${side}`;

class Walk {
  /**
   * @param {string} side "a" or "b"
   * @param {InferenceTexts} texts
   */
  constructor(side, texts) {
    this.side = side;
    this.texts = texts;
    this.facts = new WalkFacts(side, texts);
    /** @type {Stage | null} */
    this.stage = null;
    /** @type {Step | null} */
    this.last = null;
    /** @type {Maze | Environment | undefined} */
    this.shown = undefined;
    this.drawnTo = -1;
    /** @type {Wait | null} */
    this.waiting = null;
    /** @type {string | undefined} */
    this.sentence = undefined;
  }

  get isOver() {
    return Boolean(this.last && this.last.done);
  }

  /** Returns whether no step comes by itself. */
  get stands() {
    return !this.last || this.last.done || !this.last.running;
  }

  /** Draws a step of the engine's.
   *
   * @param {Step} step
   */
  draw(step) {
    const place = document.getElementById(part("board", this.side));
    if (!place) return;
    if (!this.last || step.maze || step.environment || step.step < this.last.step) this.begin(place, step);
    if (!this.last || this.last.model_id !== step.model_id || this.last.is_active !== step.is_active) this.title(step);
    // A frame that was left out while the page was hidden comes by itself, for a step that is drawn already.
    if (step.frame && step.step === this.drawnTo && this.stage) this.stage.at(step);
    // Steps without a message of their own come first: of the maze's several messages a busy page may see only the newest.
    for (const past of [...(step.trail || step.passed || []), step]) {
      if (past.step <= this.drawnTo) continue;
      this.drawnTo = past.step;
      if (this.stage) this.stage.at(past);
      walkChart.add(this.side, past.step, past.cumulative_reward);
    }
    this.last = step;
    this.facts.numbers(step, this.stage, this.outcome(step));
    if (step.done) this.announce(step);
    window.requestAnimationFrame(() => this.facts.drawn(step.server_ts));
  }

  /** Begins an episode: with the maze or the environment that comes with it, else with the one that was there.
   *
   * @param {HTMLElement} place
   * @param {Step} step
   */
  begin(place, step) {
    this.shown = step.maze || step.environment || this.shown;
    place.className = "episode" in step ? "watched" : "maze-board";
    this.stage = this.shown ? this.stageIn(place, step, this.shown) : null;
    this.drawnTo = -1;
    walkChart.begin(this.side, this.nameOf(step), this.texts);
  }

  /** Makes what draws an episode; one without a maze or an environment of its own goes on in the one before, of its kind.
   *
   * @param {HTMLElement} place
   * @param {Step} step
   * @param {Maze | Environment} shown
   * @returns {Stage}
   */
  stageIn(place, step, shown) {
    if ("episode" in step) return frameStage(place, /** @type {Environment} */ (shown), /** @type {WatchedStep} */ (step), this.texts);
    return new Board(place, /** @type {Maze} */ (shown), this.texts);
  }

  /** Returns the longest side, in pixels, in which frames are wanted here. */
  wantedSide() {
    const place = document.getElementById(part("board", this.side));
    const wide = (place ? place.clientWidth : 0) * (window.devicePixelRatio || 1);
    return Math.max(160, Math.min(640, Math.round(wide / 32) * 32));
  }

  /** Announces the outcome of an episode to screen readers.
   *
   * @param {Step} step
   */
  announce(step) {
    if (!("episode" in step)) return;
    /** @type {Record<string, string | number | undefined>} */
    const parts = { seed: step.seed, return: step.cumulative_reward.toFixed(2), steps: step.step, outcome: this.outcome(step) };
    const news = document.getElementById(part("news", this.side));
    live.write(news, this.texts.news.replace(/\{(\w+)\}/g, (_all, name) => String(parts[name])));
  }

  /** @param {Step} step */
  outcome(step) {
    const { texts } = this;
    if (!step.done) return step.running ? ("episode" in step ? texts.plays : texts.walking) : texts.waiting;
    if (!("episode" in step)) return step.success ? texts.reached : texts.ran_out;
    if (step.success !== null && step.success !== undefined) return step.success ? texts.succeeded : texts.failed;
    return /** @type {WatchedStep} */ (step).truncated ? texts.cut_off : texts.over;
  }

  /** Shows that the viewer stopped it: the engine sends no more until it is started again. */
  stops() {
    if (!this.last || this.last.done) return;
    this.last = { ...this.last, running: false };
    this.facts.write("outcome", this.texts.waiting);
  }

  /** Returns the model's name.
   *
   * @param {Step} step
   */
  nameOf(step) {
    const id = this.texts.model.replace("{id}", step.model_id || "?");
    return step.model_name && !String(step.model_id).startsWith(`${step.model_name}:`) ? `${step.model_name} · ${id}` : id;
  }

  /** @param {Step} step */
  title(step) {
    const page = this.texts.model_page.replace("MODEL_ID", encodeURIComponent(step.model_id || ""));
    const name = step.model_id ? html("A", this.nameOf(step), { href: page }) : this.nameOf(step);
    const active = step.is_active === null || step.is_active === undefined ? [] : [" ", html("Span", step.is_active ? this.texts.active : this.texts.tried, { className: `badge text-bg-${step.is_active ? "success" : "secondary"}` })];
    setProps(part("title", this.side), { children: [name, ...active] });
  }

  /** Shows what it waits for; the seconds go on by themselves, and no screen reader reads them.
   *
   * @param {Wait | null} waiting
   */
  waits(waiting) {
    if (!waiting && this.waiting) this.trouble("");
    this.waiting = waiting;
    this.writeWaiting();
  }

  /** Writes for how long it has waited. */
  writeWaiting() {
    if (!this.waiting) return;
    const { texts, waiting } = this;
    this.sentence = texts.waiting_for.replace("{cause}", waiting.cause);
    const seconds = texts.waited.replace("{n}", String(Math.max(0, Math.round((Date.now() - waiting.since) / 1000))));
    setProps(part("trouble", this.side), { children: [this.sentence, " ", html("Span", seconds, { "aria-hidden": "true" })], is_open: true });
  }

  /** Shows a sentence that says what is wrong; an empty one hides it.
   *
   * @param {string} sentence
   */
  trouble(sentence) {
    if (sentence === this.sentence) return;
    this.sentence = sentence;
    setProps(part("trouble", this.side), { children: sentence, is_open: Boolean(sentence) });
  }
}

export { Walk };
