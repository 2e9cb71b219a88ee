/* A page's clock stands while what it asked for is under way: Dash drops the answer to a question that was asked again,
   so on a line slower than the clock no page would ever show anything. */
import { setProps } from "./dash.js";

const PATIENCE_MS = 60_000; // then the question is given up, and the clock goes on
const ask = window.fetch.bind(window);
const underWay = new Map(); // how many questions, by the id of the clock

/** The clocks that a callback listens to, whoever of its inputs calls it now. */
function clocksOf(options) {
  const body = options && options.body;
  if (typeof body !== "string" || !body.includes('"n_intervals"')) return [];
  return JSON.parse(body).inputs.flat().filter((input) => input.property === "n_intervals").map((input) => input.id);
}

/** Whether the page has it: what is asked may outlive its page, and Dash's own functions throw for what is not there. */
function isThere(id) {
  try {
    return Boolean(window.dash_component_api.getLayout(id));
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

function count(clocks, step) {
  for (const id of clocks) {
    const before = underWay.get(id) || 0;
    underWay.set(id, before + step);
    if (before && before + step) continue; // it stands, and goes on standing
    // "disabled" is the callbacks' own.
    if (isThere(id)) setProps(id, { max_intervals: before ? -1 : 0 });
  }
}

// Dash's own `running` says nothing when a request fails: after the first one the clock would stand for good.
window.fetch = async (input, options) => {
  const clocks = clocksOf(options);
  if (!clocks.length) return ask(input, options);
  count(clocks, 1);
  let reading = false;
  try {
    const answer = await ask(input, { ...options, signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.status === 200) {
      const read = answer.json.bind(answer);
      answer.json = () => read().finally(() => count(clocks, -1));
      reading = true;
    }
    return answer;
  } finally {
    if (!reading) count(clocks, -1);
  }
};

export { isThere };
