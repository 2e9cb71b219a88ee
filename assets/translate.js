/* Messages in the reader's language, as components/texts/translate.py makes them: a template by its code, filled. */
import { isObject } from "./answers.js";

const DEEPEST = 20; // of messages within messages; ours have three
const SLOT = /\{\w+\}/g;

/**
 * @typedef {{ code?: string | null, params?: Record<string, unknown>, text?: string }} Message
 */

/** Returns the sentence of `{code, params}`, of another program's `{text}`, or of a plain value; `templates` are by code.
    A code without a template here (of a service that is newer than the page) shows `english`, where that is given.

    @param {unknown} value
    @param {Record<string, string>} templates
    @param {string | null} [english]
    @param {number} [depth]
    @returns {string} */
function translate(value, templates, english, depth = 0) {
  if (value === null || value === undefined || depth > DEEPEST) return english || "";
  if (Array.isArray(value)) return value.map((one) => translate(one, templates, "", depth + 1)).join(", ");
  if (!isObject(value)) return String(value);
  if (typeof value.code !== "string" || !value.code) return typeof value.text === "string" ? value.text : english || "";
  if (!Object.hasOwn(templates, value.code) && english) return english;
  const template = Object.hasOwn(templates, value.code) ? templates[value.code] : value.code;
  const params = isObject(value.params) ? value.params : {};
  if (english && template.match(SLOT)?.some((/** @type {string} */ slot) => !Object.hasOwn(params, slot.slice(1, -1)))) return english;
  const sentence = template.replace(/\{(\w+)\}/g, (/** @type {string} */ slot, /** @type {string} */ name, /** @type {number} */ at) => {
    if (!Object.hasOwn(params, name)) return slot;
    const value = translate(params[name], templates, "", depth + 1);
    // A sentence within ours ends without its full stop where ours goes on.
    return at + slot.length === template.length ? value : value.replace(/[.。]+$/, "");
  });
  return Object.hasOwn(params, "service") ? `${translate(params.service, templates, "", depth + 1)}: ${sentence}` : sentence;
}

/** Returns what is wrong and what to do about it, as the services send it: codes with their English.
 *
 * @param {Message & { error?: string | null, remedy?: string | null, remedy_code?: string | null }} trouble
 * @param {Record<string, string>} templates
 */
function troubleOf({ error, code, params, remedy, remedy_code }, templates) {
  const sentences = [translate({ code, params }, templates, error), translate({ code: remedy_code }, templates, remedy)];
  return sentences.filter(Boolean).join(" ");
}

export { translate, troubleOf };
