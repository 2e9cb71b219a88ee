/* The run list: from rows as the server gives them to rows of its DataTable, which are all of them or a page. */
import { age, known as withoutMissing, localTime, locale, propsOf } from "./clew.js";
import { register, setProps } from "./dash.js";
import { decimals } from "./decimals.js";
import { filterQueries } from "./filter_queries.js";
import { ID } from "./from_python.js";
import { together } from "./nested_runs.js";
import { columns } from "./run_columns.js";
import { selection } from "./run_selection.js";

const TABLE = ID.TABLE;
const SELECTED = ID.SELECTED;
const EVERYTHING = "*";
const NATIVE = { sort_action: "native", filter_action: "native", page_action: "native", page_count: null };
const CUSTOM = { sort_action: "custom", filter_action: "custom", page_action: "custom" };
const unchanged = () => window.dash_clientside.no_update;

function options(known, everything, chosen) {
  const values = new Set(known);
  if (chosen !== EVERYTHING) values.add(chosen);
  return [{ label: everything, value: EVERYTHING }].concat(
    [...values].sort((a, b) => a.localeCompare(b)).map((value) => ({ label: value, value }))
  );
}

/** What a silent run's row says beside its state. */
const silence = (row, said) => (said ? { status: `${row.status} · ${said.text}`, silent_minutes: said.minutes } : {});

const isArchived = (row) => (row.is_marked || "").includes("archived");

/** Of all rows, what the server says of a list of which it sends a page. */
function ofRows(rows) {
  const some = (is) => rows.some(is);
  const filled = { sample: some((row) => row.is_sample), marks: some((row) => row.is_marked), remarks: some((row) => row.remarks !== "–"), nested: some((row) => row.parent_id !== null) };
  return {
    choices: { experiment: rows.map((row) => row.experiment), algorithm: rows.map((row) => row.algorithm) },
    filled: Object.keys(filled).filter((name) => filled[name]),
    archived: rows.filter(isArchived).length,
  };
}

/** All rows that the menus leave, each with how deep it stands below others. */
function chosenOf(rows, experiment, algorithm, isTogether, withArchived) {
  const chosen = rows.filter(
    (row) => (withArchived || !isArchived(row)) && [EVERYTHING, row.experiment].includes(experiment) && [EVERYTHING, row.algorithm].includes(algorithm)
  );
  return isTogether ? together(chosen) : chosen.map((row) => [row]);
}

function drawnRow(row, depth, silent, { added, moments }, texts) {
  const drawn = {
    ...withoutMissing(row),
    ...(depth ? { depth } : {}),
    ...silence(row, silent[row.id]),
    ...row.no_value, // a word in the place of a number: no filter for numbers finds it, and it sorts as one that is missing
    details: `[${texts.details}](${texts.run_page.replace("RUN_ID", row.id)})`,
  };
  for (const ref of moments) drawn[ref] = localTime(row[`${ref}_ms`]);
  for (const [ref, id] of added) {
    if (drawn[ref] !== undefined) drawn[id] = drawn[ref];
    delete drawn[ref];
  }
  return drawn;
}

/** What a cell is called where it comes from, the key of a metric or a parameter; and long values whole. */
function tooltips(row, silent, { added, moments, whole }) {
  const { keys } = row;
  const text = ([ref, id]) => [id, (keys && keys[ref]) || (typeof row[ref] === "string" ? row[ref] : undefined)];
  return {
    run_id: row.id,
    ...Object.fromEntries(moments.map((ref) => [ref, age(row[`${ref}_ms`])])),
    ...Object.fromEntries(whole.map((ref) => [ref, row[ref]])),
    ...(silent[row.id] ? { status: silent[row.id].text } : {}), ...keys, ...Object.fromEntries(added.map(text)),
  };
}

const WHOLE = ["name", "nested", "experiment", "algorithm", "environment", "remarks", "user", "source", "commit", "diverged"];

/** Which of the columns have other ids in the table, which are moments, and of which a tooltip says the whole text. */
function sorts(specs) {
  const { refOf } = columns;
  return {
    added: specs.map(({ id }) => [refOf(id), id]).filter(([ref, id]) => ref !== id),
    moments: specs.filter(({ type }) => type === "datetime").map(({ id }) => refOf(id)),
    whole: specs.map(({ id }) => id).filter((id) => WHOLE.includes(id)),
  };
}

const LATE_MS = 60_000;
const seen = new Set(); // ticked runs that were on the list
const missingSince = new Map(); // those that have not been, in ms

/** Whether a run that is not there was deleted; one that never was there, as in a link, may only come with the next reading. */
function isDeleted(id) {
  if (!missingSince.has(id)) missingSince.set(id, Date.now());
  return seen.has(id) || Date.now() - missingSince.get(id) > LATE_MS;
}

/** The ticked runs that there still are: deleted ones would be counted for ever. */
function stillThere(selected, rows, answer) {
  const gone = new Set((answer && answer.gone) || []);
  const there = answer ? null : new Set(rows.map((row) => row.id));
  return selected.filter((id) => {
    if (there ? !there.has(id) : gone.has(id)) return !isDeleted(id);
    seen.add(id);
    return true;
  });
}

const sameColumns = (some, others) => JSON.stringify(some) === JSON.stringify(others);

/** A table that lost a column is not sorted by it any more. */
function sortingBy(sorting, specs) {
  const there = new Set(specs.map(({ id }) => id));
  const left = (sorting || []).filter(({ column_id }) => there.has(column_id));
  return left.length === (sorting || []).length ? {} : { sort_by: left };
}

const runs = {
  /** At once, by the ticks of this very moment: with Outputs, one that comes while Dash sees to them would be lost. */
  fill(allRows, page, listed, experiment, algorithm, silent, isTogether, _chosen, withArchived, texts) {
    const answer = listed?.paged ? page : null;
    const rows = listed?.paged ? answer?.rows : allRows;
    if (!rows) return [unchanged(), unchanged(), unchanged(), unchanged()];
    const table = propsOf(TABLE);
    const remembered = propsOf(SELECTED).data;
    const selected = stillThere(selection.get(), rows, answer);
    if (!selection.isSame(selected, remembered || [])) setProps(SELECTED, { data: selected });

    const { choices, filled, archived } = answer || ofRows(rows);
    setProps(ID.ARCHIVED, { label: texts.archived.replace("{n}", archived.toLocaleString(locale())) });
    const wanted = columns.columnsOf(filled, (answer || listed)?.kinds || {});
    const these = sorts(wanted);
    const ordered = answer ? rows.map((row) => [row, row.depth]) : chosenOf(rows, experiment, algorithm, isTogether, withArchived);
    const drawn = ordered.map(([row, depth]) => drawnRow(row, depth, silent, these, texts));
    const written = decimals.aligned(wanted, drawn);
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
