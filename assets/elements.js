/* Finds elements of the page. */

/** Returns the element with this id; throws where the page has none.
 * @type {(id: string) => HTMLElement} */
function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`missing: #${id}`);
  return found;
}

/** Returns the first element of these within another; throws where it has none.
 * @type {(root: ParentNode, selectors: string) => HTMLElement} */
function within(root, selectors) {
  const found = root.querySelector(selectors);
  if (!(found instanceof HTMLElement)) throw new Error(`missing: ${selectors}`);
  return found;
}

/** Returns the element that an event happened on; null where that is the document, the window or a text.
 * @type {(event: { target: EventTarget | null }) => Element | null} */
const elementOf = (event) => (event.target instanceof Element ? event.target : null);

/** Returns the texts that Python wrote into an element; tests/javascript/texts.d.ts has their types.
 *
 * @template Texts
 * @param {HTMLElement} place
 * @returns {Texts}
 */
const textsOf = (place) => /** @type {Texts} */ (JSON.parse(place.dataset.texts ?? "{}"));

export { byId, elementOf, textsOf, within };
