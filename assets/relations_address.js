/* The relations in the address: what lies on which axis, on which scale, in which range, so that a link shows the same. */
import { relationsRanges } from "./relations_ranges.js";

const NAMES = ["relations", "sx", "sy", "sc", "slog", "sxr", "syr", "parallel", "plog", "prange"];
const WHOLE = [null, null];

/** What a JSON list of so many texts holds; null where it is none. */
function asTexts(text, count) {
  try {
    const told = JSON.parse(text);
    return Array.isArray(told) && told.length === count && told.every((each) => typeof each === "string") ? told : null;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return null;
  }
}

/** "1..2", or the JSON list of two categories, as a range; an end that is left out, or is no number, is none. */
function asRange(text) {
  if (text?.startsWith("[")) return asTexts(text, 2) || WHOLE;
  const ends = (text || "").split("..");
  if (ends.length !== 2) return WHOLE;
  return ends.map((end) => (end.trim() === "" || !Number.isFinite(Number(end)) ? null : Number(end)));
}

function rangeText(range) {
  if (relationsRanges.isWhole(range)) return "";
  if (relationsRanges.isTexts(range)) return JSON.stringify(range);
  return range.map((end) => (end === null ? "" : String(end))).join("..");
}

/** A parallel axis's range and the axis's reference: all after the first colon, or the first of three texts. */
/** @returns {[string, any[]]} */
function asAxisRange(text) {
  if (!text.startsWith("[")) return [text.slice(text.indexOf(":") + 1), asRange(text.slice(0, text.indexOf(":")))];
  const [ref, ...ends] = asTexts(text, 3) || ["", ...WHOLE];
  return [ref, ends];
}

const axisRangeText = (ref, range) => (relationsRanges.isTexts(range) ? JSON.stringify([ref, ...range]) : `${rangeText(range)}:${ref}`);

/** What an address asks for. */
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

/** Writes what is on show into an address's query; a part that is closed stands in none. */
function write(query, { scatter, parallel }) {
  for (const name of NAMES) query.delete(name);
  const put = (name, value) => { if (value) query.append(name, value); };
  if (scatter.isOpen) {
    put("relations", "scatter");
    put("sx", scatter.x);
    put("sy", scatter.y);
    put("sc", scatter.c);
    for (const name of ["x", "y", "c"]) put("slog", scatter.logs[name] && name);
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
