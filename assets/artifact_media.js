/* Pictures and videos of the compared runs, side by side at one step. */
import { addresses, setAddress } from "./addresses.js";
import { artifactCalls } from "./artifact_calls.js";
import { mediaCells } from "./artifact_media_cells.js";
import { mediaControls } from "./artifact_media_controls.js";
import { videoGroup } from "./artifact_sync.js";
import { register } from "./dash.js";
import { textsOf } from "./elements.js";
import { ID } from "./from_python.js";
import { live } from "./live_text.js";

/**
 * @typedef {import("./artifact_media_cells.js").MediaRun} MediaRun
 * @typedef {Partial<MediaRun> & { is_cut?: boolean, problem?: string }} MediaAnswer
 * @typedef {import("./artifact_media_cells.js").Step} Step
 * @typedef {import("./artifact_media_cells.js").Steps} Steps
 * @typedef {import("./artifact_sync.js").VideoGroup} VideoGroup
 * @typedef {{ place: HTMLElement, texts: MediaTexts, pattern: string, key: string, step: string, runs: string[], all: number }} Request what the address asks for
 * @typedef {object} MediaView
 * @property {Request} request
 * @property {MediaRun[]} runs
 * @property {Map<string, Steps[]>} keys
 * @property {Step[]} steps of the chosen key
 * @property {HTMLSelectElement} select
 * @property {HTMLInputElement} slider
 * @property {HTMLElement} output the name of the step
 * @property {HTMLElement} grid
 * @property {HTMLElement} controls
 * @property {VideoGroup} group
 */
const PLACE = ID.COMPARE_MEDIA_PLACE;
const MAX = 9;
const IN_ADDRESS = ["media", "media_key", "media_step"]; // a pattern of names, and what is shown
const { make, write } = live;
const { button, nameOf } = mediaCells;

/** @type {{ request: Request, group: VideoGroup | null } | null} */
let shown = null;

/** Reads the media of these runs once the section is open; called with each comparison.
 * @type {(compared: { runs: string[] }) => null} */
function compare(compared) {
  /** @type {HTMLElement | null} */
  const place = document.getElementById(PLACE);
  /** @type {HTMLDetailsElement | null | undefined} */
  const section = place?.closest("details");
  if (!place || !section) return null;
  const runs = compared.runs.slice(0, MAX);
  shown?.group?.pause();
  shown = null;
  place.replaceChildren();
  section.ontoggle = () => {
    if (!section.open) shown?.group?.pause();
    else if (!shown) begin(place, runs, compared.runs.length);
  };
  if (IN_ADDRESS.some((name) => addresses.query().has(name))) section.open = true;
  if (section.open) begin(place, runs, compared.runs.length);
  return null;
}

/** @type {(place: HTMLElement, runs: string[], all: number) => Promise<void>} */
async function begin(place, runs, all) {
  const texts = textsOf(place);
  const [pattern, key, step] = IN_ADDRESS.map((name) => addresses.query().get(name) || "");
  /** @type {Request} */
  const request = { place, texts, pattern, key, step, runs, all };
  shown = { request, group: null };
  place.replaceChildren(make("p", { class: "text-body-secondary", role: "status" }, texts.reading));
  const answers = await Promise.all(runs.map(async (run) => /** @type {MediaAnswer} */ (await artifactCalls.ask("media", { run, runs: runs.join(","), q: pattern }, texts))));
  if (shown?.request !== request || !place.isConnected) return;
  const found = runs.map((run, n) => ({ run, name: run.slice(0, 8), colour: "currentColor", files: [], ...answers[n] }));
  const notes = [...new Set(answers.flatMap((answer) => answer.problem || []))];
  if (all > runs.length) notes.push(artifactCalls.filled(texts.first_nine, { n: runs.length, all }));
  if (answers.some((answer) => answer.is_cut)) notes.push(texts.is_cut);
  layOut(request, found, notes);
}

/** @type {(request: Request, runs: MediaRun[], notes: string[]) => void} */
function layOut(request, runs, notes) {
  const { place, texts } = request;
  const keys = mediaCells.keysOf(runs);
  const noted = notes.map((note) => make("p", { class: "small text-body-secondary mb-1", role: "status" }, note));
  const naming = mediaControls.naming(request.pattern, texts, (pattern) => search(request, pattern));
  if (!keys.size) {
    const none = request.pattern ? texts.none_fit : texts.none;
    place.replaceChildren(...noted, make("p", {}, notes.length ? "" : none), naming);
    return;
  }
  const view = viewOf(request, runs, keys);
  shown = { request, group: view.group };
  place.replaceChildren(
    ...noted,
    make(
      "div",
      { class: "media-choice" },
      make("div", {}, make("label", { class: "small", for: view.select.id }, texts.what), view.select),
      make("div", {}, make("label", { class: "small", for: view.slider.id }, texts.step), make("div", { class: "d-flex gap-2 align-items-center" }, ...around(view), view.output))
    ),
    view.controls,
    view.grid,
    naming
  );
  view.select.onchange = () => {
    choose(view, null);
    keep(view);
  };
  view.slider.oninput = () => draw(view);
  view.slider.onchange = () => keep(view);
  const isKnown = keys.has(request.key);
  if (isKnown) view.select.value = request.key;
  const step = request.step === "" ? null : Number(request.step);
  choose(view, isKnown && step !== null && mediaCells.stepsOf(chosenOf(view)).includes(step) ? step : null);
}

/** @type {(request: Request, runs: MediaRun[], keys: Map<string, Steps[]>) => MediaView} */
function viewOf(request, runs, keys) {
  const { texts } = request;
  const slider = make("input", { type: "range", class: "form-range", id: "compare-media-step", min: 0, step: 1 });
  const controls = make("div", { class: "media-controls" });
  /** @type {HTMLButtonElement} */
  const play = button(texts.play, () => (group.isPlaying() ? group.pause() : group.play()));
  const group = videoGroup((plays) => write(play, plays ? texts.pause : texts.play));
  controls.replaceChildren(...mediaControls.playing(group, play, texts));
  const output = make("output", { class: "small text-nowrap", for: slider.id });
  return { request, runs, keys, steps: [], select: mediaControls.choice(runs, keys, texts), slider, output, grid: make("div", { class: "media-grid" }), controls, group };
}

/** Reads the media whose names fit another pattern.
 * @type {(request: Request, pattern: string) => void} */
function search({ place, runs, all }, pattern) {
  shown?.group?.pause();
  setAddress((query) => {
    for (const name of IN_ADDRESS) query.delete(name);
    if (pattern) query.set("media", pattern);
  }, "replaceState");
  begin(place, runs, all);
}

/** Writes the key and the step that are shown into the address.
 * @type {(view: MediaView) => void} */
function keep(view) {
  const step = view.steps[Number(view.slider.value)];
  setAddress((query) => {
    query.set("media_key", view.select.value);
    if (step === null) query.delete("media_step");
    else query.set("media_step", String(step));
  }, "replaceState");
}

/** @type {(view: MediaView) => HTMLElement[]} */
function around(view) {
  /** @type {(n: number) => () => void} */
  const by = (n) => () => {
    view.slider.value = String(Number(view.slider.value) + n);
    draw(view);
    keep(view);
  };
  const { texts } = view.request;
  return [button(texts.earlier, by(-1), "‹"), view.slider, button(texts.later, by(1), "›")];
}

/** @type {(view: MediaView) => Steps[]} */
const chosenOf = (view) => view.keys.get(view.select.value) ?? [];

/** Shows the chosen key at a step; null shows its last one.
 * @type {(view: MediaView, step: Step) => void} */
function choose(view, step) {
  view.steps = mediaCells.stepsOf(chosenOf(view));
  view.slider.max = String(view.steps.length - 1);
  view.slider.value = String(step === null ? view.steps.length - 1 : view.steps.indexOf(step));
  draw(view);
}

/** @type {(view: MediaView) => void} */
function draw(view) {
  const { texts } = view.request;
  const wasPlaying = view.group.isPlaying();
  const step = view.steps[Number(view.slider.value)];
  write(view.output, nameOf(step, texts));
  view.slider.setAttribute("aria-valuetext", nameOf(step, texts));
  /** @type {(step: Step) => void} */
  const show = (step) => {
    choose(view, step);
    keep(view);
  };
  const found = chosenOf(view);
  view.grid.replaceChildren(...view.runs.map((run, n) => mediaCells.cell({ texts, key: view.select.value, step, show }, run, found[n])));
  /** @type {HTMLVideoElement[]} */
  const videos = [...view.grid.querySelectorAll("video")];
  view.controls.hidden = !videos.length;
  view.group.set(videos);
  if (wasPlaying) view.group.play();
}

export const artifactMedia = Object.freeze({ compare });
register("artifactMedia", artifactMedia);
