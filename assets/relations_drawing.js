/* Draws the two plots of the relations from the page's state, and writes their texts. */
import { relationsColours } from "./relations_colours.js";
import { chosenIn, columnOf, count, filled, isThere, nameOf, scatterRefs } from "./relations_page.js";
import { relationsParallel } from "./relations_parallel.js";
import { relationsRanges } from "./relations_ranges.js";
import { aboutRuns, fillSummary, withoutPlace, writeLegend, writeStatus } from "./relations_texts.js";

/** @import { Page, Part, State } from "./relations_page.js" */

/** Empties a part that has no columns, and shows what to do.
 *
 * @param {Page} page
 * @param {Part<{ forget: () => void }>} part
 * @param {string} sentence
 */
function empty(page, part, sentence) {
  part.drawing.forget();
  writeLegend(page, part);
  writeStatus(part, [sentence]);
  part.summary.replaceChildren();
}

/**
 * @param {Page} page
 * @param {NonNullable<State["data"]>} data
 */
function drawScatter(page, data) {
  const { texts, view: { scatter }, parts: { scatter: part } } = page;
  const [x, y, c] = [columnOf(page, scatter.x), columnOf(page, scatter.y), columnOf(page, scatter.c)];
  if (!x || !y) return empty(page, part, texts.choose_axes);
  const refs = scatterRefs(page);
  const names = { x: nameOf(page, x.ref), y: nameOf(page, y.ref) };
  const ranges = { x: relationsRanges.inNumbers(x, scatter.ranges.x), y: relationsRanges.inNumbers(y, scatter.ranges.y) };
  const drawn = part.drawing.draw({ columns: { x, y, c }, names, ranges, logs: scatter.logs, chosen: chosenIn(data), isLasso: page.isLasso });
  if (!drawn) return;
  writeLegend(page, part, drawn.legend, scatter.c);
  /** @param {string} ref */
  const isLogOf = (ref) => /** @type {const} */ (["x", "y", "c"]).some((name) => scatter[name] === ref && scatter.logs[name]);
  writeStatus(part, [...aboutRuns(page), filled(texts.on_show, { n: count(drawn.onShow) }), ...withoutPlace(page, refs, isLogOf)]);
  part.tick.textContent = filled(texts.tick_shown, { n: count(drawn.onShow) });
  part.tick.disabled = !drawn.onShow;
  fillSummary(page, part, refs);
}

/** Returns the parallel axes whose columns are there, as the view has them.
 *
 * @param {State} page
 */
const withColumns = (page) => page.view.parallel.axes.filter(({ ref }) => columnOf(page, ref));

/** Returns the parallel axes that can be drawn: their columns, and their settings with ranges in numbers.
 *
 * @param {State} page
 */
function parallelAxes(page) {
  const axes = withColumns(page).flatMap((own) => {
    const column = columnOf(page, own.ref);
    return column ? [{ column, setting: { ...own, range: relationsRanges.inNumbers(column, own.range) } }] : [];
  });
  return { columns: axes.map(({ column }) => column), settings: axes.map(({ setting }) => setting) };
}

/**
 * @param {Page} page
 * @param {NonNullable<State["data"]>} data
 */
function drawParallel(page, data) {
  const { texts, parts: { parallel: part } } = page;
  const { columns, settings } = parallelAxes(page);
  if (!columns.length) return empty(page, part, texts.add_axes);
  const refs = settings.map(({ ref }) => ref);
  const passing = relationsParallel.within(columns, settings).length;
  const { lines } = part.drawing.draw({ columns, names: refs.map((ref) => nameOf(page, ref)), settings, chosen: chosenIn(data) });
  const last = settings[settings.length - 1];
  writeLegend(page, part, relationsColours.colours(columns[columns.length - 1], last.log).legend, last.ref);
  /** @param {string} ref */
  const isLogOf = (ref) => settings.some((each) => each.ref === ref && each.log);
  const some = lines < passing ? [filled(texts.some_lines, { n: count(lines), all: count(passing) })] : [];
  writeStatus(part, [...aboutRuns(page), filled(texts.in_ranges, { n: count(passing) }), ...some, ...withoutPlace(page, refs, isLogOf)]);
  part.tick.textContent = filled(texts.tick_ranges, { n: count(passing) });
  part.tick.disabled = !passing;
  fillSummary(page, part, refs);
}

/** Draws the open parts.
 *
 * @param {Page} page
 */
function draw(page) {
  if (!isThere(page) || !page.data) return;
  if (page.view.scatter.isOpen) drawScatter(page, page.data);
  if (page.view.parallel.isOpen) drawParallel(page, page.data);
}

export { draw, parallelAxes, withColumns };
