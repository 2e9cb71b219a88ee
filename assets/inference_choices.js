/* Reads the choices from the controls of the inference page, and writes them into the address. */
import { setAddress } from "./addresses.js";

/** @typedef {{ model?: string | null, versus?: string | null, size?: number | null, seed?: number | null, speed?: number | null, pace?: number | null, goesOn?: boolean }} Choices */

/** @type {(keyof Choices)[]} */
const NAMES = ["model", "versus", "size", "seed", "speed", "pace", "goesOn"];
const NUMBERS = ["size", "seed", "speed", "pace"];
const IN_ADDRESS = ["model", "versus", "size", "seed", "speed", "pace"];

/** Returns the choices by name from the controls' values, in the order of NAMES; null where `none` is chosen, or nothing.
 *
 * @param {unknown[]} values
 * @param {string} none
 * @returns {Choices}
 */
function readChoices(values, none) {
  /** @param {unknown} value */
  const known = (value) => (value === "" || value === undefined || value === none ? null : value);
  /** @type {(name: string, value: unknown) => unknown} */
  const read = (name, value) => (NUMBERS.includes(name) && known(value) !== null ? Number(value) : known(value));
  const chosen = Object.fromEntries(NAMES.map((name, at) => [name, read(name, values[at])]));
  return { ...chosen, goesOn: Boolean(values[6]) };
}

/** Writes the choices that changed into the address.
 *
 * @param {Choices} next
 * @param {(keyof Choices)[]} changed
 */
function addressChoices(next, changed) {
  setAddress((/** @type {URLSearchParams} */ query) => {
    query.delete("play");
    for (const name of changed.filter((one) => IN_ADDRESS.includes(one))) {
      if (next[name] === null) query.delete(name);
      else query.set(name, String(next[name]));
    }
  }, "replaceState");
}

/** Returns a chosen model as the engine takes it: its id, or the active one of a registered model ("*" and its name).
 *
 * @param {string | null | undefined} value
 */
function watchedModel(value) {
  return typeof value === "string" && value.length > 1 && value.startsWith("*") ? { name: value.slice(1) } : { model: value };
}

export { readChoices, addressChoices, watchedModel };
