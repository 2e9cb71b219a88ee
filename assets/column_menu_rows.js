/* The parts of the menu of columns: a group of columns with a checkbox for each. */
import { locale, propsOf } from "./clew.js";
import { ID } from "./from_python.js";
import { columns } from "./run_columns.js";

/** @import { Entry, Group } from "./column_catalogue.js" */

const texts = () => propsOf(ID.TEXTS).data.column_menu;
/** @type {(count: number) => string} */
const number = (count) => count.toLocaleString(locale());

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name
 * @param {Props} props
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[K]}
 */
function make(name, props, ...children) {
  const { dataset, aria, ...own } = props;
  const made = Object.assign(document.createElement(name), own);
  Object.assign(made.dataset, dataset || {});
  for (const [key, value] of Object.entries(aria || {})) made.setAttribute(`aria-${key}`, value);
  made.append(...children);
  return made;
}

/** @type {(label: string, name: string, ref: string, shown: Set<string>) => HTMLElement} */
function tickOf(label, name, ref, shown) {
  const isFixed = columns.isOfItself(ref);
  const box = make("input", { type: "checkbox", className: "form-check-input", checked: shown.has(ref), disabled: isFixed, title: isFixed ? texts().of_itself : "", dataset: { ref } });
  if (label) box.setAttribute("aria-label", `${name}: ${label}`);
  return make("label", { className: label ? "column-extreme" : "column-name" }, box, make("span", { textContent: label || name, dir: "auto" }));
}

/** @type {(entry: Entry, shown: Set<string>) => HTMLElement} */
function rowOf({ name, runs, refs }, shown) {
  const ticks = refs.map(([label, ref]) => tickOf(label, name, ref, shown));
  const row = make("li", { className: "column-entry" });
  if (refs.length > 1) row.append(make("span", { className: "column-name", textContent: name, dir: "auto" }));
  row.append(...ticks);
  if (runs !== null) row.append(make("span", { className: "column-runs text-body-secondary", textContent: runs === 1 ? texts().run : texts().runs.replace("{n}", number(runs)) }));
  return row;
}

/** Returns a group with the first `most` of the columns that were found in it, and a button for the others.
 * @type {(group: Group, found: Entry[], shown: Set<string>, most: number) => HTMLElement} */
function groupOf({ kind, entries }, found, shown, most) {
  const list = make("ul", { className: "list-unstyled mb-1" }, ...found.slice(0, most).map((entry) => rowOf(entry, shown)));
  const counted = found.length === entries.length ? number(entries.length) : texts().of.replace("{n}", number(found.length)).replace("{total}", number(entries.length));
  const title = make("h3", { className: "h6 mb-1", textContent: `${texts().groups[kind]} (${counted})` });
  const group = make("section", { className: "column-group", aria: { label: texts().groups[kind] } }, title, list);
  if (found.length > most) {
    const text = texts().more.replace("{n}", number(found.length - most));
    group.append(make("button", { type: "button", className: "btn btn-link btn-sm p-0", textContent: text, dataset: { more: kind } }));
  }
  return group;
}

export { groupOf, make, number, texts };
