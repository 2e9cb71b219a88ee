/* The parts of a run's page below its charts: GPUs, parameters, tags, models, datasets. Clew draws them, some entries at a time;
   here they are fetched and searched; empty ones stay hidden. */
import { isObject, messageOf } from "./answers.js";
import { askingAgain, passes } from "./asking_again.js";
import { locale } from "./clew.js";
import { register } from "./dash.js";
import { textsOf, within } from "./elements.js";
import { ID } from "./from_python.js";
import { gpuNumbers } from "./gpu_numbers.js";
import { live } from "./live_text.js";
import { trainingCalls } from "./training_calls.js";

/**
 * @typedef {{ body: import("./live_text.js").DescribedChild, entries: number, problem?: string, status?: number, passes?: boolean }} PartAnswer
 *
 * @typedef {HTMLElement & { clewAsked?: object, clewAgain?: import("./asking_again.js").AskingAgain, clewFailed?: number, clewShown?: string | null, clewFind?: HTMLInputElement, clewLive?: string }} Part
 */

const PLACE = ID.RUN_PARTS;
const FOUND_FROM = 12; // with fewer entries there is nothing to search
const TYPING_MS = 200;
const CALL_MS = 30000;
const LIVE_MS = 5000;
const PATIENT = 2; // times: what could not be read may come by itself, where Clew began a moment ago
const SEARCHED = new Set(["parameters", "tags"]);
const ALWAYS = new Set(["parameters"]); // shown also for a run without any
const { make } = live;

/** Returns Clew's answer, or {problem, status}: a sentence where that is a refusal, or a failure of a service behind it.
 * @type {(path: string, query: Record<string, string | null | undefined>, texts: { no_answer?: string }) => Promise<unknown>} */
async function ask(path, query, texts) {
  const fields = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== null && value !== undefined) fields.set(name, value);
  const here = new URL(window.location.href).searchParams;
  for (const name of ["lang", "embed"]) {
    const value = here.get(name);
    if (value !== null) fields.set(name, value);
  }
  try {
    const signal = AbortSignal.timeout(CALL_MS);
    const answer = await window.fetch(`${document.documentElement.dataset.prefix}${path}?${fields}`, { signal });
    const content = await answer.json();
    if (answer.ok || (isObject(content) && content.problem)) return content;
    return { problem: messageOf(content) || texts.no_answer, status: answer.status };
  } catch {
    return { problem: texts.no_answer, status: 599 }; // the connection broke, or the answer is no JSON
  }
}

/** Shows the parts of a run; called as often as the page has another version of it.
 * @type {(run: string | null) => string | null} */
function show(run) {
  const place = document.getElementById(PLACE);
  if (!place || !run) return run;
  const texts = textsOf(place);
  place.dataset.run = run;
  for (const part of place.querySelectorAll(".run-part")) load(/** @type {Part} */ (part), run, texts);
  return run;
}

/** Fetches a part; an answer to an older question is dropped, and one that is the same changes nothing.
 * @type {(part: Part, run: string, texts: RunPartTexts) => Promise<void>} */
async function load(part, run, texts) {
  const asked = (part.clewAsked = {});
  const again = (part.clewAgain ||= askingAgain(() => part.isConnected));
  again.stop();
  const query = { run, part: part.dataset.part, q: part.clewFind?.value || null, most: part.dataset.most || null };
  const answer = /** @type {PartAnswer} */ (await ask("runs/facts", query, texts));
  if (part.clewAsked !== asked || !part.isConnected) return;
  if (answer.problem) {
    part.clewFailed = (part.clewFailed || 0) + 1;
    if (passes(answer)) again.afterFailure(() => load(part, run, texts));
    if (answer.status !== 503 || !passes(answer) || part.clewFailed > PATIENT) fail(part, answer);
    return;
  }
  again.reset();
  part.clewFailed = 0;
  const isSame = part.clewShown === JSON.stringify(answer);
  part.clewShown = JSON.stringify(answer);
  part.hidden = !answer.entries && !ALWAYS.has(part.dataset.part || "");
  if (!isSame) fill(part, answer, run, texts);
  if (part.dataset.part === "gpus" && answer.entries && part.clewLive !== run) {
    part.clewLive = run;
    // A run may be silent while its GPUs are not.
    trainingCalls.repeat(part.id, LIVE_MS, () => !part.hidden && load(part, run, texts));
  }
}

/** Shows why a part could not be read; what was shown before stays. A run that is not there has a message of the page's own.
 * @type {(part: Part, answer: PartAnswer) => void} */
function fail(part, answer) {
  if (answer.status === 404) return;
  const alert = part.querySelector(".run-part-failed") || make("p", { class: "run-part-failed text-danger", role: "status" });
  live.write(alert, answer.problem || "");
  part.append(alert);
  part.hidden = false;
  part.clewShown = null;
}

/** @type {(part: Part, answer: PartAnswer, run: string, texts: RunPartTexts) => void} */
function fill(part, answer, run, texts) {
  const { title = "" } = part.dataset;
  const counted = answer.entries > 1 ? `${title} (${answer.entries.toLocaleString(locale())})` : title;
  live.write(part.querySelector("h2"), counted);
  if (answer.entries >= FOUND_FROM && SEARCHED.has(part.dataset.part || "") && !part.clewFind) find(part, run, texts);
  const body = make("div", { class: "run-part-body" }, ...live.build(answer.body));
  gpuNumbers.writeReadings(body);
  for (const button of /** @type {HTMLButtonElement[]} */ ([...body.querySelectorAll("button[data-most]")])) {
    button.onclick = () => {
      part.dataset.most = button.dataset.most;
      load(part, run, texts);
    };
  }
  part.querySelector(".run-part-failed")?.remove();
  const before = part.querySelector(".run-part-body");
  const hadFocus = Boolean(before?.contains(document.activeElement));
  if (before) before.replaceWith(body);
  else part.append(body);
  if (hadFocus) keepFocus(part, body);
}

/** Puts the focus where the button was that made the table longer.
 * @type {(part: Part, body: Element) => void} */
function keepFocus(part, body) {
  const place = /** @type {HTMLElement | null} */ (body.querySelector("button[data-most]")) || within(part, "h2");
  if (place.tagName === "H2") place.tabIndex = -1;
  place.focus({ preventScroll: true });
}

/** Adds the search box.
 * @type {(part: Part, run: string, texts: RunPartTexts) => void} */
function find(part, run, texts) {
  const id = `${part.id}-find`;
  const input = make("input", { type: "search", id, class: "form-control form-control-sm", autocomplete: "off", spellcheck: "false", maxlength: "500" });
  const label = make("label", { for: id, class: "small" }, trainingCalls.filled(texts.find, { title: part.dataset.title }));
  /** @type {number | undefined} */
  let timer;
  input.oninput = () => {
    window.clearTimeout(timer);
    delete part.dataset.most;
    timer = window.setTimeout(() => load(part, run, texts), TYPING_MS);
  };
  part.clewFind = input;
  within(part, "h2").after(make("div", { class: "run-part-find" }, label, input));
}

export const runFacts = Object.freeze({ ask });
register("runFacts", { show });
