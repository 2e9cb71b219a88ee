/* The reader's choices on the GPU page, kept in the address: the map's number, its groups, its filters, and the open GPUs. */
import { addresses, setAddress } from "./addresses.js";
import { setProps } from "./dash.js";
import { GPU_CHOICE } from "./from_python.js";
import { gpuGroups } from "./gpu_groups.js";

/**
 * @typedef {import("./gpu_units.js").Host} Host
 * @typedef {import("./gpu_units.js").Unit} Unit
 */

const { EVERY } = GPU_CHOICE;
/** @type {Record<string, string>} */
const DEFAULTS = { metric: "utilization", group: "host", host: "", owner: EVERY, state: EVERY, run: EVERY };
const FEW = 8; // up to so many GPUs are open by default
const SETTLES_MS = 2000; // by then every host that works has sent a message

/** @type {Record<string, string>} */
let chosen = { ...DEFAULTS };
/** @type {Set<string> | null} */
let open = null; // the keys of the GPUs that are open; null where the reader did not choose
let began = 0;
/** @type {Record<string, string>} */
let options = {};

/** Begins with the choices of a new page's address. */
function begin() {
  const inAddress = addresses.query().get("open");
  open = inAddress === null ? null : new Set(inAddress.split(",").filter(Boolean));
  [began, options] = [Date.now(), {}];
}

/** @type {(values: Record<string, string>) => void} */
function choose(values) {
  chosen = Object.fromEntries(Object.keys(DEFAULTS).map((name) => [name, values[name] || DEFAULTS[name]]));
}

/** Writes the choices into the address. */
function write() {
  setAddress((query) => {
    for (const [name, value] of Object.entries(chosen)) {
      if (value === DEFAULTS[name]) query.delete(name);
      else query.set(name, value);
    }
  }, "replaceState");
}

/** Returns the keys of the open GPUs; of few GPUs all, once it is known that they are few.
 * @type {(units: Unit[], hosts: Host[]) => Set<string>} */
function opened(units, hosts) {
  if (open) return open;
  const settled = hosts.every((host) => host.report) || Date.now() - began > SETTLES_MS;
  return new Set(settled && units.length <= FEW ? units.map((unit) => unit.key) : []);
}

/** Opens or closes GPUs by key, or switches each where `on` is missing; `now` are the open ones. Returns the keys that are open then.
 * @type {(keys: string[], now: Set<string>, on?: boolean) => Set<string>} */
function toggle(keys, now, on) {
  const next = new Set(now);
  for (const key of keys) {
    if (on === undefined ? !next.has(key) : on) next.add(key);
    else next.delete(key);
  }
  open = next;
  setAddress((query) => query.set("open", [...next].join(",")), "replaceState");
  return next;
}

/** Returns the keys in the address that no host has, once all hosts have reported.
 * @type {(units: Unit[], hosts: Host[]) => string[]} */
function unknown(units, hosts) {
  if (!open || !hosts.every((host) => host.report)) return [];
  const there = new Set(units.map((unit) => unit.key));
  return [...open].filter((key) => !there.has(key));
}

/** Offers the owners and runs that there are as choices; a chosen one stays among them.
 * @type {(units: Unit[], texts: GpuTexts) => void} */
function offer(units, texts) {
  const { NOTHING, names } = gpuGroups;
  /** @type {Record<string, (unit: Unit) => string[]>} */
  const lists = { owner: (unit) => unit.owners, run: (unit) => unit.runs };
  for (const [name, of] of Object.entries(lists)) {
    const there = names(units, of);
    if (![EVERY, NOTHING].includes(chosen[name]) && !there.includes(chosen[name])) there.push(chosen[name]);
    const offered = [{ label: texts.all, value: EVERY }, ...there.map((one) => ({ label: one, value: one })), { label: texts.none[name], value: NOTHING }];
    const now = JSON.stringify(offered);
    if (now === options[name]) continue;
    options[name] = now;
    setProps(`gpus-${name}`, { options: offered });
  }
}

export const gpuView = Object.freeze({ begin, choose, chosen: () => chosen, offer, opened, toggle, unknown, write });
