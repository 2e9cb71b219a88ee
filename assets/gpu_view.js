/* What the reader chose on the GPU page: which number the map shows, its groups, what is shown, and which GPUs are open.
   All of it is in the address. */
import { addresses, setAddress } from "./addresses.js";
import { setProps } from "./dash.js";
import { GPU_CHOICE } from "./from_python.js";
import { gpuGroups } from "./gpu_groups.js";

const { EVERY } = GPU_CHOICE;
const DEFAULTS = { metric: "utilization", group: "host", host: "", owner: EVERY, state: EVERY, run: EVERY };
const FEW = 8; // so many GPUs are open without being asked for
const SETTLES_MS = 2000; // by then all hosts have spoken that are going to

/** @type {Record<string, string>} */
let chosen = { ...DEFAULTS };
let open = null; // the keys of the GPUs that are open; null where the reader did not choose
let began = 0;
let options = {};

/** A new page: what is open stands in its address. */
function begin() {
  const said = addresses.query().get("open");
  open = said === null ? null : new Set(said.split(",").filter(Boolean));
  [began, options] = [Date.now(), {}];
}

function choose(values) {
  chosen = Object.fromEntries(Object.keys(DEFAULTS).map((name) => [name, values[name] || DEFAULTS[name]]));
}

/** Writes it into the address. */
function write() {
  setAddress((query) => {
    for (const [name, value] of Object.entries(chosen)) {
      if (value === DEFAULTS[name]) query.delete(name);
      else query.set(name, value);
    }
  }, "replaceState");
}

/** The keys that are open; of few GPUs all, once it is known that they are few. */
function opened(units, hosts) {
  if (open) return open;
  const settled = hosts.every((host) => host.report) || Date.now() - began > SETTLES_MS;
  return new Set(settled && units.length <= FEW ? units.map((unit) => unit.key) : []);
}

/** Opens or closes one, or as many as `keys` are; `now` are those that are open. Returns those that are open then. */
function toggle(keys, now, on) {
  open = new Set(now);
  for (const key of keys) {
    if (on === undefined ? !open.has(key) : on) open.add(key);
    else open.delete(key);
  }
  setAddress((query) => query.set("open", [...open].join(",")), "replaceState");
  return open;
}

/** Of the keys in the address those that no host has, once all have spoken. */
function unknown(units, hosts) {
  if (!open || !hosts.every((host) => host.report)) return [];
  const there = new Set(units.map((unit) => unit.key));
  return [...open].filter((key) => !there.has(key));
}

/** The owners and runs that there are, as what can be chosen; what is chosen stays among them. */
function offer(units, texts) {
  const { NOTHING, names } = gpuGroups;
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
