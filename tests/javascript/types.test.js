/* No type of a script is `any`, which would switch the checks of `tsc` off: JSON is `unknown` until a script gives it a type. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { parse } from "acorn";

const ASSETS = new URL("../../assets/", import.meta.url);
const IN_BRACES = /@(?:type|typedef|param|returns|property|template)\s*(\{(?:[^{}]|\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\})*\})/g;

/** Returns the types in a script's comments that are any, or switch the checks off. */
function unchecked(source) {
  const comments = [];
  parse(source, { ecmaVersion: "latest", sourceType: "module", onComment: (_isBlock, text) => comments.push(text) });
  return comments.flatMap((text) => {
    const types = [...text.matchAll(IN_BRACES)].map(([, type]) => type.replace(/"[^"]*"/g, '""'));
    return [...types.filter((type) => /(?<![\w."$])any\b(?!["?]?:)/.test(type)), ...(text.match(/@ts-(?:ignore|nocheck|expect-error)/g) || [])];
  });
}

for (const name of readdirSync(ASSETS).filter((one) => one.endsWith(".js") && !one.endsWith(".min.js"))) {
  test(`types of ${name} are no any`, () => assert.deepEqual(unchecked(readFileSync(new URL(name, ASSETS), "utf8")), []));
}

for (const [source, count] of [
  ["/** @type {any} */ let a;", 1],
  ["/** @param {Record<string, any>} a */ function f(a) {}", 1],
  ["/** @typedef {{ a: { b: (c: any) => void } }} A\n * @property {any[]} d */", 2],
  ["/** @returns {Promise<any>} */ async function f() {}", 1],
  ["// @ts-ignore\nlet a;", 1],
  ["/** @type {(name: string) => void} for any name */ let a;", 0],
  ['/** @type {{ any: string, b: "any" }} */ let a;', 0],
  ['const step = "any"; // any number', 0],
]) {
  test(`${count} such types are found in: ${source.split("\n")[0]}`, () => assert.equal(unchecked(source).length, count));
}
