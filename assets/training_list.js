/* The queue and the history: fetched every second while the page is visible; only what differs is drawn. */
import { addresses, setAddress } from "./addresses.js";
import { register } from "./dash.js";
import { elementOf, within } from "./elements.js";
import { ID } from "./from_python.js";
import { live } from "./live_text.js";
import { trainingActions } from "./training_actions.js";
import { trainingCalls } from "./training_calls.js";
import { trainingForm } from "./training_form.js";

/**
 * @import { DescribedChild } from "./live_text.js"
 * @typedef {HTMLTableCellElement & { clewContent?: string }} DrawnCell
 * @typedef {{ key: string, cells: { html: DescribedChild, label: string }[] }} Row
 * @typedef {{ version: string, page: number, failure: DescribedChild, queue: Row[], history: Row[], slots: string, queue_empty: string, history_empty: string, queue_count: string, count: string, archived?: string | null, away: string | null, is_same?: boolean }} Lists
 */

const EVERY_MS = 1000;
const AWAY_MS = 5000; // so long Clew itself may be silent before the page shows it
const { ask, repeat } = trainingCalls;
/** Returns a part of the page, which has all of them while it is on show.
 * @type {(name: string) => HTMLElement} */
const part = (name) => /** @type {HTMLElement} */ (document.getElementById(`trainings-${name}`));
/** @type {string | null} */
let version = null;
/** @type {number | null} */
let most = null; // rows of the history
/** @type {number | null} */
let queued = null; // rows of the queue
let page = 50;
let archived = false;
let texts = /** @type {TrainingTexts} */ ({});
let answered = Date.now();

/** Begins the lists.
 * @type {(its: TrainingTexts) => void} */
function start(its) {
  [version, most, queued, texts, answered] = [null, null, null, its, Date.now()];
  archived = addresses.query().get("archived") === "true";
  repeat(ID.TRAININGS_QUEUE, EVERY_MS, poll);
}

async function poll() {
  const answer = /** @type {import("./training_calls.js").Answer<Lists>} */ (await ask("trainings/list", { version, most, most_queued: queued, ...(archived && { archived: true }) }));
  if (!part("queue")) return;
  if (!answer || answer.status !== undefined) {
    if (Date.now() - answered > AWAY_MS) trainingForm.scheduler(texts.unreachable);
    return;
  }
  answered = Date.now();
  if (!answer.is_same) draw(answer);
}

/** @type {(answer: Lists) => void} */
function draw(answer) {
  [version, page] = [answer.version, answer.page];
  const { build, write } = live;
  part("failure").replaceChildren(...build(answer.failure));
  rows(part("queue"), answer.queue);
  rows(part("history"), answer.history);
  for (const [name, text] of [["slots", answer.slots], ["queue-empty", answer.queue_empty], ["history-empty", answer.history_empty], ["queue-count", answer.queue_count], ["count", answer.count]]) write(part(name), text);
  /** @type {HTMLElement} */ (part("queue").closest("div")).hidden = !answer.queue.length;
  /** @type {HTMLElement} */ (part("history").closest("div")).hidden = !answer.history.length;
  part("queue-more").hidden = !answer.queue_count;
  part("more").hidden = !answer.count;
  part("archived-place").hidden = !answer.archived && !archived;
  /** @type {HTMLInputElement} */ (part("archived")).checked = archived;
  if (answer.archived) write(part("archived-place").querySelector("label"), answer.archived);
  trainingForm.scheduler(answer.away);
}

/** Draws rows; cells with the same content stay: a button that is replaced under a finger would lose its click.
 * @type {(body: Element, listed: Row[]) => void} */
function rows(body, listed) {
  live.children(body, listed, (row) => row.key, () => document.createElement("tr"), (element, row) => {
    row.cells.forEach((cell, place) => {
      const content = JSON.stringify(cell.html);
      const there = /** @type {DrawnCell} */ (element.children[place] || element.appendChild(document.createElement("td")));
      if (there.clewContent === content) return;
      const active = /** @type {HTMLElement | null} */ (document.activeElement);
      const held = active && there.contains(active) ? active.dataset.trainingAction : null;
      there.clewContent = content;
      there.dataset.label = cell.label;
      there.replaceChildren(...live.build(cell.html));
      if (held) (there.querySelector(`[data-training-action="${held}"]`) || there.querySelector("button") || within(/** @type {Element} */ (body.closest("section")), "h2")).focus();
    });
  });
}

document.addEventListener("click", (event) => {
  const id = elementOf(event)?.id;
  if (id === ID.TRAININGS_MORE) most = (most || page) + page * 2;
  else if (id === ID.TRAININGS_QUEUE_MORE) queued = (queued || page) + page * 2;
  else return;
  version = null;
  poll();
});

document.addEventListener("change", (event) => {
  const target = /** @type {HTMLInputElement | null} */ (elementOf(event));
  if (target?.id !== ID.TRAININGS_ARCHIVED) return;
  archived = target.checked;
  setAddress((query) => (archived ? query.set("archived", "true") : query.delete("archived")), "replaceState");
  version = null;
  poll();
});

document.addEventListener("clew:trainings-changed", () => part("queue") && poll());

const trainings = {
  /** Begins the page.
   * @param {Record<string, string> | null} asked by the address
   * @param {TrainingTexts} its */
  start(asked, its) {
    trainingActions.texts(its);
    trainingForm.start(asked, its);
    start(its);
    return Date.now();
  },
};
register("trainings", trainings);
