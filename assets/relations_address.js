/* The relations in the address: each axis's column, scale and range, so that a link shows the same. */
import { relationsRanges } from "./relations_ranges.js";

/**
 * @import { Range, TextRange } from "./relations_ranges.js"
 * @typedef {{ isOpen: boolean, x: string | null, y: string | null, c: string | null, logs: Record<"x" | "y" | "c", boolean>, ranges: Record<"x" | "y", Range> & { c?: Range } }} ScatterView `x`, `y` and `c`, the colour, are references of columns
 * @typedef {{ ref: string, log: boolean, range: Range }} ParallelAxis
 * @typedef {{ isOpen: boolean, axes: ParallelAxis[] }} ParallelView
 * @typedef {{ scatter: ScatterView, parallel: ParallelView }} View
 */

const NAMES = ["relations", "sx", "sy", "sc", "slog", "sxr", "syr", "parallel", "plog", "prange"];
const { WHOLE } = relationsRanges;

/** Returns the texts of a JSON list of so many; null where it is none.
 *
 * @param {string} text
 * @param {number} count
 * @returns {string[] | null}
 */
function asTexts(text, count) {
  try {
    const parsed = JSON.parse(text);
    return Array.isArray(parsed) && parsed.length === count && parsed.every((each) => typeof each === "string") ? parsed : null;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return null;
  }
}

/** Returns the range of "1..2", or of a JSON list of two categories; an end that is left out, or is no number, is none.
 *
 * @param {string | null} text
 * @returns {Range}
 */
function asRange(text) {
  if (text?.startsWith("[")) return /** @type {TextRange | null} */ (asTexts(text, 2)) || WHOLE;
  const ends = (text || "").split("..");
  if (ends.length !== 2) return WHOLE;
  const [low, high] = ends.map((end) => (end.trim() === "" || !Number.isFinite(Number(end)) ? null : Number(end)));
  return [low, high];
}

/** @param {Range} range */
function rangeText(range) {
  if (relationsRanges.isWhole(range)) return "";
  if (relationsRanges.isTexts(range)) return JSON.stringify(range);
  return range.map((end) => (end === null ? "" : String(end))).join("..");
}

/** Returns a parallel axis's reference, which is all after the first colon, or the first of three texts; and its range.
 *
 * @param {string} text
 * @returns {[string, Range]}
 */
function asAxisRange(text) {
  if (!text.startsWith("[")) return [text.slice(text.indexOf(":") + 1), asRange(text.slice(0, text.indexOf(":")))];
  const texts = asTexts(text, 3);
  return texts ? [texts[0], [texts[1], texts[2]]] : ["", WHOLE];
}

/** @type {(ref: string, range: Range) => string} */
const axisRangeText = (ref, range) => (relationsRanges.isTexts(range) ? JSON.stringify([ref, ...range]) : `${rangeText(range)}:${ref}`);

/** Returns the view that an address asks for.
 *
 * @param {string} search
 * @returns {View}
 */
function read(search) {
  const query = new URLSearchParams(search);
  const logs = query.getAll("slog");
  const ranges = new Map(query.getAll("prange").map(asAxisRange));
  const logged = query.getAll("plog");
  const open = query.getAll("relations");
  return {
    scatter: {
      isOpen: open.includes("scatter") || query.has("sx") || query.has("sy"),
      x: query.get("sx"), y: query.get("sy"), c: query.get("sc"),
      logs: { x: logs.includes("x"), y: logs.includes("y"), c: logs.includes("c") },
      ranges: { x: asRange(query.get("sxr")), y: asRange(query.get("syr")) },
    },
    parallel: {
      isOpen: open.includes("parallel") || query.has("parallel"),
      axes: [...new Set(query.getAll("parallel"))].map((ref) => ({ ref, log: logged.includes(ref), range: ranges.get(ref) || WHOLE })),
    },
  };
}

/** Writes a view into an address's query; a closed part is left out.
 *
 * @param {URLSearchParams} query
 * @param {View} view
 */
function write(query, { scatter, parallel }) {
  for (const name of NAMES) query.delete(name);
  /** @type {(name: string, value: string | null | false) => void} */
  const put = (name, value) => { if (value) query.append(name, value); };
  if (scatter.isOpen) {
    put("relations", "scatter");
    put("sx", scatter.x);
    put("sy", scatter.y);
    put("sc", scatter.c);
    for (const name of /** @type {const} */ (["x", "y", "c"])) put("slog", scatter.logs[name] && name);
    put("sxr", rangeText(scatter.ranges.x));
    put("syr", rangeText(scatter.ranges.y));
  }
  if (!parallel.isOpen) return;
  put("relations", "parallel");
  for (const { ref } of parallel.axes) put("parallel", ref);
  for (const { ref, log } of parallel.axes) put("plog", log && ref);
  for (const { ref, range } of parallel.axes) if (rangeText(range)) put("prange", axisRangeText(ref, range));
}

export const relationsAddress = Object.freeze({ read, write });
