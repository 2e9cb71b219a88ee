/* The queue and the history: asked for every second while the page is seen, and only what differs is drawn. */
import { addresses, setAddress } from "./addresses.js";
import { register } from "./dash.js";
import { ID } from "./from_python.js";
import { live } from "./live_text.js";
import { trainingActions } from "./training_actions.js";
import { trainingCalls } from "./training_calls.js";
import { trainingForm } from "./training_form.js";

const EVERY_MS = 1000;
const AWAY_MS = 5000; // so long Clew itself may be silent before it is said
const { ask, repeat } = trainingCalls;
const part = (name) => document.getElementById(`trainings-${name}`);
let version = null;
let most = null;
let queued = null; // of the queue
let page = 50;
let archived = false;
let texts = {};
let heard = Date.now();

function start(said) {
  [version, most, queued, texts, heard] = [null, null, null, said, Date.now()];
  archived = addresses.query().get("archived") === "true";
  repeat(ID.TRAININGS_QUEUE, EVERY_MS, look);
}

async function look() {
  const answer = await ask("trainings/list", { version, most, most_queued: queued, ...(archived && { archived: true }) });
  if (!part("queue")) return;
  if (!answer || answer.status) {
    if (Date.now() - heard > AWAY_MS) trainingForm.scheduler(texts.unreachable);
    return;
  }
  heard = Date.now();
  if (!answer.is_same) draw(answer);
}

function draw(answer) {
  [version, page] = [answer.version, answer.page];
  const { build, write } = live;
  part("failure").replaceChildren(...build(answer.failure));
  rows(part("queue"), answer.queue);
  rows(part("history"), answer.history);
  for (const [name, text] of [["slots", answer.slots], ["queue-empty", answer.queue_empty], ["history-empty", answer.history_empty], ["queue-count", answer.queue_count], ["count", answer.count]]) write(part(name), text);
  part("queue").closest("div").hidden = !answer.queue.length;
  part("history").closest("div").hidden = !answer.history.length;
  part("queue-more").hidden = !answer.queue_count;
  part("more").hidden = !answer.count;
  part("archived-place").hidden = !answer.archived && !archived;
  part("archived").checked = archived;
  if (answer.archived) write(part("archived-place").querySelector("label"), answer.archived);
  trainingForm.scheduler(answer.away);
}

/** Cells that say the same stay: a button that is drawn anew under a finger would lose its click. */
function rows(body, listed) {
  live.children(body, listed, (row) => row.key, () => document.createElement("tr"), (element, row) => {
    row.cells.forEach((cell, place) => {
      const said = JSON.stringify(cell.html);
      const there = element.children[place] || element.appendChild(document.createElement("td"));
      if (there.said === said) return;
      const held = there.contains(document.activeElement) ? document.activeElement.dataset.trainingAction : null;
      there.said = said;
      there.dataset.label = cell.label;
      there.replaceChildren(...live.build(cell.html));
      if (held) (there.querySelector(`[data-training-action="${held}"]`) || there.querySelector("button") || body.closest("section").querySelector("h2")).focus();
    });
  });
}

document.addEventListener("click", (event) => {
  if (event.target.id === ID.TRAININGS_MORE) most = (most || page) + page * 2;
  else if (event.target.id === ID.TRAININGS_QUEUE_MORE) queued = (queued || page) + page * 2;
  else return;
  version = null;
  look();
});

document.addEventListener("change", ({ target }) => {
  if (target.id !== ID.TRAININGS_ARCHIVED) return;
  archived = target.checked;
  setAddress((query) => (archived ? query.set("archived", "true") : query.delete("archived")), "replaceState");
  version = null;
  look();
});

document.addEventListener("clew:trainings-changed", () => part("queue") && look());

const trainings = {
  start(asked, said) {
    trainingActions.texts(said);
    trainingForm.start(asked, said);
    start(said);
    return Date.now();
  },
};
register("trainings", trainings);
