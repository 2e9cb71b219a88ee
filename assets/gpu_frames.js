/* Limits the drawing of live GPUs: at most once a frame, however many messages come, and never on a hidden page. */
const SHARE = 6; // the pause between drawings is so many times as long as the last one took
const [MIN_MS, LONGEST_MS] = [100, 2000]; // of that pause: numbers need not change faster, and a page must not seem to have stopped

/** Returns a function that has `draw` called soon; with `true` in the next frame, after an action of the reader.
 * @type {(draw: () => void) => (atOnce?: boolean) => void} */
function frames(draw) {
  let isAsked = false;
  /** @type {number | undefined} */
  let timer;
  let pausesUntil = 0;

  function frame() {
    isAsked = false;
    const began = performance.now();
    draw();
    // Style, layout and paint come after this in the same frame, and take as long: they are included.
    window.setTimeout(() => {
      const took = performance.now() - began;
      pausesUntil = performance.now() + Math.min(LONGEST_MS, Math.max(MIN_MS, SHARE * took));
    }, 0);
  }

  function ask() {
    window.clearTimeout(timer);
    [isAsked, timer] = [true, undefined];
    window.requestAnimationFrame(frame); // browsers run no frames for a hidden tab
  }

  return (atOnce) => {
    if (isAsked) return;
    const pause = pausesUntil - performance.now();
    if (atOnce || pause <= 0) ask();
    else if (timer === undefined) timer = window.setTimeout(ask, pause);
  };
}

export { frames as gpuFrames };
