/* The table of all metrics of one run: last, least, greatest, how many points, when; each leads to its chart. */
import { chartBox } from "./chart_grid_box.js";
import { chartAnswers } from "./chart_grid_figures.js";
import { gridLayout } from "./chart_grid_layout.js";
import { age, localTime } from "./clew.js";
import { ID } from "./from_python.js";
import { live } from "./live_text.js";
import { metricSearch } from "./metric_search.js";
import { virtualList } from "./virtual_list.js";

const PLACE = ID.RUN_METRICS;
const ROW_HEIGHT = 36;
const PENDING_MS = 2500;
const SHOWN_AT_ONCE = 12.5; // rows; more are scrolled, which a row that is cut off tells where scrollbars are hidden

const { element } = chartBox;
const { filled, number } = gridLayout;

/** Four digits of a number; what is none as it was logged. */
function short(value) {
  if (value === null || value === undefined) return "–";
  if (typeof value === "string") return value;
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e6) return number(value);
  return size >= 1e-4 && size < 1e6 ? String(Number(value.toPrecision(4))) : value.toExponential(3);
}

function cell(className, content, label) {
  const made = element("span", { className }, content);
  made.setAttribute("role", label || "cell");
  return made;
}

function rowOf([key, last, step, timestamp, least, greatest, points], texts, reach) {
  const link = element("button", { type: "button", className: "btn btn-sm btn-link metric-chart" }, element("bdi", { className: "metric-key", textContent: key, title: key }));
  link.setAttribute("aria-label", filled(texts.chart_of, { metric: key }));
  link.addEventListener("click", () => reach(key));
  const when = age(timestamp);
  const cells = [short(last), short(least), short(greatest), points === null ? "–" : number(points), number(step), when];
  const made = element("div", { className: "metric-cells" }, cell("metric-name", link, "rowheader"), ...cells.map((text, at) => cell(`metric-cell metric-cell-${at}`, text)));
  made.setAttribute("role", "row");
  if (timestamp !== null) made.title = localTime(timestamp);
  return made;
}

/** The table's parts, once. */
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
  const said = element("p", { className: "small text-body-secondary mb-0" });
  const label = element("label", { className: "small", htmlFor: find.id, textContent: texts.find });
  place.replaceChildren(element("h2", { className: "h5 mt-3", textContent: texts.title }), label, find, count, table, said);
  const state = { rows: [], typed: "", find, count, said, list, table, texts, place };
  state.shown = virtualList(list, ROW_HEIGHT, (row) => rowOf(row.of, texts, reach));
  find.addEventListener("input", () => {
    state.typed = find.value;
    draw(state);
  });
  return state;
}

function draw(state) {
  const { texts, rows } = state;
  const { found, error } = metricSearch.find(rows, state.typed);
  const counted = filled(texts.found, { n: number(found.length), all: number(rows.length) });
  live.write(state.count, error === null ? (rows.length ? counted : texts.nothing) : filled(texts.bad_expression, { cause: error }));
  state.table.hidden = !rows.length;
  state.table.setAttribute("aria-rowcount", found.length + 1);
  state.list.style.height = `${Math.min(found.length, SHOWN_AT_ONCE) * ROW_HEIGHT + 2}px`;
  state.shown.show(found.map((of) => ({ key: of[0], of })));
}

const states = new WeakMap(); // by place

/** What the run logged, as often as the page has news, with `reach(key)` behind each metric's name; nothing while it does not answer but what was there. */
function show(runId, reach) {
  const place = document.getElementById(PLACE);
  if (!place) return;
  if (!states.has(place)) states.set(place, begun(place, JSON.parse(place.dataset.texts), reach));
  const state = states.get(place);
  state.asking?.abort();
  const request = (state.asking = new AbortController());
  chartAnswers.get("charts/table", { run: runId }, request.signal).then(
    ({ rows, pending, problem }) => {
      if (state.asking !== request) return;
      if (!problem && JSON.stringify(rows) !== JSON.stringify(state.rows)) {
        state.rows = rows;
        draw(state);
      }
      live.write(state.said, problem || (pending ? filled(state.texts.pending, { n: number(pending) }) : ""));
      if (pending || problem) window.setTimeout(() => place.isConnected && state.asking === request && show(runId, reach), PENDING_MS);
    },
    (error) => error.name !== "AbortError" && live.write(state.said, error.hasMessage ? error.message : state.texts.no_answer)
  );
}

export const runMetrics = Object.freeze({ show });
