/* Asks the server for columns of the runs that the list's filter finds, and decodes them. */
import { contentOf } from "./answers.js";

/**
 * A column as `POST /runs/relations` has it, decoded: `values` has NaN for what is missing; those of a text column are
 * indices of `categories`. The counts are of runs without a place on an axis.
 *
 * @typedef {object} Column
 * @property {string} ref
 * @property {"number" | "time" | "text"} kind
 * @property {Float64Array} values
 * @property {string[]} categories
 * @property {number} none
 * @property {number} diverged
 * @property {number} out_of_range
 * @property {number} no_number
 * @property {number} pending
 * @property {string[]} words
 *
 * @typedef {{ left: number, total: number, drawn: number, loading: boolean, ids: string[], names: string[], columns: Map<string, Column> }} RunColumns
 * @typedef {Omit<Column, "values"> & { values: string }} SentColumn
 * @typedef {Omit<RunColumns, "columns"> & { columns: SentColumn[] }} SentColumns as `POST /runs/relations` sends them
 * @typedef {{ ref: string, name: string, runs: number | null }} AxisChoice what can be an axis, and how many runs have it
 */

/** Returns the path below which Clew is. */
const prefix = () => document.documentElement.dataset.prefix;

/** Decodes base64 of little-endian numbers.
 *
 * @template {Int32Array | Float64Array} Numbers
 * @param {string} text
 * @param {new (buffer: ArrayBuffer) => Numbers} Kind
 */
function decoded(text, Kind) {
  const raw = window.atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i += 1) bytes[i] = raw.charCodeAt(i);
  return new Kind(bytes.buffer);
}

/** Returns a column with its values decoded.
 *
 * @param {SentColumn} sent
 * @returns {Column}
 */
function asColumn(sent) {
  const values = sent.kind === "text" ? Float64Array.from(decoded(sent.values, Int32Array), (code) => (code < 0 ? NaN : code)) : decoded(sent.values, Float64Array);
  return { ...sent, values };
}

const language = () => `lang=${encodeURIComponent(document.documentElement.lang || "en")}`;

/** Fetches the columns `refs` of the runs that the list's query finds.
 *
 * @param {Props} query
 * @param {string[]} refs
 * @param {AbortSignal} signal
 * @returns {Promise<RunColumns>}
 */
async function askColumns(query, refs, signal) {
  const body = JSON.stringify({ ...query, columns: refs });
  const response = await window.fetch(`${prefix()}runs/relations?${language()}`, { method: "POST", headers: { "Content-Type": "application/json" }, body, signal });
  const content = /** @type {SentColumns} */ (await contentOf(response));
  return { ...content, columns: new Map(content.columns.map((column) => [column.ref, asColumn(column)])) };
}

/** Fetches what can be an axis, built-in columns first.
 *
 * @param {RelationsTexts} texts
 * @returns {Promise<AxisChoice[]>}
 */
async function askAxes(texts) {
  const content = /** @type {import("./column_catalogue.js").Catalogue} */ (await contentOf(await window.fetch(`${prefix()}runs/columns?${language()}`)));
  const known = content.built_in.filter(({ id }) => !NO_AXES.includes(id)).map(({ id, name }) => ({ ref: id, name, runs: null }));
  const keyed = content.groups.flatMap(({ kind, keys }) => {
    const kinds = kind === "metric" ? ["metric", "least", "greatest"] : [kind];
    return kinds.flatMap((each) => keys.map(([key, runs]) => ({ ref: `${each}:${key}`, name: keyName(each, key, texts), runs })));
  });
  return [...known, ...keyed];
}

// No value of these means anything on an axis, or they are texts for people.
const NO_AXES = ["run_id", "nested", "remarks", "sample", "marks", "diverged"];

/** Returns the axes that are known without asking.
 *
 * @param {RelationsTexts} texts
 * @returns {AxisChoice[]}
 */
const builtIn = (texts) => Object.entries(texts.built_in).filter(([id]) => !NO_AXES.includes(id)).map(([id, name]) => ({ ref: id, name, runs: null }));

/** @type {(kind: string, key: string, texts: RelationsTexts) => string} */
function keyName(kind, key, texts) {
  /** @type {Record<string, string>} */
  const templates = { param: texts.kind_param, tag: texts.kind_tag, metric: texts.kind_metric, least: texts.kind_least, greatest: texts.kind_greatest };
  return (templates[kind] || "{key}").split("{key}").join(key);
}

/** Returns the name of the column of a ref, in the reader's language.
 *
 * @param {string} ref
 * @param {RelationsTexts} texts
 */
function nameOf(ref, texts) {
  const at = ref.indexOf(":");
  return at < 0 ? texts.built_in[ref] || ref : keyName(ref.slice(0, at), ref.slice(at + 1), texts);
}

export const relationsData = Object.freeze({ askAxes, askColumns, builtIn, nameOf });
