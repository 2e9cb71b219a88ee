/* The rows of the tree of a run's files. */
import { artifactCalls } from "./artifact_calls.js";
import { live } from "./live_text.js";

/**
 * @typedef {{ name: string, isFolder: boolean, size: number, path: string }} Entry
 * @typedef {{ entries: Entry[], isRead?: boolean, isReading?: boolean, problem?: string }} Folder
 * @typedef {Entry & { key: string, level: number }} EntryRow
 * @typedef {{ key: string, level: number, note: string, retries: string | null, isFolder: false }} NoteRow the note of a folder that failed, is empty or is being read
 * @typedef {EntryRow | NoteRow} Row
 * @typedef {{ read(folder: string): Promise<void>, reveal(path: string): Promise<Entry | undefined> }} ArtifactTree
 * @typedef {object} TreeState
 * @property {string} run
 * @property {ArtifactTexts} texts
 * @property {(path: string, size: number) => void} chosen
 * @property {HTMLElement} list
 * @property {HTMLElement} grid
 * @property {HTMLElement} count
 * @property {HTMLInputElement} find
 * @property {Map<string, Folder>} folders by path
 * @property {Set<string>} open paths of folders
 * @property {string | null} path of the file that is shown
 * @property {string | null} at the key of the row with the tab stop
 * @property {Row[]} rows
 * @property {{ show(rows: Row[]): void, reach(key: string): HTMLElement | null | undefined }} shown
 * @property {string} [nothing] the sentence of an empty tree
 * @property {number} [hovering] a timer
 * @property {boolean} [isAhead] whether a folder is being read before it is opened
 */

const { make } = live;

/** Returns all rows of the open folders, in their order.
 * @type {(state: TreeState) => Row[]} */
function rowsOf(state) {
  /** @type {Row[]} */
  const rows = [];
  (function add(folder, level) {
    const known = state.folders.get(folder);
    if (!known) return;
    for (const entry of known.entries) {
      rows.push({ ...entry, key: entry.path, level });
      if (entry.isFolder && state.open.has(entry.path)) add(entry.path, level + 1);
    }
    const note = known.problem || (known.isReading && !known.isRead ? state.texts.reading : folder && !known.entries.length ? state.texts.empty_folder : null);
    if (note) rows.push({ key: `${folder}//note`, level, note, retries: known.problem ? folder : null, isFolder: false });
  })("", 1);
  return rows;
}

/** @type {(state: TreeState, row: Row) => HTMLElement} */
function rowOf(state, row) {
  const { texts } = state;
  const indent = { class: "artifact-name", role: "gridcell" };
  const element = make("div", { role: "row", class: "artifact-row", "data-path": row.key, "aria-level": row.level, tabindex: row.key === state.at ? 0 : -1 });
  element.style.setProperty("--level", String(row.level));
  if ("note" in row) {
    const note = make("span", { ...indent, class: "artifact-name text-body-secondary" }, row.note);
    element.append(note);
    if (row.retries !== null) note.append(" ", make("span", { class: "artifact-retry" }, texts.retry));
    return element;
  }
  if (row.isFolder) element.setAttribute("aria-expanded", String(state.open.has(row.key)));
  element.setAttribute("aria-selected", String(row.key === state.path));
  const values = row.isFolder ? { name: row.name } : { name: row.name, size: artifactCalls.size(row.size) };
  element.setAttribute("aria-label", artifactCalls.filled(row.isFolder ? texts.folder : texts.file, values));
  const mark = make("span", { class: row.isFolder ? "artifact-mark artifact-folder" : "artifact-mark", "aria-hidden": "true" }, row.isFolder ? (state.open.has(row.key) ? "▾" : "▸") : "");
  element.append(
    make("span", indent, mark, make("bdi", { title: row.path }, row.isFolder ? `${row.name}/` : row.name)),
    make("span", { class: "artifact-size", role: "gridcell" }, row.isFolder ? "" : artifactCalls.size(row.size))
  );
  return element;
}

export const treeRows = Object.freeze({ rowOf, rowsOf });
