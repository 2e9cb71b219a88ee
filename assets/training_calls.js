/* The training pages' requests to Clew: in the page's language, with a time limit, and an answer in any case. */
import { messageOf } from "./answers.js";
import { ADDRESS } from "./from_python.js";

const CALL_MS = 30000;
const KEPT = ADDRESS.OF_THE_READER;

/**
 * @typedef {Record<string, string | number | boolean | null | undefined>} Query
 * @typedef {{ status: number, message: string }} Refused
 */

/**
 * An answer of the server of Clew, which checks it against its own types: a refusal has a status, null is no answer.
 *
 * @template Content
 * @typedef {(Content & { status?: undefined, message?: undefined }) | Refused | null} Answer
 */

/** @type {(path: string, query?: Query) => string} */
function address(path, query) {
  const here = new URL(window.location.href).searchParams;
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query || {})) if (value !== null && value !== undefined) asked.set(name, String(value));
  for (const name of KEPT) {
    const value = here.get(name);
    if (value !== null) asked.set(name, value);
  }
  return `${document.documentElement.dataset.prefix}${path}?${asked}`;
}

/** Returns Clew's answer; null where there is none, and {status, message} where it refuses.
 * @type {(path: string, query?: Query, body?: unknown) => Promise<unknown>} */
async function ask(path, query, body) {
  const ends = new AbortController();
  const timer = window.setTimeout(() => ends.abort(), CALL_MS);
  const sent = body ? { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) } : {};
  try {
    const answer = await window.fetch(address(path, query), { ...sent, signal: ends.signal });
    if (answer.ok) return await answer.json();
    if (answer.status >= 500 || answer.status === 429) return null;
    return { status: answer.status, message: messageOf(await answer.json().catch(() => null)) }; // a proxy sends a page
  } catch {
    return null; // the connection broke, or the answer is no JSON
  } finally {
    window.clearTimeout(timer);
  }
}

/** Returns what came of a change: a refusal, and no answer at all, are outcomes with a sentence, too.
 *
 * @template {{ outcome: string, sentence: string }} Ended
 * @param {Answer<Ended>} answer
 * @param {{ status: string }} texts
 * @param {string} lost the sentence where there is no answer
 * @returns {Ended | { outcome: "refused" | "not_known", sentence: string, done?: undefined, undo?: undefined, restore?: undefined, now?: undefined }}
 */
function outcomeOf(answer, texts, lost) {
  if (answer === null) return { outcome: "not_known", sentence: lost };
  if (answer.status === undefined) return answer;
  return { outcome: "refused", sentence: answer.message || filled(texts.status, answer) };
}

/** Fills the slots of a text.
 * @type {(text: string, values: Record<string, unknown>) => string} */
const filled = (text, values) => Object.entries(values).reduce((now, [name, value]) => now.replaceAll(`{${name}}`, () => String(value)), text);

/** Makes an id; crypto.randomUUID is there on secure pages only. */
const newId = () => [...window.crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** @type {Map<string, object>} the newest by place */
const repeated = new Map();

/** Calls `poll` again and again for as long as the element `place` is there; not while the page is hidden.
 * @type {(place: string, everyMs: number, poll: (isWanted: () => boolean) => unknown) => void} */
function repeat(place, everyMs, poll) {
  const generation = {};
  repeated.set(place, generation);
  const isWanted = () => repeated.get(place) === generation && Boolean(document.getElementById(place));
  (async () => {
    while (isWanted()) {
      if (!document.hidden) await poll(isWanted);
      await new Promise((resolve) => window.setTimeout(resolve, everyMs));
    }
  })();
}

export const trainingCalls = Object.freeze({ ask, filled, newId, outcomeOf, repeat });
