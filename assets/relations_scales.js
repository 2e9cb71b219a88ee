/* Axes: the place of a value, and the ticks with their texts. Of numbers, logarithms, moments and categories. */
import { localTime, locale } from "./clew.js";

/**
 * @import { Column } from "./relations_data.js"
 * @import { NumberRange } from "./relations_ranges.js"
 * @typedef {ReturnType<typeof axis>} Axis
 */

const SECOND = 1000;
const DAY = 86400 * SECOND;
const TIME_STEPS = [1, 5, 15, 30, 60, 300, 900, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600].map((s) => s * SECOND)
  .concat([1, 2, 7, 14, 30, 91, 182, 365, 730, 3650].map((d) => d * DAY));
// Beyond, the span of an axis can be more than the largest number: places are computed from a part of the values.
const FAR = 1e300;
const PART = 2 ** -64;
/** @param {number} end */
const clip = (end) => Math.min(Math.max(end, -Number.MAX_VALUE), Number.MAX_VALUE);
/** @type {(low: number, high: number) => [number, number]} */
const clipped = (low, high) => [clip(low), clip(high)];

/** Returns a number as it is written next to an axis: with 4 significant digits.
 *
 * @param {number} value
 */
function numberText(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-3) return value.toExponential(2).replace(/\.?0+e/, "e").replace("e+", "e");
  return value.toLocaleString(locale(), { maximumSignificantDigits: 4 });
}

/** @param {number} ms */
const timeText = (ms) => String(localTime(ms)).slice(0, 16);

/** Returns a value of a column as text.
 *
 * @param {Column} column
 * @param {number} value
 */
function valueText(column, value) {
  if (Number.isNaN(value)) return "–";
  if (column.kind === "text") return column.categories[value];
  return column.kind === "time" ? String(localTime(value)) : numberText(value);
}

/** Returns whether a value can lie on an axis.
 *
 * @type {(value: number, isLog: boolean) => boolean}
 */
const fits = (value, isLog) => !Number.isNaN(value) && (!isLog || value > 0);

/** Returns the least and the greatest value that can lie on the axis; null without any.
 *
 * @param {Column} column
 * @param {boolean} isLog
 * @returns {[number, number] | null}
 */
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

/** Returns the ends with some room around them, as far as there are numbers.
 *
 * @param {[number, number]} ends
 * @param {Column} column
 * @param {boolean} isLog
 * @returns {[number, number]}
 */
function padded([low, high], column, isLog) {
  if (column.kind === "text") return [-0.5, Math.max(0, column.categories.length - 1) + 0.5];
  if (isLog) return low === high ? clipped(low / 2, high * 2) : clipped(low / (high / low) ** 0.04, high * (high / low) ** 0.04);
  const room = low === high ? Math.abs(low) * 0.1 || 1 : high * 0.04 - low * 0.04;
  return clipped(low - room, high + room);
}

/** Returns the next of 1, 2 and 5 times a power of ten; NaN for NaN.
 *
 * @param {number} rough
 */
function roundStep(rough) {
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((n) => n * power).find((step) => step >= rough * 0.999) ?? NaN;
}

/** @typedef {(low: number, high: number, most: number) => number[]} TicksOf about `most` values between two ends */

/** @type {TicksOf} */
function linearTicks(low, high, most) {
  const step = Math.min(FAR * 1e8, roundStep(high / most - low / most));
  const ticks = [];
  for (let n = Math.ceil(low / step); n * step <= high && ticks.length < 100; n += 1) ticks.push(n * step);
  return ticks;
}

/** @type {TicksOf} */
function logTicks(low, high, most) {
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  if (last - first < 1) return linearTicks(low, high, most).filter((value) => value > 0);
  const every = Math.ceil((last - first + 1) / most);
  return Array.from({ length: Math.floor((last - first) / every) + 1 }, (_, n) => 10 ** (first + n * every));
}

/** Returns ticks by the reader's own days: those of long steps are at midnight there.
 *
 * @type {TicksOf}
 */
function timeTicks(low, high, most) {
  const step = TIME_STEPS.find((each) => (high - low) / each <= most) || (high - low) / most;
  const shift = new Date(low).getTimezoneOffset() * 60 * SECOND;
  const ticks = [];
  for (let at = Math.ceil((low - shift) / step) * step + shift; at <= high && ticks.length < 100; at += step) ticks.push(at);
  return ticks;
}

/** @type {TicksOf} */
function categoryTicks(low, high, most) {
  const [first, last] = [Math.max(0, Math.ceil(low)), Math.floor(high)];
  const every = Math.max(1, Math.ceil((last - first + 1) / most));
  return Array.from({ length: Math.max(0, Math.floor((last - first) / every) + 1) }, (_, n) => first + n * every);
}

/**
 * @param {Column} column
 * @param {[number, number]} ends
 * @param {boolean} isLog
 * @param {number} most
 */
function ticksOf(column, ends, isLog, most) {
  const [low, high] = ends;
  if (column.kind === "text") return categoryTicks(low, Math.min(high, column.categories.length - 1), most).map((at) => ({ at, text: column.categories[at] }));
  if (column.kind === "time") return timeTicks(low, high, most).map((at) => ({ at, text: timeText(at) }));
  return (isLog ? logTicks(low, high, most) : linearTicks(low, high, most)).map((at) => ({ at, text: numberText(at) }));
}

/** Makes an axis `length` pixels long: `place(value)` in pixels from its start, `value(pixels)`, and about `most` ticks.
 *
 * `range` holds the ends that the reader chose. A text or a moment has no logarithm.
 *
 * @param {Column} column
 * @param {{ range?: NumberRange, log?: boolean, length: number, most?: number }} options
 */
function axis(column, { range = [null, null], log = false, length, most = 6 }) {
  const isLog = log && column.kind === "number";
  const ends = padded(extent(column, isLog) || [isLog ? 1 : 0, isLog ? 10 : 1], column, isLog);
  /**
   * @param {number | null} end
   * @returns {end is number}
   */
  const isEnd = (end) => end !== null && Number.isFinite(end) && (!isLog || end > 0);
  let [low, high] = [isEnd(range[0]) ? range[0] : ends[0], isEnd(range[1]) ? range[1] : ends[1]];
  if (low > high) [low, high] = [high, low];
  // The range of deleted categories is between two others, where nothing is on show.
  const room = column.kind === "text" ? 0.25 : Math.abs(low) > FAR ? Math.abs(low) * 0.1 : 1;
  if (low === high) [low, high] = isLog ? clipped(low / 2, high * 2) : clipped(low - room, high + room);
  const part = Math.max(Math.abs(low), Math.abs(high)) > FAR ? PART : 1;
  const put = isLog ? Math.log : (/** @type {number} */ value) => value * part;
  const back = isLog ? Math.exp : (/** @type {number} */ value) => value / part;
  const [from, to] = [put(low), put(high)];
  return {
    isLog,
    low,
    high,
    holds: (/** @type {number} */ value) => fits(value, isLog) && value >= low && value <= high,
    place: (/** @type {number} */ value) => ((put(value) - from) / (to - from)) * length,
    value: (/** @type {number} */ pixels) => back(from + (pixels / length) * (to - from)),
    ticks: ticksOf(column, [low, high], isLog, most),
  };
}

export const relationsScales = Object.freeze({ axis, extent, fits, numberText, valueText });
