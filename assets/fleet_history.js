/* The history of the GPUs: what the controls and the zoom ask for, in the address; times in the reader's zone. */
import { setAddress } from "./addresses.js";
import { known, localTime, propsOf } from "./clew.js";
import { register, setProps } from "./dash.js";
import { filterQueries } from "./filter_queries.js";
import { ID } from "./from_python.js";

const TABLE = ID.FLEET_TABLE;
const HIDDEN = { display: "none" };
const FIRST = { range: "1d", measure: "utilization", by: "gpu", q: "" };
const unchanged = () => window.dash_clientside.no_update;

// Plotly takes a number on a date axis for UTC; the reader's own clock is meant.
const local = (ms) => ms - new Date(ms).getTimezoneOffset() * 60000;

/** A moment of the axis, as Plotly writes it, in Unix ms; one that is none is null. */
function fromAxis(moment) {
  const ms = new Date(String(moment).replace(" ", "T")).getTime();
  return Number.isFinite(ms) ? Math.max(0, Math.round(ms)) : null;
}

/** The part of the time that the reader drew a box around; undefined where it was something else that moved. */
function zoomOf(layout) {
  if (!layout) return undefined;
  if (layout["xaxis.autorange"]) return null;
  const ends = [layout["xaxis.range[0]"], layout["xaxis.range[1]"]].map((end) => (end === undefined ? null : fromAxis(end)));
  return ends.includes(null) || ends[1] <= ends[0] ? undefined : { since_ms: ends[0], until_ms: ends[1] };
}

/** The address says what differs from what the page begins with. */
function keep(question) {
  setAddress((query) => {
    for (const [name, value] of Object.entries(question)) {
      if (value === null || value === undefined || value === "" || value === FIRST[name]) query.delete(name);
      else query.set(name, String(value));
    }
  }, "replaceState");
}

function ask(range, measure, by, q, _whole, layout, before) {
  const trigger = (window.dash_clientside.callback_context.triggered[0] || {}).prop_id || "";
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

function draw(figure) {
  if (!figure) return unchanged();
  // Each moment by itself: a clock may be put forward, or back, within the span.
  const data = figure.data.map(({ x0, dx, ...line }) => ({ ...line, x: line.y.map((_value, place) => local(x0 + place * dx)) }));
  const { xaxis } = figure.layout;
  const shown = xaxis.range ? { ...xaxis, range: xaxis.range.map(local) } : xaxis;
  return { data, layout: { ...figure.layout, xaxis: shown } };
}

/** The rows as the table takes them; returns where the same is to be had as a file. */
function fill(rows, question, texts) {
  const drawn = (rows || []).map((row) => ({
    ...known(row),
    first: localTime(row.first_ms),
    last: localTime(row.last_ms),
    details: row.page ? `[${texts.open}](${row.page})` : "",
  }));
  setProps(TABLE, { data: filterQueries.addShadows(drawn, propsOf(TABLE).columns) });
  const asked = Object.entries(question || {}).filter(([, value]) => value !== null && value !== "");
  const lang = new URL(window.location.href).searchParams.get("lang");
  if (lang) asked.push(["lang", lang]);
  return `${document.documentElement.dataset.prefix}fleet/usage.csv?${new URLSearchParams(asked)}`;
}

register("fleetHistory", { ask, draw, fill });
