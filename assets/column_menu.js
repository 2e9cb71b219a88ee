/* The menu of columns: a dialog to find any of thousands by typing, and to order those on show.
 *
 * Only matching columns are drawn, the first of each group; the others are counted, and drawn on demand.
 */
import { contentOf } from "./answers.js";
import { propsOf } from "./clew.js";
import { isThere } from "./clock.js";
import { columnCatalogue } from "./column_catalogue.js";
import { groupOf, make, number, texts } from "./column_menu_rows.js";
import { register, setProps } from "./dash.js";
import { byId, elementOf } from "./elements.js";
import { ID } from "./from_python.js";
import { pageQuery } from "./page_request.js";
import { columns } from "./run_columns.js";

/** @import { Catalogue } from "./column_catalogue.js" */

const DIALOG = ID.COLUMN_MENU;
const OPEN = ID.COLUMNS_OPEN;
const SEARCH = ID.COLUMN_SEARCH;
const FOUND = ID.COLUMNS_FOUND;
const GROUPS = ID.COLUMN_GROUPS;
const CHOSEN = ID.COLUMNS_CHOSEN;
const AT_ONCE = 50;
const menuDialog = () => /** @type {HTMLDialogElement | null} */ (document.getElementById(DIALOG));
const searchBox = () => /** @type {HTMLInputElement} */ (byId(SEARCH));
/** @type {() => NodeListOf<HTMLInputElement>} */
const boxesOf = () => byId(GROUPS).querySelectorAll("input");
const chosen = () => columns.onShow();
const { groupsOf, matching } = columnCatalogue;
/** @type {Catalogue | null} */
let catalogue = null;
/** @type {Record<string, number>} */
let more = {};

function drawGroups() {
  if (!catalogue) return;
  const shown = new Set(chosen());
  const typed = searchBox().value;
  const groups = groupsOf(catalogue, texts()).filter(({ entries }) => entries.length);
  const found = groups.map((group) => matching(group.entries, typed));
  byId(GROUPS).replaceChildren(...groups.flatMap((group, at) => (found[at].length ? [groupOf(group, found[at], shown, AT_ONCE + (more[group.kind] || 0))] : [])));
  const [n, total] = [found, groups.map(({ entries }) => entries)].map((lists) => lists.reduce((sum, one) => sum + one.length, 0));
  const summary = n === total ? texts().all.replace("{n}", number(n)) : texts().found.replace("{n}", number(n)).replace("{total}", number(total));
  if (byId(FOUND).textContent !== summary) byId(FOUND).textContent = summary;
}

/** @type {(does: string, ref: string, sign: string, text: string, isOff: boolean) => HTMLButtonElement} */
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
  const focused = document.activeElement;
  const held = focused instanceof HTMLElement && focused.closest(`#${CHOSEN}`) ? { ...focused.dataset } : null;
  byId(CHOSEN).replaceChildren(...rows);
  if (held) focusOn(held);
}

/** Focuses the button that replaced the pressed one; the search where its column is no longer shown.
 * @type {(pressed: DOMStringMap) => void} */
function focusOn({ does, ref }) {
  const its = [...byId(CHOSEN).querySelectorAll("button")].filter((button) => button.dataset.ref === ref && !button.disabled);
  (its.find((button) => button.dataset.does === does) || its[0] || searchBox()).focus();
}

async function open() {
  if (!isThere(DIALOG)) return;
  const dialog = /** @type {HTMLDialogElement} */ (byId(DIALOG));
  setProps(SEARCH, { value: "" });
  dialog.showModal();
  more = {};
  drawChosen();
  // On a touch screen the keyboard would cover the columns.
  if (!window.matchMedia("(pointer: coarse)").matches) searchBox().focus();
  await load();
}

/** Reads the catalogue each time: keys are added while runs train. The known one is shown meanwhile. */
async function load() {
  if (catalogue) drawGroups();
  else byId(FOUND).textContent = texts().reading;
  try {
    const response = await window.fetch(`${document.documentElement.dataset.prefix}runs/columns`, { headers: { "X-Clew-Query": pageQuery() } });
    catalogue = /** @type {Catalogue} */ (await contentOf(response));
  } catch (error) {
    if (document.getElementById(FOUND)) showFailure(error instanceof Error ? error.message : String(error));
    return;
  }
  if (menuDialog()?.open) drawGroups();
}

/** @type {(cause: string) => void} */
function showFailure(cause) {
  const again = make("button", { type: "button", className: "btn btn-link btn-sm", textContent: texts().retry, dataset: { retry: "" } });
  byId(FOUND).replaceChildren(texts().failed.replace("{cause}", () => cause), " ", again);
}

/** @type {Record<string, (ref: string) => void>} */
const does = {
  up: (ref) => columns.step(ref, -1),
  down: (ref) => columns.step(ref, 1),
  hide: (ref) => columns.toggle(ref, false),
};

document.addEventListener("click", (event) => {
  const target = elementOf(event);
  if (target?.closest(`#${OPEN}`)) return open();
  const dialog = /** @type {HTMLDialogElement | null | undefined} */ (target?.closest(`#${DIALOG}`));
  if (!target || !dialog) return;
  const button = target.closest("button");
  if (target === dialog || button?.matches(".column-menu-close")) return dialog.close();
  if (!button) return;
  const { does: what, ref, more: kind, retry } = button.dataset;
  if (what && ref) does[what](ref);
  if (retry !== undefined) load();
  if (button.matches(".columns-usual")) columns.choose(propsOf(ID.KNOWN_COLUMNS).data.usual);
  if (kind) {
    const at = boxesOf().length;
    more[kind] = (more[kind] || 0) + 10 * AT_ONCE;
    drawGroups();
    boxesOf()[Math.min(at, boxesOf().length - 1)]?.focus();
  }
});

document.addEventListener("input", (event) => {
  if (elementOf(event)?.id === SEARCH && catalogue) {
    more = {};
    drawGroups();
  }
});

document.addEventListener("change", (event) => {
  const box = elementOf(event);
  if (box instanceof HTMLInputElement && box.matches(`#${GROUPS} input[data-ref]`)) columns.toggle(box.dataset.ref ?? "", box.checked);
});

// The arrows go from column to column; Tab would have to pass them all.
document.addEventListener("keydown", (event) => {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const target = elementOf(event);
  if (!by || !target?.matches(`#${SEARCH}, #${GROUPS} input`)) return;
  const boxes = [searchBox(), ...boxesOf()];
  event.preventDefault();
  boxes[boxes.indexOf(/** @type {HTMLInputElement} */ (target)) + by]?.focus();
});

const runs = {
  /** Updates the open menu after the table's columns changed. */
  menu() {
    if (!menuDialog()?.open) return;
    drawChosen();
    const shown = new Set(chosen());
    for (const box of boxesOf()) if (box.dataset.ref !== undefined) box.checked = shown.has(box.dataset.ref);
  },
};

register("runs", runs);
