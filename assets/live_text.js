/* Writes live numbers into the page as text, by the browser's own means: a component's property costs a hundred times as
   much. Only what changed is written. */
/**
 * A component of HTML as Dash describes it in JSON, and what may be among its children.
 *
 * @typedef {{ type: string, props: DescribedProps }} Described
 * @typedef {Record<string, string | number | null | undefined>} Attributes
 * @typedef {{ children?: DescribedChild | DescribedChild[], className?: string, htmlFor?: string, style?: object, hidden?: boolean }} DescribedProps and attributes of HTML
 * @typedef {Described | string | number | null | undefined} DescribedChild
 */

/** Writes the text of an element that holds nothing else; does nothing if there is no such element.
 *
 * @param {Element | null | undefined} element
 * @param {string} text
 */
function write(element, text) {
  if (!element || element.textContent === text) return;
  const [only] = element.childNodes;
  if (element.childNodes.length === 1 && only.nodeType === Node.TEXT_NODE) only.nodeValue = text;
  else element.textContent = text;
}

/** Sets an attribute.
 *
 * @param {Element | null | undefined} element
 * @param {string} name
 * @param {string} value
 */
function mark(element, name, value) {
  if (element && element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** Hides an element, or shows it again.
 *
 * @param {HTMLElement | null | undefined} element
 * @param {boolean} hidden
 */
function hide(element, hidden) {
  if (element && element.hidden !== hidden) element.hidden = hidden;
}

/** Makes an element; `attributes` that are null are left out.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number | null | undefined>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
function make(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) if (value !== null && value !== undefined) made.setAttribute(name, String(value));
  made.append(...children);
  return made;
}

/** Builds the elements that components/ describes as components of HTML, for what is no part of Dash's own page.
 *
 * @param {DescribedChild | DescribedChild[]} described
 * @returns {(HTMLElement | Text)[]}
 */
function build(described) {
  if (described === null || described === undefined) return [];
  if (Array.isArray(described)) return described.flatMap(build);
  if (typeof described !== "object") return [document.createTextNode(String(described))];
  const { children, className, htmlFor, style, hidden, ...attributes } = described.props;
  const tag = /** @type {keyof HTMLElementTagNameMap} */ (described.type.toLowerCase());
  const made = make(tag, { class: className, for: htmlFor, .../** @type {Attributes} */ (attributes) }, ...build(children));
  Object.assign(made.style, style);
  made.hidden = Boolean(hidden);
  return [made];
}

/** Gives `parent` one child for each of `items`, in their order: children that are there stay, `made` makes new ones, and
    `filled` writes into each. Each item has a key of its own.
 *
 * @template Item
 * @template {HTMLElement} Child
 * @param {Element} parent
 * @param {Item[]} items
 * @param {(item: NoInfer<Item>) => string | number} keyOf
 * @param {(item: NoInfer<Item>) => Child} made
 * @param {(child: NoInfer<Child>, item: NoInfer<Item>) => void} filled
 */
function children(parent, items, keyOf, made, filled) {
  const there = new Map(/** @type {Child[]} */ ([...parent.children]).map((child) => [child.dataset.key, child]));
  items.forEach((item, place) => {
    const key = String(keyOf(item));
    let child = there.get(key);
    there.delete(key);
    if (!child) {
      child = made(item);
      child.dataset.key = key;
    }
    if (parent.children[place] !== child) parent.insertBefore(child, parent.children[place] || null);
    filled(child, item);
  });
  for (const child of there.values()) child.remove();
}

export const live = Object.freeze({ write, mark, hide, make, build, children });
