/* Parses a typed filter, as domain/filters/grammar.py does; domain/filters/cases.json holds examples for both.
 *
 * Returns `{terms}`, as domain/filters/terms.py defines them, or `{code, params}` of what was not understood.
 */
import { Misunderstood, SPACE, fold, moment, number, parsedNumber, trimmed } from "./filter_values.js";
import { FILTER, MISSING } from "./from_python.js";

/**
 * @typedef {"text" | "numeric" | "mixed" | "datetime"} Kind of a column
 * @typedef {{ term: "contains", text: string }} Contains
 * @typedef {{ term: "text", operator: string, text: string }} TextTerm
 * @typedef {{ term: "missing", operator: string }} MissingTerm
 * @typedef {{ term: "number", operator: string, number: number }} NumberTerm
 * @typedef {{ term: "numbers", low: number, high: number }} NumbersTerm
 * @typedef {{ term: "moment", operator: string, moment: string }} MomentTerm
 * @typedef {{ term: "moments", low: string, high: string }} MomentsTerm
 * @typedef {Contains | TextTerm | MissingTerm | NumberTerm | NumbersTerm | MomentTerm | MomentsTerm} Term
 * @import { Problem } from "./filter_values.js"
 */

const { MAX_ALTERNATIVES, MAX_CHARACTERS } = FILTER;
const OR = new RegExp(`([${SPACE}]+or[${SPACE}]+)`);
const EQUALITY = new RegExp(`^(!?=)[${SPACE}]+(.+)$`, "s");
const ORDER = new RegExp(`^([<>]=?)[${SPACE}]+(.+)$`, "s");
const OPERATOR = new RegExp(`^(!=|[<>]=?|=)[${SPACE}]*(.*)$`, "s");
const RANGE = new RegExp(`^(.+?)[${SPACE}]*\\.\\.[${SPACE}]*(.+)$`, "s");
/** @type {(text: string) => boolean} */
const isQuoted = (text) => text.length > 2 && text.startsWith('"') && text.endsWith('"');

/** Returns the comparison with a number, the only one that a text column has; any other text, such as `> x`, is text.
 * @type {(text: string) => NumberTerm | null} */
function orderIn(text) {
  const [, operator, operand] = ORDER.exec(text) || [];
  const number = operator ? parsedNumber(operand) : null;
  return number === null ? null : { term: "number", operator, number };
}

/** @type {(text: string) => boolean} */
const isPlain = (text) => text === trimmed(text) && !OR.test(text) && !EQUALITY.test(text) && !orderIn(text);

/** Removes quotes that keep their text from being read as anything but text.
 * @type {(text: string) => string} */
const unquoted = (text) => (isQuoted(text) && !isPlain(text.slice(1, -1)) ? text.slice(1, -1) : text);

/** Returns the index of the piece that closes the quotes of this one; `at` where it opens none that are closed.
 * @type {(pieces: string[], at: number) => number} */
function closing(pieces, at) {
  const operand = EQUALITY.exec(pieces[at])?.[2] ?? pieces[at];
  if (!operand.startsWith('"') || isQuoted(operand)) return at;
  for (let end = at + 2; end < pieces.length; end += 2) if (pieces[end].endsWith('"')) return end;
  return at;
}

/** Returns the sides of `or`; pieces within one pair of quotes are one side.
 * @type {(pieces: string[]) => string[]} */
function alternatives(pieces) {
  /** @type {string[]} */
  const found = [];
  for (let at = 0; at < pieces.length; ) {
    const end = closing(pieces, at);
    found.push(pieces.slice(at, end + 1).join(""));
    at = end + 2;
  }
  return found;
}

/** @type {(text: string) => Term} */
function textTerm(text) {
  const order = orderIn(text);
  if (order) return order;
  const [, operator, operand] = EQUALITY.exec(text) || [];
  if (!operator) return { term: "contains", text: fold(unquoted(text)) };
  if (operand === MISSING) return { term: "missing", operator };
  return { term: "text", operator, text: fold(unquoted(operand)) };
}

/** Splits a text into operator, operand and the end of a range; the operator is "=" where none is typed.
 * @type {(text: string) => [operator: string, operand: string, until: string | null]} */
function operation(text) {
  const operated = OPERATOR.exec(text);
  if (operated && !operated[2]) throw new Misunderstood("operand-missing", { operator: operated[1] });
  if (operated) return [operated[1], operated[2], null];
  const range = RANGE.exec(text);
  return range ? ["=", range[1], range[2]] : ["=", text, null];
}

/**
 * @template T
 * @param {T} low
 * @param {T} high
 * @param {boolean} isBackwards
 * @param {string} from
 * @param {string} to
 */
function ordered(low, high, isBackwards, from, to) {
  if (isBackwards) throw new Misunderstood("range-backwards", { low: from, high: to });
  return { low, high };
}

/** @type {(text: string) => Term} */
function numberTerm(text) {
  const [operator, operand, until] = operation(text);
  if (until !== null) {
    const [low, high] = [number(operand), number(until)];
    return { term: "numbers", ...ordered(low, high, low > high, operand, until) };
  }
  if (operand === MISSING && ["=", "!="].includes(operator)) return { term: "missing", operator };
  return { term: "number", operator, number: number(operand) };
}

/** Returns a comparison of numbers where the text is one, else of words.
 * @type {(text: string) => Term} */
function mixedTerm(text) {
  try {
    return numberTerm(text);
  } catch (error) {
    if (!(error instanceof Misunderstood) || error.message_data.code !== "number-unreadable") throw error;
    const [, operator, operand] = OPERATOR.exec(text) || [];
    if (!operator) return { term: "contains", text: fold(unquoted(text)) };
    if (!["=", "!="].includes(operator)) throw error;
    return { term: "text", operator, text: fold(unquoted(operand)) };
  }
}

/** @type {(text: string) => Term} */
function momentTerm(text) {
  const [operator, operand, until] = operation(text);
  if (until !== null) {
    const [low, high] = [moment(operand), moment(until)];
    return { term: "moments", ...ordered(low, high, low.slice(0, high.length) > high.slice(0, low.length), operand, until) };
  }
  if (operand === MISSING && ["=", "!="].includes(operator)) return { term: "missing", operator };
  return { term: "moment", operator, moment: moment(operand) };
}

/** @type {Record<Kind, (text: string) => Term>} */
const TERMS = { text: textTerm, numeric: numberTerm, mixed: mixedTerm, datetime: momentTerm };

/** Parses what was `typed` into the box of a column of this kind.
 * @type {(typed: string, kind: Kind) => { terms: Term[], code?: undefined, params?: undefined } | (Problem & { terms?: undefined })} */
function parse(typed, kind) {
  if ([...typed].length > MAX_CHARACTERS) return { code: "filter-too-long", params: { most: MAX_CHARACTERS } };
  const text = trimmed(typed);
  if (!text) return { terms: [] };
  const pieces = text.split(OR);
  if (Math.floor(pieces.length / 2) >= MAX_ALTERNATIVES) return { code: "too-many-alternatives", params: { most: MAX_ALTERNATIVES } };
  try {
    return { terms: alternatives(pieces).map(TERMS[kind]) };
  } catch (error) {
    if (error instanceof Misunderstood) return error.message_data;
    throw error;
  }
}

export const filters = Object.freeze({ fold, parse, parsedNumber });
