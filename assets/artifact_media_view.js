/* The view of compared media: one key at one step, with the controls that choose both. */
import { setAddress } from "./addresses.js";
import { mediaCells } from "./artifact_media_cells.js";
import { mediaControls } from "./artifact_media_controls.js";
import { videoGroup } from "./artifact_sync.js";
import { live } from "./live_text.js";

/**
 * @typedef {import("./artifact_media.js").Request} Request
 * @typedef {import("./artifact_media_cells.js").MediaRun} MediaRun
 * @typedef {import("./artifact_media_cells.js").Step} Step
 * @typedef {import("./artifact_media_cells.js").Steps} Steps
 *
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
 * @property {import("./artifact_sync.js").VideoGroup} group
 */
const { make, write } = live;
const { button, nameOf } = mediaCells;

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

/** Returns the view's parts, in their order, once they work.
 * @type {(view: MediaView) => HTMLElement[]} */
function partsOf(view) {
  const { texts } = view.request;
  view.select.onchange = () => {
    choose(view, null);
    keep(view);
  };
  view.slider.oninput = () => draw(view);
  view.slider.onchange = () => keep(view);
  const choice = make(
    "div",
    { class: "media-choice" },
    make("div", {}, make("label", { class: "small", for: view.select.id }, texts.what), view.select),
    make("div", {}, make("label", { class: "small", for: view.slider.id }, texts.step), make("div", { class: "d-flex gap-2 align-items-center" }, ...around(view), view.output))
  );
  return [choice, view.controls, view.grid];
}

/** Writes the key and the step that are shown into the address.
 * @type {(view: MediaView) => void} */
function keep(view) {
  const step = stepOf(view);
  setAddress((query) => {
    query.set("media_key", view.select.value);
    if (step === null) query.delete("media_step");
    else query.set("media_step", String(step));
  }, "replaceState");
}

/** Makes the slider with a button on each side of it.
 * @type {(view: MediaView) => HTMLElement[]} */
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
  const step = stepOf(view);
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

/** Returns the step on show.
 * @type {(view: MediaView) => Step} */
const stepOf = (view) => view.steps[Number(view.slider.value)];

/** Shows the chosen key at a step, or at its last one where it has no such step.
 * @type {(view: MediaView, step: Step) => void} */
const begin = (view, step) => choose(view, mediaCells.stepsOf(chosenOf(view)).includes(step) ? step : null);

export const mediaView = Object.freeze({ begin, partsOf, stepOf, viewOf });
