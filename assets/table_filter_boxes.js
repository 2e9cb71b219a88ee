/* One filter box under the heading of a column. */
/**
 * @import { TableColumn as Column } from "./tables.js"
 * @typedef {{ typed: string, isUnderstood: boolean }} TypedFilter what is typed into the box of a column
 * @typedef {TypedFilter & { element: HTMLElement, input: HTMLInputElement, misfit: HTMLElement }} FilterBox
 */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} name
 * @param {Props} props
 * @param {...Node} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
function element(name, props, ...children) {
  const made = Object.assign(document.createElement(name), props);
  made.append(...children);
  return made;
}

/** Makes the box of a column of a table, with what the address has typed.
 *
 * @param {HTMLElement} frame of the table
 * @param {Column} column
 * @param {string} typed
 * @returns {FilterBox}
 */
function newBox(frame, column, typed) {
  const { table, filter = "", placeholder } = frame.dataset;
  const misfit = element("div", { className: "filter-misfit", id: `${table}-filter-${column.id}`, hidden: true });
  const input = element("input", { type: "text", placeholder, autocomplete: "off", spellcheck: false });
  input.setAttribute("aria-label", filter.replace("{name}", column.name));
  input.value = typed;
  return { element: element("div", { className: "filter-box" }, input, misfit), input, misfit, typed, isUnderstood: true };
}

/** Puts a box into its cell, with the focus and the place in the word: it loses both where DataTable drops its cell.
 *
 * @param {FilterBox} box
 * @param {Element} cell
 * @param {boolean} isFocused whether it was the last box with the focus
 */
function place(box, cell, isFocused) {
  const others = [...cell.querySelectorAll(":scope > .filter-box")].filter((one) => one !== box.element);
  others.forEach((other) => other.remove());
  if (box.element.parentElement === cell) return;
  const { input } = box;
  const hadFocus = isFocused && [input, document.body].some((one) => one === document.activeElement);
  const [start, end] = [input.selectionStart, input.selectionEnd];
  cell.prepend(box.element);
  if (!hadFocus) return;
  input.focus({ preventScroll: true });
  input.setSelectionRange(start, end);
}

/** Shows what is wrong with a box; an empty sentence hides it.
 *
 * @param {FilterBox} box
 * @param {string} sentence
 */
function showMisfit(box, sentence) {
  box.misfit.textContent = sentence;
  box.misfit.hidden = !sentence;
  if (sentence) {
    box.input.setAttribute("aria-invalid", "true");
    box.input.setAttribute("aria-describedby", box.misfit.id);
  } else ["aria-invalid", "aria-describedby"].forEach((name) => box.input.removeAttribute(name));
}

export { newBox, place, showMisfit };
