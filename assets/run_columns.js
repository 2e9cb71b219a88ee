/* Which columns the run list has, in which order and how wide: the Stores `runs-columns` and `runs-widths`.
 *
 * A column is named by its reference (domain/run_table/column_refs.py): "name", "param:lr", "least:train/loss". Inside the
 * DataTable its id is that reference with everything but letters, digits, "_", "-", "." and "~" percent-encoded, since
 * queries of DataTable's own take some signs for theirs; so the columns that each run has keep their ids.
 */
import { propsOf } from "./clew.js";
import { register, setProps } from "./dash.js";
import { filterQueries } from "./filter_queries.js";
import { ID } from "./from_python.js";

const CHOSEN = ID.COLUMNS;
const KNOWN = ID.KNOWN_COLUMNS;
const WIDTHS = ID.COLUMN_WIDTHS;
const SAID = ID.COLUMNS_STATUS;
// These come by themselves where a run has something in them, after these others.
const OF_THEMSELVES = { sample: "name", marks: "name", nested: null, remarks: null };
let lastFilled = [];
const dataOf = (id) => propsOf(id).data;

const idOf = (ref) => encodeURIComponent(ref).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
const refOf = (id) => decodeURIComponent(id);

/** `{kind, key}` of a reference; a column that each run has is its own kind. */
function partsOf(ref) {
  const colon = ref.indexOf(":");
  return colon < 0 ? { kind: "built_in", key: ref } : { kind: ref.slice(0, colon), key: ref.slice(colon + 1) };
}

/** What a column is called over its cells. */
function nameOf(ref) {
  const { built_in, names } = dataOf(KNOWN);
  const { kind, key } = partsOf(ref);
  return kind === "built_in" ? (built_in[key] || { name: key }).name : names[kind].replace("{key}", () => key);
}

/** The column as DataTable takes it; `kinds` says by reference of what type its cells are. */
function specOf(ref, kinds) {
  const { built_in, of_type } = dataOf(KNOWN);
  const { kind, key } = partsOf(ref);
  if (kind === "built_in" && built_in[key]) return built_in[key];
  const usual = ["metric", "least", "greatest"].includes(kind) ? "numeric" : "text";
  return { ...of_type[kinds[ref] || usual], id: idOf(ref), name: nameOf(ref) };
}

/** `refs` and those that come by themselves: `filled` of them have something in some row. */
function withFilled(chosen, filled) {
  const refs = [...chosen];
  for (const [ref, after] of Object.entries(OF_THEMSELVES)) {
    if (!filled.includes(ref) || refs.includes(ref)) continue;
    refs.splice(after === null ? refs.length : refs.indexOf(after) + 1, 0, ref);
  }
  return refs;
}

const shownRefs = (filled) => withFilled(dataOf(CHOSEN), filled);

/** Whether a column comes by itself, and so cannot be sent away. */
const isOfItself = (ref) => ref in OF_THEMSELVES && lastFilled.includes(ref);

/** The table's columns: the chosen ones, and those of which some run has `filled` cells. */
function columnsOf(filled, kinds) {
  lastFilled = filled;
  filterQueries.setMixed(Object.keys(kinds).filter((ref) => kinds[ref] === "mixed").map(idOf));
  return [dataOf(KNOWN).built_in.details, ...shownRefs(filled).map((ref) => specOf(ref, kinds))];
}

/** The words among the numbers of a column sort last, as what is missing does. */
function withWords(columns, rows) {
  const wordsOf = (id) => [...new Set(rows.map((row) => row[id]).filter((cell) => typeof cell === "string"))];
  return columns.map((column) => (filterQueries.kindOf(column) === "mixed" ? { ...column, sort_as_null: wordsOf(column.id) } : column));
}

const choose = (refs) => setProps(CHOSEN, { data: refs });

/** Has a column chosen, as the last one, or not; those that come by themselves stay as they are. */
function toggle(ref, isOn) {
  const others = dataOf(CHOSEN).filter((one) => one !== ref);
  choose(isOn ? [...others, ref] : others);
}

/** Has the columns stand in this order. Those that come by themselves are only chosen where no order of the others does it. */
function arrange(refs) {
  const looks = JSON.stringify(refs);
  // The last one first: each finds its place beside those before it.
  const chosen = Object.keys(OF_THEMSELVES).reverse().reduce((kept, ref) => {
    const others = kept.filter((one) => one !== ref);
    return JSON.stringify(withFilled(others, lastFilled)) === looks ? others : kept;
  }, refs);
  choose(chosen);
}

/** Says to a screen reader where a column now stands. */
function sayColumn(ref, at, of) {
  const said = document.getElementById(SAID);
  if (said) said.textContent = dataOf(ID.TEXTS).column_moved.replace("{name}", () => nameOf(ref)).replace("{n}", at + 1).replace("{total}", of);
}

/** Has `ref` stand before `before`, at the end where that is null. */
function move(ref, before) {
  if (ref === before) return;
  const others = onShow().filter((one) => one !== ref);
  const at = before === null ? others.length : others.indexOf(before);
  if (at < 0) return;
  arrange([...others.slice(0, at), ref, ...others.slice(at)]);
  sayColumn(ref, at, others.length + 1);
}

/** One place to the left (-1) or to the right (1). */
function step(ref, by) {
  const refs = onShow();
  const to = refs.indexOf(ref) + by;
  if (to < 0 || to >= refs.length) return;
  move(ref, by < 0 ? refs[to] : refs[to + 1] || null);
}

/** The columns on show, but for the link to the run; DataTable has them a moment later. */
const onShow = () => shownRefs(lastFilled);

const sheet = new CSSStyleSheet();
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];

/** Draws the columns as wide as they are to be; the rest is as wide as what is in it. */
function drawWidths(widths) {
  const rules = Object.entries(widths).map(([ref, px]) => {
    const cell = `[data-dash-column="${CSS.escape(idOf(ref))}"]`;
    return `#${ID.TABLE}#${ID.TABLE} :is(td, th)${cell} { width: ${px}px !important; min-width: ${px}px !important; max-width: ${px}px !important; }`;
  });
  sheet.replaceSync(rules.join("\n"));
}

/** Makes a column so many pixels wide; null: as wide as what is in it. */
function setWidth(ref, px) {
  const widths = { ...dataOf(WIDTHS) };
  if (px === null) delete widths[ref];
  else widths[ref] = Math.round(Math.min(Math.max(px, dataOf(KNOWN).least_width), dataOf(KNOWN).greatest_width));
  setProps(WIDTHS, { data: widths });
}

const runs = { widths: drawWidths };
const columns = { choose, columnsOf, drawWidths, isOfItself, move, nameOf, onShow, refOf, setWidth, step, toggle, withWords };
register("runs", runs);

export { columns };
