/* A text file of any length: some of its lines at a time, from its beginning, its end, or a line that was found. */
import { artifactCalls } from "./artifact_calls.js";
import { live } from "./live_text.js";

/**
 * @typedef {{ after?: number, before?: number }} Position byte offsets
 * @typedef {"before" | "after"} Side
 * @typedef {{ lines: { at: number, line: string }[], searched_to: number, size: number }} Found
 * @typedef {object} TextView `begins` and `ends` are byte offsets of what is shown
 * @property {string} run
 * @property {string} path
 * @property {Texts} texts
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
const MOST_LINES = 4000; // in the page; those farthest from the last request are removed
const WHOLE = 60000; // bytes: a shorter log is shown from its beginning
const { make, write, hide } = live;

/** @type {(text: string, clicked: (() => unknown) | null, more?: Props) => HTMLButtonElement} */
const button = (text, clicked, more) => {
  const made = make("button", { type: "button", class: "btn btn-sm btn-outline-secondary", ...more }, text);
  made.onclick = clicked;
  return made;
};

/** Shows the text in `place`; a long log from its end.
 * @type {(place: HTMLElement, file: { run: string, path: string, size: number }, texts: Texts) => Promise<void>} */
function show(place, { run, path, size }, texts) {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const box = make("div", { class: "live-log", tabindex: "0", role: "region", "aria-label": artifactCalls.filled(texts.lines_of, { name }) });
  const status = make("p", { class: "small text-body-secondary mb-1", role: "status" });
  const found = make("ul", { class: "live-log-found mb-2", hidden: "" });
  const search = make("input", { type: "search", class: "form-control form-control-sm", "aria-label": texts.search, placeholder: texts.search });
  const regex = make("input", { type: "checkbox", class: "form-check-input", id: "artifact-regex" });
  const buttons = {
    earlier: button(texts.earlier, () => more(state, "before"), { hidden: "" }),
    later: button(texts.later, () => more(state, "after"), { hidden: "" }),
    follow: button(texts.follow, () => follow(state, !state.follows), { "aria-pressed": "false" }),
    on: button(texts.search_on, null, { hidden: "" }),
    stop: button(texts.stop, () => stop(state), { hidden: "" }),
  };
  /** @type {TextView} */
  const state = { run, path, texts, box, status, found, search, regex, buttons, begins: 0, ends: 0, size, follows: false, following: null, isCut: null, asked: 0, searches: 0 };
  search.addEventListener("keydown", (event) => event.key === "Enter" && find(state, event.shiftKey ? "after" : "before"));
  place.replaceChildren(
    make(
      "div",
      { class: "d-flex flex-wrap gap-2 mb-2" },
      button(texts.first, () => begin(state, { after: 0 })),
      button(texts.last, () => begin(state, {})),
      buttons.follow,
      make("div", { class: "artifact-search" }, search),
      make("span", { class: "form-check mb-0 align-self-center" }, regex, make("label", { class: "form-check-label small", for: regex.id }, texts.search_regex)),
      button(texts.search_back, () => find(state, "before")),
      button(texts.search_forth, () => find(state, "after"))
    ),
    status,
    buttons.stop,
    found,
    buttons.on,
    make("div", { class: "mb-1" }, buttons.earlier),
    box,
    make("div", { class: "mt-1" }, buttons.later)
  );
  const isLog = /(\.(log|out|err)|stdout|stderr)(\.txt)?$/i.test(name);
  return begin(state, isLog && size > WHOLE ? {} : { after: 0 });
}

/** @type {(state: TextView, query: Position) => Promise<Props>} */
const ask = (state, query) => artifactCalls.ask("lines", { run: state.run, path: state.path, ...query }, state.texts);

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
  const drops = box.childElementCount - MOST_LINES;
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
  /** @type {Props} */
  let answer = {};
  write(state.status, texts.reading);
  hide(state.buttons.stop, false);
  do {
    answer = await artifactCalls.ask("found", { ...query, [side]: at }, texts);
    if (isLeft()) return undefined;
    if (answer.problem) break;
    at = Number(answer.searched_to);
    write(state.status, artifactCalls.filled(texts.searching, { at: artifactCalls.number(at), size: artifactCalls.number(answer.size) }));
  } while (!answer.lines.length && !isThrough(side, /** @type {Found} */ (answer)));
  hide(state.buttons.stop, true);
  if (answer.problem) return write(state.status, answer.problem);
  return showFound(state, side, begins, /** @type {Found} */ (answer));
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

export const artifactText = Object.freeze({ show });
