/* The relations of the runs below their list: a scatter plot and parallel coordinates of the runs that the list's filter finds.
 *
 * The view is in the page's state and in the address. The runs' columns come from the server; ticks are the list's.
 */
import { register } from "./dash.js";
import { onListQuery } from "./list_query.js";
import { draw } from "./relations_drawing.js";
import { layOut } from "./relations_fields.js";
import { columnOf, isThere, newState, remember, wanted } from "./relations_page.js";
import { parallelPart, scatterPart } from "./relations_parts.js";
import { ask, chooseFirst, learnAxes } from "./relations_query.js";

/** @import { Page } from "./relations_page.js" */

/** @type {(Page & { end: () => void }) | null} */
let here = null; // the page on show

let waiting = 0;
const drawSoon = () => {
  window.cancelAnimationFrame(waiting);
  waiting = window.requestAnimationFrame(() => here && draw(here));
};

/** Follows a change of the view: the address, the fields, and the columns where others are needed.
 *
 * @param {Page} page
 */
function changed(page) {
  remember(page);
  if (!wanted(page).every((ref) => columnOf(page, ref))) return ask(page);
  layOut(page);
  draw(page);
}

/** Asks for what a part needs that was opened.
 *
 * @param {Page} page
 */
function opened(page) {
  const { scatter, parallel } = page.view;
  remember(page);
  if (!scatter.isOpen && !parallel.isOpen) return;
  if (!page.isLearning) {
    page.isLearning = true;
    learnAxes(page);
  }
  chooseFirst(page);
  remember(page);
  layOut(page);
  ask(page);
}

/** @param {RelationsTexts} texts */
function mount(texts) {
  const root = document.getElementById("relations");
  if (!root) return;
  if (here) here.end();
  const state = newState(root, texts);
  const page = Object.assign(state, { parts: { scatter: scatterPart(state), parallel: parallelPart(state) }, end: () => {} });
  here = page;
  root.replaceChildren(page.problem, page.list, page.parts.scatter.box, page.parts.parallel.box);
  const sized = new ResizeObserver(drawSoon);
  for (const { plot } of Object.values(page.parts)) sized.observe(plot);
  const unlisten = onListQuery(() => isThere(page) && (page.view.scatter.isOpen || page.view.parallel.isOpen) && ask(page));
  page.end = () => {
    page.isEnded = true;
    sized.disconnect();
    unlisten();
  };
  page.opened = () => opened(page);
  page.changed = () => changed(page);
  opened(page);
}

window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => window.setTimeout(drawSoon, 50));

const relations = {
  /** Shows the relations in their place on the page.
   *
   * @param {RelationsTexts} texts
   */
  mount(texts) {
    mount(texts);
    return false;
  },
  /** Draws the runs that were ticked in the list. */
  selected: () => drawSoon(),
};
register("relations", relations);
