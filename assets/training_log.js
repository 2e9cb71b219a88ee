/* The log of a training: its last lines as they come, earlier ones and a search on demand; never all of it. */
import { live } from "./live_text.js";
import { trainingCalls } from "./training_calls.js";

const LINES = 200; // at a time
const NEAR_END = 40; // px: so near to its end its reader follows
const { ask, filled } = trainingCalls;
const part = (name) => document.getElementById(`live-log${name ? `-${name}` : ""}`);
const bytes = new TextEncoder();

let run = null;
let texts = {};
let log = {};

/** `lines` are {at, text}, one after the other; `ends` is the byte behind the last of them. */
const begun = () => ({ lines: [], begins: null, ends: null, follows: true, isAlone: false, isReading: false, asked: 0 });

function start(asked, said) {
  [run, texts, log] = [asked, said, begun()];
  part("").replaceChildren();
  part("found").replaceChildren();
  live.hide(part("found"), true);
  live.hide(part("earlier"), true);
  say("");
  press(true);
  part("").onscroll = scrolled;
  part("follow").onclick = () => (log.follows ? press(false) : follow());
  part("earlier").onclick = earlier;
  part("find").onclick = find;
  // What such a handler returns decides whether the key is typed.
  part("search").onkeydown = (event) => {
    if (event.key === "Enter") find();
  };
}

function press(follows) {
  log.follows = follows;
  part("follow").setAttribute("aria-pressed", String(follows));
  part("follow").classList.toggle("active", follows);
}

function scrolled() {
  const box = part("");
  const isAtEnd = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END;
  if (log.follows && !isAtEnd) press(false);
}

/** From now on the newest lines: what was looked up is left. */
function follow() {
  press(true);
  if (log.isAlone) {
    log = { ...begun(), asked: log.asked };
    part("").replaceChildren();
    read();
  }
  down();
}

const down = () => {
  part("").scrollTop = part("").scrollHeight;
};

/** Its last lines, where no line tells them. */
async function read() {
  if (log.isReading || log.isAlone) return;
  log.isReading = true;
  const found = await lines(null);
  log.isReading = false;
  if (found) take(found);
}

/** The lines before a byte; null where they cannot be read. */
async function lines(before) {
  const mine = run;
  const answer = await ask(`api/training/runs/${encodeURIComponent(run)}/log`, { before, lines: LINES });
  if (!part("") || mine !== run) return null;
  if (!answer || answer.status) {
    say(answer && answer.message ? filled(texts.failed, { why: answer.message }) : "");
    return null;
  }
  return answer;
}

const say = (text) => live.write(part("said"), text);

/** Each line with the byte at which it begins. */
function placed({ begins, lines: told }) {
  let at = begins;
  return told.map((text) => {
    const line = { at, text };
    at += bytes.encode(text).length + 1;
    return line;
  });
}

/** The newest part: what is known already is not told again, and a gap is marked as one. */
function take(newest) {
  if (!newest || log.isAlone || !part("")) return;
  if (log.ends !== null && newest.ends === log.ends && newest.begins >= log.begins) return;
  // Shorter than before: another attempt has begun it anew.
  if (log.ends !== null && newest.size < log.ends) reset();
  const told = placed(newest);
  if (log.ends === null || newest.begins > log.ends) {
    if (log.ends !== null) add([{ at: null, text: texts.gap }]);
    else log.begins = newest.begins;
    add(told);
  } else {
    add(told.slice(keep(told)));
  }
  log.ends = newest.ends;
  shown();
}

/** Leaves what stands there as it is told now, and no line behind it; a text that is marked there stays marked. */
function keep(told) {
  const from = log.lines.findIndex((line) => line.at !== null && told.length > 0 && line.at >= told[0].at);
  const there = from < 0 ? [] : log.lines.slice(from);
  const differs = there.findIndex((line, place) => !told[place] || line.at !== told[place].at || line.text !== told[place].text);
  const same = differs < 0 ? there.length : differs;
  for (let more = there.length - same; more > 0; more -= 1) drop(-1);
  return same;
}

function reset() {
  Object.assign(log, { lines: [], begins: null, ends: null });
  part("").replaceChildren();
}

function shown() {
  live.hide(part("earlier"), !log.begins);
  if (!log.lines.length) say(texts.none);
  else if (part("said").textContent === texts.none) say("");
  while (log.follows && log.lines.length > texts.most_lines) drop(0);
  if (log.follows) down();
}

function element({ text }) {
  return live.make("div", { class: "live-log-line" }, text || "\u00a0");
}

function add(told) {
  log.lines.push(...told);
  part("").append(...told.map(element));
}

function drop(place) {
  log.lines.splice(place, 1);
  const box = part("");
  (place ? box.lastElementChild : box.firstElementChild).remove();
  if (!place && log.lines.length) log.begins = log.lines[0].at;
}

async function earlier() {
  press(false);
  const found = await lines(log.begins);
  if (!found) return;
  const box = part("");
  const height = box.scrollHeight;
  const told = placed(found);
  log.lines.unshift(...told);
  box.prepend(...told.map(element));
  log.begins = found.begins;
  box.scrollTop += box.scrollHeight - height;
  live.hide(part("earlier"), !log.begins);
  say(log.begins ? "" : texts.begin);
}

async function find() {
  const text = part("search").value;
  const number = (log.asked += 1);
  live.hide(part("found"), true);
  if (!text) return say("");
  const answer = await ask(`api/training/runs/${encodeURIComponent(run)}/log`, { q: text });
  if (!part("") || number !== log.asked) return undefined;
  if (!answer || answer.status) return say(filled(texts.failed, { why: (answer && answer.message) || "" }));
  return list(answer);
}

function list({ lines: found, searched_to: to, size }) {
  const said = found.length === 0 ? texts.found_none : found.length === 1 ? texts.one_found : filled(texts.found, { n: found.length });
  say(to > 0 ? `${said} ${filled(texts.searched, { byte: to, size })}` : said);
  const { make, hide } = live;
  part("found").replaceChildren(...found.map(({ at, line }) => {
    const button = make("button", { type: "button", class: "btn btn-link btn-sm" }, make("code", {}, line));
    button.onclick = () => go(at, line);
    return make("li", {}, button);
  }));
  hide(part("found"), found.length === 0);
}

/** To a line that was found: it, and those before it. */
async function go(at, line) {
  const found = await lines(at + bytes.encode(line).length + 1);
  if (!found) return;
  press(false);
  reset();
  Object.assign(log, { isAlone: true, begins: found.begins, ends: found.ends });
  add(placed(found));
  live.hide(part("earlier"), !log.begins);
  const last = part("").lastElementChild;
  if (!last) return;
  last.classList.add("live-log-here");
  down();
  part("").focus({ preventScroll: true });
}

export const trainingLog = Object.freeze({ start, read, take });
