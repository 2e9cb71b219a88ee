/* Parses a typed filter, as domain/filters/grammar.py does; domain/filters/cases.json holds examples for both.
 *
 * Returns `{terms}`, as domain/filters/terms.py defines them, or `{code, params}` of what was not understood.
 */
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
 * @typedef {{ code: string, params: Props }} Problem
 */

const { MOST_ALTERNATIVES, MOST_CHARACTERS } = FILTER;
// Spelt out: Python's and a browser's own ideas of space differ.
const SPACE = "\\t\\n\\v\\f\\r \\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const AROUND = new RegExp(`^[${SPACE}]+|[${SPACE}]+$`, "g");
const OR = new RegExp(`([${SPACE}]+or[${SPACE}]+)`);
const EQUALITY = new RegExp(`^(!?=)[${SPACE}]+(.+)$`, "s");
const ORDER = new RegExp(`^([<>]=?)[${SPACE}]+(.+)$`, "s");
const OPERATOR = new RegExp(`^(!=|[<>]=?|=)[${SPACE}]*(.*)$`, "s");
const RANGE = new RegExp(`^(.+?)[${SPACE}]*\\.\\.[${SPACE}]*(.+)$`, "s");
const MOMENT = new RegExp(
  `^([0-9]{4})(?:[-/]([0-9]{1,2})(?:[-/]([0-9]{1,2})(?:(?:T|[${SPACE}]+)([0-9]{1,2})(?::([0-9]{2})(?::([0-9]{2}))?)?)?)?)?$`
);
const NUMBER = /^[-+−]?(?:[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?|[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$/;
const SEPARATORS = ["", "-", "-", " ", ":", ":"];

/** Is thrown for text that is no filter; parse returns its message. */
class Misunderstood extends Error {
  /**
   * @param {string} code
   * @param {Props} params
   */
  constructor(code, params) {
    super(code);
    /** @type {Problem} */
    this.message_data = { code, params };
  }
}

/** @type {(sign: string) => string} */
function foldOne(sign) {
  const code = /** @type {number} */ (sign.codePointAt(0));
  if (sign === "ı" || (code >= 0x13a0 && code <= 0x13f5)) return sign;
  if (code >= 0x13f8 && code <= 0x13fd) return String.fromCodePoint(code - 8);
  if (code >= 0xab70 && code <= 0xabbf) return String.fromCodePoint(code - 0xab70 + 0x13a0);
  // Upper case makes SS of ß; character by character, because sigma differs at the end of a word.
  return [...sign.toLowerCase().toUpperCase()].map((one) => one.toLowerCase()).join("");
}

/** Applies Unicode's full case folding, as Python's str.casefold does.
 * @type {(text: string) => string} */
// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant.
const fold = (text) => (/^[\x00-\x7f]*$/.test(text) ? text.toLowerCase() : [...text].map(foldOne).join(""));

/** Returns the finite number that a text is, or null.
 * @type {(text: string) => number | null} */
function parsedNumber(text) {
  if (!NUMBER.test(text)) return null;
  const number = Number(text.replaceAll(",", "").replace("−", "-"));
  return Number.isFinite(number) ? number : null;
}

/** @type {(text: string) => string} */
const trimmed = (text) => text.replace(AROUND, "");
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

/** @type {(text: string) => number} */
function number(text) {
  const parsed = parsedNumber(text);
  if (parsed === null) throw new Misunderstood("number-unreadable", { typed: text });
  return parsed;
}

/** @type {(year: number, month?: number, day?: number, hour?: number, minute?: number, second?: number) => boolean} */
function isInCalendar(year, month = 1, day = 1, hour = 0, minute = 0, second = 0) {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
  return month >= 1 && month <= 12 && day >= 1 && day <= days && hour < 24 && minute < 60 && second < 60;
}

/** Returns the beginning of a date as lists show it.
 * @type {(text: string) => string} */
function moment(text) {
  const parts = (MOMENT.exec(text) || []).slice(1).filter((part) => part !== undefined);
  if (!parts.length || !isInCalendar(.../** @type {[number]} */ (parts.map(Number)))) throw new Misunderstood("date-unreadable", { typed: text });
  return parts.map((part, place) => SEPARATORS[place] + part.padStart(place ? 2 : 4, "0")).join("");
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
  if ([...typed].length > MOST_CHARACTERS) return { code: "filter-too-long", params: { most: MOST_CHARACTERS } };
  const text = trimmed(typed);
  if (!text) return { terms: [] };
  const pieces = text.split(OR);
  if (Math.floor(pieces.length / 2) >= MOST_ALTERNATIVES) return { code: "too-many-alternatives", params: { most: MOST_ALTERNATIVES } };
  try {
    return { terms: alternatives(pieces).map(TERMS[kind]) };
  } catch (error) {
    if (error instanceof Misunderstood) return error.message_data;
    throw error;
  }
}

export const filters = Object.freeze({ fold, parse, parsedNumber });
