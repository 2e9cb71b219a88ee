/* The columns of the run list, their order and widths: the Stores `runs-columns` and `runs-widths`.
 *
 * A column is named by its reference (domain/run_table/column_refs.py): "name", "param:lr", "least:train/loss". Inside the
 * DataTable its id is that reference with everything but letters, digits, "_", "-", "." and "~" percent-encoded, since some
 * signs mean something in DataTable's own queries; so the columns that each run has keep their ids.
 */
import { propsOf } from "./clew.js";
import { register, setProps } from "./dash.js";
import { filterQueries } from "./filter_queries.js";
import { ID } from "./from_python.js";

/**
 * @import { TableColumn } from "./tables.js"
 * @typedef {TableColumn & { sort_as_null?: string[] }} Spec a column as DataTable takes it
 * @typedef {{ built_in: Record<string, Spec>, of_type: Record<string, Partial<Spec>>, names: Record<string, string>, usual: string[], least_width: number, greatest_width: number }} KnownColumns
 */

const CHOSEN = ID.COLUMNS;
const KNOWN = ID.KNOWN_COLUMNS;
const WIDTHS = ID.COLUMN_WIDTHS;
const STATUS = ID.COLUMNS_STATUS;
/** @type {Record<string, string | null>} these come by themselves where a run has something in them, after these others */
const OF_THEMSELVES = { sample: "name", marks: "name", nested: null, remarks: null };
/** @type {string[]} */
let lastFilled = [];
const knownColumns = () => propsOf(KNOWN).data;
const chosenRefs = () => propsOf(CHOSEN).data;

/** @type {(ref: string) => string} */
const idOf = (ref) => encodeURIComponent(ref).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
/** @type {(id: string) => string} */
const refOf = (id) => decodeURIComponent(id);

/** Splits a reference; the kind of a column that each run has is "built_in".
 * @type {(ref: string) => { kind: string, key: string }} */
function partsOf(ref) {
  const colon = ref.indexOf(":");
  return colon < 0 ? { kind: "built_in", key: ref } : { kind: ref.slice(0, colon), key: ref.slice(colon + 1) };
}

/** Returns a column's heading.
 * @type {(ref: string) => string} */
function nameOf(ref) {
  const { built_in, names } = knownColumns();
  const { kind, key } = partsOf(ref);
  return kind === "built_in" ? (built_in[key] || { name: key }).name : names[kind].replace("{key}", () => key);
}

/** Returns the column as DataTable takes it; `kinds` has the types of cells, by reference.
 * @type {(ref: string, kinds: Record<string, string>) => Spec} */
function specOf(ref, kinds) {
  const { built_in, of_type } = knownColumns();
  const { kind, key } = partsOf(ref);
  if (kind === "built_in" && built_in[key]) return built_in[key];
  const usual = ["metric", "least", "greatest"].includes(kind) ? "numeric" : "text";
  return { ...of_type[kinds[ref] || usual], id: idOf(ref), name: nameOf(ref) };
}

/** Returns the chosen columns and those that come by themselves, as `filled` of them do.
 * @type {(chosen: string[], filled: string[]) => string[]} */
function withFilled(chosen, filled) {
  const refs = [...chosen];
  for (const [ref, after] of Object.entries(OF_THEMSELVES)) {
    if (!filled.includes(ref) || refs.includes(ref)) continue;
    refs.splice(after === null ? refs.length : refs.indexOf(after) + 1, 0, ref);
  }
  return refs;
}

/** @type {(filled: string[]) => string[]} */
const shownRefs = (filled) => withFilled(chosenRefs(), filled);

/** Returns whether a column comes by itself, and so cannot be removed.
 * @type {(ref: string) => boolean} */
const isOfItself = (ref) => ref in OF_THEMSELVES && lastFilled.includes(ref);

/** Returns the table's columns: the chosen ones, and those that come by themselves.
 * @type {(filled: string[], kinds: Record<string, string>) => Spec[]} */
function columnsOf(filled, kinds) {
  lastFilled = filled;
  filterQueries.setMixed(Object.keys(kinds).filter((ref) => kinds[ref] === "mixed").map(idOf));
  return [knownColumns().built_in.details, ...shownRefs(filled).map((ref) => specOf(ref, kinds))];
}

/** Has the words among the numbers of a column sort last, as missing values do.
 * @type {(columns: Spec[], rows: Props[]) => Spec[]} */
function withWords(columns, rows) {
  /** @type {(id: string) => string[]} */
  const wordsOf = (id) => [...new Set(rows.map((row) => row[id]).filter((cell) => typeof cell === "string"))];
  return columns.map((column) => (filterQueries.kindOf(column) === "mixed" ? { ...column, sort_as_null: wordsOf(column.id) } : column));
}

/** @type {(refs: string[]) => void} */
const choose = (refs) => setProps(CHOSEN, { data: refs });

/** Adds a column as the last one, or removes it; those that come by themselves stay as they are.
 * @type {(ref: string, isOn: boolean) => void} */
function toggle(ref, isOn) {
  const others = chosenRefs().filter((one) => one !== ref);
  choose(isOn ? [...others, ref] : others);
}

/** Puts the columns in this order. Those that come by themselves are only chosen where no order of the others gives it.
 * @type {(refs: string[]) => void} */
function arrange(refs) {
  const wanted = JSON.stringify(refs);
  // The last one first: each finds its place next to those before it.
  const chosen = Object.keys(OF_THEMSELVES).reverse().reduce((kept, ref) => {
    const others = kept.filter((one) => one !== ref);
    return JSON.stringify(withFilled(others, lastFilled)) === wanted ? others : kept;
  }, refs);
  choose(chosen);
}

/** Announces to screen readers where a column now is.
 * @type {(ref: string, at: number, of: number) => void} */
function announceColumn(ref, at, of) {
  const status = document.getElementById(STATUS);
  if (status) status.textContent = propsOf(ID.TEXTS).data.column_moved.replace("{name}", () => nameOf(ref)).replace("{n}", String(at + 1)).replace("{total}", String(of));
}

/** Moves a column before another, to the end where that is null.
 * @type {(ref: string, before: string | null) => void} */
function move(ref, before) {
  if (ref === before) return;
  const others = onShow().filter((one) => one !== ref);
  const at = before === null ? others.length : others.indexOf(before);
  if (at < 0) return;
  arrange([...others.slice(0, at), ref, ...others.slice(at)]);
  announceColumn(ref, at, others.length + 1);
}

/** Moves a column one place to the left (-1) or to the right (1).
 * @type {(ref: string, by: number) => void} */
function step(ref, by) {
  const refs = onShow();
  const to = refs.indexOf(ref) + by;
  if (to < 0 || to >= refs.length) return;
  move(ref, by < 0 ? refs[to] : refs[to + 1] || null);
}

/** Returns the columns on show, but for the link to the run; DataTable has them a moment later. */
const onShow = () => shownRefs(lastFilled);

const sheet = new CSSStyleSheet();
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];

/** Draws the columns with these widths in pixels; the others are as wide as their content.
 * @type {(widths: Record<string, number>) => void} */
function drawWidths(widths) {
  const rules = Object.entries(widths).map(([ref, px]) => {
    const cell = `[data-dash-column="${CSS.escape(idOf(ref))}"]`;
    return `#${ID.TABLE}#${ID.TABLE} :is(td, th)${cell} { width: ${px}px !important; min-width: ${px}px !important; max-width: ${px}px !important; }`;
  });
  sheet.replaceSync(rules.join("\n"));
}

/** Makes a column so many pixels wide; null: as wide as its content.
 * @type {(ref: string, px: number | null) => void} */
function setWidth(ref, px) {
  const widths = { ...propsOf(WIDTHS).data };
  if (px === null) delete widths[ref];
  else widths[ref] = Math.round(Math.min(Math.max(px, knownColumns().least_width), knownColumns().greatest_width));
  setProps(WIDTHS, { data: widths });
}

const runs = { widths: drawWidths };
const columns = { choose, columnsOf, drawWidths, isOfItself, move, nameOf, onShow, refOf, setWidth, step, toggle, withWords };
register("runs", runs);

export { columns };
