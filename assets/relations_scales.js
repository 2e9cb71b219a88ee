/* Where a value lies on an axis, and what is written beside it. Numbers, logarithms, moments and categories alike. */
import { localTime, locale } from "./clew.js";

const SECOND = 1000;
const DAY = 86400 * SECOND;
const TIME_STEPS = [1, 5, 15, 30, 60, 300, 900, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600].map((s) => s * SECOND)
  .concat([1, 2, 7, 14, 30, 91, 182, 365, 730, 3650].map((d) => d * DAY));
// Beyond, the span of an axis can be more than the largest number: places are reckoned with a part of the values.
const FAR = 1e300;
const PART = 2 ** -64;
/** @param {number[]} ends */
const clipped = (ends) => ends.map((end) => Math.min(Math.max(end, -Number.MAX_VALUE), Number.MAX_VALUE));

/** A number as it is written beside an axis: 4 digits that count. */
function numberText(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-3) return value.toExponential(2).replace(/\.?0+e/, "e").replace("e+", "e");
  return value.toLocaleString(locale(), { maximumSignificantDigits: 4 });
}

const timeText = (ms) => localTime(ms).slice(0, 16);

/** What a value of the column is called. */
function valueText(column, value) {
  if (Number.isNaN(value)) return "–";
  if (column.kind === "text") return column.categories[value];
  return column.kind === "time" ? localTime(value) : numberText(value);
}

/** Whether a value can lie on an axis like this one. */
const fits = (value, isLog) => !Number.isNaN(value) && (!isLog || value > 0);

/** The least and the greatest value that can lie on the axis; null without any. */
function extent(column, isLog) {
  let low = Infinity;
  let high = -Infinity;
  for (const value of column.values) {
    if (!fits(value, isLog)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low > high ? null : [low, high];
}

/** The ends with some room around, as far as there are numbers.
 *
 * @param {number[]} ends
 */
function padded([low, high], column, isLog) {
  if (column.kind === "text") return [-0.5, Math.max(0, column.categories.length - 1) + 0.5];
  if (isLog) return clipped(low === high ? [low / 2, high * 2] : [low / (high / low) ** 0.04, high * (high / low) ** 0.04]);
  const room = low === high ? Math.abs(low) * 0.1 || 1 : high * 0.04 - low * 0.04;
  return clipped([low - room, high + room]);
}

/** The next of 1, 2 and 5 times a power of ten. */
function roundStep(rough) {
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((n) => n * power).find((step) => step >= rough * 0.999);
}

function linearTicks(low, high, most) {
  const step = Math.min(FAR * 1e8, roundStep(high / most - low / most));
  const ticks = [];
  for (let n = Math.ceil(low / step); n * step <= high && ticks.length < 100; n += 1) ticks.push(n * step);
  return ticks;
}

function logTicks(low, high, most) {
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  if (last - first < 1) return linearTicks(low, high, most).filter((value) => value > 0);
  const every = Math.ceil((last - first + 1) / most);
  return Array.from({ length: Math.floor((last - first) / every) + 1 }, (_, n) => 10 ** (first + n * every));
}

/** By the reader's own days: the ticks of long steps are at midnight there. */
function timeTicks(low, high, most) {
  const step = TIME_STEPS.find((each) => (high - low) / each <= most) || (high - low) / most;
  const shift = new Date(low).getTimezoneOffset() * 60 * SECOND;
  const ticks = [];
  for (let at = Math.ceil((low - shift) / step) * step + shift; at <= high && ticks.length < 100; at += step) ticks.push(at);
  return ticks;
}

function categoryTicks(low, high, most) {
  const [first, last] = [Math.max(0, Math.ceil(low)), Math.floor(high)];
  const every = Math.max(1, Math.ceil((last - first + 1) / most));
  return Array.from({ length: Math.max(0, Math.floor((last - first) / every) + 1) }, (_, n) => first + n * every);
}

/** @param {number[]} ends */
function ticksOf(column, ends, isLog, most) {
  const [low, high] = ends;
  if (column.kind === "text") return categoryTicks(low, Math.min(high, column.categories.length - 1), most).map((at) => ({ at, text: column.categories[at] }));
  if (column.kind === "time") return timeTicks(low, high, most).map((at) => ({ at, text: timeText(at) }));
  return (isLog ? logTicks(low, high, most) : linearTicks(low, high, most)).map((at) => ({ at, text: numberText(at) }));
}

/** An axis `length` pixels long: `place(value)` in pixels from its start, `value(pixels)`, and about `most` ticks.
 *
 * `range` holds the ends that the reader chose, null where there is none. A text or a moment has no logarithm.
 */
function axis(column, { range = [null, null], log = false, length, most = 6 }) {
  const isLog = log && column.kind === "number";
  const ends = padded(extent(column, isLog) || [isLog ? 1 : 0, isLog ? 10 : 1], column, isLog);
  const isEnd = (end) => end !== null && Number.isFinite(end) && (!isLog || end > 0);
  let [low, high] = [isEnd(range[0]) ? range[0] : ends[0], isEnd(range[1]) ? range[1] : ends[1]];
  if (low > high) [low, high] = [high, low];
  // Between two categories, where a range of gone ones is, nothing is on show.
  const room = column.kind === "text" ? 0.25 : Math.abs(low) > FAR ? Math.abs(low) * 0.1 : 1;
  if (low === high) [low, high] = clipped(isLog ? [low / 2, high * 2] : [low - room, high + room]);
  const part = Math.max(Math.abs(low), Math.abs(high)) > FAR ? PART : 1;
  const put = isLog ? Math.log : (value) => value * part;
  const back = isLog ? Math.exp : (value) => value / part;
  const [from, to] = [put(low), put(high)];
  return {
    isLog,
    low,
    high,
    holds: (value) => fits(value, isLog) && value >= low && value <= high,
    place: (value) => ((put(value) - from) / (to - from)) * length,
    value: (pixels) => back(from + (pixels / length) * (to - from)),
    ticks: ticksOf(column, [low, high], isLog, most),
  };
}

export const relationsScales = Object.freeze({ axis, extent, fits, numberText, valueText });
