/* Asks again for what could not be read: a service may come back, or finish reading, while its place is on the page. */
const FIRST_MS = 3000;
const LONGEST_MS = 15_000;
const TOO_MANY = 429;
const JITTER = 0.25; // of a pause, up or down

/**
 * @typedef {object} AskingAgain the repeats of one question, of which at most one is planned
 * @property {() => void} stop drops the planned repeat, as where something newer is asked
 * @property {() => void} reset drops it, and pauses begin short again
 * @property {(pauseMs: number, ask: () => unknown) => void} after plans one where the answer was not complete yet
 * @property {(ask: () => unknown) => void} afterFailure plans one: after a longer pause for each failure in a row
 */

/** Returns whether a failure may pass by itself: as Clew states it, else by the status; without one the connection broke.
 * @type {(failure: { passes?: boolean, status?: number }) => boolean} */
const passes = ({ passes: stated, status }) => stated ?? (status === undefined || status === TOO_MANY || status >= 500);

/** Plans the repeats of a question for as long as `isWanted()` holds; a hidden page asks once it is seen again. Pauses differ
    by `random()`, from 0 to 1: after an outage the open pages do not ask all at once.
 * @type {(isWanted: () => unknown, random?: () => number) => AskingAgain} */
function askingAgain(isWanted, random = () => Math.random()) {
  let failures = 0;
  /** @type {number | undefined} */
  let timer;
  const stop = () => window.clearTimeout(timer);
  const reset = () => {
    stop();
    failures = 0;
  };
  /** @type {AskingAgain["after"]} */
  function plan(pauseMs, ask) {
    stop();
    timer = window.setTimeout(() => {
      if (!isWanted()) return;
      if (document.hidden) plan(pauseMs, ask);
      else ask();
    }, pauseMs * (1 + JITTER * (2 * random() - 1)));
  }
  return {
    stop,
    reset,
    after(pauseMs, ask) {
      reset();
      plan(pauseMs, ask);
    },
    afterFailure(ask) {
      failures += 1;
      plan(Math.min(FIRST_MS * failures, LONGEST_MS), ask);
    },
  };
}

export { askingAgain, LONGEST_MS, passes };
