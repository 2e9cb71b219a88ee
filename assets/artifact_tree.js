/* The folders and files of a run as a tree: a folder is read when it is opened, and only rows in sight are drawn. */
import { artifactCalls } from "./artifact_calls.js";
import { treeRows } from "./artifact_tree_rows.js";
import { elementOf } from "./elements.js";
import { live } from "./live_text.js";
import { virtualList } from "./virtual_list.js";

/**
 * @typedef {{ files?: [name: string, isFolder: boolean, size: number][], root?: string | null, problem?: string }} FolderAnswer
 * @typedef {import("./artifact_tree_rows.js").ArtifactTree} ArtifactTree
 * @typedef {import("./artifact_tree_rows.js").Entry} Entry
 * @typedef {import("./artifact_tree_rows.js").EntryRow} EntryRow
 * @typedef {import("./artifact_tree_rows.js").Row} Row
 * @typedef {import("./artifact_tree_rows.js").TreeState} TreeState
 */

const ROW_HEIGHT = 34;
const HOVER_MS = 65; // shorter than the time from reaching a row to a click
const AHEAD_MS = 30000;
const SHOWN_AT_ONCE = 12.5; // rows; a row that is cut off shows that there are more, where scrollbars are hidden
const { make } = live;
const { rowOf, rowsOf } = treeRows;

/** Draws the tree of `run` into `place`; `chosen(path, size)` is called for a file.
 * @type {(place: HTMLElement, run: string, texts: ArtifactTexts, chosen: (path: string, size: number) => void) => ArtifactTree} */
function tree(place, run, texts, chosen) {
  const find = make("input", { type: "search", class: "form-control form-control-sm", id: "artifact-find", autocomplete: "off", spellcheck: "false" });
  const refresh = make("button", { type: "button", class: "btn btn-sm btn-outline-secondary" }, texts.refresh);
  const count = make("p", { class: "small text-body-secondary mb-1", role: "status" }, texts.reading);
  const list = make("div", { class: "artifact-rows", role: "rowgroup" });
  const heads = [texts.name, texts.size].map((text) => make("span", { role: "columnheader" }, text));
  const head = make("div", { class: "visually-hidden", role: "rowgroup" }, make("div", { role: "row" }, ...heads));
  const grid = make("div", { class: "artifact-tree", role: "treegrid", "aria-label": texts.title }, head, list);
  place.replaceChildren(
    make("div", { class: "d-flex gap-2 align-items-end mb-1" }, make("div", { class: "flex-grow-1" }, make("label", { class: "small", for: find.id }, texts.find), find), refresh),
    count,
    grid
  );
  const shown = virtualList(list, ROW_HEIGHT, (/** @type {Row} */ row) => rowOf(state, row));
  /** @type {TreeState} */
  const state = { run, texts, chosen, list, grid, count, find, folders: new Map(), open: new Set([""]), path: null, at: null, rows: [], shown };
  find.addEventListener("input", () => draw(state));
  refresh.addEventListener("click", () => reread(state));
  for (const kind of ["pointerover", "focusin"]) list.addEventListener(kind, (event) => readAhead(state, event));
  for (const kind of ["pointerleave", "pointercancel", "focusout"]) list.addEventListener(kind, () => window.clearTimeout(state.hovering));
  list.addEventListener("keydown", (event) => pressed(state, event));
  list.addEventListener("click", (event) => {
    const element = elementOf(event)?.closest("[role=row]");
    const row = element && state.rows.find((one) => one.key === element.dataset.path);
    if (row) act(state, row);
  });
  return { read: (folder) => read(state, folder), reveal: (path) => reveal(state, path) };
}

/** @type {(state: TreeState, folder: string) => Promise<void>} */
async function read(state, folder) {
  const before = state.folders.get(folder);
  state.folders.set(folder, { ...(before || { entries: [] }), isRead: Boolean(before && before.isRead), isReading: true });
  if (state.open.has(folder)) draw(state);
  const answer = /** @type {FolderAnswer} */ (await artifactCalls.ask("list", { run: state.run, path: folder }, state.texts));
  if (!state.list.isConnected) return;
  const entries = (answer.files || []).map(([name, isFolder, size]) => ({ name, isFolder, size, path: folder ? `${folder}/${name}` : name }));
  if (!folder) state.nothing = answer.root ? artifactCalls.filled(state.texts.none_at, { root: answer.root }) : state.texts.none;
  state.folders.set(folder, answer.problem ? { ...(before || { entries: [] }), problem: answer.problem } : { entries, isRead: true });
  if (state.open.has(folder)) draw(state);
}

/** Reads a folder that the pointer or the focus stays on: MLflow needs up to half a second for ten thousand files.
 *
 * One at a time; a folder that is not opened soon is forgotten, so that no old list is shown.
 * @type {(state: TreeState, event: Event) => void} */
function readAhead(state, event) {
  window.clearTimeout(state.hovering);
  const folder = elementOf(event)?.closest("[role=row][aria-expanded=false]")?.dataset.path;
  if (folder === undefined || state.folders.has(folder)) return;
  state.hovering = window.setTimeout(async () => {
    if (state.isAhead || state.folders.has(folder) || !state.list.isConnected) return;
    state.isAhead = true;
    await read(state, folder);
    state.isAhead = false;
    window.setTimeout(() => !state.open.has(folder) && state.folders.delete(folder), AHEAD_MS);
  }, HOVER_MS);
}

/** @type {(state: TreeState) => Promise<void[]>} */
const reread = (state) => Promise.all([...state.open].map((folder) => read(state, folder)));

/** Opens the folders that lead to a file, and marks it.
 * @type {(state: TreeState, path: string) => Promise<Entry | undefined>} */
async function reveal(state, path) {
  const parts = path.split("/").slice(0, -1);
  state.path = state.at = path;
  for (let n = 1; n <= parts.length; n++) {
    const folder = parts.slice(0, n).join("/");
    state.open.add(folder);
    if (!state.folders.get(folder)?.isRead) await read(state, folder);
  }
  draw(state);
  state.shown.reach(path);
  return (state.folders.get(parts.join("/"))?.entries || []).find((entry) => entry.path === path);
}

/** @type {(state: TreeState) => void} */
function draw(state) {
  const all = rowsOf(state);
  const typed = state.find.value.trim().toLowerCase();
  state.rows = typed ? all.filter((row) => "note" in row || row.path.toLowerCase().includes(typed)) : all;
  const hadFocus = state.list.contains(document.activeElement);
  if (!state.rows.some((row) => row.key === state.at)) state.at = state.rows.length ? state.rows[0].key : null;
  /** @type {(rows: Row[]) => number} */
  const n = (rows) => rows.filter((row) => !("note" in row)).length;
  const { texts } = state;
  const root = state.folders.get("") || { entries: [] };
  const counted = typed ? artifactCalls.filled(texts.found, { n: artifactCalls.number(n(state.rows)), all: artifactCalls.number(n(all)) }) : artifactCalls.filled(texts.count, { n: artifactCalls.number(n(all)) });
  live.write(state.count, root.problem ? "" : root.isReading && !root.isRead ? texts.reading : n(all) ? counted : state.nothing || texts.none);
  state.grid.hidden = !state.rows.length;
  state.grid.setAttribute("aria-rowcount", String(state.rows.length + 1));
  state.list.style.height = `${Math.min(state.rows.length, SHOWN_AT_ONCE) * ROW_HEIGHT + 2}px`;
  state.shown.show(state.rows);
  if (hadFocus) focus(state, state.at);
}

/** Opens or closes a folder, shows a file, or reads again what failed.
 * @type {(state: TreeState, row: Row) => void} */
function act(state, row) {
  state.at = row.key;
  if ("note" in row) {
    if (row.retries !== null) read(state, row.retries);
    return;
  }
  if (row.isFolder) return toggle(state, row, !state.open.has(row.key));
  state.path = row.path;
  draw(state);
  focus(state, row.key);
  state.chosen(row.path, row.size);
}

/** @type {(state: TreeState, row: EntryRow, opens: boolean) => void} */
function toggle(state, row, opens) {
  if (opens) state.open.add(row.key);
  else state.open.delete(row.key);
  draw(state);
  focus(state, row.key);
  const known = state.folders.get(row.key);
  if (opens && !known?.isRead && !known?.isReading) read(state, row.key);
}

/** @type {(state: TreeState, key: string | null) => void} */
function focus(state, key) {
  const element = key === null ? null : state.shown.reach(key);
  if (!element) return;
  state.at = key;
  for (const other of state.list.querySelectorAll("[tabindex='0']")) other.tabIndex = -1;
  element.tabIndex = 0;
  element.focus({ preventScroll: true });
}

/** @type {(state: TreeState, event: KeyboardEvent) => void} */
function pressed(state, event) {
  const place = state.rows.findIndex((row) => row.key === state.at);
  const row = state.rows[place];
  if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
  const to = { ArrowDown: place + 1, ArrowUp: place - 1, Home: 0, End: state.rows.length - 1, PageDown: place + 12, PageUp: place - 12 }[event.key];
  if (to !== undefined) focus(state, state.rows[Math.max(0, Math.min(state.rows.length - 1, to))].key);
  else if (event.key === "Enter" || event.key === " ") act(state, row);
  else if (event.key === "ArrowRight" && row.isFolder && !state.open.has(row.key)) toggle(state, row, true);
  else if (event.key === "ArrowRight" && row.isFolder && place + 1 < state.rows.length) focus(state, state.rows[place + 1].key);
  else if (event.key === "ArrowLeft" && row.isFolder && state.open.has(row.key)) toggle(state, row, false);
  else if (event.key === "ArrowLeft") focus(state, parentOf(state, place));
  else return;
  event.preventDefault();
}

/** @type {(state: TreeState, place: number) => string} */
function parentOf(state, place) {
  const level = state.rows[place].level;
  for (let at = place - 1; at >= 0; at--) if (state.rows[at].level < level) return state.rows[at].key;
  return state.rows[place].key;
}

export { tree as artifactTree };
