/* One model's walk as it is drawn: the board or the frames, the numbers, the chart's line. */
import { setProps } from "./dash.js";
import { Board } from "./inference_board.js";
import { walkChart } from "./inference_chart.js";
import { frameStage } from "./inference_frames.js";
import { live } from "./live_text.js";

const MOST_DELAYS = 100;
const html = (type, children, props) => ({ namespace: "dash_html_components", type, props: { children, ...props } });
const part = (what, side) => `walk-${what}-${side}`;

class Walk {
  constructor(side, texts) {
    this.side = side;
    this.texts = texts;
    this.stage = null;
    this.delays = [];
    this.last = null;
  }

  get isOver() {
    return Boolean(this.last && this.last.done);
  }

  /** Whether no step comes by itself. */
  get stands() {
    return !this.last || this.last.done || !this.last.running;
  }

  /** Draws a step of the engine's. */
  draw(step) {
    const place = document.getElementById(part("board", this.side));
    if (!place) return;
    if (!this.last || step.maze || step.environment || step.step < this.last.step) this.begin(place, step);
    if (!this.last || this.last.model_id !== step.model_id || this.last.is_active !== step.is_active) this.title(step);
    // What was left out while nobody saw it comes by itself, for a step that is drawn already.
    if (step.frame && step.step === this.drawnTo && this.stage) this.stage.at(step);
    // What has no message of its own comes first: of the maze's several messages a busy page may see only the newest.
    for (const past of [...(step.trail || step.passed || []), step]) {
      if (past.step <= this.drawnTo) continue;
      this.drawnTo = past.step;
      if (this.stage) this.stage.at(past);
      walkChart.add(this.side, past.step, past.cumulative_reward);
    }
    this.last = step;
    this.numbers(step);
    if (step.done) this.tell(step);
    window.requestAnimationFrame(() => this.drawn(step.server_ts));
  }

  /** Another episode: with the maze or the environment that comes with it, else with the one that was there. */
  begin(place, step) {
    const isOther = "episode" in step;
    this.shown = step.maze || step.environment || this.shown;
    place.className = isOther ? "watched" : "maze-board";
    if (!this.shown) this.stage = null;
    else this.stage = isOther ? frameStage(place, this.shown, step, this.texts) : new Board(place, this.shown, this.texts);
    this.drawnTo = -1;
    walkChart.begin(this.side, this.nameOf(step), this.texts);
  }

  /** Pixels of the longest side in which frames are wanted here. */
  wantedSide() {
    const place = document.getElementById(part("board", this.side));
    const wide = (place ? place.clientWidth : 0) * (window.devicePixelRatio || 1);
    return Math.max(160, Math.min(640, Math.round(wide / 32) * 32));
  }

  /** Says to whoever cannot see it what an episode came to. */
  tell(step) {
    if (!("episode" in step)) return;
    const parts = { seed: step.seed, return: step.cumulative_reward.toFixed(2), steps: step.step, outcome: this.outcome(step) };
    const news = document.getElementById(part("news", this.side));
    live.write(news, this.texts.news.replace(/\{(\w+)\}/g, (_all, name) => parts[name]));
  }

  outcome(step) {
    const { texts } = this;
    if (!step.done) return step.running ? ("episode" in step ? texts.plays : texts.walking) : texts.waiting;
    if (!("episode" in step)) return step.success ? texts.reached : texts.ran_out;
    if (step.success !== null && step.success !== undefined) return step.success ? texts.succeeded : texts.failed;
    return step.truncated ? texts.cut_off : texts.over;
  }

  /** The viewer stopped it: the engine says no more until it is started again. */
  stops() {
    if (!this.last || this.last.done) return;
    this.last = { ...this.last, running: false };
    this.write("outcome", this.texts.waiting);
  }

  nameOf(step) {
    const id = this.texts.model.replace("{id}", step.model_id || "?");
    return step.model_name && !String(step.model_id).startsWith(`${step.model_name}:`) ? `${step.model_name} · ${id}` : id;
  }

  title(step) {
    const page = this.texts.model_page.replace("MODEL_ID", encodeURIComponent(step.model_id || ""));
    const name = step.model_id ? html("A", this.nameOf(step), { href: page }) : this.nameOf(step);
    const active = step.is_active === null || step.is_active === undefined ? [] : [" ", html("Span", step.is_active ? this.texts.active : this.texts.tried, { className: `badge text-bg-${step.is_active ? "success" : "secondary"}` })];
    setProps(part("title", this.side), { children: [name, ...active] });
  }

  numbers(step) {
    const { texts } = this;
    const known = (value, digits) => (value === null || value === undefined ? texts.missing : value.toFixed(digits));
    this.write("step", String(step.step));
    this.write("reward", known(step.reward, 2));
    const scores = step.q_values || (step.scores && step.scores.values) || [];
    const none = step.action === null || step.action === undefined;
    this.write("action", none ? texts.missing : this.stage ? this.stage.nameOf(step.action) : texts.actions[step.action]);
    const kind = "episode" in step ? step.scores && step.scores.kind : step.scores || "q_values";
    this.write("best", known(scores.length && kind in texts.best ? Math.max(...scores) : null, 3));
    this.write("value", known(step.value, 3));
    this.write("cumulative", known(step.cumulative_reward, 2));
    this.write("outcome", this.outcome(step));
    this.write("latency", step.latency_p95_ms === null || step.latency_p95_ms === undefined ? texts.missing : texts.ms.replace("{p50}", known(step.latency_p50_ms, 1)).replace("{p95}", known(step.latency_p95_ms, 1)));
    const name = this.facts().querySelector('[data-name="best"]');
    if (name) name.textContent = texts.best[kind] || texts.best.q_values;
    this.show("best", kind in texts.best);
    this.show("value", step.value !== null && step.value !== undefined);
  }

  /** How long the step took from the engine's clock to the screen, by this browser's clock. */
  drawn(serverMs) {
    this.delays = [...this.delays, Date.now() - serverMs].slice(-MOST_DELAYS);
    const sorted = [...this.delays].sort((a, b) => a - b);
    const p95 = sorted[Math.min(sorted.length - 1, Math.floor(0.95 * sorted.length))];
    this.write("delay", p95 < 0 ? this.texts.missing : `${Math.round(p95)} ms`); // clocks that differ measure nothing
  }

  facts() {
    return document.querySelector(`#${part("section", this.side)} .walk-facts`) || document.createElement("dl");
  }

  write(name, text) {
    const place = this.facts().querySelector(`[data-part="${name}"]`);
    if (place) place.textContent = text;
  }

  /** What a policy does not tell has no place. */
  show(name, isThere) {
    const place = this.facts().querySelector(`[data-part="${name}"]`);
    if (place) place.parentElement.hidden = !isThere;
  }

  /** What it waits for, null for nothing: the seconds go on by themselves, unheard by who listens. */
  waits(waiting) {
    if (!waiting && this.waiting) this.trouble("");
    this.waiting = waiting;
    this.sayWaiting();
  }

  sayWaiting() {
    if (!this.waiting) return;
    const { texts, waiting } = this;
    this.said = texts.waiting_for.replace("{cause}", waiting.cause);
    const seconds = texts.waited.replace("{n}", Math.max(0, Math.round((Date.now() - waiting.since) / 1000)));
    setProps(part("trouble", this.side), { children: [this.said, " ", html("Span", seconds, { "aria-hidden": "true" })], is_open: true });
  }

  trouble(sentence) {
    if (sentence === this.said) return;
    this.said = sentence;
    setProps(part("trouble", this.side), { children: sentence, is_open: Boolean(sentence) });
  }
}

export { Walk };
