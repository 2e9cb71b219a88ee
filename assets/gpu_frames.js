/* When live GPUs are drawn: once a frame at most, whatever the messages, and not at all while nobody sees the page. */
const SHARE = 6; // drawing rests for so many times as long as it took
const [LEAST_MS, LONGEST_MS] = [100, 2000]; // of that rest: nobody reads numbers faster, and no page may stand still

/** A function that has `draw` called soon; with `true` in the next frame, for what the reader did. */
function frames(draw) {
  let asked = false;
  let timer = null;
  let restsUntil = 0;

  function frame() {
    asked = false;
    const began = performance.now();
    draw();
    // Style, layout and paint come after this in the same frame, and cost as much: they count.
    window.setTimeout(() => {
      const took = performance.now() - began;
      restsUntil = performance.now() + Math.min(LONGEST_MS, Math.max(LEAST_MS, SHARE * took));
    }, 0);
  }

  function ask() {
    window.clearTimeout(timer);
    [asked, timer] = [true, null];
    window.requestAnimationFrame(frame); // a browser has no frames for a tab that is not seen
  }

  return (atOnce) => {
    if (asked) return;
    const rest = restsUntil - performance.now();
    if (atOnce || rest <= 0) ask();
    else if (timer === null) timer = window.setTimeout(ask, rest);
  };
}

export { frames as gpuFrames };
