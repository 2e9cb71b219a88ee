/* Checks a value against a JSON Schema as pydantic writes them: the parts of the standard that our models use. */
/** @type {Record<string, (value: any) => boolean>} */
const TYPES = {
  object: (value) => value !== null && typeof value === "object" && !Array.isArray(value),
  array: Array.isArray,
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number" && Number.isFinite(value),
  integer: Number.isInteger,
  boolean: (value) => typeof value === "boolean",
  null: (value) => value === null,
};

/**
 * @typedef {Record<string, any>} Schema
 * @typedef {{ code: string, params: { field: string, misfit: { code: string, params: Props } } }} Misfit
 */

/** Finds the first thing that does not fit, as a message ("gpus.0.utilization: is more than 100"); null where everything fits.
 *
 * @param {any} value
 * @param {Schema} schema
 * @param {Schema} [root]
 * @param {string} [at]
 * @returns {Misfit | null}
 */
function misfit(value, schema, root = schema, at = "message") {
  if (schema.$ref) return misfit(value, root.$defs[schema.$ref.split("/").pop()], root, at);
  if (schema.anyOf) {
    const found = schema.anyOf.map((/** @type {Schema} */ one) => misfit(value, one, root, at));
    // The first one's misfit says more than "is not null".
    return found.includes(null) ? null : found[0];
  }
  if ("const" in schema && value !== schema.const) return wrong(at, "schema-not", { value: String(schema.const) });
  if (schema.enum && !schema.enum.includes(value)) return wrong(at, "schema-none-of", { values: schema.enum.join(", ") });
  if (schema.type && !TYPES[schema.type](value)) return wrong(at, "schema-no", { kind: schema.type });
  return outOfBounds(value, schema, at) || misfitInside(value, schema, root, at);
}

/** @type {(field: string, code: string, params: Props) => Misfit} */
const wrong = (field, code, params) => ({ code: "field-misfit", params: { field, misfit: { code, params } } });

/** @type {(value: any, schema: Schema, at: string) => Misfit | null} */
function outOfBounds(value, schema, at) {
  if (value < schema.minimum) return wrong(at, "schema-less", { limit: schema.minimum });
  if (value <= schema.exclusiveMinimum) return wrong(at, "schema-not-more", { limit: schema.exclusiveMinimum });
  if (value > schema.maximum) return wrong(at, "schema-more", { limit: schema.maximum });
  if (typeof value === "string" && value.length > schema.maxLength && [...value].length > schema.maxLength) return wrong(at, "schema-long", { number: schema.maxLength });
  if (Array.isArray(value) && value.length < schema.minItems) return wrong(at, "schema-few-items", { number: schema.minItems });
  if (Array.isArray(value) && value.length > schema.maxItems) return wrong(at, "schema-many-items", { number: schema.maxItems });
  if (TYPES.object(value) && Object.keys(value).length > schema.maxProperties) return wrong(at, "schema-many-items", { number: schema.maxProperties });
  return null;
}

/** @type {(value: any, schema: Schema, root: Schema, at: string) => Misfit | null} */
function misfitInside(value, schema, root, at) {
  const inside = (/** @type {string | number} */ key) => (at === "message" ? String(key) : `${at}.${key}`);
  const itemOf = (/** @type {number} */ index) => (schema.prefixItems || [])[index] || schema.items;
  if (Array.isArray(value)) return first(value.map((one, i) => () => itemOf(i) && misfit(one, itemOf(i), root, inside(i))));
  if (!TYPES.object(value)) return null;
  const missing = (schema.required || []).find((/** @type {string} */ key) => !(key in value));
  if (missing) return wrong(inside(missing), "schema-missing", {});
  const schemaOf = (/** @type {string} */ key) => (schema.properties || {})[key] || (TYPES.object(schema.additionalProperties) && schema.additionalProperties);
  return first(Object.keys(value).map((key) => () => schemaOf(key) && misfit(value[key], schemaOf(key), root, inside(key))));
}

/** @param {(() => Misfit | null)[]} checks */
function first(checks) {
  for (const check of checks) {
    const found = check();
    if (found) return found;
  }
  return null;
}

export { misfit };
