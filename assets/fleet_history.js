/* The history of the GPUs: the question of its controls and zoom, in the address; times in the reader's zone. */
import { setAddress } from "./addresses.js";
import { known, localTime, propsOf } from "./clew.js";
import { register, setProps } from "./dash.js";
import { filterQueries } from "./filter_queries.js";
import { ID } from "./from_python.js";

/**
 * @typedef {{ range: string, measure: string, by: string, q: string, since_ms?: number | null, until_ms?: number | null }} FleetQuestion
 * @typedef {PlotlyTrace & { x0: number, dx: number, y: unknown[] }} HistoryLine values at the same distance, `dx` ms, from `x0` on
 * @typedef {{ data: HistoryLine[], layout: PlotlyLayout }} Figure
 * @typedef {Props & { first_ms: number | null, last_ms: number | null, page?: string | null }} UsageRow of domain/fleet
 */

const TABLE = ID.FLEET_TABLE;
const HIDDEN = { display: "none" };
/** @type {Record<string, string>} */
const FIRST = { range: "1d", measure: "utilization", by: "gpu", q: "" };
const unchanged = () => window.dash_clientside.no_update;

// Plotly takes a number on a date axis for UTC; the reader's own clock is meant.
/** @type {(ms: number) => number} */
const local = (ms) => ms - new Date(ms).getTimezoneOffset() * 60000;

/** Converts a moment of the axis, as Plotly writes it, to Unix ms; null where it is none.
 * @type {(moment: unknown) => number | null} */
function fromAxis(moment) {
  const ms = new Date(String(moment).replace(" ", "T")).getTime();
  return Number.isFinite(ms) ? Math.max(0, Math.round(ms)) : null;
}

/** Returns the time that the reader zoomed to, null for all of it; undefined where something else of the layout changed.
 * @type {(layout: PlotlyChange | null) => { since_ms: number, until_ms: number } | null | undefined} */
function zoomOf(layout) {
  if (!layout) return undefined;
  if (layout["xaxis.autorange"]) return null;
  const [since, until] = [layout["xaxis.range[0]"], layout["xaxis.range[1]"]].map((end) => (end === undefined ? null : fromAxis(end)));
  return since === null || until === null || until <= since ? undefined : { since_ms: since, until_ms: until };
}

/** Writes into the address what differs from the page's defaults.
 * @type {(question: FleetQuestion) => void} */
function keep(question) {
  setAddress((query) => {
    for (const [name, value] of Object.entries(question)) {
      if (value === null || value === undefined || value === "" || value === FIRST[name]) query.delete(name);
      else query.set(name, String(value));
    }
  }, "replaceState");
}

/** @type {(range: string, measure: string, by: string, q: string | null, _whole: unknown, layout: PlotlyChange | null, before: FleetQuestion) => unknown[]} */
function ask(range, measure, by, q, _whole, layout, before) {
  const trigger = window.dash_clientside.callback_context.triggered[0]?.prop_id || "";
  const question = { ...before, range, measure, by, q: q || "" };
  if (trigger.startsWith(ID.FLEET_CHART)) {
    const zoom = zoomOf(layout);
    if (zoom === undefined) return [unchanged(), unchanged()];
    Object.assign(question, zoom || { since_ms: null, until_ms: null });
  } else if (trigger.startsWith(ID.FLEET_RANGE) || trigger.startsWith(ID.FLEET_WHOLE)) {
    Object.assign(question, { since_ms: null, until_ms: null });
  }
  if (JSON.stringify(question) === JSON.stringify(before)) return [unchanged(), unchanged()];
  keep(question);
  return [question, question.since_ms === null ? HIDDEN : {}];
}

/** @type {(figure: Figure | null) => unknown} */
function draw(figure) {
  if (!figure) return unchanged();
  // Each moment by itself: a clock may be put forward, or back, within the span.
  const data = figure.data.map(({ x0, dx, ...line }) => ({ ...line, x: line.y.map((_value, place) => local(x0 + place * dx)) }));
  const { xaxis } = figure.layout;
  const shown = xaxis?.range ? { ...xaxis, range: /** @type {number[]} */ (xaxis.range).map(local) } : xaxis;
  return { data, layout: { ...figure.layout, xaxis: shown } };
}

/** Writes the rows into the table; returns the address of the same rows as CSV.
 * @type {(rows: UsageRow[] | null, question: Partial<FleetQuestion> | null, texts: { open: string }) => string} */
function fill(rows, question, texts) {
  const drawn = (rows || []).map((row) => ({
    ...known(row),
    first: localTime(row.first_ms),
    last: localTime(row.last_ms),
    details: row.page ? `[${texts.open}](${row.page})` : "",
  }));
  setProps(TABLE, { data: filterQueries.addShadows(drawn, propsOf(TABLE).columns) });
  const parameters = Object.entries(question || {}).filter(([, value]) => value !== null && value !== "").map(([name, value]) => [name, String(value)]);
  const lang = new URL(window.location.href).searchParams.get("lang");
  if (lang) parameters.push(["lang", lang]);
  return `${document.documentElement.dataset.prefix}fleet/usage.csv?${new URLSearchParams(parameters)}`;
}

register("fleetHistory", { ask, draw, fill });
