/* The page's address: changed by its parts, written out where it names another one, and made short where it is long. */
import { toasts } from "./change_toasts.js";
import { ADDRESS, ID } from "./from_python.js";

const SETTLES_MS = 1500; // a slider moves in many steps, and only the last one is worth keeping
const CALL_MS = 20000;
const { LONG, NO_PART_OF_A_VIEW, OF_THE_READER, TOO_LONG_FOR_SERVERS } = ADDRESS;
const shortForms = new Map(); // by query, those that were made on this page
let settling;
let refused = false;

// Commas are legal in a query and a list of ids reads better with them.
const asText = (query) => query.toString().replace(/%2C/gi, ",");
const inBar = () => new URL(window.location.href).searchParams;
const isOfView = (name) => !NO_PART_OF_A_VIEW.includes(name);
const own = (query) => [...query.keys()].filter(isOfView);

/** The query that the address led to, as the server wrote it out; null where it says everything itself. */
function writtenOut(bar) {
  const made = [...shortForms].find(([, form]) => form === bar.get("v"));
  if (made) return made[0];
  const place = document.getElementById(ID.OPENED_ADDRESS);
  if (!place) return null;
  const from = JSON.parse(place.dataset.from);
  const isFromHere = Object.entries(from).every(([name, value]) => bar.get(name) === value);
  const isAll = from.v !== undefined || own(bar).every((name) => name in from);
  return isFromHere && isAll ? place.dataset.full : null;
}

/** All that the page's address says, also where the bar has a short form of it, or the name of a view. */
function query() {
  const bar = inBar();
  const written = writtenOut(bar);
  if (written === null) return bar;
  const whole = new URLSearchParams(written);
  for (const name of new Set(own(bar))) whole.delete(name);
  for (const [name, value] of bar) if (name !== "v") whole.append(name, value);
  return whole;
}

/** What of the address makes the view. */
function ofView() {
  const whole = query();
  for (const name of NO_PART_OF_A_VIEW) whole.delete(name);
  return asText(whole);
}

/** What is left of an address must not open a view: neither the one that it began from, nor an experiment's default. */
function keepWhatIsOpen(whole) {
  const place = document.getElementById(ID.OPENED_ADDRESS);
  const opened = place ? JSON.parse(place.dataset.from) : {};
  if (!own(whole).length) whole.delete("view");
  else if (isExperimentAlone(whole) && opened.experiment === whole.get("experiment")) whole.set("view", "none");
}

const isExperimentAlone = (whole) => own(whole).every((name) => name === "experiment");

/** Changes the address by a function of its query; "replaceState" adds no step to go back. */
function setAddress(change, step = "pushState") {
  const url = new URL(window.location.href);
  const whole = query();
  change(whole);
  whole.delete("v"); // it led nowhere, or is written out
  keepWhatIsOpen(whole);
  url.search = asText(whole);
  // Without Dash's own event: its router would lay the page out anew, and sort, filter and zoom would be gone.
  window.history[step](null, "", url);
  window.clearTimeout(settling);
  if (url.search.length > TOO_LONG_FOR_SERVERS && !refused) settling = window.setTimeout(shortenBar, SETTLES_MS);
}

/** The short form of a query, or the sentence that says why there is none; null where nobody answers. */
async function shortFormOf(text) {
  if (shortForms.has(text)) return { v: shortForms.get(text) };
  const answer = await ask("links", { query: text });
  if (answer && answer.v) shortForms.set(text, answer.v);
  return answer;
}

/** Asks Clew in the page's language; null where nobody who knows answers, {status} where it is refused. */
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
    return null; // the line broke, or what came is no JSON: as good as nothing
  } finally {
    window.clearTimeout(timer);
  }
}

/** This page's address with another query; the reader's own part stays. */
function addressOf(parts) {
  const url = new URL(window.location.href);
  const kept = [...inBar()].filter(([name]) => OF_THE_READER.includes(name));
  url.search = asText(new URLSearchParams([...parts, ...kept]));
  return url.href;
}

/** Before somebody reloads it: servers and proxies refuse lines of more than 8 KiB. */
async function shortenBar() {
  const before = window.location.href;
  const answer = await shortFormOf(ofView());
  if (window.location.href !== before) return;
  if (!answer || !answer.v) {
    refused = Boolean(answer);
    return;
  }
  const view = inBar().get("view");
  window.history.replaceState(window.history.state, "", addressOf([["v", answer.v], ...(view ? [["view", view]] : [])]));
}

/** A link that shows this very page, short where it would be long; and what is to be said of it, if anything. */
async function link() {
  const text = ofView();
  const parts = [...new URLSearchParams(text)];
  // Whoever gets it sees what is here, and not what the team opens the experiment with.
  const long = addressOf(parts.length && isExperimentAlone(new URLSearchParams(text)) ? [...parts, ["view", "none"]] : parts);
  if (long.length <= LONG) return { address: long };
  const answer = await shortFormOf(text);
  return answer && answer.v ? { address: addressOf([["v", answer.v]]) } : { address: long, sentence: (answer || {}).sentence };
}

/** Copies that link; what there is to say of it goes into a toast. Fails where nothing can be copied. */
async function copyLink() {
  const linked = link();
  await copyOnceKnown(linked.then(({ address }) => address));
  const { sentence } = await linked;
  if (sentence) {
    await toasts.texts();
    toasts.begin("").ends("not_known", sentence, {});
  }
}

/** Some browsers let a page copy only within its reader's click: they are given what is still to come. */
function copyOnceKnown(text) {
  if (!navigator.clipboard || !window.ClipboardItem) return text.then(copy);
  const blob = text.then((known) => new Blob([known], { type: "text/plain" }));
  return navigator.clipboard.write([new window.ClipboardItem({ "text/plain": blob })]).catch(() => text.then(copy));
}

/** The clipboard is closed to pages on plain http and to most iframes; an old way is left. */
function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text).catch(() => copyBySelection(text));
  return copyBySelection(text);
}

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
