/* Checks a value against a JSON Schema as pydantic writes them: the parts of the standard that our models use. */
import { isObject } from "./answers.js";

/** @type {Record<string, (value: unknown) => boolean>} */
const TYPES = {
  object: isObject,
  array: Array.isArray,
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number" && Number.isFinite(value),
  integer: Number.isInteger,
  boolean: (value) => typeof value === "boolean",
  null: (value) => value === null,
};

/**
 * @typedef {object} Bounds of a number, a text, a list or an object
 * @property {number} [minimum]
 * @property {number} [exclusiveMinimum]
 * @property {number} [maximum]
 * @property {number} [maxLength]
 * @property {number} [minItems]
 * @property {number} [maxItems]
 * @property {number} [maxProperties]
 *
 * @typedef {object} Parts
 * @property {string} [$ref] of one of the root's `$defs`
 * @property {Record<string, Schema>} [$defs]
 * @property {Schema[]} [anyOf]
 * @property {unknown} [const]
 * @property {unknown[]} [enum]
 * @property {string} [type]
 * @property {Schema} [items]
 * @property {Schema[]} [prefixItems]
 * @property {Record<string, Schema>} [properties]
 * @property {string[]} [required]
 * @property {Schema | boolean} [additionalProperties]
 * @property {unknown} [default]
 *
 * @typedef {Bounds & Parts} Schema
 * @typedef {{ code: string, params: { field: string, misfit: { code: string, params: Props } } }} Misfit
 */

/** Finds the first thing that does not fit, as a message ("gpus.0.utilization: is more than 100"); null where everything fits.
 *
 * @param {unknown} value
 * @param {Schema} schema
 * @param {Schema} [root]
 * @param {string} [at]
 * @returns {Misfit | null}
 */
function misfit(value, schema, root = schema, at = "message") {
  if (schema.$ref) return misfit(value, definition(schema.$ref, root), root, at);
  if (schema.anyOf) {
    const found = schema.anyOf.map((one) => misfit(value, one, root, at));
    // The first one's misfit says more than "is not null".
    return found.includes(null) ? null : found[0];
  }
  if ("const" in schema && value !== schema.const) return wrong(at, "schema-not", { value: String(schema.const) });
  if (schema.enum && !schema.enum.includes(value)) return wrong(at, "schema-none-of", { values: schema.enum.join(", ") });
  if (schema.type && !TYPES[schema.type](value)) return wrong(at, "schema-no", { kind: schema.type });
  return outOfBounds(value, schema, at) || misfitInside(value, schema, root, at);
}

/** Returns what a reference is to; throws where the schema lacks it.
 * @type {(ref: string, root: Schema) => Schema} */
function definition(ref, root) {
  const found = root.$defs?.[ref.slice(ref.lastIndexOf("/") + 1)];
  if (!found) throw new Error(`missing: ${ref}`);
  return found;
}

/** @type {(field: string, code: string, params: Props) => Misfit} */
const wrong = (field, code, params) => ({ code: "field-misfit", params: { field, misfit: { code, params } } });

/** @type {(value: unknown, bounds: Bounds, at: string) => Misfit | null} */
function outOfBounds(value, { minimum = -Infinity, exclusiveMinimum = -Infinity, maximum = Infinity, maxLength = Infinity, minItems = 0, maxItems = Infinity, maxProperties = Infinity }, at) {
  if (typeof value === "number") {
    if (value < minimum) return wrong(at, "schema-less", { limit: minimum });
    if (value <= exclusiveMinimum) return wrong(at, "schema-not-more", { limit: exclusiveMinimum });
    return value > maximum ? wrong(at, "schema-more", { limit: maximum }) : null;
  }
  if (typeof value === "string") return value.length > maxLength && [...value].length > maxLength ? wrong(at, "schema-long", { number: maxLength }) : null;
  if (Array.isArray(value) && value.length < minItems) return wrong(at, "schema-few-items", { number: minItems });
  if (Array.isArray(value)) return value.length > maxItems ? wrong(at, "schema-many-items", { number: maxItems }) : null;
  return isObject(value) && Object.keys(value).length > maxProperties ? wrong(at, "schema-many-items", { number: maxProperties }) : null;
}

/** @type {(value: unknown, schema: Schema, root: Schema, at: string) => Misfit | null} */
function misfitInside(value, schema, root, at) {
  const inside = (/** @type {string | number} */ key) => (at === "message" ? String(key) : `${at}.${key}`);
  /** @type {(one: unknown, its: Schema | undefined, key: string | number) => () => Misfit | null} */
  const check = (one, its, key) => () => (its ? misfit(one, its, root, inside(key)) : null);
  if (Array.isArray(value)) return first(value.map((one, i) => check(one, itemOf(schema, i), i)));
  if (!isObject(value)) return null;
  const missing = (schema.required || []).find((key) => !(key in value));
  if (missing) return wrong(inside(missing), "schema-missing", {});
  return first(Object.entries(value).map(([key, one]) => check(one, (schema.properties || {})[key] || others(schema), key)));
}

/** @param {(() => Misfit | null)[]} checks */
function first(checks) {
  for (const check of checks) {
    const found = check();
    if (found) return found;
  }
  return null;
}

/** Returns the schema of an item of a list.
 * @type {(schema: Schema, index: number) => Schema | undefined} */
const itemOf = ({ prefixItems, items }, index) => (prefixItems || [])[index] || items;

/** Returns the schema of the fields that have none by name.
 * @type {(schema: Schema) => Schema | undefined} */
const others = ({ additionalProperties }) => (typeof additionalProperties === "object" ? additionalProperties : undefined);

export { definition, itemOf, misfit, others };
