/* The columns that the run list can have, as the menu of columns groups and searches them. */
import { filters } from "./filter_grammar.js";

/**
 * @typedef {{ kind: string, keys: [string, number][] }} KeyGroup
 * @typedef {{ built_in: { id: string, name: string }[], groups: KeyGroup[] }} Catalogue
 * @typedef {{ name: string, runs: number | null, refs: [label: string, ref: string][] }} Entry a column's name, in how many runs it is (null: all)
 * @typedef {{ kind: string, entries: Entry[] }} Group
 */

const EXTREMES = ["metric", "least", "greatest"];

/** Groups the columns that there can be: the built-in ones, then those of each kind of key.
 * @type {(known: Catalogue, texts: RunListTexts["column_menu"]) => Group[]} */
function groupsOf({ built_in, groups }, texts) {
  /** @type {Entry[]} */
  const usual = built_in.filter(({ id }) => id !== "details").map(({ id, name }) => ({ name, runs: null, refs: [["", id]] }));
  /** @type {Group[]} */
  const logged = groups.map(({ kind, keys }) => ({
    kind,
    entries: keys.map(([key, runs]) => ({
      name: key, runs, refs: kind === "metric" ? EXTREMES.map((one) => [texts.extremes[one], `${one}:${key}`]) : [["", `${kind}:${key}`]],
    })),
  }));
  return [{ kind: "built_in", entries: usual }, ...logged];
}

/** Returns the entries whose name contains each word that is typed.
 * @type {(entries: Entry[], typed: string) => Entry[]} */
function matching(entries, typed) {
  const words = filters.fold(typed).split(/\s+/).filter(Boolean);
  if (!words.length) return entries;
  return entries.filter(({ name }) => {
    const folded = filters.fold(name);
    return words.every((word) => folded.includes(word));
  });
}

export const columnCatalogue = Object.freeze({ groupsOf, matching });
