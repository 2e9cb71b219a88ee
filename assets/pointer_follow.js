/* What is carried with a pointer: a mouse, a pen or a finger. */
const EDGE = 70; // pixels from the window's upper and lower end where the page moves along
const STRIDE = 14;

/** Follows a pointer until it is let go: `drag(event)` while it moves, `drop(event)` where it is let go; `end()` in any case,
    also where the browser or Escape cancels it.
 *
 * @param {(event: PointerEvent) => void} drag
 * @param {(event: PointerEvent) => void} drop
 * @param {() => void} end
 */
function follow(drag, drop, end) {
  /** @param {PointerEvent | KeyboardEvent} event */
  const stop = (event) => {
    for (const [name, listener] of listeners) document.removeEventListener(name, listener, true);
    document.removeEventListener("keydown", giveUp, true);
    end();
    if (event.type === "pointerup") drop(/** @type {PointerEvent} */ (event));
  };
  /** @type {["pointermove" | "pointerup" | "pointercancel", (event: PointerEvent) => void][]} */
  const listeners = [["pointermove", drag], ["pointerup", stop], ["pointercancel", stop]];
  /** @param {KeyboardEvent} event */
  const giveUp = (event) => event.key === "Escape" && stop(event);
  for (const [name, listener] of listeners) document.addEventListener(name, listener, true);
  document.addEventListener("keydown", giveUp, true);
}

/** Scrolls the page while what is carried is near the window's edge, as browsers do by themselves for their own drags; `stop()` ends it. */
function autoScroll() {
  /** @type {number | null} */
  let y = null;
  let frame = 0;
  const go = () => {
    if (y !== null && y < EDGE) window.scrollBy(0, -STRIDE);
    if (y !== null && y > window.innerHeight - EDGE) window.scrollBy(0, STRIDE);
    frame = window.requestAnimationFrame(go);
  };
  go();
  return { at: (/** @type {PointerEvent} */ event) => { y = event.clientY; }, stop: () => window.cancelAnimationFrame(frame) };
}

export { follow, autoScroll };
