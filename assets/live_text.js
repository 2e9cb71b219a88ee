/* Live numbers go into the page as text, by the browser's own means: a component's property costs a hundred times as much.
   Only what changed is written. */
/** The text of an element that holds nothing else. */
function write(element, text) {
  if (!element || element.textContent === text) return;
  if (element.childNodes.length === 1 && element.firstChild.nodeType === Node.TEXT_NODE) element.firstChild.nodeValue = text;
  else element.textContent = text;
}

function mark(element, name, value) {
  if (element && element.getAttribute(name) !== value) element.setAttribute(name, value);
}

function hide(element, hidden) {
  if (element && element.hidden !== hidden) element.hidden = hidden;
}

/** A new element; `attributes` that are null are left out. */
function make(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) if (value !== null && value !== undefined) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** The elements of what components/ describes as components of HTML, for what is no part of Dash's own page. */
function build(described) {
  if (described === null || described === undefined) return [];
  if (Array.isArray(described)) return described.flatMap(build);
  if (typeof described !== "object") return [document.createTextNode(String(described))];
  const { children, className, htmlFor, style, hidden, ...attributes } = described.props;
  const made = make(described.type.toLowerCase(), { class: className, for: htmlFor, ...attributes }, ...build(children));
  Object.assign(made.style, style);
  made.hidden = Boolean(hidden);
  return [made];
}

/** The children of `parent`, one for each of `items`, in their order: those that are there stay, `made` makes new ones, and
    `filled` writes into each. The keys of items differ. */
function children(parent, items, keyOf, made, filled) {
  const there = new Map([...parent.children].map((child) => [child.dataset.key, child]));
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
