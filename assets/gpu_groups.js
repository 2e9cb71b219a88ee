/* Which GPUs are shown, and in which groups: by host, owner, state or run. */
import { GPU_CHOICE } from "./from_python.js";
import { gpuNumbers } from "./gpu_numbers.js";

const { EVERY, NOTHING } = GPU_CHOICE; // all, and those without an owner or a run

const KEYS = {
  host: (unit) => unit.host.name,
  owner: (unit) => unit.owners.join(", "),
  state: (unit) => unit.use,
  run: (unit) => unit.runs.join(", "),
};

const isOneOf = (chosen, names) => chosen === EVERY || (chosen === NOTHING ? names.length === 0 : names.includes(chosen));

/** Those of `units` that the reader asked for.
 *
 * @param {any[]} units
 * @param {Record<string, any>} view
 */
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

/** Those in groups, `{key, label, units}`: hosts as they are configured, states with what needs a person first, names by
    the alphabet, and who has none at the end. */
function grouped(units, by, texts) {
  const groups = new Map();
  for (const unit of units) {
    const key = KEYS[by](unit);
    if (!groups.has(key)) groups.set(key, { key, label: labelOf(by, key, texts), units: [] });
    groups.get(key).units.push(unit);
  }
  const all = [...groups.values()];
  if (by === "host") return all;
  if (by === "state") return all.sort((a, b) => placeOf(a.key, texts) - placeOf(b.key, texts));
  return all.sort((a, b) => Number(a.key === "") - Number(b.key === "") || a.label.localeCompare(b.label, undefined, { numeric: true }));
}

const placeOf = (state, texts) => Object.keys(texts.use).indexOf(state);

function labelOf(by, key, texts) {
  if (by === "state") return texts.use[key] || key;
  return key || texts.none[by];
}

/** How many there are of what, in words, for everybody: "96 GPUs, 60 busy, 36 idle; mean utilisation 47 %". */
function inWords(units, all, texts) {
  const { count, MISSING } = gpuNumbers;
  const numbers = new Map();
  for (const unit of units) numbers.set(unit.use, (numbers.get(unit.use) || 0) + 1);
  const uses = Object.keys(texts.use).filter((use) => numbers.has(use));
  const values = units.map((unit) => unit.gpu.utilization).filter((value) => typeof value === "number");
  const mean = values.length ? `${Math.round(values.reduce((sum, value) => sum + value, 0) / values.length)} %` : MISSING;
  const parts = {
    shown: count(units.length),
    all: count(all.length),
    uses: uses.map((use) => texts.count.replace("{n}", count(numbers.get(use))).replace("{use}", texts.use[use])).join(texts.comma),
    mean,
  };
  if (!units.length) return all.length ? texts.none_fits.replace("{all}", parts.all) : "";
  const template = units.length < all.length ? texts.some_in_words : texts.all_in_words;
  return template.replace(/\{(\w+)\}/g, (_whole, part) => parts[part]);
}

/** The names that can be chosen: `[value, label]` of each. */
function names(units, of) {
  return [...new Set(units.flatMap(of))].sort((a, b) => a.localeCompare(b, undefined, { numeric: true }));
}

export const gpuGroups = Object.freeze({ EVERY, NOTHING, grouped, inWords, names, shown });
