import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import "./page.js";
import { askingAgain, passes } from "../../assets/asking_again.js";

let asked = 0;
const ask = () => { asked += 1; };
const middle = () => 0.5;
/** Lets so many ms pass, and returns how often was asked meanwhile. */
function askedWithin(ms) {
  const before = asked;
  mock.timers.tick(ms);
  return asked - before;
}

beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
afterEach(() => mock.timers.reset());

for (const [status, expected] of [[undefined, true], [429, true], [500, true], [503, true], [599, true], [400, false], [404, false], [422, false]]) {
  test(`a failure with status ${status} ${expected ? "may pass" : "stays"}`, () => assert.equal(passes({ status }), expected));
}

for (const stated of [true, false]) {
  test(`what Clew states of a failure counts, not its status: ${stated}`, () => {
    for (const status of [404, 502, 503]) assert.equal(passes({ status, passes: stated }), stated);
  });
}

for (const [number, pause] of [[0, 2250], [0.5, 3000], [1, 3750]]) {
  test(`with the random number ${number} the first pause is ${pause} ms`, () => {
    askingAgain(() => true, () => number).afterFailure(ask);
    assert.equal(askedWithin(pause - 1), 0);
    assert.equal(askedWithin(1), 1);
  });
}

test("open pages do not ask all at once", () => {
  const pages = Array.from({ length: 50 }, () => askingAgain(() => true));
  for (const page of pages) page.afterFailure(ask);
  const counts = Array.from({ length: 15 }, () => askedWithin(250));
  assert.equal(counts.reduce((all, count) => all + count, 0), 50);
  assert.ok(Math.max(...counts) < 50);
});

test("pauses grow with each failure up to 15 s, and repeats go on for as long as there are failures", () => {
  const again = askingAgain(() => true, middle);
  const pauses = [3, 6, 9, 12, 15, 15, 15, 15];
  for (const seconds of pauses) {
    again.afterFailure(ask);
    assert.equal(askedWithin(seconds * 1000 - 1), 0, `${seconds} s`);
    assert.equal(askedWithin(1), 1, `${seconds} s`);
  }
});

test("after an answer pauses begin short again", () => {
  const again = askingAgain(() => true, middle);
  for (const _failure of [1, 2, 3]) again.afterFailure(ask);
  again.reset();
  again.afterFailure(ask);
  assert.equal(askedWithin(3000), 1);
});

test("an answer that is not complete yet is asked for at the given pace", () => {
  const again = askingAgain(() => true, middle);
  for (const _failure of [1, 2, 3]) again.afterFailure(ask);
  for (const _answer of [1, 2, 3]) {
    again.after(2500, ask);
    assert.equal(askedWithin(2500), 1);
  }
});

test("one repeat is planned at most, and a newer question drops it", () => {
  const again = askingAgain(() => true, middle);
  for (const _failure of [1, 2, 3]) again.afterFailure(ask);
  assert.equal(askedWithin(60_000), 1);
  again.afterFailure(ask);
  again.stop();
  assert.equal(askedWithin(60_000), 0);
});

test("nothing is asked for an element that has left the page", () => {
  document.body.innerHTML = "<p id=part></p>";
  const part = document.getElementById("part");
  const again = askingAgain(() => part.isConnected, middle);
  again.afterFailure(ask);
  part.remove();
  assert.equal(askedWithin(60_000), 0);
});

test("a hidden page asks once it is seen again", () => {
  const again = askingAgain(() => true, middle);
  Object.defineProperty(document, "hidden", { configurable: true, value: true });
  again.afterFailure(ask);
  assert.equal(askedWithin(60_000), 0);
  delete document.hidden;
  assert.equal(askedWithin(3000), 1);
});
