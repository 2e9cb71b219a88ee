/* Finds metrics by what was typed: any part of a name, or a regular expression. */
import { chartSpecs } from "./chart_grid_specs.js";
import { filters } from "./filter_grammar.js";

/**
 * @typedef {[key: string, runs: number, ...more: unknown[]]} Metric its key and how many runs log it
 * @typedef {{ test?: (name: string) => boolean, isExpression?: boolean, error?: string }} Matcher either `test` or `error`
 */

/** Returns the expression where `/…/` was typed, which is one also while the switch is off; else null.
 *
 * @param {string} typed
 */
const between = (typed) => (typed.length > 2 && typed.startsWith("/") && typed.endsWith("/") ? typed.slice(1, -1) : null);

/** Returns `{test}` for names, or `{error}` where the expression is not valid; case makes no difference to either.
 *
 * @param {string} typed
 * @param {boolean} isExpression
 * @returns {Matcher}
 */
function matcher(typed, isExpression) {
  const expression = between(typed) ?? (isExpression && typed ? typed : null);
  if (expression === null) {
    const { fold } = filters;
    const wanted = fold(typed.trim());
    return { test: (/** @type {string} */ name) => fold(name).includes(wanted) };
  }
  try {
    const found = new RegExp(expression, "iu");
    return { test: (name) => found.test(name), isExpression: true };
  } catch (error) {
    // Its message names the expression before the cause.
    return { error: String(/** @type {SyntaxError} */ (error).message).replace(/^.*\/\w*: /s, "") };
  }
}

/** Returns the metrics that match, in their order; none where the expression is not valid.
 *
 * @template {[key: string, ...more: unknown[]]} Found
 * @param {Found[]} metrics
 * @param {string} typed
 * @param {boolean} [isExpression]
 * @returns {{ found: Found[], error: string | null }}
 */
function find(metrics, typed, isExpression = false) {
  const { test, error } = matcher(typed, isExpression);
  return { found: test ? metrics.filter(([key]) => test(key)) : [], error: error ?? null };
}

/** Returns metrics by prefix, both in order of name; those without one come last.
 *
 * @template {[key: string, ...more: unknown[]]} Found
 * @param {Found[]} metrics
 * @returns {[string, Found[]][]}
 */
function grouped(metrics) {
  /** @type {Map<string, Found[]>} */
  const groups = new Map();
  for (const metric of metrics) {
    const prefix = chartSpecs.prefixOf(metric[0]);
    const group = groups.get(prefix);
    if (group) group.push(metric);
    else groups.set(prefix, [metric]);
  }
  const order = new Intl.Collator(undefined, { numeric: true }).compare;
  return [...groups].sort(([a], [b]) => Number(a === "/") - Number(b === "/") || order(a, b));
}

export const metricSearch = Object.freeze({ find, grouped, matcher });
