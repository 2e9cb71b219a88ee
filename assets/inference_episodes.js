/* The episodes that were watched since the page was opened, the newest first; each can be watched again from its seed, and
   kept with its model's run. */
import { ID } from "./from_python.js";
import { live } from "./live_text.js";
import { pageQuery } from "./page_request.js";

const PLACE = ID.INFERENCE_EPISODES;
const MOST = 50;
const CALL_MS = 100000; // it is played and drawn anew first

let episodes = [];
let texts = {};
/** @type {(seed: number) => void} */
let again = () => {};

function begin(said, watchAgain) {
  [episodes, texts, again] = [[], said, watchAgain];
  draw();
}

/** An episode is over; `step` is its last. */
function add(model, step, outcome) {
  const { model_id: modelId, seed, cumulative_reward: total, step: steps } = step;
  episodes = [{ key: `${modelId} ${Date.now()}`, model, modelId, seed, total, steps, outcome, note: "" }, ...episodes].slice(0, MOST);
  draw();
}

function draw() {
  const place = document.getElementById(PLACE);
  if (!place) return;
  document.getElementById(`${PLACE}-section`).hidden = !episodes.length;
  if (!place.firstChild) place.append(table());
  live.children(place.querySelector("tbody"), episodes, ({ key }) => key, row, fill);
}

function table() {
  const { make } = live;
  const heads = ["model", "seed", "return", "steps", "outcome", "keep"].map((name) => make("th", { scope: "col", class: ["seed", "return", "steps"].includes(name) ? "text-end" : null }, texts.episodes[name]));
  const made = make("table", { class: "table table-sm final-metrics" }, make("thead", {}, make("tr", {}, ...heads)), make("tbody"));
  return make("div", { class: "table-responsive", tabindex: "0", role: "region", "aria-label": texts.episodes.all }, made);
}

function row(episode) {
  const { make } = live;
  const cells = [make("th", { scope: "row" }), ...["text-end", "text-end", "text-end", null, null].map((name) => make("td", { class: name }))];
  const said = texts.episodes;
  cells[5].append(button(said.again, episode, () => again(episode.seed)), " ", button(said.save, episode, () => save(episode, "webp")), button(said.save_gif, episode, () => save(episode, "gif")), " ", make("span", { class: "small", "aria-live": "polite" }));
  return make("tr", {}, ...cells);
}

function button(text, { model, seed }, press) {
  const made = live.make("button", { type: "button", class: "btn btn-link btn-sm p-0 me-2", "aria-label": `${text}: ${model}, ${texts.episodes.seed} ${seed}` }, text);
  made.addEventListener("click", press);
  return made;
}

function fill({ cells }, { model, seed, total, steps, outcome, note, isSaving }) {
  [model, String(seed), total.toFixed(2), String(steps), outcome].forEach((text, at) => live.write(cells[at], text));
  const buttons = cells[5].querySelectorAll("button");
  for (const one of [...buttons].slice(1)) one.disabled = Boolean(isSaving);
  live.write(cells[5].querySelector("span"), note);
}

/** Has the episode kept as a moving picture with the run that its model came from; the answer stands beside it. */
async function save(episode, format) {
  Object.assign(episode, { isSaving: true, note: texts.episodes.saving });
  draw();
  const saved = await ask({ model_id: episode.modelId, seed: episode.seed, format });
  Object.assign(episode, { isSaving: false, note: saved.path ? texts.episodes.saved.replace("{path}", saved.path) : saved.message || texts.episodes.lost });
  draw();
}

async function ask(body) {
  const ends = new AbortController();
  const timer = window.setTimeout(() => ends.abort(), CALL_MS);
  try {
    const address = `${document.documentElement.dataset.prefix}episodes?${pageQuery()}`;
    const headers = { "Content-Type": "application/json" };
    const answer = await window.fetch(address, { method: "POST", headers, body: JSON.stringify(body), signal: ends.signal });
    return await answer.json();
  } catch {
    return {}; // the line broke, or what came is no JSON
  } finally {
    window.clearTimeout(timer);
  }
}

export const watchedEpisodes = Object.freeze({ begin, add });
