/* Ranges on the relations' axes. Of a text axis they are kept by the text of the first and the last category: the number of
   a category changes with the runs on show, its text does not. Numbers are for drawing, and older links have them. */
/**
 * @import { Column } from "./relations_data.js"
 * @typedef {[number | null, number | null]} NumberRange null: no end on this side
 * @typedef {[string, string]} TextRange
 * @typedef {NumberRange | TextRange} Range
 */

/** @type {NumberRange} */
const WHOLE = [null, null];
/** @param {Range} range */
const isWhole = (range) => range[0] === null && range[1] === null;
/**
 * @param {Range} range
 * @returns {range is TextRange}
 */
const isTexts = (range) => range.some((end) => typeof end === "string");

/** Returns the range in the numbers of the column's values; categories are in the order of their texts.
 *
 * @param {Column | undefined} column
 * @param {Range} range
 * @returns {NumberRange}
 */
function inNumbers(column, range) {
  if (!isTexts(range)) return /** @type {NumberRange} */ (range);
  if (!column || column.kind !== "text") return WHOLE;
  const { categories } = column;
  const first = categories.findIndex((each) => each >= range[0]);
  const last = categories.findLastIndex((each) => each <= range[1]);
  return [(first < 0 ? categories.length : first) - 0.5, last + 0.5];
}

/** Returns the range as it is kept; one between two categories is none.
 *
 * @param {Column | undefined} column
 * @param {Range} range
 * @returns {Range}
 */
function kept(column, range) {
  if (!column || column.kind !== "text" || isWhole(range) || isTexts(range)) return range;
  const [low, high] = /** @type {NumberRange} */ (range);
  const first = Math.max(0, Math.ceil(low ?? 0));
  const last = Math.min(column.categories.length - 1, Math.floor(high ?? column.categories.length));
  return first > last ? WHOLE : [column.categories[first], column.categories[last]];
}

export const relationsRanges = Object.freeze({ inNumbers, isTexts, isWhole, kept, WHOLE });
