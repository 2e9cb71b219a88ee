/* The page's address: its parts are changed here, a short form is expanded, and a long address is shortened. */
import { toasts } from "./change_toasts.js";
import { ADDRESS, ID } from "./from_python.js";

/** @typedef {{ v?: string, sentence?: string, status?: number }} ShortForm the short form of a query, or a sentence why there is none */

const SETTLES_MS = 1500; // a slider moves in many steps, and only the last one is worth keeping
const CALL_MS = 20000;
const { LONG, NO_PART_OF_A_VIEW, OF_THE_READER, TOO_LONG_FOR_SERVERS } = ADDRESS;
/** @type {Map<string, string>} */
const shortForms = new Map(); // by query, those that were made on this page
/** @type {number | undefined} */
let settling;
let refused = false;

// Commas are legal in a query and a list of ids reads better with them.
/** @type {(query: URLSearchParams) => string} */
const asText = (query) => query.toString().replace(/%2C/gi, ",");
const inBar = () => new URL(window.location.href).searchParams;
/** @type {(name: string) => boolean} */
const isOfView = (name) => !NO_PART_OF_A_VIEW.includes(name);
/** @type {(query: URLSearchParams) => string[]} */
const own = (query) => [...query.keys()].filter(isOfView);

/** Returns the query that the page was opened with, as Python wrote it into the page.
 * @type {(place: HTMLElement) => Record<string, string>} */
const openedQuery = (place) => /** @type {Record<string, string>} */ (JSON.parse(place.dataset.from ?? "{}"));

/** Returns the query that a short form or a view's name in the address stands for; null where the address is complete.
 * @type {(bar: URLSearchParams) => string | null} */
function expandedQuery(bar) {
  const made = [...shortForms].find(([, form]) => form === bar.get("v"));
  if (made) return made[0];
  const place = document.getElementById(ID.OPENED_ADDRESS);
  if (!place) return null;
  const from = openedQuery(place);
  const isFromHere = Object.entries(from).every(([name, value]) => bar.get(name) === value);
  const isAll = from.v !== undefined || own(bar).every((name) => name in from);
  return isFromHere && isAll ? (place.dataset.full ?? null) : null;
}

/** Returns the page's whole query, also where the address bar has a short form of it, or the name of a view. */
function query() {
  const bar = inBar();
  const written = expandedQuery(bar);
  if (written === null) return bar;
  const whole = new URLSearchParams(written);
  for (const name of new Set(own(bar))) whole.delete(name);
  for (const [name, value] of bar) if (name !== "v") whole.append(name, value);
  return whole;
}

/** Returns the part of the query that makes the view, as text. */
function ofView() {
  const whole = query();
  for (const name of NO_PART_OF_A_VIEW) whole.delete(name);
  return asText(whole);
}

/** Keeps a shortened query from opening a view: the one that the page began with, or an experiment's default.
 * @type {(whole: URLSearchParams) => void} */
function preventViewOpening(whole) {
  const place = document.getElementById(ID.OPENED_ADDRESS);
  /** @type {Record<string, string>} */
  const opened = place ? openedQuery(place) : {};
  if (!own(whole).length) whole.delete("view");
  else if (isExperimentAlone(whole) && opened.experiment === whole.get("experiment")) whole.set("view", "none");
}

/** @type {(whole: URLSearchParams) => boolean} */
const isExperimentAlone = (whole) => own(whole).every((name) => name === "experiment");

/** Changes the address by a function of its query; "replaceState" adds no step to the history.
 * @type {(change: (query: URLSearchParams) => void, step?: "pushState" | "replaceState") => void} */
function setAddress(change, step = "pushState") {
  const url = new URL(window.location.href);
  const whole = query();
  change(whole);
  whole.delete("v"); // its query is in `whole` by now
  preventViewOpening(whole);
  url.search = asText(whole);
  // Without Dash's own event: its router would render the page again, and sort, filter and zoom would be lost.
  window.history[step](null, "", url);
  window.clearTimeout(settling);
  if (url.search.length > TOO_LONG_FOR_SERVERS && !refused) settling = window.setTimeout(shortenBar, SETTLES_MS);
}

/** Returns {v: the short form} of a query, or {sentence: why there is none}; null where the server does not answer.
 * @type {(text: string) => Promise<ShortForm | null>} */
async function shortFormOf(text) {
  const known = shortForms.get(text);
  if (known !== undefined) return { v: known };
  const answer = /** @type {ShortForm | null} */ (await ask("links", { query: text }));
  if (answer && answer.v) shortForms.set(text, answer.v);
  return answer;
}

/** Requests a path of Clew in the page's language; null where no answer came, {status} where the request is refused.
 * @type {(path: string, body?: Props) => Promise<unknown>} */
async function ask(path, body) {
  const kept = new URLSearchParams([...inBar()].filter(([name]) => OF_THE_READER.includes(name)));
  const ends = new AbortController();
  const timer = window.setTimeout(() => ends.abort(), CALL_MS);
  const sent = body && { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  try {
    const answer = await window.fetch(`${document.documentElement.dataset.prefix}${path}?${kept}`, { ...sent, signal: ends.signal });
    if (answer.ok) return await answer.json();
    return answer.status < 500 && answer.status !== 429 ? { status: answer.status } : null;
  } catch {
    return null; // the connection broke, or the answer is no JSON
  } finally {
    window.clearTimeout(timer);
  }
}

/** Returns this page's address with another query; language and frame of the reader stay.
 * @type {(parts: string[][]) => string} */
function addressOf(parts) {
  const url = new URL(window.location.href);
  const kept = [...inBar()].filter(([name]) => OF_THE_READER.includes(name));
  url.search = asText(new URLSearchParams([...parts, ...kept]));
  return url.href;
}

/** Shortens the address bar before the page is reloaded: servers and proxies refuse lines of more than 8 KiB. */
async function shortenBar() {
  const before = window.location.href;
  const answer = await shortFormOf(ofView());
  if (window.location.href !== before) return;
  if (!answer || !answer.v) {
    refused = Boolean(answer);
    return;
  }
  const view = inBar().get("view");
  window.history.replaceState(window.history.state, "", addressOf(view ? [["v", answer.v], ["view", view]] : [["v", answer.v]]));
}

/** Returns a link to this very page, short where it would be long, and a sentence where that failed.
 * @type {() => Promise<{ address: string, sentence?: string }>} */
async function link() {
  const text = ofView();
  const parts = [...new URLSearchParams(text)];
  // Its reader sees this view, and not the default view of the experiment.
  const long = addressOf(parts.length && isExperimentAlone(new URLSearchParams(text)) ? [...parts, ["view", "none"]] : parts);
  if (long.length <= LONG) return { address: long };
  const answer = await shortFormOf(text);
  return answer && answer.v ? { address: addressOf([["v", answer.v]]) } : { address: long, sentence: (answer || {}).sentence };
}

/** Copies that link, and shows its sentence in a toast. Rejects where nothing can be copied. */
async function copyLink() {
  const linked = link();
  await copyOnceKnown(linked.then(({ address }) => address));
  const { sentence } = await linked;
  if (sentence) {
    await toasts.texts();
    toasts.begin("").ends("not_known", sentence, {});
  }
}

/** Copies a text that is still to come: some browsers allow copying only during a click, so they get the promise.
 * @type {(text: Promise<string>) => Promise<void>} */
function copyOnceKnown(text) {
  if (!navigator.clipboard || !window.ClipboardItem) return text.then(copy);
  const blob = text.then((known) => new Blob([known], { type: "text/plain" }));
  return navigator.clipboard.write([new window.ClipboardItem({ "text/plain": blob })]).catch(() => text.then(copy));
}

/** Copies a text; pages on plain http and most iframes have no clipboard, so a selection is copied there.
 * @type {(text: string) => Promise<void>} */
function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text).catch(() => copyBySelection(text));
  return copyBySelection(text);
}

/** @type {(text: string) => Promise<void>} */
function copyBySelection(text) {
  const box = document.createElement("textarea");
  box.value = text;
  document.body.append(box);
  box.select();
  const copied = document.execCommand("copy");
  box.remove();
  return copied ? Promise.resolve() : Promise.reject(new Error("refused"));
}

const addresses = { ask, copy, copyLink, ofView, query };

export { addresses, setAddress };
