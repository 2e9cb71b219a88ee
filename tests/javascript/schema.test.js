import assert from "node:assert/strict";
import { test } from "node:test";

import { misfit } from "../../assets/schema.js";
import { UNFIT, fit } from "../../assets/schema_fit.js";

const SCHEMA = {
  type: "object",
  required: ["name", "gpus"],
  properties: {
    name: { type: "string", maxLength: 5 },
    state: { enum: ["ok", "failed"], default: "ok" },
    gpus: { type: "array", maxItems: 3, items: { $ref: "#/$defs/Gpu" } },
  },
  $defs: {
    Gpu: {
      type: "object",
      required: ["id"],
      properties: {
        id: { type: "integer", minimum: 0 },
        share: { anyOf: [{ type: "number", minimum: 0, maximum: 100 }, { type: "null" }], default: null },
        place: { type: "array", prefixItems: [{ type: "integer" }, { type: "string" }] },
      },
    },
  },
};
const message = (...gpus) => ({ name: "host", gpus });
const wrong = (field, code, params = {}) => ({ code: "field-misfit", params: { field, misfit: { code, params } } });

test("a value that fits has no misfit", () => {
  assert.equal(misfit(message({ id: 0, share: 100 }, { id: 1, share: null }), SCHEMA), null);
});

for (const [value, expected] of [
  [null, wrong("message", "schema-no", { kind: "object" })],
  [{ name: "host" }, wrong("gpus", "schema-missing")],
  [{ ...message(), name: "hosts-1" }, wrong("name", "schema-long", { number: 5 })],
  [{ ...message(), state: "odd" }, wrong("state", "schema-none-of", { values: "ok, failed" })],
  [message({ id: -1 }), wrong("gpus.0.id", "schema-less", { limit: 0 })],
  [message({ id: 0 }, { id: 1.5 }), wrong("gpus.1.id", "schema-no", { kind: "integer" })],
  [message({ id: 0, share: 101 }), wrong("gpus.0.share", "schema-more", { limit: 100 })],
  [message({ id: 0, share: Number.NaN }), wrong("gpus.0.share", "schema-no", { kind: "number" })],
  [message({ id: 0, place: [1, 2] }), wrong("gpus.0.place.1", "schema-no", { kind: "string" })],
  [message({ id: 0 }, { id: 1 }, { id: 2 }, { id: 3 }), wrong("gpus", "schema-many-items", { number: 3 })],
]) {
  test(`${JSON.stringify(value)} does not fit`, () => assert.deepEqual(misfit(value, SCHEMA), expected));
}

test("a limit on characters counts code points, not halves of surrogate pairs", () => {
  assert.equal(misfit("😀😀", { type: "string", maxLength: 2 }), null);
  assert.notEqual(misfit("😀😀😀", { type: "string", maxLength: 2 }), null);
});

test("a field that may be null and does not fit becomes null, and its name and value are reported", () => {
  const found = [];
  const fitted = fit(message({ id: 0, share: 250 }), SCHEMA, found);
  assert.deepEqual(fitted, { ...message({ id: 0, share: null }), state: "ok" });
  const why = { code: "schema-more", params: { limit: 100 } };
  assert.deepEqual(found, [{ code: "value-misfit", params: { field: "gpus.0.share", value: 250, misfit: why } }]);
});

test("an item that does not fit is removed from its list, and the others stay", () => {
  const found = [];
  const fitted = fit(message({ id: 0 }, { share: 5 }, { id: 2 }), SCHEMA, found);
  assert.deepEqual(fitted.gpus.map((gpu) => gpu.id), [0, 2]);
  assert.deepEqual(found, [wrong("gpus.1.id", "schema-missing")]);
});

test("fields that the schema does not know are left out, also those named as properties of every object", () => {
  const fitted = fit(JSON.parse('{"name": "host", "gpus": [], "__proto__": {"x": 1}, "more": 1}'), SCHEMA, []);
  assert.deepEqual(Object.keys(fitted).sort(), ["gpus", "name", "state"]);
});

test("a message without a required field does not fit", () => {
  const found = [];
  assert.equal(fit({ name: 5, gpus: [] }, SCHEMA, found), UNFIT);
  assert.deepEqual(found, [{ code: "value-misfit", params: { field: "name", value: 5, misfit: { code: "schema-no", params: { kind: "string" } } } }]);
});
