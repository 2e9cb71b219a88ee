/* The picker: all metrics of the runs at hand, found by typing, folded by prefix; what is picked goes to who opened it. */
import { chartBox } from "./chart_grid_box.js";
import { locale } from "./clew.js";
import { metricSearch } from "./metric_search.js";
import { virtualList } from "./virtual_list.js";

const ROW_HEIGHT = 36;
const MANY = 100; // charts; more are added only by who says so twice

const { element } = chartBox;
const number = (n) => n.toLocaleString(locale());
const filled = (template, values) => template.replace(/\{(\w+)\}/g, (slot, name) => values[name] ?? slot);

/** `metrics` as `[key, runs, word]`, of `runs` runs. `actions` are `{add, pin}`: of the first a row is, the second
 *  stands beside it where it is given; `addAll(keys)` where many can be taken, `shown()` says how many charts there are;
 *  `isThere(key)` marks those taken.
 *
 * @param {Record<string, any>} asked
 */
function open({ metrics, runs, title, texts, add, pin, addAll, isThere = () => false, shown = () => 0 }) {
  const opener = document.activeElement;
  const [folded, state] = [new Set(), { typed: "", isExpression: false, isSure: false }];
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
  let found = [];
  let rows = [];

  function made(row) {
    const item = element("div", { className: row.metric ? "metric-row" : "metric-group" });
    item.setAttribute("role", "listitem");
    item.append(...(row.metric ? metricParts(row.metric) : groupParts(row)));
    return item;
  }

  function metricParts([key, logged]) {
    const said = runs > 1 ? element("span", { className: "metric-runs", textContent: filled(texts.in_runs, { n: number(logged), runs: number(runs) }) }) : null;
    const name = element("bdi", { className: "metric-key", textContent: key, title: key });
    const take = element("button", { type: "button", className: "metric-add btn btn-sm" }, element("span", { className: "metric-mark", textContent: isThere(key) ? "✓" : "+" }), name, said);
    take.querySelector(".metric-mark").setAttribute("aria-hidden", "true");
    take.addEventListener("click", () => {
      add(key);
      if (dialog.open) take.querySelector(".metric-mark").textContent = "✓";
    });
    if (!pin) return [take];
    const top = element("button", { type: "button", className: "metric-pin btn btn-sm btn-link", textContent: texts.pin });
    top.setAttribute("aria-label", `${texts.pin}: ${key}`);
    top.addEventListener("click", () => {
      pin(key);
      take.querySelector(".metric-mark").textContent = "✓";
    });
    return [take, top];
  }

  function groupParts({ prefix, size }) {
    const fold = element("button", { type: "button", className: "metric-fold btn btn-sm" }, `${folded.has(prefix) ? "▸" : "▾"} `, element("bdi", { textContent: prefix === "/" ? texts.no_prefix : `${prefix}/` }), ` (${number(size)})`);
    fold.setAttribute("aria-expanded", String(!folded.has(prefix)));
    fold.addEventListener("click", () => {
      if (!folded.delete(prefix)) folded.add(prefix);
      draw();
      rowsOf.reach(`group ${prefix}`)?.querySelector("button").focus();
    });
    return [fold];
  }

  function draw() {
    const groups = metricSearch.grouped(found);
    rows = groups.flatMap(([prefix, its]) => [
      { key: `group ${prefix}`, prefix, size: its.length },
      ...(folded.has(prefix) ? [] : its.map((metric) => ({ key: `metric ${metric[0]}`, metric }))),
    ]);
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
    addAll(found.map(([key]) => key));
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
  /** Down from the box into the list, and along it; Enter in the box takes the only one that is left. */
  dialog.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter" && event.target === box && found.length === 1) {
      event.preventDefault();
      add(found[0][0]);
      draw();
    }
    if (!step || (event.target !== box && !list.contains(event.target))) return;
    event.preventDefault();
    const row = event.target.closest("[role=listitem]");
    const at = row ? Number(row.getAttribute("aria-posinset")) - 1 : -1;
    const to = rows[at + step];
    if (to) rowsOf.reach(to.key)?.querySelector("button").focus();
    else if (step < 0) box.focus();
  });
  dialog.addEventListener("close", () => {
    const focused = document.activeElement;
    const isElsewhere = focused && focused !== document.body && !dialog.contains(focused);
    dialog.remove();
    if (isElsewhere) return; // on a chart that took the place of the one it was opened from, say
    (opener?.isConnected && opener !== document.body ? opener : document.querySelector(".grid-add"))?.focus();
  });
  search();
  box.focus();
  return { close: () => dialog.close() };
}

export const metricPicker = Object.freeze({ open });
