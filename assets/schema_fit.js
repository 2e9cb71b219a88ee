/* Fits a value to its JSON Schema: a field that may be null and does not fit becomes null, an item that does not fit is
   left out of its list, and each is named; anything else that does not fit makes its holder unfit, too. */
import { isObject } from "./answers.js";
import { definition, itemOf, misfit, others } from "./schema.js";

/**
 * @typedef {import("./schema.js").Schema} Schema
 * @typedef {import("./translate.js").Message} Message
 */

const UNFIT = Symbol("unfit");
const LONGEST = 40; // characters of a value that is named
const HAIR = 1e-6; // a number that is so little beyond a bound is the bound: a sum of floats, as domain/gpus/limits.py has it

/** Returns a copy of `given` with what fits, and no field that the schema does not know; UNFIT where its holder has to go.
 *
 * @param {unknown} given
 * @param {Schema} schema
 * @param {Message[]} found gets a message for each misfit
 * @param {Schema} [root]
 * @param {string} [at]
 * @returns {unknown}
 */
function fit(given, schema, found, root = schema, at = "") {
  if (schema.$ref) return fit(given, definition(schema.$ref, root), found, root, at);
  if (schema.anyOf) return fitChoice(given, schema.anyOf, found, root, at);
  const value = bounded(given, schema);
  const flat = { ...schema, items: undefined, prefixItems: undefined, properties: undefined, required: undefined, additionalProperties: undefined };
  const wrong = misfit(value, flat, root, at || "message");
  if (wrong) return unfit(found, wrong, value);
  if (Array.isArray(value)) return fitItems(value, schema, found, root, at);
  return isObject(value) && (schema.properties || schema.additionalProperties) ? fitFields(value, schema, found, root, at) : value;
}

/**
 * @param {unknown} value
 * @param {Schema} schema
 */
function bounded(value, { type, minimum = -Infinity, maximum = Infinity }) {
  if (type !== "number" || typeof value !== "number") return value;
  if (value > maximum && value - maximum <= HAIR) return maximum;
  return value < minimum && minimum - value <= HAIR ? minimum : value;
}

/** Notes a misfit, with the value itself where it is a short number.
 *
 * @param {Message[]} found
 * @param {import("./schema.js").Misfit} misfit
 * @param {unknown} value
 */
function unfit(found, { params }, value) {
  const short = typeof value === "number" && String(value).length < LONGEST;
  found.push(short ? { code: "value-misfit", params: { ...params, value } } : { code: "field-misfit", params });
  return UNFIT;
}

/** Fits a value to the first choice; our schemas' choices are one kind, or null.
 *
 * @param {unknown} value
 * @param {Schema[]} choices
 * @param {Message[]} found
 * @param {Schema} root
 * @param {string} at
 */
function fitChoice(value, choices, found, root, at) {
  const mayBeNull = choices.some((one) => one.type === "null");
  if (value === null && mayBeNull) return null;
  const fitted = fit(value, choices[0], found, root, at);
  return fitted === UNFIT && mayBeNull ? null : fitted;
}

/** @type {(at: string, key: string | number) => string} */
const inside = (at, key) => (at ? `${at}.${key}` : String(key));

/**
 * @param {unknown[]} value
 * @param {Schema} schema
 * @param {Message[]} found
 * @param {Schema} root
 * @param {string} at
 */
function fitItems(value, schema, found, root, at) {
  const items = value.map((one, i) => {
    const its = itemOf(schema, i);
    return its ? fit(one, its, found, root, inside(at, i)) : one;
  });
  return items.filter((one) => one !== UNFIT);
}

/**
 * @param {Props} value
 * @param {Schema} schema
 * @param {Message[]} found
 * @param {Schema} root
 * @param {string} at
 */
function fitFields(value, schema, found, root, at) {
  /** @type {Props} */
  const fitted = {};
  for (const [key, one] of Object.entries(schema.properties || {})) {
    if (Object.hasOwn(value, key)) fitted[key] = fit(value[key], one, found, root, inside(at, key));
    else if ("default" in one) fitted[key] = one.default;
    else if ((schema.required || []).includes(key)) {
      found.push({ code: "field-misfit", params: { field: inside(at, key), misfit: { code: "schema-missing", params: {} } } });
      return UNFIT;
    }
    if (fitted[key] === UNFIT) return UNFIT;
  }
  const ofOthers = others(schema);
  if (!ofOthers) return schema.properties ? fitted : value;
  for (const [key, one] of Object.entries(value)) {
    const more = fit(one, ofOthers, found, root, inside(at, key));
    if (more !== UNFIT) fitted[key] = more;
  }
  return fitted;
}

export { fit, UNFIT };
