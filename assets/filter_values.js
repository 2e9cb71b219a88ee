/* The values of a typed filter: text whose case does not matter, numbers and moments, as domain/filters reads them. */

/** @typedef {{ code: string, params: Props }} Problem */

// Spelt out: Python's and a browser's own ideas of space differ.
const SPACE = "\\t\\n\\v\\f\\r \\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const AROUND = new RegExp(`^[${SPACE}]+|[${SPACE}]+$`, "g");
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

export { Misunderstood, SPACE, fold, moment, number, parsedNumber, trimmed };
