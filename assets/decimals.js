/* Gives the numbers of a column the same number of decimals, so that their decimal points are aligned.
   components/texts/number_columns.py does the same for tables that the server writes. */
const SIGNIFICANT = 4;
const MAX_MORE = 2; // decimals that small numbers may add to those of the largest one
const WIDEST = 1e4; // ratio of the largest to the least: beyond it the decimals would be many and meaningless
const BY_DIGITS = ".4g"; // the format of columns without fixed decimals (components/tables.py)

/** @type {(size: number, digits: number) => number} */
const decimalsOf = (size, digits) => digits - 1 - Math.floor(Math.log10(size));

/** Returns how many decimals these values share; null where they span too far, or there is no number.
 *
 * @param {unknown[]} values
 */
function shared(values) {
  let [least, most] = [Infinity, 0];
  for (const value of values) {
    if (typeof value !== "number" || !Number.isFinite(value) || value === 0) continue;
    least = Math.min(least, Math.abs(value));
    most = Math.max(most, Math.abs(value));
  }
  if (most >= 1e6 || most < 1e-4 || most > least * WIDEST) return null;
  const ofMost = decimalsOf(most, SIGNIFICANT);
  return Math.max(0, Math.min(Math.max(ofMost, decimalsOf(least, 2)), ofMost + MAX_MORE));
}

/** Returns the columns of a DataTable, each with the decimals that its cells in `rows` share.
 *
 * @template {{ id: string, format?: { specifier?: string } }} Column
 * @param {Column[]} columns
 * @param {Props[]} rows
 */
function aligned(columns, rows) {
  return columns.map((column) => {
    if (column.format?.specifier !== BY_DIGITS) return column;
    const number = shared(rows.map((row) => row[column.id]));
    return number === null ? column : { ...column, format: { ...column.format, specifier: `.${number}f` } };
  });
}

export const decimals = Object.freeze({ aligned, shared });
