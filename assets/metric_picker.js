/* The picker: all metrics of the runs at hand, found by typing, folded by prefix; what is picked goes to the caller. */
import { chartBox } from "./chart_grid_box.js";
import { locale } from "./clew.js";
import { metricSearch } from "./metric_search.js";
import { virtualList } from "./virtual_list.js";

const ROW_HEIGHT = 36;
const MANY = 100; // charts; to add more takes a second click

const { element } = chartBox;
/** @param {number} n */
const number = (n) => n.toLocaleString(locale());
/** @type {(template: string, values: Record<string, string>) => string} */
const filled = (template, values) => template.replace(/\{(\w+)\}/g, (slot, name) => values[name] ?? slot);

/**
 * @import { Metric } from "./metric_search.js"
 * @typedef {{ key: string, metric?: Metric, prefix?: string, size?: number }} Row of a metric, or of a prefix with so many metrics
 */

/** Opens the picker.
 *
 * @param {object} asked
 * @param {Metric[]} asked.metrics
 * @param {number} asked.runs how many runs there are
 * @param {string} asked.title
 * @param {ChartGridTexts} asked.texts
 * @param {(key: string) => void} asked.add a click on a row
 * @param {(key: string) => void} [asked.pin] a second button of each row
 * @param {(keys: string[]) => void} [asked.addAll] where many can be taken at once
 * @param {(key: string) => boolean} [asked.isThere] whether a metric is taken already
 * @param {() => number} [asked.shown] how many charts there are
 */
function open({ metrics, runs, title, texts, add, pin, addAll, isThere = () => false, shown = () => 0 }) {
  const opener = /** @type {HTMLElement | null} */ (document.activeElement);
  /** @type {Set<string>} */
  const folded = new Set();
  const state = { typed: "", isExpression: false, isSure: false };
  const box = element("input", { type: "text", className: "form-control", id: "metric-picker-find", autocomplete: "off", spellcheck: false });
  const expression = element("input", { type: "checkbox", className: "form-check-input", id: "metric-picker-expression" });
  const wrong = element("p", { className: "text-danger-emphasis mb-0" });
  wrong.setAttribute("role", "alert");
  const count = element("p", { className: "mb-0 me-auto" });
  count.setAttribute("role", "status");
  const list = element("div", { className: "metric-list" });
  list.setAttribute("role", "list");
  list.setAttribute("aria-label", title);
  const heading = element("h2", { className: "h5 mb-0", id: "metric-picker-title", textContent: title });
  const all = element("button", { type: "button", className: "btn btn-outline-primary", hidden: !addAll });
  const done = element("button", { type: "button", className: "btn btn-primary", textContent: texts.done });
  /** @type {(text: string, input: HTMLElement, className: string) => HTMLElement} */
  const label = (text, input, className) => element("label", { className, htmlFor: input.id, textContent: text });
  const dialog = element(
    "dialog",
    { className: "change-dialog metric-picker" },
    heading,
    label(texts.find, box, "small"),
    box,
    element("div", { className: "form-check form-switch" }, expression, label(texts.expression, expression, "form-check-label")),
    wrong,
    list,
    element("div", { className: "d-flex flex-wrap align-items-center gap-2" }, count, all, done)
  );
  dialog.setAttribute("aria-labelledby", heading.id);
  document.body.append(dialog);
  dialog.showModal(); // before anything is measured
  const rowsOf = virtualList(list, ROW_HEIGHT, made);
  /** @type {Metric[]} */
  let found = [];
  /** @type {Row[]} */
  let rows = [];

  /** @param {Row} row */
  function made(row) {
    const item = element("div", { className: row.metric ? "metric-row" : "metric-group" });
    item.setAttribute("role", "listitem");
    item.append(...(row.metric ? metricParts(row.metric) : groupParts(row)));
    return item;
  }

  /** @param {Metric} metric */
  function metricParts([key, logged]) {
    const mark = element("span", { className: "metric-mark", textContent: isThere(key) ? "✓" : "+" });
    mark.setAttribute("aria-hidden", "true");
    const inRuns = runs > 1 ? element("span", { className: "metric-runs", textContent: filled(texts.in_runs, { n: number(logged), runs: number(runs) }) }) : null;
    const name = element("bdi", { className: "metric-key", textContent: key, title: key });
    const take = element("button", { type: "button", className: "metric-add btn btn-sm" }, mark, name, inRuns);
    take.addEventListener("click", () => {
      add(key);
      if (dialog.open) mark.textContent = "✓";
    });
    if (!pin) return [take];
    const top = element("button", { type: "button", className: "metric-pin btn btn-sm btn-link", textContent: texts.pin });
    top.setAttribute("aria-label", `${texts.pin}: ${key}`);
    top.addEventListener("click", () => {
      pin(key);
      mark.textContent = "✓";
    });
    return [take, top];
  }

  /** @param {Row} row */
  function groupParts({ prefix = "", size = 0 }) {
    const fold = element("button", { type: "button", className: "metric-fold btn btn-sm" }, `${folded.has(prefix) ? "▸" : "▾"} `, element("bdi", { textContent: prefix === "/" ? texts.no_prefix : `${prefix}/` }), ` (${number(size)})`);
    fold.setAttribute("aria-expanded", String(!folded.has(prefix)));
    fold.addEventListener("click", () => {
      if (!folded.delete(prefix)) folded.add(prefix);
      draw();
      focusRow(`group ${prefix}`);
    });
    return [fold];
  }

  /** Focuses the button of a row, brought into sight.
   * @param {string} key */
  function focusRow(key) {
    rowsOf.reach(key)?.querySelector("button")?.focus();
  }

  function draw() {
    const groups = metricSearch.grouped(found);
    rows = groups.flatMap(([prefix, its]) => /** @type {Row[]} */ ([
      { key: `group ${prefix}`, prefix, size: its.length },
      ...(folded.has(prefix) ? [] : its.map((metric) => ({ key: `metric ${metric[0]}`, metric }))),
    ]));
    rowsOf.show(rows);
  }

  function search() {
    const { found: now, error } = metricSearch.find(metrics, state.typed, state.isExpression);
    found = now;
    state.isSure = false;
    wrong.textContent = error === null ? "" : filled(texts.bad_expression, { cause: error });
    if (error === null) box.removeAttribute("aria-invalid");
    else box.setAttribute("aria-invalid", "true");
    count.textContent = filled(texts.found, { n: number(found.length), all: number(metrics.length) });
    all.disabled = !found.length;
    all.textContent = filled(texts.add_all, { n: number(found.length) });
    list.scrollTop = 0;
    draw();
  }

  all.addEventListener("click", () => {
    const total = shown() + found.filter(([key]) => !isThere(key)).length;
    if (total > MANY && !state.isSure) {
      state.isSure = true;
      all.textContent = filled(texts.sure, { n: number(total) });
      return;
    }
    addAll?.(found.map(([key]) => key)); // the button is hidden without it
    dialog.close();
  });
  box.addEventListener("input", () => {
    state.typed = box.value;
    search();
  });
  expression.addEventListener("change", () => {
    state.isExpression = expression.checked;
    search();
  });
  done.addEventListener("click", () => dialog.close());
  // The arrows lead from the box into the list, and along it; Enter in the box takes the only metric that is left.
  dialog.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const target = /** @type {Element} */ (event.target);
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (event.key === "Enter" && target === box && found.length === 1) {
      event.preventDefault();
      add(found[0][0]);
      draw();
    }
    if (!step || (target !== box && !list.contains(target))) return;
    event.preventDefault();
    const row = target.closest("[role=listitem]");
    const at = row ? Number(row.getAttribute("aria-posinset")) - 1 : -1;
    const to = rows[at + step];
    if (to) focusRow(to.key);
    else if (step < 0) box.focus();
  });
  dialog.addEventListener("close", () => {
    const focused = document.activeElement;
    const isElsewhere = focused && focused !== document.body && !dialog.contains(focused);
    dialog.remove();
    if (isElsewhere) return; // on a chart that took the place of the one it was opened from, say
    const add = /** @type {HTMLElement | null} */ (document.querySelector(".grid-add"));
    (opener?.isConnected && opener !== document.body ? opener : add)?.focus();
  });
  search();
  box.focus();
  return { close: () => dialog.close() };
}

export const metricPicker = Object.freeze({ open });
