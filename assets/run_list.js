/* The run list: makes rows of its DataTable, which are all of them or a page, from the server's rows. */
import { age, known as withoutMissing, localTime, locale, propsOf } from "./clew.js";
import { register, setProps } from "./dash.js";
import { decimals } from "./decimals.js";
import { filterQueries } from "./filter_queries.js";
import { ID } from "./from_python.js";
import { together } from "./nested_runs.js";
import { columns } from "./run_columns.js";
import { selection } from "./run_selection.js";
import { existingRuns } from "./ticked_runs.js";

/**
 * A run as the server sends it: some fields of the list, and the columns that are chosen, by reference.
 *
 * @typedef {{ id: string, parent_id: string | null, status: string, experiment: string, algorithm: string, is_marked?: string, is_sample?: boolean, remarks: string, depth?: number, keys?: Record<string, string>, no_value?: Record<string, string>, [ref: string]: unknown }} Run
 * @typedef {{ experiment: string[], algorithm: string[] }} Choices
 * @typedef {{ choices: Choices, filled: string[], archived: number, kinds?: Record<string, string> }} ListFacts
 * @typedef {ListFacts & { rows: Run[], gone?: string[], page_count: number }} PageAnswer a page of the list; `gone` are the ticked runs that were deleted
 * @typedef {Record<string, { text: string, minutes: number }>} Silent the runs that log nothing any more, by id
 * @typedef {{ added: [ref: string, id: string][], moments: string[], whole: string[] }} Sorts
 * @import { Spec } from "./run_columns.js"
 * @import { SortBy } from "./model_order.js"
 */

const TABLE = ID.TABLE;
const SELECTED = ID.SELECTED;
const EVERYTHING = "*";
const NATIVE = { sort_action: "native", filter_action: "native", page_action: "native", page_count: null };
const CUSTOM = { sort_action: "custom", filter_action: "custom", page_action: "custom" };
const unchanged = () => window.dash_clientside.no_update;

/** @type {(known: string[], everything: string, chosen: string) => { label: string, value: string }[]} */
function options(known, everything, chosen) {
  const values = new Set(known);
  if (chosen !== EVERYTHING) values.add(chosen);
  return [{ label: everything, value: EVERYTHING }].concat(
    [...values].sort((a, b) => a.localeCompare(b)).map((value) => ({ label: value, value }))
  );
}

/** Returns the state of a silent run's row, with for how long it has been silent.
 * @type {(row: Run, silent: Silent[string] | undefined) => Partial<Run>} */
const silence = (row, silent) => (silent ? { status: `${row.status} · ${silent.text}`, silent_minutes: silent.minutes } : {});

/** @type {(row: Run) => boolean} */
const isArchived = (row) => (row.is_marked || "").includes("archived");

/** Returns of all rows what the server sends with a page of a list.
 * @type {(rows: Run[]) => ListFacts} */
function ofRows(rows) {
  /** @type {(is: (row: Run) => unknown) => boolean} */
  const some = (is) => rows.some(is);
  /** @type {Record<string, boolean>} */
  const filled = { sample: some((row) => row.is_sample), marks: some((row) => row.is_marked), remarks: some((row) => row.remarks !== "–"), nested: some((row) => row.parent_id !== null) };
  return {
    choices: { experiment: rows.map((row) => row.experiment), algorithm: rows.map((row) => row.algorithm) },
    filled: Object.keys(filled).filter((name) => filled[name]),
    archived: rows.filter(isArchived).length,
  };
}

/** Returns all rows that the menus choose, each with how deep it is nested.
 * @type {(rows: Run[], experiment: string, algorithm: string, isTogether: boolean, withArchived: boolean) => [Run, number?][]} */
function chosenOf(rows, experiment, algorithm, isTogether, withArchived) {
  const chosen = rows.filter(
    (row) => (withArchived || !isArchived(row)) && [EVERYTHING, row.experiment].includes(experiment) && [EVERYTHING, row.algorithm].includes(algorithm)
  );
  return isTogether ? /** @type {[Run, number][]} */ (together(chosen)) : chosen.map((row) => [row]);
}

/** Returns the moment of a cell in Unix ms, which the server sends next to the others of its row.
 * @type {(row: Run, ref: string) => number | null | undefined} */
const momentOf = (row, ref) => /** @type {number | null | undefined} */ (row[`${ref}_ms`]);

/** @type {(row: Run, depth: number | undefined, silent: Silent, sorts: Sorts, texts: RunListTexts) => TableRow} */
function drawnRow(row, depth, silent, { added, moments }, texts) {
  /** @type {TableRow} */
  const drawn = {
    ...withoutMissing(row),
    id: row.id,
    ...(depth ? { depth } : {}),
    ...silence(row, silent[row.id]),
    ...row.no_value, // a word in the place of a number: no filter for numbers finds it, and it sorts as a missing value
    details: `[${texts.details}](${texts.run_page.replace("RUN_ID", row.id)})`,
  };
  for (const ref of moments) drawn[ref] = localTime(momentOf(row, ref));
  for (const [ref, id] of added) {
    if (drawn[ref] !== undefined) drawn[id] = drawn[ref];
    delete drawn[ref];
  }
  return drawn;
}

/** Returns the tooltips of a row: the key of a cell's metric or parameter, and long values whole.
 * @type {(row: Run, silent: Silent, sorts: Sorts) => Props} */
function tooltips(row, silent, { added, moments, whole }) {
  const { keys } = row;
  /** @type {(column: [ref: string, id: string]) => [string, string | undefined]} */
  const text = ([ref, id]) => [id, (keys && keys[ref]) || (typeof row[ref] === "string" ? row[ref] : undefined)];
  return {
    run_id: row.id,
    ...Object.fromEntries(moments.map((ref) => [ref, age(momentOf(row, ref))])),
    ...Object.fromEntries(whole.map((ref) => [ref, row[ref]])),
    ...(silent[row.id] ? { status: silent[row.id].text } : {}), ...keys, ...Object.fromEntries(added.map(text)),
  };
}

const WHOLE = ["name", "nested", "experiment", "algorithm", "environment", "remarks", "user", "source", "commit", "diverged"];

/** Sorts the columns: those with other ids in the table, moments, and those with the whole text in a tooltip.
 * @type {(specs: Spec[]) => Sorts} */
function sorts(specs) {
  const { refOf } = columns;
  return {
    added: specs.map(({ id }) => /** @type {[string, string]} */ ([refOf(id), id])).filter(([ref, id]) => ref !== id),
    moments: specs.filter(({ type }) => type === "datetime").map(({ id }) => refOf(id)),
    whole: specs.map(({ id }) => id).filter((id) => WHOLE.includes(id)),
  };
}

/** @type {(some: Spec[], others: Spec[]) => boolean} */
const sameColumns = (some, others) => JSON.stringify(some) === JSON.stringify(others);

/** Returns the sorting without columns that the table has no more, as properties of the table.
 * @type {(sorting: SortBy[] | undefined, specs: Spec[]) => { sort_by?: SortBy[] }} */
function sortingBy(sorting, specs) {
  const there = new Set(specs.map(({ id }) => id));
  const left = (sorting || []).filter(({ column_id }) => there.has(column_id));
  return left.length === (sorting || []).length ? {} : { sort_by: left };
}

const runs = {
  /** Fills the table, at once and by the ticks of this very moment: with Outputs, a tick that is made while Dash handles them
      would be lost. Returns the choices of the two menus, and whether two switches are hidden.
   *
   * @param {Run[] | null} allRows
   * @param {PageAnswer | null} page
   * @param {{ paged?: boolean, kinds?: Record<string, string> } | null} listed
   * @param {string} experiment
   * @param {string} algorithm
   * @param {Silent} silent
   * @param {boolean} isTogether
   * @param {unknown} _chosen
   * @param {boolean} withArchived
   * @param {RunListTexts} texts
   */
  fill(allRows, page, listed, experiment, algorithm, silent, isTogether, _chosen, withArchived, texts) {
    const answer = listed?.paged ? page : null;
    const rows = listed?.paged ? answer?.rows : allRows;
    if (!rows) return [unchanged(), unchanged(), unchanged(), unchanged()];
    const table = propsOf(TABLE);
    const remembered = propsOf(SELECTED).data;
    const selected = existingRuns(selection.get(), rows, answer);
    if (!selection.isSame(selected, remembered || [])) setProps(SELECTED, { data: selected });

    const { choices, filled, archived } = answer || ofRows(rows);
    setProps(ID.ARCHIVED, { label: texts.archived.replace("{n}", archived.toLocaleString(locale())) });
    const wanted = columns.columnsOf(filled, (answer || listed)?.kinds || {});
    const these = sorts(wanted);
    const ordered = answer ? rows.map((row) => /** @type {[Run, number?]} */ ([row, row.depth])) : chosenOf(rows, experiment, algorithm, isTogether, withArchived);
    const drawn = ordered.map(([row, depth]) => drawnRow(row, depth, silent, these, texts));
    const written = /** @type {Spec[]} */ (decimals.aligned(wanted, drawn));
    const specs = answer ? written : columns.withWords(written, drawn);
    const data = answer ? drawn : filterQueries.addShadows(drawn, specs);
    setProps(TABLE, {
      ...(answer ? { ...CUSTOM, page_count: answer.page_count } : NATIVE),
      ...(sameColumns(specs, table.columns) ? {} : { columns: specs, ...sortingBy(table.sort_by, specs) }),
      data,
      ...selection.show(selected, data),
      tooltip_data: ordered.map(([row]) => tooltips(row, silent, these)),
    });
    selection.drawn();
    columns.drawWidths(propsOf(ID.COLUMN_WIDTHS).data);
    return [
      options(choices.experiment, texts.everything[ID.EXPERIMENT], experiment),
      options(choices.algorithm, texts.everything[ID.ALGORITHM], algorithm),
      !filled.includes("nested"),
      archived === 0 && !withArchived,
    ];
  },
};

register("runs", runs);
