/* The trash: the deleted runs, found by typing, each with a button that restores it, and one for all ticked runs. */
import { askingAgain, passes } from "./asking_again.js";
import { locale } from "./clew.js";
import { register } from "./dash.js";
import { byId, elementOf, within } from "./elements.js";
import { ID } from "./from_python.js";
import { live } from "./live_text.js";
import { runEdits } from "./run_edits.js";
import { trainingCalls } from "./training_calls.js";

/**
 * @typedef {{ run_id: string, name: string, experiment: string, by: string, models: string, deleted_ms: number | null, parent?: string | null, is_purged: boolean }} DeletedRun
 * @typedef {{ runs?: DeletedRun[], failure?: string, refused?: string | null, is_cut?: boolean, is_outdated?: boolean }} Trash
 */

const PLACE = ID.RUN_TRASH;
const MAX_DRAWN = 200;
const OUTDATED_MS = 2000;
const { make } = live;
const place = () => document.getElementById(PLACE);
/** @type {(box: Element, selectors: string) => HTMLInputElement} */
const inputIn = (box, selectors) => /** @type {HTMLInputElement} */ (within(box, selectors));
/** @type {Trash | null} */
let known = null;
let reading = 0; // the number of the newest question
const again = askingAgain(place);
let texts = /** @type {RunEditTexts} */ ({});
/** @type {Set<string>} ids, also of rows that the search does not find */
let ticked = new Set();

/** @type {(ms: number | null) => Node | string} */
function moment(ms) {
  return ms === null ? "–" : make("time", { class: "moment", "data-ms": ms, "data-now": Date.now() }, "…");
}

/** @type {(run: DeletedRun) => HTMLElement} */
function row(run) {
  const button = make("button", { type: "button", class: "btn btn-outline-secondary btn-sm text-nowrap", "aria-label": runEdits.filled(texts.restore_named, run) }, texts.restore);
  Object.assign(button, known?.refused ? { disabled: true, title: known.refused } : { disabled: run.is_purged });
  button.addEventListener("click", () => runEdits.one({ run_id: run.run_id, action: "restore" }, run.name));
  const tick = make("input", { type: "checkbox", class: "form-check-input", value: run.run_id, "aria-label": runEdits.filled(texts.tick_named, run) });
  Object.assign(tick, { checked: ticked.has(run.run_id), disabled: !isFree(run) });
  const notes = [run.parent && texts.with_parent, run.is_purged && texts.being_purged].filter(Boolean).join(" · ");
  const name = make("td", {}, make("bdi", {}, run.name), ...(notes ? [make("div", { class: "small text-body-secondary" }, notes)] : []));
  const cells = [run.experiment, moment(run.deleted_ms), run.by, run.models || "–"].map((content) => make("td", { class: "text-break" }, content));
  return make("tr", { "data-run": run.run_id }, make("td", {}, tick), name, ...cells, make("td", {}, button));
}

/** Returns whether a run can be restored, by this reader and at all.
 * @type {(run: DeletedRun) => boolean} */
const isFree = (run) => !known?.refused && !run.is_purged;

/** Returns what is typed, and the runs that have it.
 * @type {(box: Element) => { sought: string, found: DeletedRun[] }} */
function search(box) {
  const sought = inputIn(box, "input[type=search]").value.trim().toLocaleLowerCase();
  const found = (known?.runs || []).filter((run) => [run.name, run.run_id, run.experiment, run.by].some((text) => text.toLocaleLowerCase().includes(sought)));
  return { sought, found };
}

/** Writes the heading's tick, and how many runs the button restores.
 * @type {(box: Element, found: DeletedRun[]) => void} */
function count(box, found) {
  const free = found.filter(isFree);
  const here = free.filter((run) => ticked.has(run.run_id)).length;
  const heading = inputIn(box, "thead input");
  Object.assign(heading, { checked: here > 0 && here === free.length, indeterminate: here > 0 && here < free.length, disabled: !free.length });
  heading.setAttribute("aria-label", runEdits.filled(texts.tick_all, { n: free.length.toLocaleString(locale()) }));
  const button = /** @type {HTMLButtonElement} */ (within(box, "[data-restores]"));
  button.disabled = !ticked.size;
  live.write(button, runEdits.filled(texts.restore_ticked, { n: ticked.size.toLocaleString(locale()) }));
}

function draw() {
  const box = place();
  if (!box || !known) return;
  const all = known.runs || [];
  const { sought, found } = search(box);
  const free = new Set(all.filter(isFree).map((run) => run.run_id));
  ticked = new Set([...ticked].filter((run) => free.has(run))); // a run that was restored meanwhile is not ticked any more
  within(box, "tbody").replaceChildren(...found.slice(0, MAX_DRAWN).map(row));
  within(box, "table").hidden = !found.length;
  count(box, found);
  const shown = found.length > MAX_DRAWN ? MAX_DRAWN : known.is_cut ? all.length : null;
  const sentences = [
    known.failure && runEdits.filled(texts.trash_unreachable, { cause: known.failure }),
    known.runs && !found.length && (sought ? texts.trash_none : texts.trash_empty),
    shown !== null && found.length && runEdits.filled(texts.trash_cut, { n: shown }),
    !known.runs && !known.failure && texts.loading,
    known.refused,
  ];
  within(box, "[role=status]").textContent = sentences.filter(Boolean).join(" ");
}

/** Fetches the trash; again where the answer is from before a change, or a failure came instead. */
async function read() {
  const own = (reading += 1);
  again.stop();
  const answer = /** @type {import("./training_calls.js").Answer<Trash>} */ (await trainingCalls.ask("runs/trash", {}));
  if (!place() || own !== reading) return; // a later question has a newer answer
  /** @type {Trash} */
  const now = answer && answer.status === undefined ? answer : { ...known, failure: answer?.message || texts.lost };
  known = now;
  draw();
  if (answer && !passes(answer)) again.reset(); // refused, as after a login's end
  else if (now.failure) again.afterFailure(read);
  // From before a change, or nothing yet, where MLflow takes longer than a page waits.
  else if (!now.runs || now.is_outdated) again.after(OUTDATED_MS, read);
  else again.reset();
}

/** Ticks a row's run, or by the heading all that the search finds, drawn or not.
 * @type {(box: Element, target: HTMLInputElement) => void} */
function tick(box, target) {
  const { found } = search(box);
  const ids = target.closest("thead") ? found.filter(isFree).map((run) => run.run_id) : [target.value];
  for (const run of ids) ticked[target.checked ? "add" : "delete"](run);
  for (const one of /** @type {HTMLInputElement[]} */ ([...box.querySelectorAll("tbody input")])) one.checked = ticked.has(one.value);
  count(box, found);
}

document.addEventListener("input", (event) => {
  const target = /** @type {HTMLInputElement | null} */ (elementOf(event));
  const box = target?.closest(`#${PLACE}`);
  if (target && box && known) target.type === "checkbox" ? tick(box, target) : draw();
});
document.addEventListener("click", (event) => {
  if (elementOf(event)?.closest(`#${PLACE} [data-restores]`) && ticked.size) runEdits.many([...ticked], { action: "restore" });
});
document.addEventListener("clew:runs-changed", () => place() && read());

/** Shows the trash.
 * @type {(run: unknown) => unknown} */
function show(run) {
  texts = runEdits.learn(place());
  within(byId(PLACE), "thead td").replaceChildren(make("input", { type: "checkbox", class: "form-check-input", disabled: "" }));
  known = null;
  ticked = new Set();
  read();
  return run;
}

register("runTrash", { show });
