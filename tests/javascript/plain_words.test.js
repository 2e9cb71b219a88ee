/* Identifiers of the scripts keep to the words of the field, and descriptions of functions begin with a verb: the same
   rules, and the same list of words, as tests/rules/test_plain_words.py has for Python. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { parse } from "acorn";
import { simple } from "acorn-walk";

const ASSETS = new URL("../../assets/", import.meta.url);
const HERE = new URL("./", import.meta.url);
/** @type {Record<string, string>} by word, what to write instead */
const WORDS = JSON.parse(readFileSync(new URL("../rules/plain_words.json", import.meta.url), "utf8"));
const WORD = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g;
const VERB = /^(?!This\b|Its\b|Others\b)[A-Z][a-z]*s\b/; // the third person

const scripts = [ASSETS, HERE].flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".js") && !name.endsWith(".min.js"))
    .map((name) => ({ name, source: readFileSync(new URL(name, folder), "utf8") }))
);

/** Parses a script; `comments` are its comments in blocks. */
function parsed(source) {
  const comments = [];
  const onComment = (isBlock, text, start, end) => isBlock && comments.push({ text, start, end });
  return { tree: parse(source, { ecmaVersion: "latest", sourceType: "module", onComment, locations: true }), comments };
}

/** Returns the names that a pattern declares: of a variable, a parameter, or what is taken out of an object or a list. */
function namesIn(pattern) {
  if (!pattern) return [];
  if (pattern.type === "Identifier") return [pattern];
  if (pattern.type === "ObjectPattern") return pattern.properties.flatMap((one) => namesIn(one.value || one.argument));
  if (pattern.type === "ArrayPattern") return pattern.elements.flatMap(namesIn);
  return namesIn(pattern.left || pattern.argument);
}

/** Returns each name that a script defines: of functions, classes, parameters, variables, properties and methods. */
function identifiers(source) {
  const found = [];
  const isFunction = (node) => ["FunctionExpression", "ArrowFunctionExpression"].includes(node?.type);
  const ofFunction = (node) => found.push(...namesIn(node.id), ...node.params.flatMap(namesIn));
  const ofProperty = (node) => !node.computed && isFunction(node.value) && found.push(node.key);
  const ofClass = (node) => found.push(...namesIn(node.id));
  simple(parsed(source).tree, {
    FunctionDeclaration: ofFunction,
    FunctionExpression: ofFunction,
    ArrowFunctionExpression: ofFunction,
    ClassDeclaration: ofClass,
    VariableDeclarator: (node) => found.push(...namesIn(node.id)),
    MethodDefinition: ofProperty,
    Property: ofProperty,
    PropertyDefinition: (node) => found.push(node.key),
    AssignmentExpression: ({ left }) => left.type === "MemberExpression" && !left.computed && found.push(left.property),
  });
  return found.map((node) => ({ name: node.name ?? String(node.value), line: node.loc.start.line }));
}

/** Returns the words that a name is made of. */
const words = (name) => (name.match(WORD) || []).map((word) => word.toLowerCase());

/** Returns the names with a word of the list, as "line name: what to write instead". */
function oddNames(source) {
  return identifiers(source).flatMap(({ name, line }) => words(name).filter((word) => Object.hasOwn(WORDS, word)).map((word) => `${line} ${name}: ${WORDS[word]}`));
}

/** Returns the beginnings of descriptions of functions that do not begin with a verb. */
function withoutVerb(source) {
  const { tree, comments } = parsed(source);
  const places = new Set();
  const isFunction = (node) => ["FunctionExpression", "ArrowFunctionExpression"].includes(node?.type);
  simple(tree, {
    FunctionDeclaration: (node) => places.add(node.start),
    MethodDefinition: (node) => node.kind === "method" && places.add(node.start),
    Property: (node) => isFunction(node.value) && places.add(node.start),
    VariableDeclaration: (node) => isFunction(node.declarations[0].init) && places.add(node.start),
  });
  return comments
    .filter(({ text, end }) => text.startsWith("*") && places.has(end + source.slice(end).match(/^\s*(?:\/\/[^\n]*\n\s*)*/)[0].length))
    .map(({ text }) => text.replace(/^[\s*]+/, ""))
    .filter((text) => !text.startsWith("@") && !VERB.test(text))
    .map((text) => text.split("\n")[0]);
}

for (const { name, source } of scripts) {
  test(`identifiers of ${name} are words of the field`, () => assert.deepEqual(oddNames(source), []));
  test(`descriptions in ${name} begin with a verb`, () => assert.deepEqual(withoutVerb(source), []));
}

for (const source of [
  "const said = 1;",
  "let { a: toldOf } = {};",
  "const [, ...heard] = [];",
  "function tells() {}",
  "const f = (wasSaid = 1) => wasSaid;",
  "class Guest {}",
  "class A { says() {} }",
  "const o = { hears: () => 1 };",
  "this.isTold = true;",
]) {
  test(`a house word is found in: ${source}`, () => assert.equal(oddNames(source).length, 1));
}

for (const source of ["const saidel = 1;", "f({ said: 1 });", "const { said: text } = o;", "const text = o.said;", 'const o = { "told": 2 };']) {
  test(`no house word is found in: ${source}`, () => assert.deepEqual(oddNames(source), []));
}

for (const [text, isFound] of [
  ["Returns the runs.", false],
  ["@type {() => void}", false],
  ["The runs.", true],
  ["Whether it runs.", true],
  ["What it is.", true],
  ["\n * Is true.\n", false],
]) {
  for (const code of ["function f() {}", "const f = () => 1;", "// why\nasync function f() {}", "class A { f() {} }"]) {
    const source = code.startsWith("class") ? `class A { /** ${text} */ f() {} }` : `/** ${text} */\n${code}`;
    test(`${isFound ? "no verb" : "a verb"} begins: ${source.replaceAll("\n", " ")}`, () => assert.equal(withoutVerb(source).length, Number(isFound)));
  }
}
