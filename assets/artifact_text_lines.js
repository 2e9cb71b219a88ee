/* The lines of a text file that are shown: read from a position on, extended at both ends, or followed as the file grows. */
import { artifactCalls } from "./artifact_calls.js";
import { live } from "./live_text.js";

/**
 * @typedef {{ after?: number, before?: number }} Position byte offsets
 * @typedef {"before" | "after"} Side
 * @typedef {{ lines: { at: number, line: string }[], searched_to: number, size: number, problem?: string }} Found where there is a problem, it is all that there is
 * @typedef {{ lines: string[], begins: number, ends: number, size: number, problem?: string }} Lines likewise
 * @typedef {object} TextView `begins` and `ends` are byte offsets of what is shown
 * @property {string} run
 * @property {string} path
 * @property {ArtifactTexts} texts
 * @property {HTMLElement} box
 * @property {HTMLElement} status
 * @property {HTMLElement} found
 * @property {HTMLInputElement} search
 * @property {HTMLInputElement} regex
 * @property {Record<"earlier" | "later" | "follow" | "on" | "stop", HTMLButtonElement>} buttons
 * @property {number} begins
 * @property {number} ends
 * @property {number} size
 * @property {boolean} follows
 * @property {object | null} following the newest of the loops that follow the end
 * @property {"append" | "prepend" | null} isCut where lines were removed: opposite to where they were added last
 * @property {number} asked how many requests for lines there were
 * @property {number} searches how many searches there were
 */

const FOLLOW_MS = 2000;
const MAX_LINES = 4000; // in the page; those farthest from the last request are removed
const { make, write, hide } = live;

/** @type {(text: string, clicked: (() => unknown) | null, more?: Record<string, string>) => HTMLButtonElement} */
const button = (text, clicked, more) => {
  const made = make("button", { type: "button", class: "btn btn-sm btn-outline-secondary", ...more }, text);
  made.onclick = clicked;
  return made;
};

/** @type {(state: TextView, query: Position) => Promise<Lines>} */
const ask = async (state, query) => /** @type {Lines} */ (await artifactCalls.ask("lines", { run: state.run, path: state.path, ...query }, state.texts));

/** Shows other lines in the place of those that are shown.
 * @type {(state: TextView, where: Position) => Promise<void>} */
async function begin(state, where) {
  const number = (state.asked += 1);
  const answer = await ask(state, where);
  if (number !== state.asked || !state.box.isConnected) return;
  state.box.replaceChildren();
  state.isCut = null;
  if (answer.problem) return write(state.status, answer.problem);
  Object.assign(state, { begins: answer.begins, ends: answer.ends, size: answer.size });
  add(state, answer.lines, "append");
  state.box.scrollTop = where.after === undefined ? state.box.scrollHeight : 0;
  showPosition(state);
}

/** Adds the lines before or after those that are shown.
 * @type {(state: TextView, side: Side) => Promise<void>} */
async function more(state, side) {
  follow(state, false);
  const number = (state.asked += 1);
  const answer = await ask(state, { [side]: side === "before" ? state.begins : state.ends });
  if (number !== state.asked || !state.box.isConnected) return;
  if (answer.problem) return write(state.status, answer.problem);
  const { box } = state;
  const height = box.scrollHeight;
  if (side === "before") {
    state.begins = answer.begins;
    add(state, answer.lines, "prepend");
    box.scrollTop += box.scrollHeight - height;
  } else {
    state.ends = answer.ends;
    add(state, answer.lines, "append");
  }
  state.size = answer.size;
  showPosition(state);
}

/** @type {(state: TextView, lines: string[], how: "append" | "prepend") => void} */
function add(state, lines, how) {
  const { box } = state;
  box[how](...lines.map((text) => make("div", { class: "live-log-line" }, text || "\u00a0")));
  const drops = box.childElementCount - MAX_LINES;
  for (let n = 0; n < drops; n++) (how === "append" ? box.firstElementChild : box.lastElementChild)?.remove();
  if (drops > 0) state.isCut = how;
}

/** @type {(state: TextView) => void} */
function showPosition(state) {
  const { texts } = state;
  const n = artifactCalls.number;
  hide(state.buttons.earlier, state.begins <= 0 || state.isCut === "append");
  hide(state.buttons.later, state.ends >= state.size || state.isCut === "prepend");
  write(state.status, artifactCalls.filled(texts.where, { begins: n(state.begins), ends: n(state.ends), size: n(state.size) }));
}

/** Begins or ends following the end of the text, as a log grows.
 * @type {(state: TextView, follows: boolean) => Promise<void>} */
async function follow(state, follows) {
  if (state.follows === follows) return;
  state.follows = follows;
  state.buttons.follow.setAttribute("aria-pressed", String(follows));
  state.buttons.follow.classList.toggle("active", follows);
  if (!follows) return;
  const mine = (state.following = {});
  const isWanted = () => state.follows && state.following === mine && state.box.isConnected;
  await begin(state, {});
  while (isWanted()) {
    await new Promise((resolve) => window.setTimeout(resolve, FOLLOW_MS));
    if (isWanted() && !document.hidden) await news(state);
  }
}

/** Appends what was written since; a file that became shorter is read again.
 * @type {(state: TextView) => Promise<void>} */
async function news(state) {
  const number = state.asked;
  const answer = await ask(state, { after: state.ends });
  if (number !== state.asked || !state.box.isConnected || !state.follows) return;
  if (answer.problem) return write(state.status, answer.problem);
  if (answer.size < state.ends) {
    await begin(state, {});
    return write(state.status, state.texts.begun_anew);
  }
  if (!answer.lines.length) return;
  Object.assign(state, { ends: answer.ends, size: answer.size });
  add(state, answer.lines, "append");
  state.isCut = null;
  state.box.scrollTop = state.box.scrollHeight;
  showPosition(state);
}

export const textLines = Object.freeze({ begin, button, follow, more, showPosition });
