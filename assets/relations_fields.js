/* The fields of the relations' two parts: columns, scales, ranges. They are made again only where they depend on something new. */
import { relationsControls } from "./relations_controls.js";
import { LIST, columnOf, filled, isThere, nameOf, scatterRefs } from "./relations_page.js";
import { draw } from "./relations_drawing.js";
import { relationsRanges } from "./relations_ranges.js";

/** @import { Page } from "./relations_page.js" */

const { WHOLE } = relationsRanges;
const { button, columnField, element, labelled, logSwitch, rangeFields } = relationsControls;

/** @type {(place: Element) => HTMLInputElement[]} */
const inputsOf = (place) => [...place.querySelectorAll("input,select,button")].map((one) => /** @type {HTMLInputElement} */ (one));

/** Replaces fields, and puts the focus back where it was, with what is half typed there.
 *
 * @param {Element} place
 * @param {Element[]} made
 */
function replaceFields(place, made) {
  const before = /** @type {HTMLInputElement} */ (document.activeElement);
  const focused = inputsOf(place).indexOf(before);
  place.replaceChildren(...made);
  const after = focused < 0 ? undefined : inputsOf(place)[focused];
  if (!after) return;
  after.focus();
  if (before.tagName === "INPUT" && after.type === before.type && before.type !== "checkbox" && before.value !== before.defaultValue) after.value = before.value;
}

/** Returns what the fields of a part depend on: with the same, they stay as they are.
 *
 * @param {Page} page
 * @param {unknown} view
 * @param {string[]} refs
 */
const dependsOn = (page, view, refs) =>
  JSON.stringify([view, page.isLasso, page.catalogue.entries.length, refs.map((ref) => [columnOf(page, ref)?.kind, columnOf(page, ref)?.categories])]);

/**
 * @param {Page} page
 * @param {"scatter" | "parallel"} name
 * @param {string[]} refs
 * @param {(page: Page) => Element[]} makeFields
 */
function layOutPart(page, name, refs, makeFields) {
  const part = page.parts[name];
  const now = dependsOn(page, page.view[name], refs);
  if (!page.view[name].isOpen || part.laidOut === now) return;
  part.laidOut = now;
  replaceFields(part.fields, makeFields(page));
}

/** Makes the switch of a column that has a logarithm, or may have one once it is there.
 *
 * @param {Page} page
 * @param {string | null} ref
 * @param {string} name of the axis
 * @param {boolean} isOn
 * @param {(isOn: boolean) => void} changed
 */
function logSwitches(page, ref, name, isOn, changed) {
  const own = columnOf(page, ref);
  return !own || own.kind === "number" ? [logSwitch(filled(page.texts.log, { name }), isOn, changed)] : [];
}

/** @param {Page} page */
function scatterFields(page) {
  const { catalogue, texts, view: { scatter } } = page;
  /** @type {(name: "x" | "y" | "c", ...more: Element[]) => HTMLElement} */
  const rowOf = (name, ...more) => element("div", { className: "relations-row" },
    columnField(texts[`${name}_column`], scatter[name], { catalogue, list: LIST, chosen: (ref) => { scatter[name] = ref; if (scatter.ranges[name]) scatter.ranges[name] = WHOLE; page.changed(); } }),
    ...more,
    ...logSwitches(page, scatter[name], texts[`${name}_column`], scatter.logs[name], (isOn) => { scatter.logs[name] = isOn; page.changed(); }));
  /** @param {"x" | "y"} name */
  const ranged = (name) => rowOf(name, ...rangeFields(texts[`${name}_column`], columnOf(page, scatter[name]), scatter.ranges[name], (range) => { scatter.ranges[name] = relationsRanges.kept(columnOf(page, scatter[name]), range); page.changed(); }, texts));
  const mode = element("select", { className: "form-select form-select-sm" }, element("option", { value: "box", textContent: texts.box }), element("option", { value: "lasso", textContent: texts.lasso }));
  mode.value = page.isLasso ? "lasso" : "box";
  mode.addEventListener("change", () => { page.isLasso = mode.value === "lasso"; draw(page); });
  return [ranged("x"), ranged("y"), rowOf("c", labelled(texts.drag, mode))];
}

/** @param {Page} page */
function parallelFields(page) {
  const { catalogue, texts, view: { parallel: { axes } } } = page;
  const add = (/** @type {string | null} */ ref) => { if (ref && !axes.some((own) => own.ref === ref)) { axes.push({ ref, log: false, range: WHOLE }); page.changed(); } };
  const rows = axes.map((_own, n) => parallelRow(page, n));
  return [...rows, element("div", { className: "relations-row" }, columnField(texts.add, null, { catalogue, list: LIST, chosen: add }))];
}

/** Makes the row of the `n`th axis.
 *
 * @param {Page} page
 * @param {number} n
 */
function parallelRow(page, n) {
  const { texts, view: { parallel: { axes } } } = page;
  const own = axes[n];
  const name = nameOf(page, own.ref);
  const move = (/** @type {1 | -1} */ by) => { axes.splice(n, 1); axes.splice(n + by, 0, own); page.changed(); };
  /** @type {(text: string, symbol: string, pressed: () => void, isOff?: boolean) => HTMLElement} */
  const named = (text, symbol, pressed, isOff) => Object.assign(button(symbol, pressed), { ariaLabel: filled(text, { name }), title: filled(text, { name }), disabled: Boolean(isOff) });
  return element("div", { className: "relations-row" },
    element("span", { className: "relations-axis", textContent: name, title: own.ref }),
    ...rangeFields(name, columnOf(page, own.ref), own.range, (range) => { own.range = relationsRanges.kept(columnOf(page, own.ref), range); page.changed(); }, texts),
    ...logSwitches(page, own.ref, name, own.log, (isOn) => { own.log = isOn; page.changed(); }),
    element("span", { className: "relations-moves" },
      named(texts.earlier, "←", () => move(-1), n === 0),
      named(texts.later, "→", () => move(1), n === axes.length - 1),
      named(texts.remove, "×", () => { axes.splice(n, 1); page.changed(); })));
}

/** Makes the fields of the open parts again where they depend on something new.
 *
 * @param {Page} page
 */
function layOut(page) {
  if (!isThere(page)) return;
  layOutPart(page, "scatter", scatterRefs(page), scatterFields);
  layOutPart(page, "parallel", page.view.parallel.axes.map(({ ref }) => ref), parallelFields);
}

export { layOut };
