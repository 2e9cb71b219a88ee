/* One model's walk as it is drawn: the board, the numbers, the chart's line. */
(function () {
  "use strict";
  const MOST_DELAYS = 100;
  const setProps = (id, props) => window.dash_clientside.set_props(id, props);
  const html = (type, children, props) => ({ namespace: "dash_html_components", type, props: { children, ...props } });
  const part = (what, side) => `walk-${what}-${side}`;

  class Walk {
    constructor(side, texts) {
      Object.assign(this, { side, texts, board: null, delays: [], last: null });
    }

    /** Draws a step of the engine's. */
    draw(step) {
      const place = document.getElementById(part("board", this.side));
      if (!place) return;
      if (!this.last || step.maze || step.step < this.last.step) this.begin(place, step);
      if (!this.last || this.last.model_id !== step.model_id || this.last.is_active !== step.is_active) this.title(step);
      // What the engine told while this page was busy comes first: of several messages it sees only the newest.
      for (const past of [...(step.trail || []), step]) {
        if (past.step <= this.drawnTo) continue;
        this.drawnTo = past.step;
        if (this.board) this.board.at(past.position, past.q_values, past.step);
        window.clew.walkChart.add(this.side, past.step, past.cumulative_reward);
      }
      this.last = step;
      this.numbers(step);
      window.requestAnimationFrame(() => this.drawn(step.server_ts));
    }

    /** Another episode: with the maze that comes with it, else with the one that was there. */
    begin(place, step) {
      this.maze = step.maze || this.maze;
      this.board = this.maze ? new window.clew.Board(place, this.maze, this.texts) : null;
      this.drawnTo = -1;
      window.clew.walkChart.begin(this.side, this.nameOf(step), this.texts);
    }

    /** The viewer stopped it: the engine says no more until it is started again. */
    stops() {
      if (!this.last || this.last.done) return;
      this.last = { ...this.last, running: false };
      this.write("outcome", this.texts.waiting);
    }

    nameOf(step) {
      return this.texts.model.replace("{id}", step.model_id || "?");
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
      this.write("action", step.action === null || step.action === undefined ? texts.missing : texts.actions[step.action]);
      this.write("best", known(Math.max(...step.q_values), 3));
      this.write("cumulative", known(step.cumulative_reward, 2));
      const over = step.success ? texts.reached : texts.ran_out;
      this.write("outcome", step.done ? over : step.running ? texts.walking : texts.waiting);
      this.write("latency", step.latency_p95_ms === null || step.latency_p95_ms === undefined ? texts.missing : texts.ms.replace("{p50}", known(step.latency_p50_ms, 1)).replace("{p95}", known(step.latency_p95_ms, 1)));
      const name = this.facts().querySelector('[data-name="best"]');
      if (name) name.textContent = texts.best[step.scores || "q_values"];
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

  window.clew = Object.assign(window.clew || {}, { Walk });
})();
