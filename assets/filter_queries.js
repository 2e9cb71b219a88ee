/* Filters as queries of DataTable's own language, in which all typed text is quoted or a number.
 *
 * DataTable compares text as numbers where both sides look like one, and does not fold case. So each column of text, or
 * of numbers and words, has two hidden columns: the text case-folded, and its number where it is one.
 */
import { filters } from "./filter_grammar.js";
import { FILTER, MISSING } from "./from_python.js";

/**
 * @typedef {import("./filter_grammar.js").Kind} Kind
 * @typedef {import("./filter_grammar.js").Term} Term
 * @typedef {{ id: string, type?: string, presentation?: string, format?: { specifier?: string } }} Column of a DataTable
 * @typedef {{ folded: string, shown: string, numbers: string, decimals: number | null }} Fields the columns to compare, as DataTable writes them
 * @typedef {{ folded: string, number: number | null }} Shadows
 */

const { EXACT, LESS, SAME } = FILTER;
/** @type {Map<string, Shadows>} */
const known = new Map();
const MAX_KNOWN = 50000;

// The ids of columns of numbers and words, which are numeric to DataTable.
/** @type {Set<string>} */
let mixed = new Set();

/** Sets which columns, by id, are of numbers with words in the place of some.
 * @type {(ids: string[]) => void} */
const setMixed = (ids) => { mixed = new Set(ids); };

/** Returns how a column is filtered; null for a column of links, which is not.
 * @type {(column: Column) => Kind | null} */
function kindOf(column) {
  if (column.presentation === "markdown") return null;
  return mixed.has(column.id) ? "mixed" : /** @type {Kind} */ (column.type);
}

/** @type {(text: string) => Shadows} */
function shadows(text) {
  let found = known.get(text);
  if (found === undefined) {
    if (known.size >= MAX_KNOWN) known.clear();
    found = { folded: filters.fold(text), number: filters.parsedNumber(text) };
    known.set(text, found);
  }
  return found;
}

/** @type {(key: string) => string} */
const foldedKey = (key) => `${key}:text`;
/** @type {(key: string) => string} */
const numberKey = (key) => `${key}:number`;

/** Adds to `rows` the hidden columns by which their text columns are filtered.
 *
 * @template {Props} Row
 * @param {Row[]} rows
 * @param {Column[]} columns
 */
function addShadows(rows, columns) {
  const texts = columns.filter((column) => ["text", "mixed"].includes(kindOf(column) ?? ""));
  const keys = texts.map(({ id }) => [id, foldedKey(id), numberKey(id)]);
  for (const row of rows) {
    /** @type {Props} */
    const cells = row;
    for (const [key, asText, asNumber] of keys) {
      const cell = cells[key];
      if (cell === undefined || cell === null || cell === MISSING) continue;
      if (typeof cell === "number") {
        cells[asNumber] = cell;
        continue;
      }
      const { folded, number } = shadows(String(cell));
      cells[asText] = folded;
      if (number !== null) cells[asNumber] = number;
    }
  }
  return rows;
}

/** @type {(text: string) => string} */
const quoted = (text) => `"${text.replace(/["\\]/g, "\\$&")}"`;
/** @type {(key: string) => string} */
const field = (key) => `{${key.replace(/[{}\\]/g, "\\$&")}}`;

/** Returns, by operator, the clause that compares a column with the range from `low` to `high`.
 * @type {(column: string, low: string | number, high: string | number) => Record<string, string>} */
const compared = (column, low, high) => ({
  "=": `(${column} >= ${low} && ${column} <= ${high})`,
  "!=": `(${column} < ${low} || ${column} > ${high} || ${column} is nil)`,
  "<": `${column} < ${low}`,
  "<=": `${column} <= ${high}`,
  ">": `${column} > ${high}`,
  ">=": `${column} >= ${low}`,
});

/** Returns the range of numbers that count as this one in a column that shows so many decimals, as in terms.py.
 * @type {(number: number, decimals: number | null) => [least: number, greatest: number]} */
function around(number, decimals) {
  if (decimals !== null && Math.abs(number) < EXACT && Number(number.toFixed(decimals)) === number) {
    const half = 0.5 / 10 ** decimals;
    const less = half * LESS;
    return [number - (number > 0 ? half : less), number + (number < 0 ? half : less)];
  }
  const margin = Math.abs(number) * SAME;
  return [Math.max(number - margin, -Number.MAX_VALUE), Math.min(number + margin, Number.MAX_VALUE)];
}

/** Returns how many decimals a column shows; null where that depends on the number.
 * @type {(column: Column) => number | null} */
function decimalsOf(column) {
  const fixed = /\.(\d+)f$/.exec(column.format?.specifier || "");
  return fixed ? Number(fixed[1]) : null;
}

// After every moment that begins so: "2026-11-20 18:05" is less than "2026-11-20~".
/** @type {(moment: string) => string} */
const endOf = (moment) => quoted(`${moment}~`);

/** @type {{ [K in Term["term"]]: (term: Extract<Term, { term: K }>, fields: Fields) => string }} */
const CLAUSES = {
  contains: ({ text }, { folded }) => `${folded} contains ${quoted(text)}`,
  // Not by "=": to DataTable 1 is 1.0, also in quotes.
  text: ({ operator, text }, { folded }) =>
    operator === "!=" ? `${folded} != ${quoted(text)}` : `(${folded} contains ${quoted(text)} && !(${folded} != ${quoted(text)}))`,
  missing: ({ operator }, { shown }) => (operator === "=" ? `${shown} is nil` : `(${shown} is str || ${shown} is num)`),
  number: ({ operator, number }, { numbers, decimals }) => {
    const clause = compared(numbers, ...around(number, decimals))[operator];
    return operator === "!=" ? `(${clause} || ${numbers} is str)` : clause; // a word is no number, so not this one
  },
  numbers: ({ low, high }, { numbers, decimals }) => compared(numbers, around(low, decimals)[0], around(high, decimals)[1])["="],
  moment: ({ operator, moment }, { shown }) => compared(shown, quoted(moment), endOf(moment))[operator],
  moments: ({ low, high }, { shown }) => compared(shown, quoted(low), endOf(high))["="],
};

/** Returns the clause of one term.
 * @type {(term: Term, fields: Fields) => string} */
const clauseOf = (term, fields) => /** @type {(term: Term, fields: Fields) => string} */ (CLAUSES[term.term])(term, fields);

/** Returns the query for a column's `terms`, in parentheses: DataTable's own filter boxes cannot show those, and leave them alone.
 * @type {(terms: Term[], column: Column) => string} */
function query(terms, column) {
  const kind = kindOf(column);
  const hasShadows = kind === "text" || kind === "mixed";
  const folded = field(hasShadows ? foldedKey(column.id) : column.id);
  const fields = {
    folded,
    shown: kind === "mixed" ? field(column.id) : folded,
    numbers: field(hasShadows ? numberKey(column.id) : column.id),
    decimals: decimalsOf(column),
  };
  return `(${terms.map((term) => clauseOf(term, fields)).join(" || ")})`;
}

export const filterQueries = Object.freeze({ addShadows, kindOf, query, setMixed });
