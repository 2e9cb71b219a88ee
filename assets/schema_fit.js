/* What of a value fits its JSON Schema: a field that may be null and does not fit is null, an item that does not fit is
   left out of its list, and each is named; anything else takes its holder with it. */
import { misfit } from "./schema.js";

const UNFIT = Symbol("unfit");
const LONGEST = 40; // characters of a value that is named
const HAIR = 1e-6; // a number that is so little beyond a bound is the bound: a sum of floats, as domain/gpus/limits.py has it
const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

/** A copy of `given` with what fits, and no field that the schema does not know; UNFIT where its holder has to go.
    `found` gets a message for each misfit. */
function fit(given, schema, found, root = schema, at = "") {
  if (schema.$ref) return fit(given, root.$defs[schema.$ref.split("/").pop()], found, root, at);
  if (schema.anyOf) return fitChoice(given, schema.anyOf, found, root, at);
  const value = bounded(given, schema);
  const flat = { ...schema, items: undefined, prefixItems: undefined, properties: undefined, required: undefined, additionalProperties: undefined };
  const wrong = misfit(value, flat, root, at || "message");
  if (wrong) return unfit(found, wrong, value);
  if (Array.isArray(value)) return fitItems(value, schema, found, root, at);
  return isObject(value) && (schema.properties || schema.additionalProperties) ? fitFields(value, schema, found, root, at) : value;
}

function bounded(value, { type, minimum, maximum }) {
  if (type !== "number" || typeof value !== "number") return value;
  if (value > maximum && value - maximum <= HAIR) return maximum;
  return value < minimum && minimum - value <= HAIR ? minimum : value;
}

/** A number that does not fit is named with what is wrong with it. */
function unfit(found, { params }, value) {
  const short = typeof value === "number" && String(value).length < LONGEST;
  found.push(short ? { code: "value-misfit", params: { ...params, value } } : { code: "field-misfit", params });
  return UNFIT;
}

/** Ours are of one kind, or null. */
function fitChoice(value, choices, found, root, at) {
  const mayBeNull = choices.some((one) => one.type === "null");
  if (value === null && mayBeNull) return null;
  const fitted = fit(value, choices[0], found, root, at);
  return fitted === UNFIT && mayBeNull ? null : fitted;
}

const inside = (at, key) => (at ? `${at}.${key}` : String(key));

function fitItems(value, schema, found, root, at) {
  const schemaOf = (index) => (schema.prefixItems || [])[index] || schema.items;
  const items = value.map((one, i) => (schemaOf(i) ? fit(one, schemaOf(i), found, root, inside(at, i)) : one));
  return items.filter((one) => one !== UNFIT);
}

function fitFields(value, schema, found, root, at) {
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
  if (!isObject(schema.additionalProperties)) return schema.properties ? fitted : value;
  for (const [key, one] of Object.entries(value)) {
    const more = fit(one, schema.additionalProperties, found, root, inside(at, key));
    if (more !== UNFIT) fitted[key] = more;
  }
  return fitted;
}

export { fit, UNFIT };
