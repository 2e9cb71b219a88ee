/* Changes of models: each click that asks for one becomes a request with an id of its own, and each request ends in one
   answer here, on whichever page its reader is by then: done, refused, asked about first, or not known. */
import { toasts } from "./change_toasts.js";
import { propsOf, visit } from "./clew.js";
import { isThere } from "./clock.js";
import { setProps } from "./dash.js";
import { elementOf } from "./elements.js";
import { chosenModel } from "./models.js";

/**
 * @typedef {{ verb: string, model_id: string, id?: string, is_confirmed?: boolean, signature?: string }} ChangeRequest
 * @typedef {ReturnType<typeof toasts.begin>} Toast
 * @typedef {{ request: ChangeRequest, again: boolean, began: number, page: string, silentSince: number | null, what: string, toast: Toast }} Pending
 * @typedef {{ outcome: "asked", question: import("./change_toasts.js").Question }} AskedFirst
 * @typedef {{ outcome: import("./change_toasts.js").Outcome, sentence: string, undo?: ChangeRequest | null, go?: string | null }} Ended
 */

const STILL_MS = 10000; // from then on the toast says that it takes long
const SILENT_MS = 5000; // from then on the toast says that no answer comes
const LOST_MS = 90000; // for so long the request is repeated: a restart of Clew takes half a minute
const CALL_MS = 30000;
const PAUSES_MS = [200, 500, 1000, 2000];
/** @type {Map<string, ChangeRequest>} */
const pending = new Map(); // by the change: a second click on the same is the same request
/** @type {(ms: number) => Promise<void>} */
const pause = (ms) => new Promise((resolve) => window.setTimeout(resolve, ms));
/** @type {(since: number) => string} */
const seconds = (since) => String(Math.round((Date.now() - since) / 1000));

/** Makes a random id; crypto.randomUUID exists on secure pages only. */
function newId() {
  return [...window.crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Returns the address for changes below the page's prefix, in its language and its frame.
 * @type {(again: boolean) => string} */
function address(again) {
  const here = new URL(window.location.href).searchParams;
  const query = new URLSearchParams(["lang", "embed"].filter((name) => here.has(name)).map((name) => [name, here.get(name) ?? ""]));
  if (again) query.set("again", "1");
  return `${document.documentElement.dataset.prefix}changes?${query}`;
}

/** Sends a request once; returns null where no answer to it came.
 * @type {(request: ChangeRequest, again: boolean, texts: ChangeTexts) => Promise<AskedFirst | Ended | null>} */
async function ask(request, again, texts) {
  const ends = new AbortController();
  const timer = window.setTimeout(() => ends.abort(), CALL_MS);
  try {
    const headers = { "Content-Type": "application/json" };
    const answer = await window.fetch(address(again), { method: "POST", headers, body: JSON.stringify(request), signal: ends.signal });
    if (answer.ok) return /** @type {AskedFirst | Ended} */ (await answer.json());
    // What is wrong with the request stays wrong; what is wrong with a server or a proxy need not.
    return answer.status < 500 && answer.status !== 429 ? { outcome: "refused", sentence: texts.status.replace("{status}", String(answer.status)) } : null;
  } catch {
    return null; // the connection broke, or the answer is no JSON
  } finally {
    window.clearTimeout(timer);
  }
}

/** Sends a request until an answer comes; from the second try on, Clew is only asked what became of it.
 * @type {(one: Pending, texts: ChangeTexts) => Promise<AskedFirst | Ended>} */
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

/** @type {(one: Pending, texts: ChangeTexts) => void} */
function waiting(one, texts) {
  const silent = one.silentSince && Date.now() - one.silentSince >= SILENT_MS;
  const since = silent ? one.silentSince : one.began;
  if (!silent && Date.now() - one.began < STILL_MS) return;
  const text = silent ? texts.silent : texts.still;
  one.toast.update(text.replace("{n}", seconds(since ?? one.began)).replace("{what}", one.what));
}

/** Carries out a change, from the click to the answer.
 * @type {(asked: ChangeRequest, again?: boolean) => Promise<void>} */
async function change(asked, again = false) {
  const key = JSON.stringify({ ...asked, id: undefined });
  if (pending.has(key)) return;
  const sent = { request: { id: newId(), ...asked }, again, began: Date.now(), page: window.location.pathname, silentSince: null };
  pending.set(key, sent.request);
  const texts = await toasts.texts();
  const what = texts.working[asked.verb].replace("{id}", asked.model_id);
  /** @type {Pending} */
  const one = { ...sent, what, toast: toasts.begin(what) };
  const clock = window.setInterval(() => waiting(one, texts), 1000);
  const answer = await answerOf(one, texts);
  window.clearInterval(clock);
  pending.delete(key);
  ended(one, answer);
}

/** @type {(one: Pending, answer: AskedFirst | Ended) => void} */
function ended(one, answer) {
  const { id: _former, ...again } = { ...one.request, is_confirmed: true };
  if (answer.outcome === "asked") {
    one.toast.goes();
    toasts.ask(answer.question, (chosen) => change({ ...again, ...chosen }));
    return;
  }
  const stays = window.location.pathname !== one.page;
  const { undo, go: target } = answer;
  const actions = { undo: undo && (() => change(undo)), watch: target && stays ? () => go(target) : null };
  one.toast.ends(answer.outcome, answer.sentence, actions);
  news();
  if (target && !stays) go(target);
}

/** Goes where the active model can be watched: a page of Clew, which is a path, or the team's own page.
 * @type {(where: string) => void} */
function go(where) {
  if (where.startsWith("/")) visit(where);
  else window.location.assign(where);
}

/** Has the page, whichever is open, refresh what it shows. */
function news() {
  for (const place of ["front", "models", "model", "inference"]) {
    const clock = `${place}-tick`;
    if (!isThere(clock)) continue;
    setProps(clock, { n_intervals: (Number(propsOf(clock).n_intervals) || 0) + 1 });
  }
}

// Listened for on the document: the buttons of tables and histories are replaced often.
document.addEventListener("click", async (event) => {
  const button = elementOf(event)?.closest("button[data-change]");
  if (!button) return;
  const model = button.dataset.model || chosenModel();
  if (model) return change({ verb: button.dataset.change ?? "", model_id: model });
  const texts = await toasts.texts();
  toasts.begin("").ends("refused", texts.none_chosen, {});
});

// A document that is left keeps its requests in its history entry: after a reload, or going back, their outcome is shown.
window.addEventListener("beforeunload", () => {
  const left = [...pending.values()];
  if (left.length) window.history.replaceState({ ...window.history.state, changes: left }, "");
});
const { changes, ...state } = window.history.state || {};
if (changes) {
  window.history.replaceState(state, "");
  for (const request of changes) change(request, true);
}
