/* The menu of columns: a dialog in which any of thousands is found by typing, and those on show are put in order.
 *
 * Only what matches is drawn, and of that so much of each group as one reads; the rest is counted, and comes on demand.
 */
import { locale, propsOf } from "./clew.js";
import { isThere } from "./clock.js";
import { register, setProps } from "./dash.js";
import { filters } from "./filter_grammar.js";
import { ID } from "./from_python.js";
import { pageQuery } from "./page_request.js";
import { columns } from "./run_columns.js";

const DIALOG = ID.COLUMN_MENU;
const OPEN = ID.COLUMNS_OPEN;
const SEARCH = ID.COLUMN_SEARCH;
const FOUND = ID.COLUMNS_FOUND;
const GROUPS = ID.COLUMN_GROUPS;
const CHOSEN = ID.COLUMNS_CHOSEN;
const AT_ONCE = 50;
const EXTREMES = ["metric", "least", "greatest"];
const element = (id) => document.getElementById(id);
const texts = () => propsOf(ID.TEXTS).data.column_menu;
const number = (count) => count.toLocaleString(locale());
let catalogue = null;
let more = {};

function make(name, props, ...children) {
  const { dataset, aria, ...own } = props;
  const made = Object.assign(document.createElement(name), own);
  Object.assign(made.dataset, dataset || {});
  for (const [key, value] of Object.entries(aria || {})) made.setAttribute(`aria-${key}`, value);
  made.append(...children);
  return made;
}

const chosen = () => columns.onShow();

/** Of each group its entries: a name, in how many runs it is (of every one: null), and the columns it can be. */
function groupsOf({ built_in, groups }) {
  const usual = built_in.filter(({ id }) => id !== "details").map(({ id, name }) => ({ name, runs: null, refs: [["", id]] }));
  const logged = groups.map(({ kind, keys }) => ({
    kind,
    entries: keys.map(([key, runs]) => ({
      name: key, runs, refs: kind === "metric" ? EXTREMES.map((one) => [texts().extremes[one], `${one}:${key}`]) : [["", `${kind}:${key}`]],
    })),
  }));
  return [{ kind: "built_in", entries: usual }, ...logged];
}

/** Each word that is typed stands somewhere in the name. */
function matching(entries, typed) {
  const words = filters.fold(typed).split(/\s+/).filter(Boolean);
  if (!words.length) return entries;
  return entries.filter(({ name }) => {
    const folded = filters.fold(name);
    return words.every((word) => folded.includes(word));
  });
}

function tickOf(label, name, ref, shown) {
  const isFixed = columns.isOfItself(ref);
  const box = make("input", { type: "checkbox", className: "form-check-input", checked: shown.has(ref), disabled: isFixed, title: isFixed ? texts().of_itself : "", dataset: { ref } });
  if (label) box.setAttribute("aria-label", `${name}: ${label}`);
  return make("label", { className: label ? "column-extreme" : "column-name" }, box, make("span", { textContent: label || name, dir: "auto" }));
}

function rowOf({ name, runs, refs }, shown) {
  const ticks = refs.map(([label, ref]) => tickOf(label, name, ref, shown));
  const row = make("li", { className: "column-entry" });
  if (refs.length > 1) row.append(make("span", { className: "column-name", textContent: name, dir: "auto" }));
  row.append(...ticks);
  if (runs !== null) row.append(make("span", { className: "column-runs text-body-secondary", textContent: runs === 1 ? texts().run : texts().runs.replace("{n}", number(runs)) }));
  return row;
}

function groupOf({ kind, entries }, found, shown) {
  const most = AT_ONCE + (more[kind] || 0);
  const list = make("ul", { className: "list-unstyled mb-1" }, ...found.slice(0, most).map((entry) => rowOf(entry, shown)));
  const counted = found.length === entries.length ? number(entries.length) : texts().of.replace("{n}", number(found.length)).replace("{total}", number(entries.length));
  const title = make("h3", { className: "h6 mb-1", textContent: `${texts().groups[kind]} (${counted})` });
  const group = make("section", { className: "column-group", aria: { label: texts().groups[kind] } }, title, list);
  if (found.length > most) {
    const text = texts().more.replace("{n}", number(found.length - most));
    group.append(make("button", { type: "button", className: "btn btn-link btn-sm p-0", textContent: text, dataset: { more: kind } }));
  }
  return group;
}

function drawGroups() {
  const shown = new Set(chosen());
  const typed = element(SEARCH).value;
  const groups = groupsOf(catalogue).filter(({ entries }) => entries.length);
  const found = groups.map((group) => matching(group.entries, typed));
  element(GROUPS).replaceChildren(...groups.map((group, at) => [group, found[at]]).filter(([, some]) => some.length).map(([group, some]) => groupOf(group, some, shown)));
  const [n, total] = [found, groups.map(({ entries }) => entries)].map((lists) => lists.reduce((sum, one) => sum + one.length, 0));
  const said = n === total ? texts().all.replace("{n}", number(n)) : texts().found.replace("{n}", number(n)).replace("{total}", number(total));
  if (element(FOUND).textContent !== said) element(FOUND).textContent = said;
}

function buttonOf(does, ref, sign, text, isOff) {
  return make("button", { type: "button", className: "btn btn-sm btn-outline-secondary column-button", textContent: sign, disabled: isOff, title: text, dataset: { does, ref }, aria: { label: `${text}: ${columns.nameOf(ref)}` } });
}

function drawChosen() {
  const refs = chosen();
  const rows = refs.map((ref, at) => make(
    "li", { className: "column-entry" },
    make("span", { className: "column-name", textContent: columns.nameOf(ref), dir: "auto" }),
    buttonOf("up", ref, "↑", texts().up, at === 0),
    buttonOf("down", ref, "↓", texts().down, at === refs.length - 1),
    buttonOf("hide", ref, "✕", columns.isOfItself(ref) ? texts().of_itself : texts().hide, columns.isOfItself(ref))
  ));
  const held = document.activeElement?.closest(`#${CHOSEN}`) ? { ...document.activeElement.dataset } : null;
  element(CHOSEN).replaceChildren(...rows);
  if (held) focusOn(held);
}

/** Back to the button that was pressed, which is another element now; where its column went, to the search. */
function focusOn({ does, ref }) {
  const its = [...element(CHOSEN).querySelectorAll("button")].filter((button) => button.dataset.ref === ref && !button.disabled);
  (its.find((button) => button.dataset.does === does) || its[0] || element(SEARCH)).focus();
}

async function open() {
  if (!isThere(DIALOG)) return;
  const dialog = element(DIALOG);
  setProps(SEARCH, { value: "" });
  dialog.showModal();
  more = {};
  drawChosen();
  // Where fingers type, a keyboard would cover what is to be seen.
  if (!window.matchMedia("(pointer: coarse)").matches) element(SEARCH).focus();
  await load();
}

/** Asks anew each time: keys come while runs train. What is known already is on show meanwhile. */
async function load() {
  if (catalogue) drawGroups();
  else element(FOUND).textContent = texts().reading;
  try {
    const response = await window.fetch(`${document.documentElement.dataset.prefix}runs/columns`, { headers: { "X-Clew-Query": pageQuery() } });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.message || answer.error || `HTTP ${response.status}`);
    catalogue = answer;
  } catch (error) {
    if (element(FOUND)) sayFailure(error.message);
    return;
  }
  if (element(DIALOG)?.open) drawGroups();
}

function sayFailure(cause) {
  const again = make("button", { type: "button", className: "btn btn-link btn-sm", textContent: texts().retry, dataset: { retry: "" } });
  element(FOUND).replaceChildren(texts().failed.replace("{cause}", () => cause), " ", again);
}

const does = {
  up: (ref) => columns.step(ref, -1),
  down: (ref) => columns.step(ref, 1),
  hide: (ref) => columns.toggle(ref, false),
};

document.addEventListener("click", ({ target }) => {
  if (target.closest?.(`#${OPEN}`)) return open();
  const dialog = target.closest?.(`#${DIALOG}`);
  if (!dialog) return;
  const button = target.closest("button");
  if (target === dialog || button?.matches(".column-menu-close")) return dialog.close();
  if (!button) return;
  const { does: what, ref, more: kind, retry } = button.dataset;
  if (what) does[what](ref);
  if (retry !== undefined) load();
  if (button.matches(".columns-usual")) columns.choose(propsOf(ID.KNOWN_COLUMNS).data.usual);
  if (kind) {
    const at = element(GROUPS).querySelectorAll(`input`).length;
    more[kind] = (more[kind] || 0) + 10 * AT_ONCE;
    drawGroups();
    element(GROUPS).querySelectorAll("input")[Math.min(at, element(GROUPS).querySelectorAll("input").length - 1)]?.focus();
  }
});

document.addEventListener("input", ({ target }) => {
  if (target.id === SEARCH && catalogue) {
    more = {};
    drawGroups();
  }
});

document.addEventListener("change", ({ target }) => {
  if (target.matches?.(`#${GROUPS} input[data-ref]`)) columns.toggle(target.dataset.ref, target.checked);
});

/** The arrows go from column to column; Tab would have to pass them all. */
document.addEventListener("keydown", (event) => {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by || !event.target.matches?.(`#${SEARCH}, #${GROUPS} input`)) return;
  const boxes = [element(SEARCH), ...element(GROUPS).querySelectorAll("input")];
  event.preventDefault();
  boxes[boxes.indexOf(event.target) + by]?.focus();
});

const runs = {
  /** After the table has its columns, whoever changed them. */
  menu() {
    if (!element(DIALOG)?.open) return;
    drawChosen();
    const shown = new Set(chosen());
    for (const box of element(GROUPS).querySelectorAll("input[data-ref]")) box.checked = shown.has(box.dataset.ref);
  },
};

register("runs", runs);
