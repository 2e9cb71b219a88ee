/* The parts of a run's page beside its charts: GPUs, parameters, tags, models, datasets. Clew draws them, some entries at a time;
   here they are asked for, searched, and those of which there is nothing stay hidden. */
import { locale } from "./clew.js";
import { register } from "./dash.js";
import { ID } from "./from_python.js";
import { gpuNumbers } from "./gpu_numbers.js";
import { live } from "./live_text.js";
import { trainingCalls } from "./training_calls.js";

const PLACE = ID.RUN_PARTS;
const FOUND_FROM = 12; // with fewer entries there is nothing to search
const TYPING_MS = 200;
const CALL_MS = 30000;
const LIVE_MS = 5000;
const AGAIN_MS = 3000; // what could not be read may come by itself: Clew may have begun a moment ago
const MOST_AGAIN = 5;
const PATIENT = 2;
const SEARCHED = new Set(["parameters", "tags"]);
const ALWAYS = new Set(["parameters"]); // a run without says so
const { make } = live;

/** What Clew answers, or {problem, status}: a sentence where that is a refusal, or a failure behind it. */
async function ask(path, query, texts) {
  const said = Object.entries(query).filter(([, value]) => value !== null && value !== undefined);
  const fields = new URLSearchParams(said);
  const lang = new URL(window.location.href).searchParams;
  for (const name of ["lang", "embed"]) if (lang.has(name)) fields.set(name, lang.get(name));
  try {
    const signal = AbortSignal.timeout(CALL_MS);
    const answer = await window.fetch(`${document.documentElement.dataset.prefix}${path}?${fields}`, { signal });
    const told = await answer.json();
    if (told.problem) return told;
    return answer.ok ? told : { problem: told.message || told.error || texts.no_answer, status: answer.status };
  } catch {
    return { problem: texts.no_answer, status: 599 }; // the line broke, or what came is no JSON
  }
}

/** Called as often as the page has news of its run. */
function show(run) {
  const place = document.getElementById(PLACE);
  if (!place || !run) return run;
  const texts = JSON.parse(place.dataset.texts);
  place.dataset.run = run;
  for (const part of place.querySelectorAll(".run-part")) load(part, run, texts);
  return run;
}

/** Asks for a part; the newest answer counts, and what is there already stays as it is. */
async function load(part, run, texts) {
  const asked = (part.clewAsked = {});
  const query = { run, part: part.dataset.part, q: part.clewFind?.value || null, most: part.dataset.most || null };
  const answer = await ask("runs/facts", query, texts);
  if (part.clewAsked !== asked || !part.isConnected) return;
  if (answer.problem) {
    const isWaiting = again(part, run, texts, answer);
    return isWaiting ? undefined : fail(part, answer);
  }
  part.clewAgain = 0;
  const isSame = part.clewShown === JSON.stringify(answer);
  part.clewShown = JSON.stringify(answer);
  part.hidden = !answer.entries && !ALWAYS.has(part.dataset.part);
  if (!isSame) fill(part, answer, run, texts);
  if (part.dataset.part === "gpus" && answer.entries && part.clewLive !== run) {
    part.clewLive = run;
    // A run may be silent while its GPUs are not.
    trainingCalls.repeat(part.id, LIVE_MS, () => !part.hidden && load(part, run, texts));
  }
}

/** Asks once more by and by; true while it is too early to speak of a failure. */
function again(part, run, texts, answer) {
  if (answer.status < 500) return false;
  part.clewAgain = (part.clewAgain || 0) + 1;
  if (part.clewAgain <= MOST_AGAIN) window.setTimeout(() => part.isConnected && load(part, run, texts), AGAIN_MS * part.clewAgain);
  return answer.status === 503 && part.clewAgain <= PATIENT;
}

/** What was shown before stays, with the reason why it is not newer; of a run that is not there the page says enough. */
function fail(part, answer) {
  if (answer.status === 404) return;
  const alert = part.querySelector(".run-part-failed") || make("p", { class: "run-part-failed text-danger", role: "status" });
  live.write(alert, answer.problem);
  part.append(alert);
  part.hidden = false;
  part.clewShown = null;
}

function fill(part, answer, run, texts) {
  const { title } = part.dataset;
  const counted = answer.entries > 1 ? `${title} (${answer.entries.toLocaleString(locale())})` : title;
  live.write(part.querySelector("h2"), counted);
  if (answer.entries >= FOUND_FROM && SEARCHED.has(part.dataset.part) && !part.clewFind) find(part, run, texts);
  const body = make("div", { class: "run-part-body" }, ...live.build(answer.body));
  gpuNumbers.writeReadings(body);
  for (const button of body.querySelectorAll("button[data-most]")) {
    button.onclick = () => {
      part.dataset.most = button.dataset.most;
      load(part, run, texts);
    };
  }
  part.querySelector(".run-part-failed")?.remove();
  const before = part.querySelector(".run-part-body");
  const hadFocus = Boolean(before) && before.contains(document.activeElement);
  if (before) before.replaceWith(body);
  else part.append(body);
  if (hadFocus) keepFocus(part, body);
}

/** A reader with a keyboard goes on where the button was that made the table longer. */
function keepFocus(part, body) {
  const place = body.querySelector("button[data-most]") || part.querySelector("h2");
  if (place.tagName === "H2") place.tabIndex = -1;
  place.focus({ preventScroll: true });
}

function find(part, run, texts) {
  const id = `${part.id}-find`;
  const input = make("input", { type: "search", id, class: "form-control form-control-sm", autocomplete: "off", spellcheck: "false", maxlength: "500" });
  const label = make("label", { for: id, class: "small" }, trainingCalls.filled(texts.find, { title: part.dataset.title }));
  let timer = null;
  input.oninput = () => {
    window.clearTimeout(timer);
    delete part.dataset.most;
    timer = window.setTimeout(() => load(part, run, texts), TYPING_MS);
  };
  part.clewFind = input;
  part.querySelector("h2").after(make("div", { class: "run-part-find" }, label, input));
}

export const runFacts = Object.freeze({ ask });
register("runFacts", { show });
