/* What the relations write next to their plots: which runs are not on show and why, the legend, the axes in numbers. */
import { relationsColours } from "./relations_colours.js";
import { relationsControls } from "./relations_controls.js";
import { columnOf, count, filled, nameOf } from "./relations_page.js";
import { relationsScales } from "./relations_scales.js";

/** @import { Page, Part } from "./relations_page.js" */

const { element } = relationsControls;

/** Returns sentences that say why runs have no place on the axes: diverged, out of range, none logged, on a logarithm.
 *
 * @param {Page} page
 * @param {string[]} refs
 * @param {(ref: string) => boolean} isLogOf
 */
function withoutPlace(page, refs, isLogOf) {
  const { texts } = page;
  const sentences = [];
  for (const ref of new Set(refs)) {
    const own = columnOf(page, ref);
    if (!own) continue;
    const words = own.words.join(", ");
    const negative = isLogOf(ref) && own.kind === "number" ? own.values.filter((value) => value <= 0).length : 0;
    /** @type {["none" | "diverged" | "out_of_range" | "no_number" | "pending" | "not_positive", number][]} */
    const parts = [["none", own.none], ["diverged", own.diverged], ["out_of_range", own.out_of_range], ["no_number", own.no_number], ["pending", own.pending], ["not_positive", negative]];
    const reasons = parts.filter(([, n]) => n).map(([why, n]) => filled(texts[why], { n: count(n), words }));
    if (reasons.length) sentences.push(filled(texts.without, { name: nameOf(page, ref), why: reasons.join(", ") }));
  }
  return sentences;
}

/** Returns sentences about the runs that the list's filter finds.
 *
 * @param {Page} page
 */
function aboutRuns({ data, texts }) {
  if (!data) return [];
  const { left, total, drawn, loading } = data;
  const parts = [filled(texts.runs, { left: count(left), total: count(total) })];
  if (drawn < left) parts.push(filled(texts.newest, { n: count(drawn) }));
  if (loading) parts.push(texts.loading);
  return parts;
}

/**
 * @param {Page} page
 * @param {string} ref
 */
function summaryRow(page, ref) {
  const own = columnOf(page, ref);
  if (!own) return [];
  const { valueText, extent } = relationsScales;
  const ends = extent(own, false);
  const values = own.values.filter((value) => !Number.isNaN(value));
  const cells = own.kind === "text" ? [count(new Set(values).size), "–", "–"] : [count(values.length), ...(ends ? ends.map((end) => valueText(own, end)) : ["–", "–"])];
  return [element("tr", {}, element("th", { scope: "row", textContent: nameOf(page, ref) }), ...cells.map((text) => element("td", { textContent: text })))];
}

/** Writes the axes as a table of numbers, for readers who see no picture.
 *
 * @param {Page} page
 * @param {Part<unknown>} part
 * @param {string[]} refs
 */
function fillSummary(page, part, refs) {
  const { texts } = page;
  const head = [texts.axis, texts.values, texts.least, texts.greatest].map((text) => element("th", { scope: "col", textContent: text }));
  const rows = refs.flatMap((ref) => summaryRow(page, ref));
  part.summary.replaceChildren(element("table", { className: "table table-sm mb-0" }, element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...rows)));
}

/** Writes a part's status, which names its plot, too.
 *
 * @param {Part<unknown>} part
 * @param {string[]} sentences
 */
function writeStatus(part, sentences) {
  const text = sentences.join(" ");
  if (part.status.textContent !== text) part.status.textContent = text;
  part.plot.setAttribute("aria-label", `${part.title}: ${text}`);
}

/** @type {(colour: string, text: string) => HTMLElement} */
const swatch = (colour, text) => element("span", { className: "relations-swatch" }, Object.assign(element("i"), { style: `background: ${colour}` }), text || "–");

/** Writes the legend of a column's colours; none empties it.
 *
 * @param {Page} page
 * @param {Part<unknown>} part
 * @param {import("./relations_colours.js").Legend | null} [legend]
 * @param {string | null} [ref]
 */
function writeLegend(page, part, legend, ref) {
  const own = columnOf(page, ref ?? null);
  if (!legend || !ref || !own) return part.legend.replaceChildren();
  const head = element("span", { className: "me-2", textContent: nameOf(page, ref) });
  if ("swatches" in legend) {
    const others = legend.others ? [swatch(relationsColours.OTHER, filled(page.texts.others, { n: count(legend.others) }))] : [];
    return part.legend.replaceChildren(head, ...legend.swatches.map(([colour, text]) => swatch(colour, text)), ...others);
  }
  const bar = Object.assign(element("i", { className: "relations-ramp" }), { style: `background: ${legend.gradient}` });
  const [low, high] = legend.ends.map((end) => relationsScales.valueText(own, end));
  return part.legend.replaceChildren(head, low, bar, high);
}

export { aboutRuns, fillSummary, withoutPlace, writeLegend, writeStatus };
