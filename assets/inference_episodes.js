/* Lists the episodes that were watched since the page was opened, the newest first; each can be watched again from its seed,
   and kept with its model's run. */
import { byId, within } from "./elements.js";
import { ID } from "./from_python.js";
import { live } from "./live_text.js";
import { pageQuery } from "./page_request.js";

const PLACE = ID.INFERENCE_EPISODES;
const MAX = 50;
const CALL_MS = 100000; // it is played and drawn again first

/** @typedef {{ key: string, model: string, modelId: string, seed: number, total: number, steps: number, outcome: string, note: string, isSaving?: boolean }} Episode */

/** @type {Episode[]} */
let episodes = [];
/** @type {Record<string, string>} */
let texts = {};
/** @type {(seed: number) => void} */
let again = () => {};

/** Begins an empty list.
 *
 * @param {InferenceTexts} its texts of the page
 * @param {(seed: number) => void} watchAgain
 */
function begin(its, watchAgain) {
  [episodes, texts, again] = [[], its.episodes, watchAgain];
  draw();
}

/** Adds an episode that is over.
 *
 * @param {string} model its name
 * @param {import("./inference_messages.js").WatchedStep} step its last one
 * @param {string} outcome
 */
function add(model, step, outcome) {
  const { model_id: modelId, seed, cumulative_reward: total, step: steps } = step;
  episodes = [{ key: `${modelId} ${Date.now()}`, model, modelId, seed, total, steps, outcome, note: "" }, ...episodes].slice(0, MAX);
  draw();
}

function draw() {
  const place = document.getElementById(PLACE);
  if (!place) return;
  byId(`${PLACE}-section`).hidden = !episodes.length;
  if (!place.firstChild) place.append(table());
  live.children(within(place, "tbody"), episodes, ({ key }) => key, row, fill);
}

function table() {
  const { make } = live;
  const heads = ["model", "seed", "return", "steps", "outcome", "keep"].map((name) => make("th", { scope: "col", class: ["seed", "return", "steps"].includes(name) ? "text-end" : null }, texts[name]));
  const made = make("table", { class: "table table-sm final-metrics" }, make("thead", {}, make("tr", {}, ...heads)), make("tbody"));
  return make("div", { class: "table-responsive", tabindex: "0", role: "region", "aria-label": texts.all }, made);
}

/** @param {Episode} episode */
function row(episode) {
  const { make } = live;
  const cells = [make("th", { scope: "row" }), ...["text-end", "text-end", "text-end", null, null].map((name) => make("td", { class: name }))];
  cells[5].append(button(texts.again, episode, () => again(episode.seed)), " ", button(texts.save, episode, () => save(episode, "webp")), button(texts.save_gif, episode, () => save(episode, "gif")), " ", make("span", { class: "small", "aria-live": "polite" }));
  return make("tr", {}, ...cells);
}

/**
 * @param {string} text
 * @param {Episode} episode
 * @param {() => void} press
 */
function button(text, { model, seed }, press) {
  const made = live.make("button", { type: "button", class: "btn btn-link btn-sm p-0 me-2", "aria-label": `${text}: ${model}, ${texts.seed} ${seed}` }, text);
  made.addEventListener("click", press);
  return made;
}

/**
 * @param {HTMLTableRowElement} row
 * @param {Episode} episode
 */
function fill({ cells }, { model, seed, total, steps, outcome, note, isSaving }) {
  [model, String(seed), total.toFixed(2), String(steps), outcome].forEach((text, at) => live.write(cells[at], text));
  const buttons = cells[5].querySelectorAll("button");
  for (const one of [...buttons].slice(1)) one.disabled = Boolean(isSaving);
  live.write(cells[5].querySelector("span"), note);
}

/** Asks Clew to keep the episode as a moving picture with the run that its model came from; the answer is shown next to it.
 *
 * @param {Episode} episode
 * @param {"webp" | "gif"} format
 */
async function save(episode, format) {
  Object.assign(episode, { isSaving: true, note: texts.saving });
  draw();
  const saved = await ask({ model_id: episode.modelId, seed: episode.seed, format });
  Object.assign(episode, { isSaving: false, note: saved.path ? texts.saved.replace("{path}", saved.path) : saved.message || texts.lost });
  draw();
}

/**
 * @param {{ model_id: string, seed: number, format: string }} body
 * @returns {Promise<{ path?: string, message?: string }>}
 */
async function ask(body) {
  const ends = new AbortController();
  const timer = window.setTimeout(() => ends.abort(), CALL_MS);
  try {
    const address = `${document.documentElement.dataset.prefix}episodes?${pageQuery()}`;
    const headers = { "Content-Type": "application/json" };
    const answer = await window.fetch(address, { method: "POST", headers, body: JSON.stringify(body), signal: ends.signal });
    return /** @type {{ path?: string, message?: string }} */ (await answer.json());
  } catch {
    return {}; // the connection broke, or the answer is no JSON
  } finally {
    window.clearTimeout(timer);
  }
}

export const watchedEpisodes = Object.freeze({ begin, add });
