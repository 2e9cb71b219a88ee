/* Filters as queries of DataTable's own, in which whatever was typed stands in quotes or is a number.
 *
 * DataTable takes text for numbers where both sides look like one, and has cases of its own. So each column of text, or of
 * numbers and words, has two columns beside it that are never shown: the text case-folded, and its number where it is one.
 */
import { filters } from "./filter_grammar.js";
import { FILTER, MISSING } from "./from_python.js";

const { EXACT, LESS, SAME } = FILTER;
const known = new Map();
const MOST_KNOWN = 50000;

// DataTable knows no such type: these are numeric to it.
let mixed = new Set();

/** Says which columns, by id, are of numbers with words in the place of some. */
const setMixed = (ids) => { mixed = new Set(ids); };

/** What a column is filtered as; null where it is not, as a link is not. */
function kindOf(column) {
  if (column.presentation === "markdown") return null;
  return mixed.has(column.id) ? "mixed" : column.type;
}

function shadows(text) {
  let found = known.get(text);
  if (found === undefined) {
    if (known.size >= MOST_KNOWN) known.clear();
    found = { folded: filters.fold(text), number: filters.parsedNumber(text) };
    known.set(text, found);
  }
  return found;
}

const foldedKey = (key) => `${key}:text`;
const numberKey = (key) => `${key}:number`;

/** Adds to `rows` what their text columns are filtered by. */
function addShadows(rows, columns) {
  const texts = columns.filter((column) => ["text", "mixed"].includes(kindOf(column)));
  const keys = texts.map(({ id }) => [id, foldedKey(id), numberKey(id)]);
  for (const row of rows) {
    for (const [key, asText, asNumber] of keys) {
      const cell = row[key];
      if (cell === undefined || cell === null || cell === MISSING) continue;
      if (typeof cell === "number") {
        row[asNumber] = cell;
        continue;
      }
      const { folded, number } = shadows(String(cell));
      row[asText] = folded;
      if (number !== null) row[asNumber] = number;
    }
  }
  return rows;
}

const quoted = (text) => `"${text.replace(/["\\]/g, "\\$&")}"`;
const field = (key) => `{${key.replace(/[{}\\]/g, "\\$&")}}`;

/** How a column compares with what reaches from `low` to `high`, all of them as DataTable writes them. */
const compared = (column, low, high) => ({
  "=": `(${column} >= ${low} && ${column} <= ${high})`,
  "!=": `(${column} < ${low} || ${column} > ${high} || ${column} is nil)`,
  "<": `${column} < ${low}`,
  "<=": `${column} <= ${high}`,
  ">": `${column} > ${high}`,
  ">=": `${column} >= ${low}`,
});

/** The least and the greatest number that count as this one in a column that shows so many decimals, as in terms.py. */
function around(number, decimals) {
  if (decimals !== null && Math.abs(number) < EXACT && Number(number.toFixed(decimals)) === number) {
    const half = 0.5 / 10 ** decimals;
    const less = half * LESS;
    return [number - (number > 0 ? half : less), number + (number < 0 ? half : less)];
  }
  const margin = Math.abs(number) * SAME;
  return [Math.max(number - margin, -Number.MAX_VALUE), Math.min(number + margin, Number.MAX_VALUE)];
}

/** How many decimals a column shows; null where that depends on the number. */
function decimalsOf(column) {
  const fixed = /\.(\d+)f$/.exec(column.format?.specifier || "");
  return fixed ? Number(fixed[1]) : null;
}

// Behind whatever a moment goes on with: "2026-11-20 18:05" is less than "2026-11-20~".
const endOf = (moment) => quoted(`${moment}~`);

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

/** The query for a column's `terms`. In parentheses, which DataTable's own boxes cannot show: so it leaves them alone. */
function query(terms, column) {
  const kind = kindOf(column);
  const hasShadows = ["text", "mixed"].includes(kind);
  const folded = field(hasShadows ? foldedKey(column.id) : column.id);
  const fields = {
    folded,
    shown: kind === "mixed" ? field(column.id) : folded,
    numbers: field(hasShadows ? numberKey(column.id) : column.id),
    decimals: decimalsOf(column),
  };
  return `(${terms.map((term) => CLAUSES[term.term](term, fields)).join(" || ")})`;
}

export const filterQueries = Object.freeze({ addShadows, kindOf, query, setMixed });
