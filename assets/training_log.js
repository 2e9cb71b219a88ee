/* The log of a training: its last lines as they come, earlier ones and a search on demand; never all of it. */
import { live } from "./live_text.js";
import { trainingCalls } from "./training_calls.js";
import { append, beginLog, clearLines, drop, join, lengthOf, logPart as part, placed, prepend, shownLog } from "./training_log_lines.js";

/**
 * @import { Answer, Refused } from "./training_calls.js"
 * @import { LogPart } from "./training_log_lines.js"
 * @typedef {{ lines: { at: number, line: string }[], searched_to: number, size: number }} Found of a search
 */

const LINES = 200; // at a time
const NEAR_END = 40; // px: so near to its end it follows
const { ask, filled } = trainingCalls;

let run = "";
let texts = /** @type {TrainingLogTexts} */ ({});
let failure = ""; // what was shown of the last one
let unread = ""; // what was shown where the newest lines could not be read

/** Begins the log of a run.
 * @type {(asked: string, its: TrainingLogTexts) => void} */
function start(asked, its) {
  [run, texts] = [asked, its];
  unread = "";
  beginLog();
  part("found").replaceChildren();
  live.hide(part("found"), true);
  live.hide(part("earlier"), true);
  writeStatus("");
  press(true);
  part("").onscroll = scrolled;
  part("follow").onclick = () => (shownLog().follows ? press(false) : follow());
  part("earlier").onclick = earlier;
  part("find").onclick = find;
  // The returned value of such a handler decides whether the key is typed.
  part("search").onkeydown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Enter") find();
  };
}

/** Shows whether the newest lines are followed.
 * @type {(follows: boolean) => void} */
function press(follows) {
  shownLog().follows = follows;
  part("follow").setAttribute("aria-pressed", String(follows));
  part("follow").classList.toggle("active", follows);
}

function scrolled() {
  const box = part("");
  const isAtEnd = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END;
  if (shownLog().follows && !isAtEnd) press(false);
}

/** Follows the newest lines from now on, in the place of a line that was found. */
function follow() {
  press(true);
  if (shownLog().isAlone) {
    beginLog(shownLog().asked);
    read();
  }
  down();
}

const down = () => {
  part("").scrollTop = part("").scrollHeight;
};

/** Fetches the last lines, where no socket brings them. */
async function read() {
  const log = shownLog();
  if (log.isReading || log.isAlone) return;
  log.isReading = true;
  const found = await fetchLines(null);
  log.isReading = false;
  if (found) take(found);
  else unread = failure;
}

/** Fetches the lines before a byte, or the last ones; null where they cannot be read.
 * @type {(before: number | null) => Promise<LogPart | null>} */
async function fetchLines(before) {
  const mine = run;
  const answer = /** @type {Answer<LogPart>} */ (await ask(`api/training/runs/${encodeURIComponent(run)}/log`, { before, lines: LINES }));
  if (!part("") || mine !== run) return null;
  if (!answer || answer.status !== undefined) {
    fail(answer);
    return null;
  }
  if (part("said").textContent === failure) writeStatus("");
  return answer;
}

/** @type {(text: string) => void} */
const writeStatus = (text) => live.write(part("said"), text);

/** Shows why the log cannot be read.
 * @type {(answer: Refused | null) => void} */
function fail(answer) {
  failure = filled(texts.failed, { why: answer?.message || texts.no_answer });
  writeStatus(failure);
}

/** Takes the newest part of the log.
 * @type {(newest: LogPart | null | undefined) => void} */
function take(newest) {
  const log = shownLog();
  if (!newest || log.isAlone || !part("")) return;
  // The socket may bring the lines by now; why others could not be read stays.
  if (unread && part("said").textContent === unread) writeStatus("");
  unread = "";
  if (log.ends !== null && newest.ends === log.ends && newest.begins >= (log.begins ?? 0)) return;
  // Shorter than before: another attempt has begun it again.
  if (log.ends !== null && newest.size < log.ends) clearLines();
  join(newest, texts.gap);
  showEnds();
}

/** Shows whether there are earlier lines, and the end of the log where it is followed. */
function showEnds() {
  const log = shownLog();
  live.hide(part("earlier"), !log.begins);
  if (!log.lines.length) writeStatus(texts.none);
  else if (part("said").textContent === texts.none) writeStatus("");
  while (log.follows && log.lines.length > texts.most_lines) drop(0);
  if (log.follows) down();
}

/** Shows earlier lines. */
async function earlier() {
  press(false);
  const found = await fetchLines(shownLog().begins);
  if (!found) return;
  prepend(found);
  live.hide(part("earlier"), !found.begins);
  writeStatus(found.begins ? "" : texts.begin);
}

/** Searches the whole log; an answer to an older search is dropped. */
async function find() {
  const log = shownLog();
  const text = /** @type {HTMLInputElement} */ (part("search")).value;
  const number = (log.asked += 1);
  live.hide(part("found"), true);
  if (!text) return writeStatus("");
  const answer = /** @type {Answer<Found>} */ (await ask(`api/training/runs/${encodeURIComponent(run)}/log`, { q: text }));
  if (!part("") || number !== shownLog().asked) return;
  if (!answer || answer.status !== undefined) return fail(answer);
  list(answer);
}

/** Lists the lines that were found; a very long log was searched in part only.
 * @type {(answer: Found) => void} */
function list({ lines: found, searched_to: to, size }) {
  const counted = found.length === 0 ? texts.found_none : found.length === 1 ? texts.one_found : filled(texts.found, { n: found.length });
  writeStatus(to > 0 ? `${counted} ${filled(texts.searched, { byte: to, size })}` : counted);
  const { make, hide } = live;
  part("found").replaceChildren(...found.map(({ at, line }) => {
    const button = make("button", { type: "button", class: "btn btn-link btn-sm" }, make("code", {}, line));
    button.onclick = () => go(at, line);
    return make("li", {}, button);
  }));
  hide(part("found"), found.length === 0);
}

/** Shows a line that was found, and the lines before it.
 * @type {(at: number, line: string) => Promise<void>} */
async function go(at, line) {
  const found = await fetchLines(at + lengthOf(line));
  if (!found) return;
  press(false);
  clearLines();
  Object.assign(shownLog(), { isAlone: true, begins: found.begins, ends: found.ends });
  append(placed(found));
  live.hide(part("earlier"), !found.begins);
  const last = part("").lastElementChild;
  if (!last) return;
  last.classList.add("live-log-here");
  down();
  part("").focus({ preventScroll: true });
}

export const trainingLog = Object.freeze({ start, read, take });
