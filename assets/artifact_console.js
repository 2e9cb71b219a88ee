/* The last lines of a run that failed, on top of its page. */
import { artifactCalls } from "./artifact_calls.js";
import { artifacts } from "./artifacts.js";
import { askingAgain, passes } from "./asking_again.js";
import { register } from "./dash.js";
import { textsOf } from "./elements.js";
import { ID } from "./from_python.js";
import { live } from "./live_text.js";

/** @typedef {{ lines: string[], path?: string | null, href?: string | null, problem?: string, status?: number, passes?: boolean }} Console */

const PLACE = ID.RUN_CONSOLE;
const { make } = live;
/** @type {Map<string, Console>} */
const known = new Map(); // by run: the output of a failed run does not change

const again = askingAgain(() => document.getElementById(PLACE));

/** Shows the last lines, or why they cannot be read; called whenever the run's facts, and this place with them, were written again.
 * @type {(run: string | null) => Promise<string | null>} */
async function show(run) {
  const place = document.getElementById(PLACE);
  again.stop();
  if (!place || !run) return run;
  const texts = textsOf(place);
  const answer = known.get(run) || /** @type {Console} */ (await artifactCalls.ask("console", { run }, texts));
  if (!place.isConnected) return run;
  if (answer.problem) {
    // What stays, as a store that MLflow cannot read, is shown where the run's files are.
    if (!passes(answer)) place.replaceChildren();
    else {
      again.afterFailure(() => show(run));
      place.replaceChildren(heading(texts), make("p", { class: "small text-danger-emphasis mb-0", role: "status" }, answer.problem));
    }
    return run;
  }
  again.reset();
  if (!answer.lines.length) {
    place.replaceChildren();
    return run;
  }
  known.set(run, answer);
  draw(place, answer, texts);
  return run;
}

/** @type {(texts: ConsoleTexts) => HTMLElement} */
const heading = (texts) => make("h2", { class: "h6 mb-1" }, texts.title);

/** @type {(place: HTMLElement, answer: Console, texts: ConsoleTexts) => void} */
function draw(place, { lines, path, href }, texts) {
  const whole = make("a", { href: href || `#${ID.RUN_ARTIFACTS}` }, texts.whole);
  if (!href) {
    whole.onclick = (event) => {
      event.preventDefault();
      artifacts.choose(/** @type {string} */ (path));
    };
  }
  const from = path ? make("span", { class: "small text-body-secondary" }, artifactCalls.filled(texts.from, { path })) : "";
  const output = make("pre", { class: "run-console-lines", tabindex: "0", role: "region", "aria-label": texts.title }, lines.join("\n"));
  place.replaceChildren(
    make("div", { class: "d-flex flex-wrap gap-2 align-items-baseline" }, heading(texts), from, whole),
    output
  );
  output.scrollTop = output.scrollHeight; // the cause of the failure comes last
}

register("artifactConsole", { show });
