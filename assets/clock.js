/* Stops a page's clock while a request that it caused is under way: Dash drops the answer to a callback that was called
   again, so on a connection slower than the clock no page would ever show anything. */
import { setProps } from "./dash.js";

/** @typedef {{ id: string, property: string }} Input */

const PATIENCE_MS = 60_000; // then the request is aborted, and the clock goes on
const ask = window.fetch.bind(window);
/** @type {Map<string, number>} */
const underWay = new Map(); // how many requests, by the id of the clock

/** Returns the clocks among a callback's inputs, whichever of them triggered it.
 * @type {(options: RequestInit | undefined) => string[]} */
function clocksOf(options) {
  const body = options && options.body;
  if (typeof body !== "string" || !body.includes('"n_intervals"')) return [];
  const { inputs } = /** @type {{ inputs: (Input | Input[])[] }} */ (JSON.parse(body));
  return inputs.flat().filter((input) => input.property === "n_intervals").map((input) => input.id);
}

/** Is true while the page has the component: a request may outlive its page, and Dash's functions throw for an absent id.
 * @type {(id: string) => boolean} */
function isThere(id) {
  try {
    return Boolean(window.dash_component_api.getLayout(id));
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

/** @type {(clocks: string[], step: 1 | -1) => void} */
function count(clocks, step) {
  for (const id of clocks) {
    const before = underWay.get(id) || 0;
    underWay.set(id, before + step);
    if (before && before + step) continue; // it is stopped, and stays so
    // "disabled" is the callbacks' own.
    if (isThere(id)) setProps(id, { max_intervals: before ? -1 : 0 });
  }
}

// Dash's own `running` is not reset when a request fails: after the first failure the clock would stay stopped.
window.fetch = async (input, options) => {
  const clocks = clocksOf(options);
  if (!clocks.length) return ask(input, options);
  count(clocks, 1);
  let isRead = false;
  try {
    const answer = await ask(input, { ...options, signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.status === 200) {
      const read = answer.json.bind(answer);
      answer.json = () => read().finally(() => count(clocks, -1));
      isRead = true;
    }
    return answer;
  } finally {
    if (!isRead) count(clocks, -1);
  }
};

export { isThere };
