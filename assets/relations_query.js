/* Asks the server for what the relations draw: the columns of the open parts, and which columns can be an axis. */
import { passes } from "./asking_again.js";
import { listQuery } from "./list_query.js";
import { relationsControls } from "./relations_controls.js";
import { relationsData } from "./relations_data.js";
import { draw } from "./relations_drawing.js";
import { layOut } from "./relations_fields.js";
import { catalogueOf, columnOf, count, filled, isThere, remember, wanted } from "./relations_page.js";
import { relationsRanges } from "./relations_ranges.js";

/** @import { Page } from "./relations_page.js" */

const AGAIN_MS = 2500;
const KINDS = ["metric", "least", "greatest", "param", "tag"];
const { WHOLE } = relationsRanges;

const runsQuery = () => {
  const { columns: _columns, ...query } = listQuery();
  return query;
};

/** Returns whether a text is a column's reference, and not a name that was typed.
 *
 * @param {Page} page
 * @param {string} text
 */
const isRef = (page, text) => Boolean(page.texts.built_in[text]) || KINDS.some((kind) => text.startsWith(`${kind}:`));

/** Fetches the columns that the open parts need, and draws them; asks again while some are still being read, or a service
    fails: until then the columns that are there stay.
 *
 * @param {Page} page
 */
async function ask(page) {
  page.again.stop();
  if (page.asking) page.asking.abort();
  const refs = wanted(page).filter((ref) => page.isLearned || isRef(page, ref));
  if (!refs.length) return draw(page);
  page.asking = new AbortController();
  try {
    const columns = await relationsData.askColumns(runsQuery(), refs, page.asking.signal);
    if (page.isEnded) return;
    page.data = { ...columns, index: new Map(columns.ids.map((id, i) => [id, i])) };
    page.problem.textContent = "";
    const isComing = columns.loading || [...columns.columns.values()].some(({ pending }) => pending);
    if (!columns.loading) keepByTexts(page);
    if (isComing) page.again.after(AGAIN_MS, () => ask(page));
    else page.again.reset();
  } catch (error) {
    const { name, message, status } = /** @type {Error & { status?: number }} */ (error);
    if (name === "AbortError" || page.isEnded) return;
    if (passes({ status })) page.again.afterFailure(() => ask(page));
    else page.data = null; // it is of another question than the one that is refused
    page.problem.textContent = message;
  }
  layOut(page);
  draw(page);
}

/** Keeps the ranges of text columns by their texts, from the moment on when all of these are known.
 *
 * @param {Page} page
 */
function keepByTexts(page) {
  const { scatter, parallel } = page.view;
  /** @param {string | null} ref */
  const complete = (ref) => {
    const own = columnOf(page, ref);
    return own && !own.pending ? own : undefined;
  };
  for (const name of /** @type {const} */ (["x", "y"])) scatter.ranges[name] = relationsRanges.kept(complete(scatter[name]), scatter.ranges[name]);
  for (const own of parallel.axes) own.range = relationsRanges.kept(complete(own.ref), own.range);
  remember(page);
}

/** Fetches which columns can be an axis; tries again until there is an answer.
 *
 * @param {Page} page
 */
async function learnAxes(page) {
  try {
    const axes = await relationsData.askAxes(page.texts);
    if (!isThere(page)) return;
    page.catalogue = catalogueOf(axes, page.texts);
    page.isLearned = true;
    page.problem.textContent = "";
    fillList(page);
    chooseFirst(page);
    resolveNames(page);
    layOut(page);
  } catch (error) {
    if (!isThere(page)) return;
    page.problem.textContent = /** @type {Error} */ (error).message;
    window.setTimeout(() => isThere(page) && !page.isLearned && learnAxes(page), AGAIN_MS);
  }
}

/** @param {Page} page */
function fillList({ catalogue, list, texts }) {
  const items = catalogue.entries.map(({ text, runs }) => relationsControls.element("option", { value: text, label: runs === null ? text : `${text} · ${filled(texts.in_runs, { n: count(runs) })}` }));
  list.replaceChildren(...items);
}

/** Replaces names that were typed before the columns were known by their references, and asks for these columns.
 *
 * @param {Page} page
 */
function resolveNames(page) {
  const { catalogue, view: { scatter, parallel } } = page;
  const before = wanted(page).join();
  for (const name of /** @type {const} */ (["x", "y", "c"])) {
    const text = scatter[name];
    if (text) scatter[name] = catalogue.refOf(text);
  }
  for (const own of parallel.axes) own.ref = catalogue.refOf(own.ref);
  if (wanted(page).join() === before && wanted(page).every((ref) => isRef(page, ref))) return;
  remember(page);
  ask(page);
}

/** Chooses the first view where nothing is chosen: how the result depends on what was set.
 *
 * @param {Page} page
 */
function chooseFirst(page) {
  const { scatter, parallel } = page.view;
  if (scatter.isOpen && !scatter.x && !scatter.y) [scatter.x, scatter.y] = ["duration_minutes", "final_reward"];
  if (!parallel.isOpen || parallel.axes.length) return;
  const usual = ["algorithm", "environment", "seed", "duration_minutes", "final_loss", "final_reward"];
  parallel.axes = usual.map((ref) => ({ ref, log: false, range: WHOLE }));
}

export { ask, chooseFirst, learnAxes };
