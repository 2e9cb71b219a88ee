/* What is chosen in the controls of the inference page, and the address that says so. */
import { setAddress } from "./addresses.js";

const NAMES = ["model", "versus", "size", "seed", "speed", "pace", "goesOn"];
const NUMBERS = ["size", "seed", "speed", "pace"];
const IN_ADDRESS = ["model", "versus", "size", "seed", "speed", "pace"];

/** The choices by name from the controls' values, in the order of NAMES; null where `none` in particular is chosen.
 *
 * @returns {Record<string, any>}
 */
function readChoices(values, none) {
  const known = (value) => (value === "" || value === undefined || value === none ? null : value);
  const read = (name, value) => (NUMBERS.includes(name) && known(value) !== null ? Number(value) : known(value));
  const chosen = Object.fromEntries(NAMES.map((name, at) => [name, read(name, values[at])]));
  return { ...chosen, goesOn: Boolean(values[6]) };
}

function addressChoices(next, changed) {
  setAddress((query) => {
    query.delete("play");
    for (const name of changed.filter((one) => IN_ADDRESS.includes(one))) {
      if (next[name] === null) query.delete(name);
      else query.set(name, next[name]);
    }
  }, "replaceState");
}

/** What a chosen model is to the engine: its id, or the active one of a registered model ("*" and its name). */
function watchedModel(value) {
  return typeof value === "string" && value.length > 1 && value.startsWith("*") ? { name: value.slice(1) } : { model: value };
}

export { readChoices, addressChoices, watchedModel };
