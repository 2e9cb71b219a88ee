/* The trash: the deleted runs, found by typing, each with the button that brings it back, and ticked ones together. */
import { locale } from "./clew.js";
import { register } from "./dash.js";
import { ID } from "./from_python.js";
import { live } from "./live_text.js";
import { runEdits } from "./run_edits.js";
import { trainingCalls } from "./training_calls.js";

const PLACE = ID.RUN_TRASH;
const MOST_DRAWN = 200;
const AGAIN_MS = 2000;
const { make } = live;
const place = () => document.getElementById(PLACE);
let known = null;
let reading = 0; // the number of the newest question
let texts = {};
let ticked = new Set(); // ids, also of rows that the search leaves out

function moment(ms) {
  return ms === null ? "–" : make("time", { class: "moment", "data-ms": ms, "data-now": Date.now() }, "…");
}

function row(run) {
  const button = make("button", { type: "button", class: "btn btn-outline-secondary btn-sm text-nowrap run-writes", "aria-label": runEdits.filled(texts.restore_named, run) }, texts.restore);
  Object.assign(button, known.refused ? { disabled: true, title: known.refused } : { disabled: run.is_purged });
  button.addEventListener("click", () => runEdits.one({ run_id: run.run_id, action: "restore" }, run.name));
  const tick = make("input", { type: "checkbox", class: "form-check-input", value: run.run_id, "aria-label": runEdits.filled(texts.tick_named, run) });
  Object.assign(tick, { checked: ticked.has(run.run_id), disabled: !isFree(run) });
  const notes = [run.parent && texts.with_parent, run.is_purged && texts.being_purged].filter(Boolean).join(" · ");
  const name = make("td", {}, make("bdi", {}, run.name), ...(notes ? [make("div", { class: "small text-body-secondary" }, notes)] : []));
  const cells = [run.experiment, moment(run.deleted_ms), run.by, run.models || "–"].map((what) => make("td", { class: "text-break" }, what));
  return make("tr", { "data-run": run.run_id }, make("td", {}, tick), name, ...cells, make("td", {}, button));
}

/** Whether it can be brought back, by this reader and at all. */
const isFree = (run) => !known.refused && !run.is_purged;

/** What is typed, and the runs that have it. */
function search(box) {
  const sought = box.querySelector("input[type=search]").value.trim().toLocaleLowerCase();
  const found = (known.runs || []).filter((run) => [run.name, run.run_id, run.experiment, run.by].some((text) => text.toLocaleLowerCase().includes(sought)));
  return { sought, found };
}

/** The ticks of the rows, of the heading, and how many the button brings back. */
function count(box, found) {
  const free = found.filter(isFree);
  const here = free.filter((run) => ticked.has(run.run_id)).length;
  const heading = box.querySelector("thead input");
  Object.assign(heading, { checked: here > 0 && here === free.length, indeterminate: here > 0 && here < free.length, disabled: !free.length });
  heading.setAttribute("aria-label", runEdits.filled(texts.tick_all, { n: free.length.toLocaleString(locale()) }));
  const button = box.querySelector("[data-restores]");
  button.disabled = !ticked.size;
  live.write(button, runEdits.filled(texts.restore_ticked, { n: ticked.size.toLocaleString(locale()) }));
}

function draw() {
  const box = place();
  if (!box || !known) return;
  const all = known.runs || [];
  const { sought, found } = search(box);
  const free = new Set(all.filter(isFree).map((run) => run.run_id));
  ticked = new Set([...ticked].filter((run) => free.has(run))); // what came back meanwhile is ticked no more
  box.querySelector("tbody").replaceChildren(...found.slice(0, MOST_DRAWN).map(row));
  box.querySelector("table").hidden = !found.length;
  count(box, found);
  const shown = found.length > MOST_DRAWN ? MOST_DRAWN : known.is_cut ? all.length : null;
  const said = [
    known.failure && runEdits.filled(texts.trash_unreachable, { cause: known.failure }),
    known.runs && !found.length && (sought ? texts.trash_none : texts.trash_empty),
    shown !== null && found.length && runEdits.filled(texts.trash_cut, { n: shown }),
    !known.runs && !known.failure && texts.loading,
    known.refused,
  ];
  box.querySelector("[role=status]").textContent = said.filter(Boolean).join(" ");
}

async function read() {
  const own = (reading += 1);
  const answer = await trainingCalls.ask("runs/trash", {});
  if (!place() || own !== reading) return; // one that was asked later knows more
  known = answer && !answer.status ? answer : { ...known, failure: answer?.message || texts.lost };
  draw();
  // From before a change, where MLflow takes longer than a page waits.
  if (!known.runs || known.is_outdated) window.setTimeout(() => place() && own === reading && read(), AGAIN_MS);
}

/** A row's tick, or the heading's: then all that the search leaves, drawn or not. */
function tick(box, target) {
  const { found } = search(box);
  const ids = target.closest("thead") ? found.filter(isFree).map((run) => run.run_id) : [target.value];
  for (const run of ids) ticked[target.checked ? "add" : "delete"](run);
  for (const one of box.querySelectorAll("tbody input")) one.checked = ticked.has(one.value);
  count(box, found);
}

document.addEventListener("input", ({ target }) => {
  const box = target.closest?.(`#${PLACE}`);
  if (box && known) target.type === "checkbox" ? tick(box, target) : draw();
});
document.addEventListener("click", ({ target }) => {
  if (target.closest?.(`#${PLACE} [data-restores]`) && ticked.size) runEdits.many([...ticked], { action: "restore" });
});
document.addEventListener("clew:runs-changed", () => place() && read());

function show(run) {
  texts = runEdits.learn(place());
  place().querySelector("thead td").replaceChildren(make("input", { type: "checkbox", class: "form-check-input", disabled: "" }));
  known = null;
  ticked = new Set();
  read();
  return run;
}

register("runTrash", { show });
