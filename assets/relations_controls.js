/* The fields of the relations: an axis's column, its scale and its range. Each has a label and works by keyboard alone. */
import { localTime } from "./clew.js";
import { relationsRanges } from "./relations_ranges.js";

/**
 * @import { Column } from "./relations_data.js"
 * @import { NumberRange, Range } from "./relations_ranges.js"
 * @import { Catalogue } from "./relations_page.js"
 */

const MAX_LISTED = 300;
let fields = 0;

/** Makes an element with these properties.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} name
 * @param {Props} [properties]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** Puts a label before an input.
 *
 * @param {string} text
 * @param {HTMLElement} input
 * @param {string} [className]
 */
function labelled(text, input, className = "") {
  fields += 1;
  input.id = input.id || `relations-field-${fields}`;
  return element("div", { className }, element("label", { className: "form-label small mb-0", htmlFor: input.id, textContent: text }), input);
}

/** Makes a field for a column, found by typing its name or its reference; calls `chosen(ref)`, with null for none.
 *
 * @param {string} text
 * @param {string | null} ref
 * @param {{ catalogue: Catalogue, chosen: (ref: string | null) => void, list: string }} options `list` is the id of the names to choose from
 */
function columnField(text, ref, { catalogue, chosen, list }) {
  const input = element("input", { className: "form-control form-control-sm", type: "text", defaultValue: ref ? catalogue.textOf(ref) : "", autocomplete: "off" });
  input.setAttribute("list", list);
  input.addEventListener("change", () => {
    input.defaultValue = input.value; // no longer half typed
    const typed = input.value.trim();
    chosen(typed ? catalogue.refOf(typed) : null);
  });
  return labelled(text, input, "relations-column");
}

/** Makes a switch for a logarithmic scale.
 *
 * @param {string} text
 * @param {boolean} isOn
 * @param {(isOn: boolean) => void} changed
 */
function logSwitch(text, isOn, changed) {
  const input = element("input", { className: "form-check-input", type: "checkbox", checked: isOn });
  input.addEventListener("change", () => changed(input.checked));
  const field = labelled(text, input, "form-check form-switch mb-0 small");
  const label = /** @type {HTMLLabelElement} */ (field.firstChild);
  field.append(label); // Bootstrap has the box before its label
  label.className = "form-check-label";
  return field;
}

/** @param {Column | undefined} column */
const isTime = (column) => column?.kind === "time";

/** Returns the end of a range as it is typed: a moment as the browser asks for it, a number as it is.
 *
 * @param {Column | undefined} column
 * @param {number | null} end
 */
const shown = (column, end) => (end === null ? "" : isTime(column) ? String(localTime(end)).replace(" ", "T") : String(Number(end.toPrecision(6))));

/**
 * @param {string} text
 * @param {Column | undefined} column
 * @param {number | null} end
 * @param {(end: number | null) => void} changed
 * @returns {HTMLElement}
 */
function endField(text, column, end, changed) {
  const input = element("input", { className: "form-control form-control-sm", type: isTime(column) ? "datetime-local" : "number", step: "any", defaultValue: shown(column, end) });
  input.addEventListener("change", () => {
    input.defaultValue = input.value;
    const value = isTime(column) ? Date.parse(input.value) : Number(input.value);
    changed(input.value === "" || !Number.isFinite(value) ? null : value);
  });
  return labelled(text, input, "relations-end");
}

/** @type {(code: number) => NumberRange} */
const only = (code) => [code - 0.5, code + 0.5];

/** Makes a field into which a category is typed, where there are more than a list shows.
 *
 * @param {string} text
 * @param {Column} column
 * @param {number | null} code
 * @param {(range: Range) => void} changed
 */
function typedCategory(text, column, code, changed) {
  const input = element("input", { className: "form-control form-control-sm", type: "text", defaultValue: code === null ? "" : column.categories[code], autocomplete: "off" });
  input.addEventListener("change", () => {
    input.defaultValue = input.value;
    const found = column.categories.indexOf(input.value);
    input.classList.toggle("is-invalid", input.value !== "" && found < 0);
    if (input.value === "" || found >= 0) changed(found < 0 ? [null, null] : only(found));
  });
  return labelled(text, input, "relations-column");
}

/** Makes a choice of one category of a text column, or all; a drawn range of several has an entry of its own.
 *
 * @param {string} text
 * @param {Column} column
 * @param {Range} own
 * @param {(range: Range) => void} changed
 * @param {string} all
 */
function categoryField(text, column, own, changed, all) {
  const [low, high] = relationsRanges.inNumbers(column, own);
  const isOne = low !== null && high !== null && Math.ceil(low) === Math.floor(high) && Math.ceil(low) in column.categories;
  const code = isOne ? Math.ceil(low) : null;
  if (column.categories.length > MAX_LISTED) return typedCategory(text, column, code, changed);
  const select = element("select", { className: "form-select form-select-sm" }, element("option", { value: "", textContent: all }));
  column.categories.forEach((name, code) => select.append(element("option", { value: String(code), textContent: name || "–" })));
  if (code === null && !relationsRanges.isWhole(own)) select.prepend(element("option", { value: "drawn", textContent: [...new Set(/** @type {unknown[]} */ (own))].join(" … ") }));
  select.value = code === null ? select.options[0].value : String(code);
  select.addEventListener("change", () => select.value !== "drawn" && changed(select.value === "" ? [null, null] : only(Number(select.value))));
  return labelled(text, select, "relations-column");
}

/** Makes one or two fields for the range of an axis: from and to, or a category.
 *
 * @param {string} name
 * @param {Column | undefined} column
 * @param {Range} range
 * @param {(range: Range) => void} changed
 * @param {RelationsTexts} texts
 */
function rangeFields(name, column, range, changed, texts) {
  if (column && column.kind === "text") return [categoryField(texts.only.replace("{name}", () => name), column, range, changed, texts.all)];
  const own = relationsRanges.inNumbers(column, range);
  return [0, 1].map((which) => endField(
    (which ? texts.to : texts.from).replace("{name}", () => name), column, own[which],
    (end) => changed(which ? [own[0], end] : [end, own[1]])
  ));
}

/** Makes a button.
 *
 * @param {string} text
 * @param {() => void} pressed
 * @param {string} [className]
 */
function button(text, pressed, className = "btn btn-sm btn-outline-secondary") {
  const made = element("button", { type: "button", className, textContent: text });
  made.addEventListener("click", pressed);
  return made;
}

export const relationsControls = Object.freeze({ button, columnField, element, labelled, logSwitch, rangeFields });
