/* The controls of compared media: the list of keys, playing, and the pattern of names that are read. */
import { artifactCalls } from "./artifact_calls.js";
import { mediaCells } from "./artifact_media_cells.js";
import { live } from "./live_text.js";

const SPEEDS = [0.25, 0.5, 1, 2];
const { make } = live;
const { button } = mediaCells;

/** Makes the buttons that play, loop and step the videos of a group; `play` is the first of them.
 * @type {(group: import("./artifact_sync.js").VideoGroup, play: HTMLButtonElement, texts: MediaTexts) => HTMLElement[]} */
function playing(group, play, texts) {
  const loop = make("input", { type: "checkbox", class: "form-check-input", id: "compare-media-loop", checked: "" });
  loop.onchange = () => group.loops(loop.checked);
  const speed = make("select", { class: "form-select form-select-sm w-auto", "aria-label": texts.speed }, ...SPEEDS.map((one) => make("option", { value: one, selected: one === 1 ? "" : null }, `${one}×`)));
  speed.onchange = () => group.speed(Number(speed.value));
  return [
    play,
    button(texts.begin, group.begin, "«"),
    button(texts.back, () => group.step(-1), "−1"),
    button(texts.on, () => group.step(1), "+1"),
    make("span", { class: "form-check mb-0" }, loop, make("label", { class: "form-check-label small", for: loop.id }, texts.loop)),
    speed,
  ];
}

/** Makes the list of keys: those of most runs first, and of equally many runs those with videos.
 * @type {(runs: unknown[], keys: Map<string, import("./artifact_media_cells.js").Steps[]>, texts: MediaTexts) => HTMLSelectElement} */
function choice(runs, keys, texts) {
  const sorted = [...keys].map(([key, found]) => {
    const n = found.filter((steps) => steps.size).length;
    const moves = Number(found.some((steps) => [...steps.values()].some(({ kind }) => kind === "video")));
    return { key, n, moves };
  });
  sorted.sort((one, other) => other.n - one.n || other.moves - one.moves);
  const options = sorted.map(({ key, n }) => make("option", { value: key }, artifactCalls.filled(texts.key, { key, n, all: runs.length })));
  return make("select", { class: "form-select form-select-sm", id: "compare-media-key" }, ...options);
}

/** Makes the form for a pattern of names, for media whose names Clew cannot read by itself.
 * @type {(pattern: string, texts: MediaTexts, search: (pattern: string) => void) => HTMLElement} */
function naming(pattern, texts, search) {
  const box = make("input", { type: "text", class: "form-control form-control-sm", id: "compare-media-pattern", value: pattern, maxlength: 250, autocomplete: "off", spellcheck: "false", "aria-describedby": "compare-media-pattern-help" });
  const form = make(
    "form",
    { class: "media-pattern" },
    make("label", { class: "small", for: box.id }, texts.pattern),
    make("div", { class: "d-flex gap-2" }, box, make("button", { type: "submit", class: "btn btn-sm btn-outline-secondary text-nowrap" }, texts.show)),
    make("p", { class: "small text-body-secondary mb-0", id: "compare-media-pattern-help" }, texts.pattern_help)
  );
  form.onsubmit = (event) => {
    event.preventDefault();
    search(box.value.trim());
  };
  return form;
}

export const mediaControls = Object.freeze({ choice, naming, playing });
