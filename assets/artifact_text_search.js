/* Searches a text file for lines, on the server, and shows those that were found. */
import { artifactCalls } from "./artifact_calls.js";
import { textLines } from "./artifact_text_lines.js";
import { live } from "./live_text.js";

/**
 * @typedef {import("./artifact_text_lines.js").TextView} TextView
 * @typedef {import("./artifact_text_lines.js").Side} Side
 * @typedef {import("./artifact_text_lines.js").Found} Found
 */

const { make, write, hide } = live;
const { begin, button, follow, showPosition } = textLines;

/** Finds lines with what is typed: from the end, from the beginning, or from where the last search ended.
 *
 * Each request searches for about a second, so that a reader can stop between them.
 * @type {(state: TextView, side: Side, from?: number) => Promise<void>} */
async function find(state, side, from) {
  const { texts } = state;
  hide(state.found, true);
  hide(state.buttons.on, true);
  if (!state.search.value) return undefined;
  const query = { run: state.run, path: state.path, q: state.search.value, regex: state.regex.checked ? 1 : null };
  const number = (state.searches += 1);
  const isLeft = () => number !== state.searches || !state.box.isConnected;
  const begins = from ?? (side === "after" ? 0 : null);
  /** @type {number | null} */
  let at = begins;
  /** @type {Found} */
  let answer;
  write(state.status, texts.reading);
  hide(state.buttons.stop, false);
  do {
    answer = /** @type {Found} */ (await artifactCalls.ask("found", { ...query, [side]: at }, texts));
    if (isLeft()) return undefined;
    if (answer.problem) break;
    at = Number(answer.searched_to);
    write(state.status, artifactCalls.filled(texts.searching, { at: artifactCalls.number(at), size: artifactCalls.number(answer.size) }));
  } while (!answer.lines.length && !isThrough(side, answer));
  hide(state.buttons.stop, true);
  if (answer.problem) return write(state.status, answer.problem);
  return showFound(state, side, begins, answer);
}

/** @type {(side: Side, found: Found) => boolean} */
const isThrough = (side, { searched_to: at, size }) => (side === "after" ? at >= size : at <= 0);

/** @type {(state: TextView) => void} */
function stop(state) {
  state.searches += 1;
  hide(state.buttons.stop, true);
  showPosition(state);
}

/** @type {(state: TextView, side: Side, begins: number | null, answer: Found) => void} */
function showFound(state, side, begins, answer) {
  const { texts } = state;
  const n = artifactCalls.number;
  const count = answer.lines.length === 0 ? texts.found_none : answer.lines.length === 1 ? texts.found_one : artifactCalls.filled(texts.found_lines, { n: answer.lines.length });
  const ends = [begins ?? answer.size, answer.searched_to].sort((one, other) => one - other);
  write(state.status, `${count} ${artifactCalls.filled(texts.searched, { from: n(ends[0]), to: n(ends[1]), size: n(answer.size) })}`);
  state.buttons.on.onclick = () => find(state, side, answer.searched_to);
  hide(state.buttons.on, isThrough(side, answer));
  /** @type {(at: number) => string} */
  const share = (at) => (at / Math.max(1, answer.size)).toLocaleString(document.documentElement.lang, { style: "percent", maximumFractionDigits: 1 });
  state.found.replaceChildren(
    ...answer.lines.map(({ at, line }) =>
      make("li", {}, button(line || "\u00a0", () => go(state, at), { class: "btn btn-link btn-sm" }), make("span", { class: "small text-body-secondary" }, ` ${artifactCalls.filled(texts.at_byte, { share: share(at) })}`))
    )
  );
  hide(state.found, !answer.lines.length);
}

/** Shows the lines from one that was found.
 * @type {(state: TextView, at: number) => Promise<void>} */
async function go(state, at) {
  follow(state, false);
  await begin(state, { after: at });
  state.box.firstElementChild?.classList.add("live-log-here");
  state.box.focus({ preventScroll: true });
}

export const textSearch = Object.freeze({ find, stop });
