/* The fields of the relations: which column an axis has, its scale and its range. Each has a label and takes keys alone. */
import { localTime } from "./clew.js";
import { relationsRanges } from "./relations_ranges.js";

const MOST_LISTED = 300;
let fields = 0;

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function labelled(text, input, className = "") {
  fields += 1;
  input.id = input.id || `relations-field-${fields}`;
  return element("div", { className }, element("label", { className: "form-label small mb-0", htmlFor: input.id, textContent: text }), input);
}

/** A field for a column: typing finds one by its name or its reference; `chosen(ref)` hears of it, null for none. */
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

function logSwitch(text, isOn, changed) {
  const input = element("input", { className: "form-check-input", type: "checkbox", checked: isOn });
  input.addEventListener("change", () => changed(input.checked));
  const field = labelled(text, input, "form-check form-switch mb-0 small");
  field.append(field.firstChild); // Bootstrap has the box before its label
  field.lastChild.className = "form-check-label";
  return field;
}

/** How an end of a range is typed: moments as the browser asks for them, numbers as they are. */
const isTime = (column) => column && column.kind === "time";
const shown = (column, end) => (end === null ? "" : isTime(column) ? localTime(end).replace(" ", "T") : String(Number(end.toPrecision(6))));

function endField(text, column, end, changed) {
  const input = element("input", { className: "form-control form-control-sm", type: isTime(column) ? "datetime-local" : "number", step: "any", defaultValue: shown(column, end) });
  input.addEventListener("change", () => {
    input.defaultValue = input.value;
    const value = isTime(column) ? Date.parse(input.value) : Number(input.value);
    changed(input.value === "" || !Number.isFinite(value) ? null : value);
  });
  return labelled(text, input, "relations-end");
}

const only = (code) => [code - 0.5, code + 0.5];

/** Of more categories than a list shows, one is typed. */
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

/** A choice of one category of a text column, or all; several that were drawn stand there as what they are. */
function categoryField(text, column, own, changed, all) {
  const range = relationsRanges.inNumbers(column, own);
  const isOne = range[0] !== null && range[1] !== null && Math.ceil(range[0]) === Math.floor(range[1]) && Math.ceil(range[0]) in column.categories;
  const code = isOne ? Math.ceil(range[0]) : null;
  if (column.categories.length > MOST_LISTED) return typedCategory(text, column, code, changed);
  const select = element("select", { className: "form-select form-select-sm" }, element("option", { value: "", textContent: all }));
  column.categories.forEach((name, code) => select.append(element("option", { value: String(code), textContent: name || "–" })));
  if (code === null && !relationsRanges.isWhole(own)) select.prepend(element("option", { value: "drawn", textContent: [...new Set(own)].join(" … ") }));
  select.value = code === null ? select.options[0].value : String(code);
  select.addEventListener("change", () => select.value !== "drawn" && changed(select.value === "" ? [null, null] : only(Number(select.value))));
  return labelled(text, select, "relations-column");
}

/** The range of an axis in one or two fields: from and to, or a category. */
function rangeFields(name, column, range, changed, texts) {
  if (column && column.kind === "text") return [categoryField(texts.only.replace("{name}", () => name), column, range, changed, texts.all)];
  const own = relationsRanges.inNumbers(column, range);
  return [0, 1].map((which) => endField(
    (which ? texts.to : texts.from).replace("{name}", () => name), column, own[which],
    (end) => changed(which ? [own[0], end] : [end, own[1]])
  ));
}

function button(text, pressed, className = "btn btn-sm btn-outline-secondary") {
  const made = element("button", { type: "button", className, textContent: text });
  made.addEventListener("click", pressed);
  return made;
}

export const relationsControls = Object.freeze({ button, columnField, element, labelled, logSwitch, rangeFields });
