/* Ranges on the relations' axes. Of a text axis they are kept by its first and its last category's text: which number a
   category has changes with the runs on show, its text does not. Numbers draw, and older links have them. */
const WHOLE = [null, null];
const isWhole = (range) => range[0] === null && range[1] === null;
const isTexts = (range) => range.some((end) => typeof end === "string");

/** The range in the numbers of the column's values; categories are in the order of their texts. */
function inNumbers(column, range) {
  if (!isTexts(range)) return range;
  if (!column || column.kind !== "text") return WHOLE;
  const { categories } = column;
  const first = categories.findIndex((each) => each >= range[0]);
  const last = categories.findLastIndex((each) => each <= range[1]);
  return [(first < 0 ? categories.length : first) - 0.5, last + 0.5];
}

/** The range as it is kept; one between two categories is none. */
function kept(column, range) {
  if (!column || column.kind !== "text" || isWhole(range) || isTexts(range)) return range;
  const first = Math.max(0, Math.ceil(range[0] ?? 0));
  const last = Math.min(column.categories.length - 1, Math.floor(range[1] ?? column.categories.length));
  return first > last ? WHOLE : [column.categories[first], column.categories[last]];
}

export const relationsRanges = Object.freeze({ inNumbers, isTexts, isWhole, kept, WHOLE });
