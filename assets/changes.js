/* Changes of models: each click that asks for one becomes a request with an id of its own, and each request ends in one
   answer here, on whichever page its reader is by then: done, refused, asked about first, or not known. */
import { toasts } from "./change_toasts.js";
import { propsOf, visit } from "./clew.js";
import { isThere } from "./clock.js";
import { setProps } from "./dash.js";
import { chosenModel } from "./models.js";

const STILL_MS = 10000; // from then on it is said that it takes long
const SILENT_MS = 5000; // from then on it is said that nobody answers
const LOST_MS = 90000; // so long a silent Clew is asked again: one that is started anew takes half a minute
const CALL_MS = 30000;
const PAUSES_MS = [200, 500, 1000, 2000];
const pending = new Map(); // by what is asked for: a second click on the same is the same request
const pause = (ms) => new Promise((resolve) => window.setTimeout(resolve, ms));
const seconds = (since) => String(Math.round((Date.now() - since) / 1000));

/** Not crypto.randomUUID: that is there on secure pages only. */
function newId() {
  return [...window.crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Below the page's own prefix, in its language and its frame. */
function address(again) {
  const here = new URL(window.location.href).searchParams;
  const query = new URLSearchParams(["lang", "embed"].filter((name) => here.has(name)).map((name) => [name, here.get(name)]));
  if (again) query.set("again", "1");
  return `${document.documentElement.dataset.prefix}changes?${query}`;
}

/** What Clew says of a request; null where nobody who knows it answered. */
async function ask(request, again, texts) {
  const ends = new AbortController();
  const timer = window.setTimeout(() => ends.abort(), CALL_MS);
  try {
    const headers = { "Content-Type": "application/json" };
    const answer = await window.fetch(address(again), { method: "POST", headers, body: JSON.stringify(request), signal: ends.signal });
    if (answer.ok) return await answer.json();
    // What is wrong with the request stays wrong; what is wrong with a server or a proxy need not.
    return answer.status < 500 && answer.status !== 429 ? { outcome: "refused", sentence: texts.status.replace("{status}", answer.status) } : null;
  } catch {
    return null; // the line broke, or what came is no JSON: as good as nothing
  } finally {
    window.clearTimeout(timer);
  }
}

/** Asks until there is an answer; whatever may have arrived is only asked about from then on. */
async function answerOf(one, texts) {
  for (let tries = 0; ; tries += 1) {
    const answer = await ask(one.request, one.again, texts);
    one.again = true;
    if (answer && answer.outcome !== "working") return answer;
    one.silentSince = answer ? null : one.silentSince || Date.now();
    if (one.silentSince && Date.now() - one.silentSince > LOST_MS) {
      return { outcome: "not_known", sentence: texts.lost.replace("{what}", one.what) };
    }
    await pause(PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)]);
  }
}

function waiting(one, texts) {
  const silent = one.silentSince && Date.now() - one.silentSince >= SILENT_MS;
  const since = silent ? one.silentSince : one.began;
  if (!silent && Date.now() - one.began < STILL_MS) return;
  const text = silent ? texts.silent : texts.still;
  one.toast.says(text.replace("{n}", seconds(since)).replace("{what}", one.what));
}

/** From the click to the answer. */
async function change(asked, again = false) {
  const key = JSON.stringify({ ...asked, id: undefined });
  if (pending.has(key)) return;
  const one = { request: { id: newId(), ...asked }, again, began: Date.now(), page: window.location.pathname, silentSince: null };
  pending.set(key, one);
  const texts = await toasts.texts();
  one.what = texts.working[asked.verb].replace("{id}", asked.model_id);
  one.toast = toasts.begin(one.what);
  const clock = window.setInterval(() => waiting(one, texts), 1000);
  const answer = await answerOf(one, texts);
  window.clearInterval(clock);
  pending.delete(key);
  ended(one, answer);
}

function ended(one, answer) {
  const again = { ...one.request, is_confirmed: true };
  delete again.id;
  if (answer.outcome === "asked") {
    one.toast.goes();
    toasts.ask(answer.question, (chosen) => change({ ...again, ...chosen }));
    return;
  }
  const stays = window.location.pathname !== one.page;
  const actions = { undo: answer.undo && (() => change(answer.undo)), watch: answer.go && stays && (() => go(answer.go)) };
  one.toast.ends(answer.outcome, answer.sentence, actions);
  news();
  if (answer.go && !stays) go(answer.go);
}

/** To where the active model can be watched: a page of Clew, which is a path, or the team's own, maybe on this very host. */
function go(where) {
  if (where.startsWith("/")) visit(where);
  else window.location.assign(where);
}

/** Whatever page is there asks anew what it shows. */
function news() {
  for (const place of ["front", "models", "model", "inference"]) {
    const clock = `${place}-tick`;
    if (!isThere(clock)) continue;
    setProps(clock, { n_intervals: (propsOf(clock).n_intervals || 0) + 1 });
  }
}

// From above: the buttons of tables and histories are drawn anew again and again.
document.addEventListener("click", async (event) => {
  const button = event.target.closest && event.target.closest("button[data-change]");
  if (!button) return;
  const model = button.dataset.model || chosenModel();
  if (model) return change({ verb: button.dataset.change, model_id: model });
  const texts = await toasts.texts();
  toasts.begin("").ends("refused", texts.none_chosen, {});
});

// A document that is left takes its requests along in its place in the history: who reloads it, or comes back, is told.
window.addEventListener("beforeunload", () => {
  const left = [...pending.values()].map((one) => one.request);
  if (left.length) window.history.replaceState({ ...window.history.state, changes: left }, "");
});
const { changes, ...state } = window.history.state || {};
if (changes) {
  window.history.replaceState(state, "");
  for (const request of changes) change(request, true);
}
