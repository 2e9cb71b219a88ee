/* Charts as texts in addresses and requests: the subject alone where all else is default, else compact JSON.
   domain/charts/chart_spec.py reads the same format. */
/**
 * @typedef {{ subjects: string[], scale: "log" | "linear" | null, yFrom: number | null, yTo: number | null, size: "small" | "wide" }} ChartSpec
 */

/** Returns the description of a chart: its subjects (a metric's key, or @word), its own scale, range and size.
 *
 * @type {(subjects: string[], more?: Partial<ChartSpec>) => ChartSpec}
 */
const chart = (subjects, more = {}) => ({ subjects, scale: null, yFrom: null, yTo: null, size: "small", ...more });

/** @type {(value: unknown) => value is string[]} */
function isSubjects(value) {
  return Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === "string" && one);
}
/** @type {(value: unknown) => number | null} */
const end = (value) => (typeof value === "number" && Number.isFinite(value) ? value : null);

/** Parses the text of a chart; returns null where it describes none.
 *
 * @param {string} text
 * @returns {ChartSpec | null}
 */
function parse(text) {
  if (!text.startsWith("{")) return text ? chart([text]) : null;
  /** @type {Props} */
  let read;
  try {
    read = /** @type {Props} */ (JSON.parse(text));
  } catch {
    return null;
  }
  if (!isSubjects(read.m)) return null;
  const [yFrom, yTo] = Array.isArray(read.y) ? [end(read.y[0]), end(read.y[1])] : [null, null];
  const scale = read.log === true ? "log" : read.log === false ? "linear" : null;
  return chart([...new Set(read.m)], { scale, yFrom, yTo, size: read.wide === true ? "wide" : "small" });
}

/** Formats a chart as text, without what is default.
 *
 * @param {ChartSpec} spec
 */
function format({ subjects, scale, yFrom, yTo, size }) {
  const written = {
    ...(scale === null ? {} : { log: scale === "log" }),
    ...(yFrom === null && yTo === null ? {} : { y: [yFrom, yTo] }),
    ...(size === "wide" ? { wide: true } : {}),
  };
  const isPlain = subjects.length === 1 && !Object.keys(written).length && !subjects[0].startsWith("{");
  return isPlain ? subjects[0] : JSON.stringify({ m: subjects, ...written });
}

/** Returns the word of a subject, such as reward of @reward; null for a metric's key.
 *
 * @type {(subject: string) => string | null}
 */
const wordOf = (subject) => (/^@[^@]/.test(subject) ? subject.slice(1) : null);

/** Converts a key to a subject: one that begins with the sign of a word has it twice.
 *
 * @type {(key: string) => string}
 */
const subjectOf = (key) => (key.startsWith("@") ? `@${key}` : key);
/** @type {(subject: string) => string} */
const keyOf = (subject) => (subject.startsWith("@@") ? subject.slice(1) : subject);

/** Returns the section of a metric: the part of its key before the first slash; "/" for a key without one.
 *
 * @param {string} key
 */
function prefixOf(key) {
  const at = key.indexOf("/");
  return at > 0 ? key.slice(0, at).trim() || "/" : "/";
}

export const chartSpecs = Object.freeze({ chart, format, keyOf, parse, prefixOf, subjectOf, wordOf });
