/* Filters the GPUs and groups them: by host, owner, state or run. */
import { GPU_CHOICE } from "./from_python.js";
import { gpuNumbers } from "./gpu_numbers.js";

/**
 * @typedef {import("./gpu_units.js").Unit} Unit
 * @typedef {{ key: string, label: string, units: Unit[] }} Group
 */

const { EVERY, NOTHING } = GPU_CHOICE; // EVERY: all; NOTHING: those without an owner or a run

/** @type {Record<string, (unit: Unit) => string>} */
const KEYS = {
  host: (unit) => unit.host.name,
  owner: (unit) => unit.owners.join(", "),
  state: (unit) => unit.use,
  run: (unit) => unit.runs.join(", "),
};

/** @type {(chosen: string, names: string[]) => boolean} */
const isOneOf = (chosen, names) => chosen === EVERY || (chosen === NOTHING ? names.length === 0 : names.includes(chosen));

/** Returns those of `units` that match the viewer's filters.
 * @type {(units: Unit[], view: Record<string, string>) => Unit[]} */
function shown(units, { host, owner, state, run }) {
  const part = (host || "").trim().toLowerCase();
  return units.filter(
    (unit) =>
      (!part || unit.host.name.toLowerCase().includes(part)) &&
      isOneOf(owner, unit.owners) &&
      (state === EVERY || unit.use === state) &&
      isOneOf(run, unit.runs),
  );
}

/** Groups units: hosts in the order of the configuration, states with those that need attention first, names by
 *    the alphabet, and units without an owner or a run at the end.
 * @type {(units: Unit[], by: string, texts: HostTexts) => Group[]} */
function grouped(units, by, texts) {
  /** @type {Map<string, Group>} */
  const groups = new Map();
  for (const unit of units) {
    const key = KEYS[by](unit);
    const group = groups.get(key) || { key, label: labelOf(by, key, texts), units: [] };
    groups.set(key, group);
    group.units.push(unit);
  }
  const all = [...groups.values()];
  if (by === "host") return all;
  if (by === "state") return all.sort((a, b) => placeOf(a.key, texts) - placeOf(b.key, texts));
  return all.sort((a, b) => Number(a.key === "") - Number(b.key === "") || a.label.localeCompare(b.label, undefined, { numeric: true }));
}

/** @type {(state: string, texts: HostTexts) => number} */
const placeOf = (state, texts) => Object.keys(texts.use).indexOf(state);

/** @type {(by: string, key: string, texts: HostTexts) => string} */
function labelOf(by, key, texts) {
  if (by === "state") return texts.use[key] || key;
  return key || texts.none[by];
}

/** Summarizes units as text: "96 GPUs, 60 busy, 36 idle; mean utilisation 47 %".
 * @type {(units: Unit[], all: Unit[], texts: HostTexts) => string} */
function summary(units, all, texts) {
  const { count, MISSING } = gpuNumbers;
  /** @type {Map<string, number>} */
  const numbers = new Map();
  for (const unit of units) numbers.set(unit.use, (numbers.get(unit.use) || 0) + 1);
  const uses = Object.keys(texts.use).filter((use) => numbers.has(use));
  const values = units.flatMap(({ gpu }) => (typeof gpu.utilization === "number" ? [gpu.utilization] : []));
  const mean = values.length ? `${Math.round(values.reduce((sum, value) => sum + value, 0) / values.length)} %` : MISSING;
  /** @type {Record<string, string>} */
  const parts = {
    shown: count(units.length),
    all: count(all.length),
    uses: uses.map((use) => texts.count.replace("{n}", count(numbers.get(use) ?? 0)).replace("{use}", texts.use[use])).join(texts.comma),
    mean,
  };
  if (!units.length) return all.length ? texts.none_fits.replace("{all}", parts.all) : "";
  const template = units.length < all.length ? texts.some_in_words : texts.all_in_words;
  return template.replace(/\{(\w+)\}/g, (/** @type {string} */ _whole, /** @type {string} */ part) => parts[part]);
}

/** Returns the names that can be chosen, sorted.
 * @type {(units: Unit[], of: (unit: Unit) => string[]) => string[]} */
function names(units, of) {
  return [...new Set(units.flatMap(of))].sort((a, b) => a.localeCompare(b, undefined, { numeric: true }));
}

export const gpuGroups = Object.freeze({ EVERY, NOTHING, grouped, summary, names, shown });
