/* The legend of a whole grid: a button for each line of its charts, which hides the line in all charts or shows it alone. */
import { chartBox } from "./chart_grid_box.js";
import { chartDrawing } from "./chart_grid_drawing.js";

/**
 * @typedef {object} Legend
 * @property {() => Set<string>} muted the names of hidden lines
 * @property {(line: string, isAlone: boolean) => void} toggle
 * @property {(figure: import("./chart_grid_box.js").Figure) => void} learn
 * @property {() => void} forget
 */

const { element } = chartBox;
/** @type {Record<string, string>} */
const BORDERS = { dash: "dashed", dot: "dotted", dashdot: "dashed" };

/** Returns the legend of one grid; `changed()` is called when other lines are muted than before.
 * @type {(place: HTMLElement, texts: ChartGridTexts, changed: () => void) => Legend} */
function legend(place, texts, changed) {
  /** @type {Map<string, { button: HTMLButtonElement }>} */
  const lines = new Map(); // by name
  /** @type {Set<string>} */
  const muted = new Set();

  function mark() {
    for (const [line, { button }] of lines) button.setAttribute("aria-pressed", String(!muted.has(line)));
    all.hidden = !muted.size;
    changed();
  }

  /** @type {(line: string) => void} */
  function mute(line) {
    if (!muted.delete(line)) muted.add(line);
    mark();
  }

  /** Shows a line alone; called again, shows all of them.
   * @type {(line: string) => void} */
  function isolate(line) {
    const others = [...lines.keys()].filter((other) => other !== line);
    const isAlone = !muted.has(line) && others.every((other) => muted.has(other));
    muted.clear();
    if (!isAlone) for (const other of others) muted.add(other);
    mark();
  }

  const all = element("button", { type: "button", className: "btn btn-sm btn-link", textContent: texts.show_all_lines, hidden: true });
  all.addEventListener("click", () => {
    muted.clear();
    mark();
    place.querySelector(".legend-line")?.focus();
  });
  const row = element("div", { className: "legend-lines" });
  place.replaceChildren(row, all);
  place.setAttribute("role", "group");
  place.setAttribute("aria-label", texts.legend);

  /** @type {(line: string, trace: PlotlyTrace) => void} */
  function added(line, trace) {
    const swatch = element("span", { className: "swatch" });
    swatch.style.borderTop = `3px ${BORDERS[trace.line?.dash ?? ""] || "solid"} ${trace.line?.color || "currentColor"}`;
    swatch.setAttribute("aria-hidden", "true");
    const button = element("button", { type: "button", className: "btn btn-sm legend-line", title: `${line}\n${texts.legend_hint}` }, swatch, element("span", { className: "run-name", textContent: line }));
    button.setAttribute("aria-pressed", String(!muted.has(line)));
    button.addEventListener("click", (event) => (event.shiftKey ? isolate(line) : mute(line)));
    button.addEventListener("dblclick", () => isolate(line));
    row.append(button);
    lines.set(line, { button });
  }

  return {
    muted: () => muted,
    toggle: (line, isAlone) => (isAlone ? isolate(line) : mute(line)),
    /** Adds the lines of a drawn figure. */
    learn(figure) {
      for (const trace of figure.data) {
        const line = chartDrawing.lineOf(trace);
        if (line && trace.showlegend !== false && !lines.has(line)) added(line, trace);
      }
      place.hidden = lines.size < 2;
    },
    /** Removes all lines, for other runs or other groups of them. */
    forget() {
      lines.clear();
      muted.clear();
      row.replaceChildren();
      place.hidden = all.hidden = true;
    },
  };
}

export { legend as chartLegend };
