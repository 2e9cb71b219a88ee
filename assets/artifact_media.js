/* Pictures and films of the compared runs, side by side at one step. */
import { addresses, setAddress } from "./addresses.js";
import { artifactCalls } from "./artifact_calls.js";
import { videoGroup } from "./artifact_sync.js";
import { register } from "./dash.js";
import { ID } from "./from_python.js";
import { live } from "./live_text.js";

const PLACE = ID.COMPARE_MEDIA_PLACE;
const MOST = 9;
const IN_ADDRESS = ["media", "media_key", "media_step"]; // a pattern of names, and what is shown
const SPEEDS = [0.25, 0.5, 1, 2];
const { make, write } = live;

let shown = null;

/** Asks for the media of these runs once the section is open; called with each comparison. */
function compare(compared) {
  const place = document.getElementById(PLACE);
  const section = place?.closest("details");
  if (!section) return null;
  const runs = compared.runs.slice(0, MOST);
  shown?.group.pause();
  shown = null;
  place.replaceChildren();
  section.ontoggle = () => (section.open ? !shown && begin(place, runs, compared.runs.length) : shown?.group.pause());
  if (IN_ADDRESS.some((name) => addresses.query().has(name))) section.open = true;
  if (section.open) begin(place, runs, compared.runs.length);
  return null;
}

async function begin(place, runs, all) {
  const texts = JSON.parse(place.dataset.texts);
  const [pattern, key, step] = IN_ADDRESS.map((name) => addresses.query().get(name) || "");
  const mine = (shown = { place, texts, pattern, key, asked: step, all, runs: [], group: { pause() {} } });
  place.replaceChildren(make("p", { class: "text-body-secondary", role: "status" }, texts.reading));
  const answers = await Promise.all(runs.map((run) => artifactCalls.ask("media", { run, runs: runs.join(","), q: pattern }, texts)));
  if (shown !== mine || !place.isConnected) return;
  mine.runs = runs.map((run, n) => ({ run, name: run.slice(0, 8), colour: "currentColor", files: [], ...answers[n] }));
  const notes = [...new Set(answers.map((answer) => answer.problem).filter(Boolean))];
  if (all > runs.length) notes.push(artifactCalls.filled(texts.first_nine, { n: runs.length, all }));
  if (answers.some((answer) => answer.is_cut)) notes.push(texts.is_cut);
  lay(mine, notes);
}

/** By key, each run's files by step. */
function keysOf(runs) {
  const keys = new Map();
  runs.forEach(({ files }, n) => {
    for (const [key, step, path, kind] of files) {
      if (!keys.has(key)) keys.set(key, runs.map(() => new Map()));
      keys.get(key)[n].set(step, { path, kind });
    }
  });
  return keys;
}

function lay(state, notes) {
  const { place, texts, runs } = state;
  state.keys = keysOf(runs);
  const said = notes.map((note) => make("p", { class: "small text-body-secondary mb-1", role: "status" }, note));
  if (!state.keys.size) {
    const none = state.pattern ? texts.none_fit : texts.none;
    place.replaceChildren(...said, make("p", {}, notes.length ? "" : none), naming(state));
    return;
  }
  // What most runs have comes first, and of that films.
  const having = (key) => state.keys.get(key).filter((steps) => steps.size).length;
  const moves = (key) => Number(state.keys.get(key).some((steps) => [...steps.values()].some(({ kind }) => kind === "video")));
  const order = [...state.keys.keys()].sort((one, other) => having(other) - having(one) || moves(other) - moves(one));
  const option = (key) => make("option", { value: key }, artifactCalls.filled(texts.key, { key, n: having(key), all: runs.length }));
  state.select = make("select", { class: "form-select form-select-sm", id: "compare-media-key" }, ...order.map(option));
  state.slider = make("input", { type: "range", class: "form-range", id: "compare-media-step", min: 0, step: 1 });
  state.step = make("output", { class: "small text-nowrap", for: state.slider.id });
  state.grid = make("div", { class: "media-grid" });
  state.controls = make("div", { class: "media-controls" });
  state.group = videoGroup((plays) => playing(state, plays));
  buttons(state);
  place.replaceChildren(
    ...said,
    make(
      "div",
      { class: "media-choice" },
      make("div", {}, make("label", { class: "small", for: state.select.id }, texts.what), state.select),
      make("div", { class: "media-steps" }, make("label", { class: "small", for: state.slider.id }, texts.step), make("div", { class: "d-flex gap-2 align-items-center" }, ...around(state), state.step))
    ),
    state.controls,
    state.grid,
    naming(state)
  );
  state.select.onchange = () => {
    choose(state, null);
    keep(state);
  };
  state.slider.oninput = () => draw(state);
  state.slider.onchange = () => keep(state);
  if (state.keys.has(state.key)) state.select.value = state.key;
  const step = state.asked === "" ? null : Number(state.asked);
  choose(state, state.keys.has(state.key) && step !== null && stepsOf(state).includes(step) ? step : null);
}

/** Where a pattern is typed, for names that Clew does not know how to read. */
function naming(state) {
  const { texts, pattern } = state;
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
    state.group.pause();
    setAddress((query) => {
      for (const name of IN_ADDRESS) query.delete(name);
      if (box.value.trim()) query.set("media", box.value.trim());
    }, "replaceState");
    begin(
      state.place,
      state.runs.map(({ run }) => run),
      state.all
    );
  };
  return form;
}

/** What is shown stands in the address. */
function keep(state) {
  const step = state.steps[Number(state.slider.value)];
  setAddress((query) => {
    query.set("media_key", state.select.value);
    if (step === null) query.delete("media_step");
    else query.set("media_step", step);
  }, "replaceState");
}

function button(text, clicked, mark) {
  const made = make("button", { type: "button", class: "btn btn-sm btn-outline-secondary", "aria-label": mark ? text : null, title: mark ? text : null }, mark || text);
  made.onclick = clicked;
  return made;
}

function around(state) {
  const by = (n) => () => {
    state.slider.value = Number(state.slider.value) + n;
    draw(state);
    keep(state);
  };
  return [button(state.texts.earlier, by(-1), "‹"), state.slider, button(state.texts.later, by(1), "›")];
}

function buttons(state) {
  const { texts, group } = state;
  state.play = button(texts.play, () => (group.isPlaying() ? group.pause() : group.play()));
  const loop = make("input", { type: "checkbox", class: "form-check-input", id: "compare-media-loop", checked: "" });
  loop.onchange = () => group.loops(loop.checked);
  const speed = make("select", { class: "form-select form-select-sm w-auto", "aria-label": texts.speed }, ...SPEEDS.map((one) => make("option", { value: one, selected: one === 1 ? "" : null }, `${one}×`)));
  speed.onchange = () => group.speed(Number(speed.value));
  state.controls.replaceChildren(
    state.play,
    button(texts.begin, group.begin, "«"),
    button(texts.back, () => group.step(-1), "−1"),
    button(texts.on, () => group.step(1), "+1"),
    make("span", { class: "form-check mb-0" }, loop, make("label", { class: "form-check-label small", for: loop.id }, texts.loop)),
    speed
  );
}

function playing(state, plays) {
  write(state.play, plays ? state.texts.pause : state.texts.play);
}

/** Another key: its steps of all runs, and of them the last, or the one that is asked for. */
function stepsOf(state) {
  const found = new Set(state.keys.get(state.select.value).flatMap((steps) => [...steps.keys()]));
  return [...found].sort((one, other) => (one ?? -1) - (other ?? -1));
}

function choose(state, step) {
  state.steps = stepsOf(state);
  state.slider.max = state.steps.length - 1;
  const at = step === null ? state.steps.length - 1 : state.steps.indexOf(step);
  state.slider.value = at;
  draw(state);
}

const nameOf = (state, step) => (step === null ? state.texts.no_step : artifactCalls.filled(state.texts.step_of, { n: artifactCalls.number(step) }));

function draw(state) {
  const wasPlaying = state.group.isPlaying();
  const step = state.steps[Number(state.slider.value)];
  write(state.step, nameOf(state, step));
  state.slider.setAttribute("aria-valuetext", nameOf(state, step));
  const found = state.keys.get(state.select.value);
  state.grid.replaceChildren(...state.runs.map((run, n) => cell(state, run, found[n], step)));
  const videos = [...state.grid.querySelectorAll("video")];
  state.controls.hidden = !videos.length;
  state.group.set(videos);
  if (wasPlaying) state.group.play();
}

function cell(state, run, steps, step) {
  const dot = make("i", { class: "media-dot", "aria-hidden": "true" });
  dot.style.background = run.colour;
  const caption = make("figcaption", { class: "small" }, dot, make("bdi", {}, run.name));
  const file = steps.get(step);
  const body = file ? media(state, run, file, step) : lacking(state, steps, step);
  return make("figure", { class: "media-cell" }, caption, body);
}

function media(state, run, { path, kind }, step) {
  const { texts } = state;
  const label = artifactCalls.filled(texts.media_of, { key: state.select.value, run: run.name, step: nameOf(state, step) });
  const isVideo = kind === "video";
  const element = isVideo ? make("video", { preload: "auto", playsinline: "", tabindex: "0", "aria-label": label }) : make("img", { alt: label });
  element.className = "media-shown";
  if (element instanceof HTMLVideoElement) element.muted = true;
  element.addEventListener("error", () => element.replaceWith(make("p", { class: "small" }, texts.not_played)));
  element.src = artifactCalls.address(run.run, path, isVideo ? "pieces" : "");
  return element;
}

function lacking(state, steps, step) {
  const { texts } = state;
  if (!steps.size) return make("p", { class: "small text-body-secondary" }, texts.lacks_all);
  const apart = (one) => Math.abs((one ?? 0) - (step ?? 0));
  const nearest = [...steps.keys()].sort((one, other) => apart(one) - apart(other))[0];
  const said = { step: step === null ? "–" : artifactCalls.number(step), nearest: nearest === null ? "–" : artifactCalls.number(nearest) };
  return make(
    "div",
    { class: "small text-body-secondary" },
    make("p", { class: "mb-1" }, artifactCalls.filled(texts.lacks, said)),
    button(artifactCalls.filled(texts.show_nearest, said), () => {
      choose(state, nearest);
      keep(state);
    })
  );
}

export const artifactMedia = Object.freeze({ compare });
register("artifactMedia", artifactMedia);
