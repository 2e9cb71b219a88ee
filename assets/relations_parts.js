/* The two parts of the relations, each with its plot, fields and texts, and what a click or a drag in its plot does. */
import { visit } from "./clew.js";
import { relationsControls } from "./relations_controls.js";
import { parallelAxes, withColumns } from "./relations_drawing.js";
import { columnOf, nameOf, scatterRefs, tick } from "./relations_page.js";
import { relationsParallel } from "./relations_parallel.js";
import { relationsRanges } from "./relations_ranges.js";
import { relationsScales } from "./relations_scales.js";
import { relationsScatter } from "./relations_scatter.js";

/** @import { Part, State } from "./relations_page.js" */

const { WHOLE } = relationsRanges;
const { button, element } = relationsControls;

/** Makes a part.
 *
 * @template Drawing
 * @param {State} page
 * @param {"scatter" | "parallel"} name
 * @param {(plot: HTMLElement) => Drawing} makeDrawing
 * @param {() => void} whole takes all ranges away
 * @param {(drawing: Drawing) => void} picked ticks the runs on show
 * @returns {Part<Drawing>}
 */
function partOf(page, name, makeDrawing, whole, picked) {
  const { texts, view } = page;
  const fields = element("div");
  const plot = element("div", { className: `relations-plot relations-${name}` });
  const legend = element("div", { className: "relations-legend small" });
  const status = element("p", { className: "small text-body-secondary mb-1" });
  const summary = element("div", { className: "table-responsive" });
  plot.setAttribute("role", "img");
  status.setAttribute("role", "status");
  const drawing = makeDrawing(plot);
  const tickButton = button("", () => picked(drawing));
  const buttons = element("div", { className: "d-flex flex-wrap gap-2 mb-2" }, tickButton, button(texts.whole, whole));
  const numbers = element("details", { className: "small" }, element("summary", { textContent: texts.in_numbers }), summary);
  const box = element("details", { className: "relations-part", open: view[name].isOpen }, element("summary", { textContent: texts[name] }), fields, status, legend, plot, buttons, numbers);
  box.addEventListener("toggle", () => {
    if (view[name].isOpen === box.open) return;
    view[name].isOpen = box.open;
    page.opened();
  });
  return { title: texts[name], box, fields, plot, legend, status, summary, tick: tickButton, drawing };
}

/** Makes the scatter plot.
 *
 * @param {State} page
 */
function scatterPart(page) {
  const { texts, view: { scatter } } = page;
  /** @param {number} i */
  const describe = (i) => {
    const values = [...new Set(scatterRefs(page))].flatMap((ref) => {
      const own = columnOf(page, ref);
      return own ? [`${nameOf(page, ref)}: ${relationsScales.valueText(own, own.values[i])}`] : [];
    });
    return [page.data?.names[i] || "–", ...values];
  };
  /** @type {(i: number, event: PointerEvent) => void} */
  const opened = (i, event) => {
    if (!page.data) return;
    const url = texts.run_page.replace("RUN_ID", page.data.ids[i]);
    if (event.ctrlKey || event.metaKey) window.open(url, "_blank", "noopener");
    else visit(url);
  };
  /** @type {(indices: number[], isMore: boolean) => void} */
  const picked = (indices, isMore) => { if (indices.length) tick(page, indices, isMore); };
  const whole = () => { Object.assign(scatter.ranges, { x: WHOLE, y: WHOLE }); page.changed(); };
  return partOf(page, "scatter", (plot) => relationsScatter(plot, { picked, opened, describe }), whole, (drawing) => tick(page, drawing.onShow()));
}

/** Puts the axis that is drawn as the `n`th where `to` of the other drawn ones are before it.
 *
 * @param {State} page
 * @param {number} n
 * @param {number} to
 */
function moveAxis(page, n, to) {
  const { axes } = page.view.parallel;
  const shown = withColumns(page);
  const [own] = shown.splice(n, 1);
  axes.splice(axes.indexOf(own), 1);
  axes.splice(to < shown.length ? axes.indexOf(shown[to]) : axes.length, 0, own);
  page.changed();
}

/** Makes the parallel coordinates.
 *
 * @param {State} page
 */
function parallelPart(page) {
  const passing = () => {
    const { columns, settings } = parallelAxes(page);
    return relationsParallel.within(columns, settings);
  };
  /** @type {(n: number, range: import("./relations_ranges.js").NumberRange | null) => void} */
  const ranged = (n, range) => {
    const own = withColumns(page)[n];
    own.range = relationsRanges.kept(columnOf(page, own.ref), range || WHOLE);
    page.changed();
    if (range && passing().length) tick(page, passing());
  };
  const whole = () => { for (const own of page.view.parallel.axes) own.range = WHOLE; page.changed(); };
  /** @type {(n: number, to: number) => void} */
  const carried = (n, to) => moveAxis(page, n, to);
  return partOf(page, "parallel", (plot) => relationsParallel.parallel(plot, { ranged, carried }), whole, () => tick(page, passing()));
}

export { parallelPart, scatterPart };
