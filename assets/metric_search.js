/* Which of many metrics are meant by what was typed: any part of a name, or a regular expression. */
import { chartSpecs } from "./chart_grid_specs.js";
import { filters } from "./filter_grammar.js";

/** Whether `/…/` was typed: then it is an expression, whatever the switch says. */
const between = (typed) => (typed.length > 2 && typed.startsWith("/") && typed.endsWith("/") ? typed.slice(1, -1) : null);

/** `{test}` for names, or `{error}` where the expression is none; case makes no difference to either. */
function matcher(typed, isExpression) {
  const expression = between(typed) ?? (isExpression && typed ? typed : null);
  if (expression === null) {
    const { fold } = filters;
    const wanted = fold(typed.trim());
    return { test: (name) => fold(name).includes(wanted) };
  }
  try {
    const found = new RegExp(expression, "iu");
    return { test: (name) => found.test(name), isExpression: true };
  } catch (error) {
    // What says so names the expression before the cause.
    return { error: String(error.message).replace(/^.*\/\w*: /s, "") };
  }
}

/** The metrics `[key, runs, …]` that are meant, in their order; none where the expression is bad. */
function find(metrics, typed, isExpression = false) {
  const { test, error } = matcher(typed, isExpression);
  return { found: error === undefined ? metrics.filter(([key]) => test(key)) : [], error: error ?? null };
}

/** Metrics by prefix, both in order of name; those without one come last. */
function grouped(metrics) {
  const groups = new Map();
  for (const metric of metrics) {
    const prefix = chartSpecs.prefixOf(metric[0]);
    if (!groups.has(prefix)) groups.set(prefix, []);
    groups.get(prefix).push(metric);
  }
  const order = new Intl.Collator(undefined, { numeric: true }).compare;
  return [...groups].sort(([a], [b]) => Number(a === "/") - Number(b === "/") || order(a, b));
}

export const metricSearch = Object.freeze({ find, grouped, matcher });
