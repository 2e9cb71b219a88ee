/* The table of all metrics of one run: last, least, greatest, how many points, when; each leads to its chart. */
import { askingAgain, passes } from "./asking_again.js";
import { chartBox } from "./chart_grid_box.js";
import { chartAnswers } from "./chart_grid_figures.js";
import { gridLayout } from "./chart_grid_layout.js";
import { age, localTime } from "./clew.js";
import { textsOf } from "./elements.js";
import { ID } from "./from_python.js";
import { live } from "./live_text.js";
import { metricSearch } from "./metric_search.js";
import { virtualList } from "./virtual_list.js";

/**
 * @typedef {[key: string, last: number | string | null, step: number, timestamp: number | null, least: number | string | null, greatest: number | string | null, points: number | null]} LoggedMetric a word stands for a number that is none
 * @typedef {{ rows: LoggedMetric[], pending: number, problem?: string, status?: number, passes?: boolean, version?: string }} MetricTable `pending` values are still being read
 * @typedef {{ key: string, of: LoggedMetric }} Row
 * @typedef {object} State
 * @property {LoggedMetric[]} rows
 * @property {string} typed
 * @property {HTMLInputElement} find
 * @property {HTMLElement} count
 * @property {HTMLElement} status
 * @property {HTMLElement} list
 * @property {HTMLElement} table
 * @property {MetricTableTexts} texts
 * @property {{ show: (rows: Row[]) => void }} shown
 * @property {AbortController} [asking]
 * @property {import("./asking_again.js").AskingAgain} again
 */

const PLACE = ID.RUN_METRICS;
const ROW_HEIGHT = 36;
const PENDING_MS = 2500;
const SHOWN_AT_ONCE = 12.5; // rows; more are scrolled, and half a row shows that where scrollbars are hidden

const { element } = chartBox;
const { filled, number } = gridLayout;

/** Returns four digits of a number; a word as it was logged.
 * @type {(value: number | string | null | undefined) => string} */
function short(value) {
  if (value === null || value === undefined) return "–";
  if (typeof value === "string") return value;
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e6) return number(value);
  return size >= 1e-4 && size < 1e6 ? String(Number(value.toPrecision(4))) : value.toExponential(3);
}

/** @type {(className: string, content: Node | string, role?: string) => HTMLElement} */
function cell(className, content, role) {
  const made = element("span", { className }, content);
  made.setAttribute("role", role || "cell");
  return made;
}

/** @type {(metric: LoggedMetric, texts: MetricTableTexts, reach: (key: string) => void) => HTMLElement} */
function rowOf([key, last, step, timestamp, least, greatest, points], texts, reach) {
  const link = element("button", { type: "button", className: "btn btn-sm btn-link metric-chart" }, element("bdi", { className: "metric-key", textContent: key, title: key }));
  link.setAttribute("aria-label", filled(texts.chart_of, { metric: key }));
  link.addEventListener("click", () => reach(key));
  const when = age(timestamp);
  const cells = [short(last), short(least), short(greatest), points === null ? "–" : number(points), number(step), when];
  const made = element("div", { className: "metric-cells" }, cell("metric-name", link, "rowheader"), ...cells.map((text, at) => cell(`metric-cell metric-cell-${at}`, text)));
  made.setAttribute("role", "row");
  if (timestamp !== null) made.title = localTime(timestamp) || "";
  return made;
}

/** Makes the table's parts, once.
 * @type {(place: Element, texts: MetricTableTexts, reach: (key: string) => void) => State} */
function begun(place, texts, reach) {
  const find = element("input", { type: "search", className: "form-control form-control-sm", id: "run-metrics-find", autocomplete: "off", spellcheck: false });
  const count = element("p", { className: "small text-body-secondary mb-0" });
  count.setAttribute("role", "status");
  const head = element("div", { className: "metric-cells metric-heads" }, ...[texts.metric, texts.last, texts.least, texts.greatest, texts.points, texts.step, texts.when].map((text, at) => cell(at ? `metric-cell metric-cell-${at - 1}` : "metric-name", text, "columnheader")));
  head.setAttribute("role", "row");
  const list = element("div", { className: "metric-list metric-rows", tabIndex: 0 });
  list.setAttribute("role", "rowgroup");
  const table = element("div", { className: "metric-table" }, element("div", {}, head), list);
  table.firstElementChild?.setAttribute("role", "rowgroup");
  table.setAttribute("role", "table");
  table.setAttribute("aria-label", texts.title);
  const status = element("p", { className: "small text-body-secondary mb-0" });
  const label = element("label", { className: "small", htmlFor: find.id, textContent: texts.find });
  place.replaceChildren(element("h2", { className: "h5 mt-3", textContent: texts.title }), label, find, count, table, status);
  const shown = virtualList(list, ROW_HEIGHT, (/** @type {Row} */ row) => rowOf(row.of, texts, reach));
  /** @type {State} */
  const state = { rows: [], typed: "", find, count, status, list, table, texts, shown, again: askingAgain(() => place.isConnected) };
  find.addEventListener("input", () => {
    state.typed = find.value;
    draw(state);
  });
  return state;
}

/** @type {(state: State) => void} */
function draw(state) {
  const { texts, rows } = state;
  const { found, error } = metricSearch.find(rows, state.typed);
  const counted = filled(texts.found, { n: number(found.length), all: number(rows.length) });
  live.write(state.count, error === null ? (rows.length ? counted : texts.nothing) : filled(texts.bad_expression, { cause: error }));
  state.table.hidden = !rows.length;
  state.table.setAttribute("aria-rowcount", String(found.length + 1));
  state.list.style.height = `${Math.min(found.length, SHOWN_AT_ONCE) * ROW_HEIGHT + 2}px`;
  state.shown.show(found.map((of) => ({ key: of[0], of })));
}

/** @type {WeakMap<Element, State>} */
const states = new WeakMap();

/** Shows what the run logged; called as often as the page has another version of it. What was there stays while there is no
    answer. `reach(key)` leads to a metric's chart.
 * @type {(runId: string, reach: (key: string) => void) => void} */
function show(runId, reach) {
  const place = document.getElementById(PLACE);
  if (!place) return;
  const state = states.get(place) || begun(place, textsOf(place), reach);
  states.set(place, state);
  state.asking?.abort();
  state.again.stop();
  const request = (state.asking = new AbortController());
  chartAnswers.get("charts/table", { run: runId }, request.signal).then(
    (table) => {
      const { rows, pending, problem } = table;
      if (state.asking !== request) return;
      if (!problem && JSON.stringify(rows) !== JSON.stringify(state.rows)) {
        state.rows = rows;
        draw(state);
      }
      live.write(state.status, problem || (pending ? filled(state.texts.pending, { n: number(pending) }) : ""));
      if (problem) passes(table) && state.again.afterFailure(() => show(runId, reach));
      else if (pending) state.again.after(PENDING_MS, () => show(runId, reach));
      else state.again.reset();
    },
    (error) => {
      if (error.name === "AbortError" || state.asking !== request) return;
      live.write(state.status, error.hasMessage ? error.message : state.texts.no_answer);
      if (passes(error)) state.again.afterFailure(() => show(runId, reach));
    }
  );
}

export const runMetrics = Object.freeze({ show });
