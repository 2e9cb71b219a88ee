/* A list of thousands of rows of one height, of which only those in sight are in the document. */
const BEYOND = 6; // rows above and below those in sight, so that Tab always finds a next one

/** Shows rows in `list`, which scrolls; `make(row)` makes the element of a row, and equal keys are one row.
 *
 * `show(rows)` takes `[{key, …}]`; a row whose element has the focus stays, however far it is.
 *
 * @template {{ key: string }} Row
 * @param {HTMLElement} list
 * @param {number} rowHeight in pixels
 * @param {(row: Row) => HTMLElement} make
 */
function virtualList(list, rowHeight, make) {
  const space = document.createElement("div");
  space.className = "virtual-space";
  space.setAttribute("role", "presentation");
  list.replaceChildren(space);
  /** @type {Map<string, HTMLElement>} by key */
  const there = new Map();
  /** @type {Row[]} */
  let rows = [];
  /** @type {number | null} */
  let frame = null;

  function draw() {
    frame = null;
    const first = Math.max(0, Math.floor(list.scrollTop / rowHeight) - BEYOND);
    const last = Math.min(rows.length, Math.ceil((list.scrollTop + list.clientHeight) / rowHeight) + BEYOND);
    const wanted = new Set(rows.slice(first, last).map((row) => row.key));
    for (const [key, element] of there) {
      if (wanted.has(key) || element.contains(document.activeElement)) continue;
      element.remove();
      there.delete(key);
    }
    /** @type {HTMLElement | null} */
    let before = null;
    for (let at = first; at < last; at++) before = place(rows[at], at, before);
  }

  /** Puts a row's element after `before`: out of the rows' order, Tab would jump.
   *
   * @param {Row} row
   * @param {number} at
   * @param {HTMLElement | null} before
   */
  function place(row, at, before) {
    let element = there.get(row.key);
    if (!element) {
      element = make(row);
      there.set(row.key, element);
    }
    element.style.transform = `translateY(${at * rowHeight}px)`;
    const isRow = element.getAttribute("role") === "row";
    for (const [name, value] of isRow ? [["aria-rowindex", at + 2]] : [["aria-posinset", at + 1], ["aria-setsize", rows.length]]) element.setAttribute(String(name), String(value));
    const follows = before ? before.nextElementSibling === element : space.firstElementChild === element;
    if (!follows && !element.contains(document.activeElement)) before ? before.after(element) : space.prepend(element);
    return element;
  }

  function later() {
    if (frame === null) frame = window.requestAnimationFrame(draw);
  }

  list.addEventListener("scroll", later, { passive: true });
  return {
    /** @param {Row[]} next */
    show(next) {
      rows = next;
      for (const element of there.values()) element.remove();
      there.clear();
      space.style.height = `${rows.length * rowHeight}px`;
      draw();
    },
    /** Brings a row into sight, and returns its element.
     *
     * @param {string} key
     */
    reach(key) {
      const at = rows.findIndex((row) => row.key === key);
      if (at < 0) return null;
      const top = at * rowHeight;
      if (top < list.scrollTop) list.scrollTop = top;
      else if (top + rowHeight > list.scrollTop + list.clientHeight) list.scrollTop = top + rowHeight - list.clientHeight;
      draw();
      return there.get(key);
    },
    redraw: later,
  };
}

export { virtualList };
