/* The lines of a training's log that the page shows: a part of it without gaps, or with each gap marked. */
import { live } from "./live_text.js";

/**
 * @typedef {{ begins: number, ends: number, size: number, lines: string[] }} LogPart of the log, in bytes
 * @typedef {{ at: number | null, text: string }} Line `at` is the byte at which it begins; null for the mark of a gap
 *
 * @typedef {object} Log
 * @property {Line[]} lines one after the other
 * @property {number | null} begins the byte at which the first of them begins
 * @property {number | null} ends the byte behind the last of them
 * @property {boolean} follows whether the newest lines are shown as they come
 * @property {boolean} isAlone whether a line that was found is shown, and new ones are not
 * @property {boolean} isReading
 * @property {number} asked how many searches were asked for
 */

const bytes = new TextEncoder();
/** Returns a part of the page, which has all of them while it is on show.
 * @type {(name: string) => HTMLElement} */
const logPart = (name) => /** @type {HTMLElement} */ (document.getElementById(`live-log${name ? `-${name}` : ""}`));

/** @type {() => Log} */
const begun = () => ({ lines: [], begins: null, ends: null, follows: true, isAlone: false, isReading: false, asked: 0 });
let log = begun();

/** Returns the log on show. */
const shownLog = () => log;

/** Begins an empty log; its searches are counted on from `asked`.
 * @param {number} [asked] */
function beginLog(asked = 0) {
  log = { ...begun(), asked };
  logPart("").replaceChildren();
}

/** Takes the shown lines away. */
function clearLines() {
  Object.assign(log, { lines: [], begins: null, ends: null });
  logPart("").replaceChildren();
}

/** Returns the length of a line in bytes, with its end.
 * @type {(text: string) => number} */
const lengthOf = (text) => bytes.encode(text).length + 1;

/** Returns the lines of a part, each with the byte at which it begins.
 * @type {(part: Pick<LogPart, "begins" | "lines">) => Line[]} */
function placed({ begins, lines }) {
  let at = begins;
  return lines.map((text) => {
    const line = { at, text };
    at += lengthOf(text);
    return line;
  });
}

/** Keeps the shown lines that are as in `lines`, removes the others behind them, and returns how many of `lines` are shown. A
    text that the reader has selected in a kept line stays selected.
 * @type {(lines: Line[]) => number} */
function keep(lines) {
  const from = log.lines.findIndex((line) => line.at !== null && lines.length > 0 && line.at >= (lines[0].at ?? 0));
  const there = from < 0 ? [] : log.lines.slice(from);
  const differs = there.findIndex((line, place) => !lines[place] || line.at !== lines[place].at || line.text !== lines[place].text);
  const same = differs < 0 ? there.length : differs;
  for (let more = there.length - same; more > 0; more -= 1) drop(-1);
  return same;
}

/** @type {(line: Line) => HTMLElement} */
function element({ text }) {
  return live.make("div", { class: "live-log-line" }, text || "\u00a0");
}

/** Shows lines behind the others.
 * @type {(lines: Line[]) => void} */
function append(lines) {
  log.lines.push(...lines);
  logPart("").append(...lines.map(element));
}

/** Shows lines before the others; what the reader sees stays in its place.
 * @type {(part: LogPart) => void} */
function prepend(part) {
  const box = logPart("");
  const height = box.scrollHeight;
  const lines = placed(part);
  log.lines.unshift(...lines);
  box.prepend(...lines.map(element));
  log.begins = part.begins;
  box.scrollTop += box.scrollHeight - height;
}

/** Removes the first line (0) or the last one (-1).
 * @type {(place: 0 | -1) => void} */
function drop(place) {
  log.lines.splice(place, 1);
  const box = logPart("");
  /** @type {Element} */ (place ? box.lastElementChild : box.firstElementChild).remove();
  if (!place && log.lines.length) log.begins = log.lines[0].at;
}

/** Adds the newest part: lines that are shown already stay, and a gap before it is marked with the text `gap`.
 * @type {(newest: LogPart, gap: string) => void} */
function join(newest, gap) {
  const lines = placed(newest);
  if (log.ends === null || newest.begins > log.ends) {
    if (log.ends !== null) append([{ at: null, text: gap }]);
    else log.begins = newest.begins;
    append(lines);
  } else {
    append(lines.slice(keep(lines)));
  }
  log.ends = newest.ends;
}

export { append, beginLog, clearLines, drop, join, lengthOf, logPart, placed, prepend, shownLog };
