/* What is carried with a pointer: a mouse, a pen or a finger. */
const EDGE = 70; // pixels from the window's upper and lower end where the page moves along
const STRIDE = 14;

/** Follows a pointer until it is let go: `drag(event)` while it moves, `drop(event)` at the end, not where it is called off. */
function follow(drag, drop, end) {
  const stop = (event) => {
    ["pointermove", "pointerup", "pointercancel"].forEach((name) => document.removeEventListener(name, hear[name], true));
    document.removeEventListener("keydown", giveUp, true);
    end();
    if (event.type === "pointerup") drop(event);
  };
  const hear = { pointermove: drag, pointerup: stop, pointercancel: stop };
  const giveUp = (event) => event.key === "Escape" && stop(event);
  Object.entries(hear).forEach(([name, does]) => document.addEventListener(name, does, true));
  document.addEventListener("keydown", giveUp, true);
}

/** Moves the page while what is carried is near its end, as browsers do by themselves for their own drags; `stop()` ends it. */
function pageAlong() {
  let y = null;
  let frame = 0;
  const go = () => {
    if (y !== null && y < EDGE) window.scrollBy(0, -STRIDE);
    if (y !== null && y > window.innerHeight - EDGE) window.scrollBy(0, STRIDE);
    frame = window.requestAnimationFrame(go);
  };
  go();
  return { at: (event) => { y = event.clientY; }, stop: () => window.cancelAnimationFrame(frame) };
}

export { follow, pageAlong };
