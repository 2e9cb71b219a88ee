/* The element of an event, for the listeners of the whole document. */

/** Returns the element that an event happened on; null where that is the document, the window or a text.
 * @type {(event: { target: EventTarget | null }) => Element | null} */
const elementOf = (event) => (event.target instanceof Element ? event.target : null);

export { elementOf };
