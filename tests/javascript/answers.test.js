import assert from "node:assert/strict";
import { test } from "node:test";

import { contentOf, messageOf } from "../../assets/answers.js";
import "./page.js";

/** Returns a response as fetch does, whose JSON is this. */
const response = (status, json) => ({ ok: status < 400, status, json });

test("the content of an answer is its JSON", async () => {
  assert.deepEqual(await contentOf(response(200, async () => ({ ids: [] }))), { ids: [] });
});

for (const [status, content, message] of [
  [422, { message: "A sentence.", error: "another" }, "A sentence."],
  [422, { error: "A sentence." }, "A sentence."],
  [500, {}, "HTTP 500"],
  [400, { message: 5 }, "HTTP 400"],
  [404, null, "HTTP 404"],
]) {
  test(`a refusal with ${status} and ${JSON.stringify(content)} throws: ${message}`, () =>
    assert.rejects(contentOf(response(status, async () => content)), { message }));
}

test("a page in the place of JSON throws its status", () =>
  assert.rejects(contentOf(response(502, () => Promise.reject(new SyntaxError("<")))), { message: "HTTP 502" }));

test("a request that is aborted while its JSON arrives stays an aborted one", () =>
  assert.rejects(contentOf(response(200, () => Promise.reject(new DOMException("newer", "AbortError")))), { name: "AbortError" }));

test("only a text is a message", () => {
  for (const content of [null, undefined, "x", 5, ["message"], { message: {} }, { error: "" }]) assert.equal(messageOf(content), "");
});
