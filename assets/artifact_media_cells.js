/* The cells of compared media: what each run has of one key at one step, or which step of it is nearest. */
import { artifactCalls } from "./artifact_calls.js";
import { live } from "./live_text.js";

/**
 * @typedef {number | null} Step null of a file without one
 * @typedef {Map<Step, { path: string, kind: string }>} Steps the files of a run under one key
 * @typedef {{ run: string, name: string, colour: string, files: [key: string, step: Step, path: string, kind: string][], problem?: string }} MediaRun `problem`: why its files are not known
 * @typedef {{ texts: MediaTexts, key: string, step: Step, show: (step: Step) => void }} Shown the key and step that are shown
 */
const { make } = live;

/** Groups the files of `runs` by key: for each key, every run's files by step.
 * @type {(runs: MediaRun[]) => Map<string, Steps[]>} */
function keysOf(runs) {
  /** @type {Map<string, Steps[]>} */
  const keys = new Map();
  runs.forEach(({ files }, n) => {
    for (const [key, step, path, kind] of files) {
      const found = keys.get(key) || runs.map(() => new Map());
      keys.set(key, found);
      found[n].set(step, { path, kind });
    }
  });
  return keys;
}

/** Returns the steps that any of the runs has, in ascending order.
 * @type {(found: Steps[]) => Step[]} */
function stepsOf(found) {
  const steps = new Set(found.flatMap((one) => [...one.keys()]));
  return [...steps].sort((one, other) => (one ?? -1) - (other ?? -1));
}

/** @type {(step: Step, texts: MediaTexts) => string} */
const nameOf = (step, texts) => (step === null ? texts.no_step : artifactCalls.filled(texts.step_of, { n: artifactCalls.number(step) }));

/** Makes the cell of a run: its picture or video at the step, or a button for the nearest step that it has, or why that is not known.
 * @type {(shown: Shown, run: MediaRun, steps: Steps) => HTMLElement} */
function cell(shown, run, steps) {
  const dot = make("i", { class: "media-dot", "aria-hidden": "true" });
  dot.style.background = run.colour;
  const caption = make("figcaption", { class: "small" }, dot, make("bdi", {}, run.name));
  const file = steps.get(shown.step);
  const body = run.problem ? make("p", { class: "small text-danger-emphasis" }, run.problem) : file ? media(shown, run, file) : lacking(shown, steps);
  return make("figure", { class: "media-cell" }, caption, body);
}

/** @type {(shown: Shown, run: MediaRun, file: { path: string, kind: string }) => HTMLElement} */
function media({ texts, key, step }, run, { path, kind }) {
  const label = artifactCalls.filled(texts.media_of, { key, run: run.name, step: nameOf(step, texts) });
  const isVideo = kind === "video";
  const video = isVideo ? make("video", { preload: "auto", playsinline: "", tabindex: "0", "aria-label": label }) : null;
  if (video) video.muted = true;
  const element = video || make("img", { alt: label });
  element.className = "media-shown";
  element.addEventListener("error", () => element.replaceWith(make("p", { class: "small" }, texts.not_played)));
  element.src = artifactCalls.address(run.run, path, isVideo ? "pieces" : "");
  return element;
}

/** @type {(shown: Shown, steps: Steps) => HTMLElement} */
function lacking({ texts, step, show }, steps) {
  if (!steps.size) return make("p", { class: "small text-body-secondary" }, texts.lacks_all);
  /** @type {(one: Step) => number} */
  const apart = (one) => Math.abs((one ?? 0) - (step ?? 0));
  const nearest = [...steps.keys()].sort((one, other) => apart(one) - apart(other))[0];
  const values = { step: step === null ? "–" : artifactCalls.number(step), nearest: nearest === null ? "–" : artifactCalls.number(nearest) };
  return make(
    "div",
    { class: "small text-body-secondary" },
    make("p", { class: "mb-1" }, artifactCalls.filled(texts.lacks, values)),
    button(artifactCalls.filled(texts.show_nearest, values), () => show(nearest))
  );
}

/** Makes a button; one with a `mark` shows it, and has the text as its name.
 * @type {(text: string, clicked: () => unknown, mark?: string) => HTMLButtonElement} */
function button(text, clicked, mark) {
  const made = make("button", { type: "button", class: "btn btn-sm btn-outline-secondary", "aria-label": mark ? text : null, title: mark ? text : null }, mark || text);
  made.onclick = clicked;
  return made;
}

export const mediaCells = Object.freeze({ button, cell, keysOf, nameOf, stepsOf });
