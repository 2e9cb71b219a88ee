/* The relations of the runs below their list: a scatter plot and parallel coordinates of what the list's filter leaves.
 *
 * What is asked for stands in `view`, and in the address. The runs' columns come from the server; ticks are the list's.
 */
import { addresses, setAddress } from "./addresses.js";
import { locale, propsOf, visit } from "./clew.js";
import { register } from "./dash.js";
import { ID } from "./from_python.js";
import { listQuery, onListQuery } from "./list_query.js";
import { relationsAddress } from "./relations_address.js";
import { relationsColours } from "./relations_colours.js";
import { relationsControls } from "./relations_controls.js";
import { relationsData } from "./relations_data.js";
import { relationsParallel } from "./relations_parallel.js";
import { relationsRanges } from "./relations_ranges.js";
import { relationsScales } from "./relations_scales.js";
import { relationsScatter } from "./relations_scatter.js";
import { selection } from "./run_selection.js";

const LIST = "relations-axes";
const AGAIN_MS = 2500;
const WHOLE = [null, null];
const count = (n) => n.toLocaleString(locale());
const filled = (text, values) => Object.entries(values).reduce((now, [name, value]) => now.split(`{${name}}`).join(String(value)), text);

let here = null; // what belongs to the page on show

const isThere = () => here && here.root.isConnected;
const runsQuery = () => {
  const { columns: _columns, ...query } = listQuery();
  return query;
};

function remember() {
  const before = addresses.query().toString();
  const query = new URLSearchParams(before);
  relationsAddress.write(query, here.view);
  if (query.toString() !== new URLSearchParams(before).toString()) {
    setAddress((now) => relationsAddress.write(now, here.view), "replaceState");
  }
}

/* What can be an axis, by what is typed. */

function catalogueOf(axes, texts) {
  const refs = new Map();
  const names = new Map();
  const entries = axes.map(({ ref, name, runs }) => {
    const text = refs.has(name) ? ref : name;
    refs.set(text, ref);
    names.set(ref, text);
    return { text, runs };
  });
  return {
    entries,
    textOf: (ref) => names.get(ref) || relationsData.nameOf(ref, texts),
    refOf: (text) => refs.get(text) || text,
  };
}

function fillList() {
  const items = here.catalogue.entries.map(({ text, runs }) => relationsControls.element("option", { value: text, label: runs === null ? text : `${text} · ${filled(here.texts.in_runs, { n: count(runs) })}` }));
  here.list.replaceChildren(...items);
}

async function learnAxes() {
  try {
    const axes = await relationsData.askAxes(here.texts);
    if (!isThere()) return;
    here.catalogue = catalogueOf(axes, here.texts);
    here.isLearned = true;
    here.problem.textContent = "";
    fillList();
    chooseFirst();
    understand();
    layOut();
  } catch (error) {
    if (!isThere()) return;
    here.problem.textContent = error.message;
    window.setTimeout(() => isThere() && !here.isLearned && learnAxes(), AGAIN_MS); // as long as nothing is read yet
  }
}

/** Names that were typed before anybody knew which columns they name are asked for now. */
function understand() {
  const { scatter, parallel } = here.view;
  const before = wanted().join();
  for (const name of ["x", "y", "c"]) if (scatter[name]) scatter[name] = here.catalogue.refOf(scatter[name]);
  for (const own of parallel.axes) own.ref = here.catalogue.refOf(own.ref);
  if (wanted().join() === before && wanted().every(isRef)) return;
  remember();
  ask();
}

/** What a newcomer sees: how the result hangs together with what was set. */
function chooseFirst() {
  const { scatter, parallel } = here.view;
  if (scatter.isOpen && !scatter.x && !scatter.y) [scatter.x, scatter.y] = ["duration_minutes", "final_reward"];
  if (!parallel.isOpen || parallel.axes.length) return;
  const usual = ["algorithm", "environment", "seed", "duration_minutes", "final_loss", "final_reward"];
  parallel.axes = usual.map((ref) => ({ ref, log: false, range: WHOLE }));
}

/* The columns. */

function wanted() {
  const { scatter, parallel } = here.view;
  const refs = [...(scatter.isOpen ? [scatter.x, scatter.y, scatter.c] : []), ...(parallel.isOpen ? parallel.axes.map(({ ref }) => ref) : [])];
  return [...new Set(refs.filter(Boolean))];
}

const KINDS = ["metric", "least", "greatest", "param", "tag"];
/** Whether a text says by itself which column it means, and is not a name that somebody typed. */
const isRef = (text) => Boolean(here.texts.built_in[text]) || KINDS.some((kind) => text.startsWith(`${kind}:`));

async function ask() {
  const place = here;
  window.clearTimeout(place.again);
  if (place.asking) place.asking.abort();
  const refs = wanted().filter((ref) => place.isLearned || isRef(ref));
  if (!refs.length) return draw();
  place.asking = new AbortController();
  const { signal } = place.asking;
  try {
    const told = await relationsData.askColumns(runsQuery(), refs, signal);
    if (place !== here) return undefined;
    place.data = { ...told, index: new Map(told.ids.map((id, i) => [id, i])) };
    place.problem.textContent = "";
    const isComing = told.loading || [...told.columns.values()].some(({ pending }) => pending);
    if (!told.loading) keepByTexts();
    if (isComing) place.again = window.setTimeout(() => isThere() && ask(), AGAIN_MS);
  } catch (error) {
    if (error.name === "AbortError" || place !== here) return undefined;
    place.data = null;
    place.problem.textContent = error.message;
  }
  layOut();
  return draw();
}

/** Ranges of texts are kept by these from the moment on when all of them are known. */
function keepByTexts() {
  const { scatter, parallel } = here.view;
  const isKnown = (ref) => column(ref) && !column(ref).pending;
  for (const name of ["x", "y"]) if (isKnown(scatter[name])) scatter.ranges[name] = relationsRanges.kept(column(scatter[name]), scatter.ranges[name]);
  for (const own of parallel.axes) if (isKnown(own.ref)) own.range = relationsRanges.kept(column(own.ref), own.range);
  remember();
}

const column = (ref) => (here.data && ref ? here.data.columns.get(ref) : undefined);
const nameOf = (ref) => relationsData.nameOf(ref, here.texts);

function chosen() {
  const selected = propsOf(ID.SELECTED).data || [];
  return new Set(selected.map((id) => here.data.index.get(id)).filter((i) => i !== undefined));
}

function tick(indices, isMore) {
  const ids = indices.map((i) => here.data.ids[i]);
  return isMore ? selection.add(ids) : selection.set(ids);
}

/* What is said of what is not to be seen. */

/** Why runs have no place on the axes: diverged, out of range, none logged, on a logarithm. */
function without(refs, isLogOf) {
  const sentences = [];
  for (const ref of new Set(refs)) {
    const own = column(ref);
    if (!own) continue;
    const parts = [["none", own.none], ["diverged", own.diverged], ["out_of_range", own.out_of_range], ["no_number", own.no_number], ["pending", own.pending]];
    const words = own.words.join(", ");
    const negative = isLogOf(ref) && own.kind === "number" ? own.values.filter((value) => value <= 0).length : 0;
    const said = [...parts, ["not_positive", negative]].filter(([, n]) => n).map(([why, n]) => filled(here.texts[why], { n: count(n), words }));
    if (said.length) sentences.push(filled(here.texts.without, { name: nameOf(ref), why: said.join(", ") }));
  }
  return sentences;
}

function whose() {
  const { left, total, drawn, loading } = here.data;
  const parts = [filled(here.texts.runs, { left: count(left), total: count(total) })];
  if (drawn < left) parts.push(filled(here.texts.newest, { n: count(drawn) }));
  if (loading) parts.push(here.texts.loading);
  return parts;
}

/** The axes in numbers, for those who see no picture. */
function summaryRows(refs) {
  const { valueText, extent } = relationsScales;
  return refs.filter(column).map((ref) => {
    const own = column(ref);
    const ends = extent(own, false);
    const cells = own.kind === "text" ? [count(new Set(own.values.filter((v) => !Number.isNaN(v))).size), "–", "–"] : [count(own.values.filter((v) => !Number.isNaN(v)).length), ...(ends ? ends.map((end) => valueText(own, end)) : ["–", "–"])];
    return relationsControls.element("tr", {}, relationsControls.element("th", { scope: "row", textContent: nameOf(ref) }), ...cells.map((text) => relationsControls.element("td", { textContent: text })));
  });
}

function fillSummary(part, refs) {
  const head = [here.texts.axis, here.texts.values, here.texts.least, here.texts.greatest].map((text) => relationsControls.element("th", { scope: "col", textContent: text }));
  const table = relationsControls.element("table", { className: "table table-sm mb-0" }, relationsControls.element("thead", {}, relationsControls.element("tr", {}, ...head)), relationsControls.element("tbody", {}, ...summaryRows(refs)));
  part.summary.replaceChildren(table);
}

function say(part, sentences) {
  const text = sentences.join(" ");
  if (part.said.textContent !== text) part.said.textContent = text;
  part.plot.setAttribute("aria-label", `${part.title}: ${text}`);
}

function legend(part, told, ref) {
  const { element } = relationsControls;
  if (!told || !ref) return part.legend.replaceChildren();
  const head = element("span", { className: "me-2", textContent: nameOf(ref) });
  const swatch = (colour, text) => element("span", { className: "relations-swatch" }, Object.assign(element("i"), { style: `background: ${colour}` }), text || "–");
  if (told.swatches) {
    const others = told.others ? [swatch(relationsColours.OTHER, filled(here.texts.others, { n: count(told.others) }))] : [];
    return part.legend.replaceChildren(head, ...told.swatches.map(([colour, text]) => swatch(colour, text)), ...others);
  }
  const bar = Object.assign(element("i", { className: "relations-ramp" }), { style: `background: ${told.gradient}` });
  const [low, high] = told.ends.map((end) => relationsScales.valueText(column(ref), end));
  return part.legend.replaceChildren(head, low, bar, high);
}

/* Drawing. */

function drawScatter() {
  const part = here.parts.scatter;
  const { scatter } = here.view;
  const columns = { x: column(scatter.x), y: column(scatter.y), c: column(scatter.c) };
  if (!columns.x || !columns.y) {
    part.drawing.forget();
    legend(part, null);
    say(part, [here.texts.choose_axes]);
    return part.summary.replaceChildren();
  }
  const names = { x: nameOf(scatter.x), y: nameOf(scatter.y) };
  const drawn = part.drawing.draw({ columns, names, ranges: { x: relationsRanges.inNumbers(columns.x, scatter.ranges.x), y: relationsRanges.inNumbers(columns.y, scatter.ranges.y) }, logs: scatter.logs, chosen: chosen(), isLasso: here.isLasso });
  if (!drawn) return undefined;
  legend(part, drawn.legend, scatter.c);
  const isLogOf = (ref) => ["x", "y", "c"].some((name) => scatter[name] === ref && scatter.logs[name]);
  say(part, [...whose(), filled(here.texts.on_show, { n: count(drawn.onShow) }), ...without([scatter.x, scatter.y, scatter.c].filter(Boolean), isLogOf)]);
  part.tick.textContent = filled(here.texts.tick_shown, { n: count(drawn.onShow) });
  part.tick.disabled = !drawn.onShow;
  return fillSummary(part, [scatter.x, scatter.y, scatter.c].filter(Boolean));
}

const withColumns = () => here.view.parallel.axes.filter(({ ref }) => column(ref));
const drawnAxes = () => withColumns().map((own) => ({ ...own, range: relationsRanges.inNumbers(column(own.ref), own.range) }));

function drawParallel() {
  const part = here.parts.parallel;
  const settings = drawnAxes();
  const columns = settings.map(({ ref }) => column(ref));
  if (!columns.length) {
    part.drawing.forget();
    legend(part, null);
    say(part, [here.texts.add_axes]);
    return part.summary.replaceChildren();
  }
  const passing = relationsParallel.within(columns, settings).length;
  const { lines } = part.drawing.draw({ columns, names: settings.map(({ ref }) => nameOf(ref)), settings, chosen: chosen() });
  const last = settings[settings.length - 1];
  legend(part, relationsColours.colours(columns[columns.length - 1], last.log).legend, last.ref);
  const isLogOf = (ref) => settings.some((each) => each.ref === ref && each.log);
  const some = lines < passing ? [filled(here.texts.some_lines, { n: count(lines), all: count(passing) })] : [];
  say(part, [...whose(), filled(here.texts.in_ranges, { n: count(passing) }), ...some, ...without(settings.map(({ ref }) => ref), isLogOf)]);
  part.tick.textContent = filled(here.texts.tick_ranges, { n: count(passing) });
  part.tick.disabled = !passing;
  return fillSummary(part, settings.map(({ ref }) => ref));
}

function draw() {
  if (!isThere() || !here.data) return;
  if (here.view.scatter.isOpen) drawScatter();
  if (here.view.parallel.isOpen) drawParallel();
}

let waiting = 0;
const drawSoon = () => {
  window.cancelAnimationFrame(waiting);
  waiting = window.requestAnimationFrame(draw);
};

/* The fields. */

/** After a change of what is asked for: the address, the fields, and the columns where others are needed. */
function changed() {
  remember();
  if (wanted().every(column)) {
    layOut();
    return draw();
  }
  return ask();
}

const inputsOf = (place) => [...place.querySelectorAll("input, select, button")];

/** Puts new fields in the place of the old, and the focus back where it was, with what is half typed there. */
function replaceFields(place, made) {
  const before = document.activeElement;
  const focused = inputsOf(place).indexOf(before);
  place.replaceChildren(...made);
  const after = focused < 0 ? undefined : inputsOf(place)[focused];
  if (!after) return;
  after.focus();
  if (before.tagName === "INPUT" && after.type === before.type && before.type !== "checkbox" && before.value !== before.defaultValue) after.value = before.value;
}

/** What the fields of a part depend on: with the same, they stay as they are. */
const dependsOn = (asked, refs) => JSON.stringify([asked, here.isLasso, here.catalogue.entries.length, refs.map((ref) => [column(ref)?.kind, column(ref)?.categories])]);

function layOutPart(name, refs, makeFields) {
  const part = here.parts[name];
  const now = dependsOn(here.view[name], refs);
  if (!here.view[name].isOpen || part.laidOut === now) return;
  part.laidOut = now;
  replaceFields(part.fields, makeFields());
}

function scatterFields() {
  const { scatter } = here.view;
  const { columnField, element, labelled, logSwitch, rangeFields } = relationsControls;
  const { texts } = here;
  const rowOf = (name, ...more) => element("div", { className: "relations-row" },
    columnField(texts[`${name}_column`], scatter[name], { catalogue: here.catalogue, list: LIST, chosen: (ref) => { scatter[name] = ref; if (scatter.ranges[name]) scatter.ranges[name] = WHOLE; changed(); } }),
    ...more,
    ...(!column(scatter[name]) || column(scatter[name]).kind === "number" ? [logSwitch(filled(texts.log, { name: texts[`${name}_column`] }), scatter.logs[name], (isOn) => { scatter.logs[name] = isOn; changed(); })] : []));
  const ranged = (name) => rowOf(name, ...rangeFields(texts[`${name}_column`], column(scatter[name]), scatter.ranges[name], (range) => { scatter.ranges[name] = relationsRanges.kept(column(scatter[name]), range); changed(); }, texts));
  const mode = element("select", { className: "form-select form-select-sm" }, element("option", { value: "box", textContent: texts.box }), element("option", { value: "lasso", textContent: texts.lasso }));
  mode.value = here.isLasso ? "lasso" : "box";
  mode.addEventListener("change", () => { here.isLasso = mode.value === "lasso"; draw(); });
  return [ranged("x"), ranged("y"), rowOf("c", labelled(texts.drag, mode))];
}

function parallelFields() {
  const { axes } = here.view.parallel;
  const { button, columnField, element, logSwitch, rangeFields } = relationsControls;
  const { texts } = here;
  const move = (n, by) => { const [one] = axes.splice(n, 1); axes.splice(n + by, 0, one); changed(); };
  const rows = axes.map((own, n) => {
    const name = nameOf(own.ref);
    const named = (text, symbol, pressed, isOff) => Object.assign(button(symbol, pressed), { ariaLabel: filled(text, { name }), title: filled(text, { name }), disabled: Boolean(isOff) });
    return element("div", { className: "relations-row" },
      element("span", { className: "relations-axis", textContent: name, title: own.ref }),
      ...rangeFields(name, column(own.ref), own.range, (range) => { own.range = relationsRanges.kept(column(own.ref), range); changed(); }, texts),
      ...(!column(own.ref) || column(own.ref).kind === "number" ? [logSwitch(filled(texts.log, { name }), own.log, (isOn) => { own.log = isOn; changed(); })] : []),
      element("span", { className: "relations-moves" },
        named(texts.earlier, "←", () => move(n, -1), n === 0),
        named(texts.later, "→", () => move(n, 1), n === axes.length - 1),
        named(texts.remove, "×", () => { axes.splice(n, 1); changed(); })));
  });
  const add = (ref) => { if (ref && !axes.some((own) => own.ref === ref)) { axes.push({ ref, log: false, range: WHOLE }); changed(); } };
  return [...rows, element("div", { className: "relations-row" }, columnField(texts.add, null, { catalogue: here.catalogue, list: LIST, chosen: add }))];
}

function layOut() {
  if (!isThere()) return;
  const { scatter, parallel } = here.view;
  layOutPart("scatter", [scatter.x, scatter.y, scatter.c].filter(Boolean), scatterFields);
  layOutPart("parallel", parallel.axes.map(({ ref }) => ref), parallelFields);
}

function partOf(name, makeDrawing, wholeText, whole, picked) {
  const { button, element } = relationsControls;
  const { texts } = here;
  const part = {
    title: texts[name],
    fields: element("div", { className: "relations-fields" }),
    plot: element("div", { className: `relations-plot relations-${name}` }),
    legend: element("div", { className: "relations-legend small" }),
    said: element("p", { className: "small text-body-secondary mb-1" }),
    summary: element("div", { className: "table-responsive" }),
  };
  part.plot.setAttribute("role", "img");
  part.said.setAttribute("role", "status");
  part.tick = button("", picked);
  const buttons = element("div", { className: "d-flex flex-wrap gap-2 mb-2" }, part.tick, button(wholeText, whole));
  const numbers = element("details", { className: "small" }, element("summary", { textContent: texts.in_numbers }), part.summary);
  part.box = element("details", { className: "relations-part", open: here.view[name].isOpen }, element("summary", { textContent: texts[name] }), part.fields, part.said, part.legend, part.plot, buttons, numbers);
  part.drawing = makeDrawing(part.plot);
  part.box.addEventListener("toggle", () => {
    if (here.view[name].isOpen === part.box.open) return;
    here.view[name].isOpen = part.box.open;
    opened();
  });
  return part;
}

function scatterPart() {
  const told = (i) => {
    const { scatter } = here.view;
    const refs = [...new Set([scatter.x, scatter.y, scatter.c].filter((ref) => column(ref)))];
    return [here.data.names[i] || "–", ...refs.map((ref) => `${nameOf(ref)}: ${relationsScales.valueText(column(ref), column(ref).values[i])}`)];
  };
  const open = (i, event) => {
    const url = here.texts.run_page.replace("RUN_ID", here.data.ids[i]);
    if (event.ctrlKey || event.metaKey) window.open(url, "_blank", "noopener");
    else visit(url);
  };
  const picked = (indices, isMore) => indices.length && tick(indices, isMore);
  const whole = () => { Object.assign(here.view.scatter.ranges, { x: WHOLE, y: WHOLE }); changed(); };
  return partOf("scatter", (plot) => relationsScatter(plot, { picked, opened: open, said: told }), here.texts.whole, whole, () => tick(here.parts.scatter.drawing.onShow()));
}

/** Puts the axis that is drawn as the `n`th where `to` of the other drawn ones are before it. */
function carried(n, to) {
  const { axes } = here.view.parallel;
  const shown = withColumns();
  const [own] = shown.splice(n, 1);
  axes.splice(axes.indexOf(own), 1);
  axes.splice(to < shown.length ? axes.indexOf(shown[to]) : axes.length, 0, own);
  changed();
}

function parallelPart() {
  const passing = () => relationsParallel.within(withColumns().map(({ ref }) => column(ref)), drawnAxes());
  const ranged = (n, range) => {
    const own = withColumns()[n];
    own.range = relationsRanges.kept(column(own.ref), range || WHOLE);
    changed();
    if (range && passing().length) tick(passing());
  };
  const whole = () => { here.view.parallel.axes.forEach((own) => { own.range = WHOLE; }); changed(); };
  return partOf("parallel", (plot) => relationsParallel.parallel(plot, { ranged, carried }), here.texts.whole, whole, () => tick(passing()));
}

/** A part was opened or closed: what it needs comes now. */
function opened() {
  const { scatter, parallel } = here.view;
  remember();
  if (!scatter.isOpen && !parallel.isOpen) return;
  if (!here.isLearning) {
    here.isLearning = true;
    learnAxes();
  }
  chooseFirst();
  remember();
  layOut();
  ask();
}

function mount(texts) {
  const root = document.getElementById("relations");
  if (!root) return;
  const { element } = relationsControls;
  if (here) here.ended();
  here = { root, texts, view: relationsAddress.read(addresses.query().toString()), data: null, isLasso: false, isLearning: false, isLearned: false, catalogue: catalogueOf(relationsData.builtIn(texts), texts), ended: () => {} };
  here.problem = element("div", { className: "text-danger-emphasis small" });
  here.problem.setAttribute("role", "alert");
  here.list = element("datalist", { id: LIST });
  here.parts = { scatter: scatterPart(), parallel: parallelPart() };
  root.replaceChildren(here.problem, here.list, here.parts.scatter.box, here.parts.parallel.box);
  const sized = new ResizeObserver(drawSoon);
  for (const { plot } of Object.values(here.parts)) sized.observe(plot);
  const isOpen = () => isThere() && (here.view.scatter.isOpen || here.view.parallel.isOpen);
  const unlisten = onListQuery(() => isOpen() && ask());
  here.ended = () => { sized.disconnect(); unlisten(); };
  opened();
}

window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => window.setTimeout(drawSoon, 50));

const relations = {
  mount(texts) {
    mount(texts);
    return false;
  },
  /** Ticks in the list are seen in the plots. */
  selected: () => drawSoon(),
};
register("relations", relations);
