/* Pictures and videos of the compared runs, side by side at one step. */
import { addresses, setAddress } from "./addresses.js";
import { askingAgain, passes } from "./asking_again.js";
import { artifactCalls } from "./artifact_calls.js";
import { mediaCells } from "./artifact_media_cells.js";
import { mediaControls } from "./artifact_media_controls.js";
import { mediaView } from "./artifact_media_view.js";
import { register } from "./dash.js";
import { textsOf } from "./elements.js";
import { ID } from "./from_python.js";
import { live } from "./live_text.js";

/**
 * @typedef {import("./artifact_media_cells.js").MediaRun} MediaRun
 * @typedef {Partial<MediaRun> & { is_cut?: boolean, problem?: string, status?: number, passes?: boolean }} MediaAnswer
 * @typedef {import("./artifact_media_view.js").MediaView} MediaView
 * @typedef {{ place: HTMLElement, texts: MediaTexts, pattern: string, key: string, step: string, runs: string[], all: number, answers: MediaAnswer[] }} Request what the address asks for, and what of it is known
 */
const PLACE = ID.COMPARE_MEDIA_PLACE;
const MAX = 9;
const IN_ADDRESS = ["media", "media_key", "media_step"]; // a pattern of names, and what is shown
const { make } = live;

/** @type {{ request: Request, view: MediaView | null } | null} */
let shown = null;
const again = askingAgain(() => shown?.request.place.isConnected && isOpen(shown.request));
/** @type {(request: Request) => boolean} */
const isOpen = ({ place }) => Boolean(place.closest("details")?.open);
/** @type {(answer: MediaAnswer | undefined) => boolean} */
const isMissing = (answer) => !answer || Boolean(answer.problem && passes(answer));
const pause = () => shown?.view?.group.pause();

/** Reads the media of these runs once the section is open; called with each comparison.
 * @type {(compared: { runs: string[] }) => null} */
function compare(compared) {
  /** @type {HTMLElement | null} */
  const place = document.getElementById(PLACE);
  /** @type {HTMLDetailsElement | null | undefined} */
  const section = place?.closest("details");
  if (!place || !section) return null;
  const runs = compared.runs.slice(0, MAX);
  pause();
  again.reset();
  shown = null;
  place.replaceChildren();
  section.ontoggle = () => {
    if (!section.open) pause();
    else if (!shown) begin(place, runs, compared.runs.length);
    else if (shown.request.answers.some(isMissing)) read(shown.request);
  };
  if (IN_ADDRESS.some((name) => addresses.query().has(name))) section.open = true;
  if (section.open) begin(place, runs, compared.runs.length);
  return null;
}

/** @type {(place: HTMLElement, runs: string[], all: number) => Promise<void>} */
function begin(place, runs, all) {
  const texts = textsOf(place);
  const [pattern, key, step] = IN_ADDRESS.map((name) => addresses.query().get(name) || "");
  /** @type {Request} */
  const request = { place, texts, pattern, key, step, runs, all, answers: [] };
  shown = { request, view: null };
  place.replaceChildren(make("p", { class: "text-body-secondary", role: "status" }, texts.reading));
  return read(request);
}

/** Reads the files of the runs that lack them, and again where a service failed; what is on show stays as it is without news.
 * @type {(request: Request) => Promise<void>} */
async function read(request) {
  const { place, texts, pattern, runs, answers } = request;
  again.stop();
  const asked = runs.map((run, n) => (isMissing(answers[n]) ? artifactCalls.ask("media", { run, runs: runs.join(","), q: pattern }, texts) : answers[n]));
  const now = /** @type {MediaAnswer[]} */ (await Promise.all(asked));
  if (shown?.request !== request || !place.isConnected) return;
  request.answers = now;
  if (!answers.length || JSON.stringify(now) !== JSON.stringify(answers)) layOut(request);
  if (now.some(isMissing)) again.afterFailure(() => read(request));
  else again.reset();
}

/** Returns sentences about what is not shown; `problems` are those that no cell has.
 * @type {(request: Request, problems: string[]) => HTMLElement[]} */
function notesOf({ texts, runs, all, answers }, problems) {
  const notes = [...problems];
  if (all > runs.length) notes.push(artifactCalls.filled(texts.first_nine, { n: runs.length, all }));
  if (answers.some((answer) => answer.is_cut)) notes.push(texts.is_cut);
  return notes.map((note) => make("p", { class: "small text-body-secondary mb-1", role: "status" }, note));
}

/** Lays out what is known of the runs; a key and a step that the reader has on show stay.
 * @type {(request: Request) => void} */
function layOut(request) {
  const { place, texts, answers } = request;
  const runs = request.runs.map((run, n) => ({ run, name: run.slice(0, 8), colour: "currentColor", files: [], ...answers[n] }));
  const keys = mediaCells.keysOf(runs);
  const naming = place.querySelector(".media-pattern") ?? mediaControls.naming(request.pattern, texts, (pattern) => search(request, pattern));
  if (!keys.size) {
    const none = request.pattern ? texts.none_fit : texts.none;
    const problems = [...new Set(answers.flatMap((answer) => answer.problem || []))];
    above(place, naming, ...notesOf(request, problems), make("p", {}, problems.length ? "" : none));
    return;
  }
  const former = shown?.view;
  if (former) Object.assign(request, { key: former.select.value, step: String(mediaView.stepOf(former) ?? "") });
  const view = mediaView.viewOf(request, runs, keys);
  shown = { request, view };
  above(place, naming, ...notesOf(request, []), ...mediaView.partsOf(view));
  const isKnown = keys.has(request.key);
  if (isKnown) view.select.value = request.key;
  mediaView.begin(view, isKnown && request.step !== "" ? Number(request.step) : null);
  if (former?.group.isPlaying()) view.group.play();
  former?.group.pause();
}

/** Replaces what is above the form for a pattern, in which a reader may be typing; the focus stays on the control that has it.
 * @type {(place: HTMLElement, naming: Element, ...content: Node[]) => void} */
function above(place, naming, ...content) {
  const focused = place.contains(document.activeElement) ? document.activeElement?.id : "";
  for (const child of [...place.children]) if (child !== naming) child.remove();
  if (naming.parentElement !== place) place.append(naming);
  naming.before(...content);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

/** Reads the media whose names fit another pattern.
 * @type {(request: Request, pattern: string) => void} */
function search({ place, runs, all }, pattern) {
  pause();
  setAddress((query) => {
    for (const name of IN_ADDRESS) query.delete(name);
    if (pattern) query.set("media", pattern);
  }, "replaceState");
  begin(place, runs, all);
}

export const artifactMedia = Object.freeze({ compare });
register("artifactMedia", artifactMedia);
