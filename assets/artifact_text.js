/* A text of any length: some of its lines at a time, from its beginning, its end, or where something was found. */
import { artifactCalls } from "./artifact_calls.js";
import { live } from "./live_text.js";

const FOLLOW_MS = 2000;
const MOST_LINES = 4000; // in the page; those farthest from what was asked for last go
const WHOLE = 60000; // bytes that come at once
const { make, write, hide } = live;

const button = (text, clicked, more) => {
  const made = make("button", { type: "button", class: "btn btn-sm btn-outline-secondary", ...more }, text);
  made.onclick = clicked;
  return made;
};

/** Shows the text in `place`; a log, and what is short, from its end. */
function show(place, { run, path, size }, texts) {
  const name = path.split("/").pop();
  const box = make("div", { class: "live-log", tabindex: "0", role: "region", "aria-label": artifactCalls.filled(texts.lines_of, { name }) });
  const said = make("p", { class: "small text-body-secondary mb-1", role: "status" });
  const found = make("ul", { class: "live-log-found mb-2", hidden: "" });
  const search = make("input", { type: "search", class: "form-control form-control-sm", "aria-label": texts.search, placeholder: texts.search });
  const state = { place, run, path, texts, box, said, found, search, begins: 0, ends: 0, size, follows: false, asked: 0 };
  state.earlier = button(texts.earlier, () => more(state, "before"), { hidden: "" });
  state.later = button(texts.later, () => more(state, "after"), { hidden: "" });
  state.follow = button(texts.follow, () => follow(state, !state.follows), { "aria-pressed": "false" });
  state.on = button(texts.search_on, null, { hidden: "" });
  state.stop = button(texts.stop, () => stop(state), { hidden: "" });
  state.regex = make("input", { type: "checkbox", class: "form-check-input", id: "artifact-regex" });
  search.addEventListener("keydown", (event) => event.key === "Enter" && find(state, event.shiftKey ? "after" : "before"));
  place.replaceChildren(
    make(
      "div",
      { class: "d-flex flex-wrap gap-2 mb-2" },
      button(texts.first, () => begin(state, { after: 0 })),
      button(texts.last, () => begin(state, {})),
      state.follow,
      make("div", { class: "artifact-search" }, search),
      make("span", { class: "form-check mb-0 align-self-center" }, state.regex, make("label", { class: "form-check-label small", for: state.regex.id }, texts.search_regex)),
      button(texts.search_back, () => find(state, "before")),
      button(texts.search_forth, () => find(state, "after"))
    ),
    said,
    state.stop,
    found,
    state.on,
    make("div", { class: "mb-1" }, state.earlier),
    box,
    make("div", { class: "mt-1" }, state.later)
  );
  const isLog = /(\.(log|out|err)|stdout|stderr)(\.txt)?$/i.test(name);
  return begin(state, isLog && size > WHOLE ? {} : { after: 0 });
}

const ask = (state, query) => artifactCalls.ask("lines", { run: state.run, path: state.path, ...query }, state.texts);

/** The lines anew, from where `where` says. */
async function begin(state, where) {
  const number = (state.asked += 1);
  const answer = await ask(state, where);
  if (number !== state.asked || !state.box.isConnected) return;
  state.box.replaceChildren();
  state.isCut = null;
  if (answer.problem) return write(state.said, answer.problem);
  Object.assign(state, { begins: answer.begins, ends: answer.ends, size: answer.size });
  add(state, answer.lines, "append");
  state.box.scrollTop = where.after === undefined ? state.box.scrollHeight : 0;
  told(state);
}

async function more(state, side) {
  follow(state, false);
  const number = (state.asked += 1);
  const answer = await ask(state, { [side]: side === "before" ? state.begins : state.ends });
  if (number !== state.asked || !state.box.isConnected) return;
  if (answer.problem) return write(state.said, answer.problem);
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
  told(state);
}

function add(state, lines, how) {
  const { box } = state;
  box[how](...lines.map((text) => make("div", { class: "live-log-line" }, text || "\u00a0")));
  const drops = box.childElementCount - MOST_LINES;
  for (let n = 0; n < drops; n++) (how === "append" ? box.firstElementChild : box.lastElementChild).remove();
  if (drops > 0) state.isCut = how;
}

function told(state) {
  const { texts } = state;
  const n = artifactCalls.number;
  hide(state.earlier, state.begins <= 0 || state.isCut === "append");
  hide(state.later, state.ends >= state.size || state.isCut === "prepend");
  write(state.said, artifactCalls.filled(texts.where, { begins: n(state.begins), ends: n(state.ends), size: n(state.size) }));
}

async function follow(state, follows) {
  if (state.follows === follows) return;
  state.follows = follows;
  state.follow.setAttribute("aria-pressed", String(follows));
  state.follow.classList.toggle("active", follows);
  if (!follows) return;
  const mine = (state.following = {});
  const isWanted = () => state.follows && state.following === mine && state.box.isConnected;
  await begin(state, {});
  while (isWanted()) {
    await new Promise((resolve) => window.setTimeout(resolve, FOLLOW_MS));
    if (isWanted() && !document.hidden) await news(state);
  }
}

async function news(state) {
  const number = state.asked;
  const answer = await ask(state, { after: state.ends });
  if (number !== state.asked || !state.box.isConnected || !state.follows) return;
  if (answer.problem) return write(state.said, answer.problem);
  if (answer.size < state.ends) {
    await begin(state, {});
    return write(state.said, state.texts.begun_anew);
  }
  if (!answer.lines.length) return;
  Object.assign(state, { ends: answer.ends, size: answer.size });
  add(state, answer.lines, "append");
  state.isCut = null;
  state.box.scrollTop = state.box.scrollHeight;
  told(state);
}

/** Lines that have what is typed: from the end, from the beginning, or on from where the last search came to.
 *
 * Each question searches as much as it can in about a second, so that it can be left after each.
 */
async function find(state, side, from) {
  const { texts } = state;
  hide(state.found, true);
  hide(state.on, true);
  if (!state.search.value) return undefined;
  const query = { run: state.run, path: state.path, q: state.search.value, regex: state.regex.checked ? 1 : null };
  const number = (state.searches = (state.searches || 0) + 1);
  const isLeft = () => number !== state.searches || !state.box.isConnected;
  const begins = from ?? (side === "after" ? 0 : null);
  let [at, answer] = [begins, null];
  write(state.said, texts.reading);
  hide(state.stop, false);
  do {
    answer = await artifactCalls.ask("found", { ...query, [side]: at }, texts);
    if (isLeft()) return undefined;
    if (answer.problem) break;
    at = answer.searched_to;
    write(state.said, artifactCalls.filled(texts.searching, { at: artifactCalls.number(at), size: artifactCalls.number(answer.size) }));
  } while (!answer.lines.length && !isThrough(side, answer));
  hide(state.stop, true);
  if (answer.problem) return write(state.said, answer.problem);
  return tellFound(state, side, begins, answer);
}

const isThrough = (side, { searched_to: at, size }) => (side === "after" ? at >= size : at <= 0);

function stop(state) {
  state.searches += 1;
  hide(state.stop, true);
  told(state);
}

function tellFound(state, side, begins, answer) {
  const { texts } = state;
  const n = artifactCalls.number;
  const count = answer.lines.length === 0 ? texts.found_none : answer.lines.length === 1 ? texts.found_one : artifactCalls.filled(texts.found_lines, { n: answer.lines.length });
  const ends = [begins ?? answer.size, answer.searched_to].sort((one, other) => one - other);
  write(state.said, `${count} ${artifactCalls.filled(texts.searched, { from: n(ends[0]), to: n(ends[1]), size: n(answer.size) })}`);
  state.on.onclick = () => find(state, side, answer.searched_to);
  hide(state.on, isThrough(side, answer));
  const share = (at) => (at / Math.max(1, answer.size)).toLocaleString(document.documentElement.lang, { style: "percent", maximumFractionDigits: 1 });
  state.found.replaceChildren(
    ...answer.lines.map(({ at, line }) =>
      make("li", {}, button(line || "\u00a0", () => go(state, at), { class: "btn btn-link btn-sm" }), make("span", { class: "small text-body-secondary" }, ` ${artifactCalls.filled(texts.at_byte, { share: share(at) })}`))
    )
  );
  hide(state.found, !answer.lines.length);
}

/** From a line that was found on. */
async function go(state, at) {
  follow(state, false);
  await begin(state, { after: at });
  state.box.firstElementChild?.classList.add("live-log-here");
  state.box.focus({ preventScroll: true });
}

export const artifactText = Object.freeze({ show });
