/* Filters as queries of DataTable's own, in which whatever was typed stands in quotes or is a number.
 *
 * DataTable takes text for numbers where both sides look like one, and has cases of its own. So each text column has two
 * columns beside it that are never shown: the text case-folded, and its number where it is one.
 */
(function () {
  "use strict";
  const MISSING = "–";
  const SAME = 2 ** -50; // as in domain/filters/terms.py
  const known = new Map();
  const MOST_KNOWN = 50000;

  /** What a column is filtered as; null where it is not, as a link is not. */
  const kindOf = (column) => (column.presentation === "markdown" ? null : column.type);

  function shadows(text) {
    let found = known.get(text);
    if (found === undefined) {
      if (known.size >= MOST_KNOWN) known.clear();
      found = { folded: window.clew.filters.fold(text), number: window.clew.filters.parsedNumber(text) };
      known.set(text, found);
    }
    return found;
  }

  const foldedKey = (key) => `${key}:text`;
  const numberKey = (key) => `${key}:number`;

  /** Adds to `rows` what their text columns are filtered by. */
  function addShadows(rows, columns) {
    const texts = columns.filter((column) => kindOf(column) === "text");
    const keys = texts.map(({ id }) => [id, foldedKey(id), numberKey(id)]);
    for (const row of rows) {
      for (const [key, asText, asNumber] of keys) {
        const cell = row[key];
        if (cell === undefined || cell === null || cell === MISSING) continue;
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

  const least = (number) => Math.max(number - Math.abs(number) * SAME, -Number.MAX_VALUE);
  const greatest = (number) => Math.min(number + Math.abs(number) * SAME, Number.MAX_VALUE);
  // Behind whatever a moment goes on with: "2026-11-20 18:05" is less than "2026-11-20~".
  const endOf = (moment) => quoted(`${moment}~`);

  const CLAUSES = {
    contains: ({ text }, { folded }) => `${folded} contains ${quoted(text)}`,
    // Not by "=": to DataTable 1 is 1.0, also in quotes.
    text: ({ operator, text }, { folded }) =>
      operator === "!=" ? `${folded} != ${quoted(text)}` : `(${folded} contains ${quoted(text)} && !(${folded} != ${quoted(text)}))`,
    missing: ({ operator }, { shown }) => (operator === "=" ? `${shown} is nil` : `(${shown} is str || ${shown} is num)`),
    number: ({ operator, number }, { numbers }) => {
      const clause = compared(numbers, least(number), greatest(number))[operator];
      return operator === "!=" ? `(${clause} || ${numbers} is str)` : clause; // a word is no number, so not this one
    },
    numbers: ({ low, high }, { numbers }) => compared(numbers, least(low), greatest(high))["="],
    moment: ({ operator, moment }, { shown }) => compared(shown, quoted(moment), endOf(moment))[operator],
    moments: ({ low, high }, { shown }) => compared(shown, quoted(low), endOf(high))["="],
  };

  /** The query for a column's `terms`. In parentheses, which DataTable's own boxes cannot show: so it leaves them alone. */
  function query(terms, column) {
    const isText = kindOf(column) === "text";
    const folded = field(isText ? foldedKey(column.id) : column.id);
    const fields = { folded, shown: folded, numbers: field(isText ? numberKey(column.id) : column.id) };
    return `(${terms.map((term) => CLAUSES[term.term](term, fields)).join(" || ")})`;
  }

  window.clew = Object.assign(window.clew || {}, { filters: Object.assign(window.clew?.filters || {}, { addShadows, kindOf, query }) });
})();
