/* Shows what changed between runs: on a run's page against another one, in a comparison against its first. Clew draws the
   tables; here they are fetched once their section is open, and searched; the chosen run is in the address. */
import { addresses, setAddress } from "./addresses.js";
import { askingAgain, passes } from "./asking_again.js";
import { register } from "./dash.js";
import { textsOf, within } from "./elements.js";
import { ID } from "./from_python.js";
import { live } from "./live_text.js";
import { runFacts } from "./run_facts.js";

/**
 * @typedef {{ problem?: string, status?: number, body: import("./live_text.js").DescribedChild, rows: number, against?: [id: string, ...more: string[]] | null }} Changes
 *
 * @typedef {object} Kept what a section keeps of its runs
 * @property {string} clewRun
 * @property {() => Record<string, string | null>} clewFields what is asked
 * @property {(answer: Changes) => void} clewAnswered
 * @property {() => void} clewClosed
 * @property {string | null} clewShown
 * @property {HTMLInputElement | null} clewFind
 * @property {string | null | undefined} clewMost
 * @property {string} clewSent
 * @property {object} clewAsked
 * @property {import("./asking_again.js").AskingAgain} [clewAgain]
 * @property {RunChangesTexts} clewTexts
 * @property {HTMLInputElement} clewTyped
 * @property {HTMLElement} clewHead
 * @property {HTMLElement} clewBody
 * @property {HTMLElement} clewStatus
 * @typedef {HTMLDetailsElement & Kept} Section
 */

const RUN = ID.RUN_CHANGES;
const COMPARED = ID.COMPARE_CHANGES;
const FOUND_FROM = 12;
const TYPING_MS = 200;
const { make } = live;
/** @type {(name: string) => string | null} */
const inAddress = (name) => addresses.query().get(name);

/** Shows the changes of a run; called as often as its page has another version of it.
 * @type {(run: string | null) => string | null} */
function show(run) {
  const section = /** @type {Section | null} */ (document.getElementById(RUN));
  if (!section || !run) return run;
  if (section.clewRun === run) {
    if (section.open) load(section);
    return run;
  }
  const fields = () => {
    section.clewSent = section.clewTyped.value.trim();
    return { run, against: section.clewSent || null };
  };
  begin(section, run, fields, (answer) => {
    if (!answer.against) return;
    const [id] = answer.against;
    // Not over what the reader has begun to type since.
    if (section.clewTyped.value.trim() === section.clewSent) section.clewTyped.value = id;
    setAddress((query) => query.set("against", id), "replaceState");
  });
  section.clewClosed = () => setAddress((query) => query.delete("against"), "replaceState");
  choice(section, run);
  const named = inAddress("against");
  if (named !== null) section.clewTyped.value = named;
  if (section.open) load(section); // a reader opened it before its script had begun
  else section.open = named !== null;
  return run;
}

/** Shows the changes between compared runs; called with each comparison.
 * @type {(compared: { runs: string[] }) => string | null} */
function compare(compared) {
  const section = /** @type {Section | null} */ (document.getElementById(COMPARED));
  if (!section) return null;
  const runs = compared.runs.join(",");
  section.hidden = compared.runs.length < 2;
  if (section.hidden || section.clewRun === runs) return runs;
  begin(section, runs, () => ({ runs }), () => setAddress((query) => query.set("changes", "true"), "replaceState"));
  section.clewClosed = () => setAddress((query) => query.delete("changes"), "replaceState");
  if (inAddress("changes") === "true") section.open = true;
  if (section.open) load(section);
  return runs;
}

/** @type {(section: Section, run: string, fields: Kept["clewFields"], answered: Kept["clewAnswered"]) => void} */
function begin(section, run, fields, answered) {
  const place = within(section, "[data-texts]");
  Object.assign(section, { clewRun: run, clewFields: fields, clewAnswered: answered, clewShown: null, clewFind: null, clewMost: null });
  section.clewAgain?.stop();
  section.clewAgain = askingAgain(() => section.isConnected && section.open);
  section.clewTexts = textsOf(place);
  section.clewHead = make("div", { class: "changes-head" });
  section.clewBody = make("div");
  section.clewStatus = make("p", { class: "small mb-0", role: "status" });
  place.replaceChildren(section.clewHead, section.clewStatus, section.clewBody);
  section.ontoggle = () => (section.open ? load(section) : section.clewClosed());
}

/** Adds the box for the other run, which offers the runs that may be meant.
 * @type {(section: Section, run: string) => void} */
function choice(section, run) {
  const { clewTexts: texts } = section;
  const offered = make("datalist", { id: "run-changes-offered" });
  const typed = make("input", { id: "run-changes-against", class: "form-control form-control-sm", list: offered.id, autocomplete: "off", spellcheck: "false", maxlength: "250" });
  const button = make("button", { type: "submit", class: "btn btn-sm btn-outline-primary" }, texts.show);
  const form = make("form", { class: "changes-choice" }, make("label", { class: "small", for: typed.id }, texts.against), typed, button, offered);
  form.onsubmit = (event) => {
    event.preventDefault();
    section.clewMost = null;
    load(section);
  };
  /** @type {number | undefined} */
  let timer;
  typed.oninput = () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => offer(typed, offered, run), TYPING_MS);
  };
  section.clewTyped = typed;
  section.clewHead.append(form);
}

/** @type {(typed: HTMLInputElement, offered: HTMLElement, run: string) => Promise<void>} */
async function offer(typed, offered, run) {
  const q = typed.value.trim();
  const { runs } = q ? /** @type {{ runs?: [id: string, name: string, experiment: string][] }} */ (await runFacts.ask("runs/named", { run, q }, {})) : { runs: [] };
  if (!runs || typed.value.trim() !== q) return;
  offered.replaceChildren(...runs.map(([id, name, experiment]) => make("option", { value: id, label: `${name || id.slice(0, 8)} · ${experiment}` })));
}

/** Fetches the changes and shows them; an answer to an older question is dropped.
 * @type {(section: Section) => Promise<void>} */
async function load(section) {
  const asked = (section.clewAsked = {});
  const { clewAgain: again, clewTexts: texts } = section;
  again?.stop();
  if (!section.clewBody.childNodes.length) live.write(section.clewStatus, texts.reading);
  const answer = /** @type {Changes} */ (await runFacts.ask("runs/changes", { ...section.clewFields(), q: section.clewFind?.value || null, most: section.clewMost }, texts));
  if (section.clewAsked !== asked || !section.isConnected) return;
  live.write(section.clewStatus, answer.problem || "");
  if (answer.problem) {
    if (passes(answer)) again?.afterFailure(() => load(section));
    return;
  }
  again?.reset();
  section.clewAnswered(answer);
  if (section.clewShown === JSON.stringify(answer)) return;
  section.clewShown = JSON.stringify(answer);
  const hadFocus = section.clewBody.contains(document.activeElement);
  section.clewBody.replaceChildren(...live.build(answer.body));
  if (hadFocus) within(section, "summary").focus({ preventScroll: true });
  if (answer.rows >= FOUND_FROM && !section.clewFind) find(section);
  listen(section);
}

/** @type {(section: Section, selectors: string) => HTMLButtonElement[]} */
const buttonsOf = (section, selectors) => /** @type {HTMLButtonElement[]} */ ([...section.clewBody.querySelectorAll(selectors)]);

/** @type {(section: Section) => void} */
function listen(section) {
  for (const button of buttonsOf(section, "button[data-most]")) {
    button.onclick = () => {
      section.clewMost = button.dataset.most;
      load(section);
    };
  }
  for (const button of buttonsOf(section, "button[data-against]")) {
    button.onclick = () => {
      section.clewTyped.value = button.dataset.against ?? "";
      load(section);
    };
  }
}

/** Adds the search box.
 * @type {(section: Section) => void} */
function find(section) {
  const id = `${section.id}-find`;
  const input = make("input", { type: "search", id, class: "form-control form-control-sm", autocomplete: "off", spellcheck: "false", maxlength: "500" });
  /** @type {number | undefined} */
  let timer;
  input.oninput = () => {
    window.clearTimeout(timer);
    section.clewMost = null;
    timer = window.setTimeout(() => load(section), TYPING_MS);
  };
  section.clewFind = input;
  section.clewHead.append(make("div", { class: "changes-find" }, make("label", { class: "small", for: id }, section.clewTexts.find), input));
}

register("runChanges", { show, compare });
