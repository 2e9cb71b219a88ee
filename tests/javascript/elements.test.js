import assert from "node:assert/strict";
import { test } from "node:test";

import "./page.js";
import { byId, elementOf, textsOf } from "../../assets/elements.js";

test("an element is found by its id, and a missing one is named", () => {
  document.body.innerHTML = '<p id="note" data-texts=\'{"title": "Note"}\'>a <b>b</b></p><p id="empty"></p>';
  assert.equal(byId("note").tagName, "P");
  assert.throws(() => byId("gone"), /#gone/);
  assert.deepEqual([textsOf(byId("note")), textsOf(byId("empty"))], [{ title: "Note" }, {}]);
});

test("an event on the document or the window has no element", () => {
  const found = [];
  for (const target of [document, window]) target.addEventListener("ping", (event) => found.push(elementOf(event)?.tagName));
  byId("note").dispatchEvent(new Event("ping", { bubbles: true }));
  document.dispatchEvent(new Event("ping"));
  assert.deepEqual(found.slice(-1), [undefined]);
  assert.equal(found[0], "P");
});
