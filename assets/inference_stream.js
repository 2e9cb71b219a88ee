/* The inference page: a socket for each side, the messages that come on it, and what they do. */
import { register, setProps } from "./dash.js";
import { byId } from "./elements.js";
import { ID } from "./from_python.js";
import { walkChart } from "./inference_chart.js";
import { addressChoices, readChoices } from "./inference_choices.js";
import { reset, send, start } from "./inference_commands.js";
import { watchedEpisodes } from "./inference_episodes.js";
import { readMessage } from "./inference_messages.js";
import { Walk } from "./inference_walk.js";
import { sockets } from "./live_sockets.js";
import { pageSocket } from "./page_socket.js";

/**
 * @import { Choices } from "./inference_choices.js"
 * @import { Read, Step, WatchedStep } from "./inference_messages.js"
 * @typedef {{ side: string, socket: import("./page_socket.js").PageSocket, walk: Walk, plays: boolean, isOther: boolean }} Side
 * @typedef {Choices & { play?: boolean }} WalkOptions
 */

const SILENT_MS = 5000; // a walk goes at one step a second at least, a paced one reports how it goes, and so does a step that takes long
const SHOWN = ID.INFERENCE_SHOWN;
const PAGE = ID.INFERENCE_PLAY;
/** @type {(name: string, side: string) => string} */
const part = (name, side) => `walk-${name}-${side}`;

/** @type {Side[]} */
let sides = [];
/** @type {WalkOptions} */
let request = {};
/** @type {import("./socket_address.js").Service | null} */
let engine = null;
/** @type {InferenceTexts} */
let texts;
/** @type {Parameters<typeof readMessage>[1]} */
let schemas;

/**
 * @param {string} side "a" or "b"
 * @param {import("./socket_address.js").Service} service
 * @returns {Side}
 */
function sideOf(side, service) {
  const ids = { badge: part("badge", side), since: part("since", side) };
  const walk = new Walk(side, texts);
  const silent = () => (made.plays && walk.last && walk.last.running && (request.pace ?? 0) >= 0.5 ? SILENT_MS : null);
  const where = sockets.address(service, "/ws/inference", "ws/inference");
  const socket = pageSocket(ids, where, silent, {
    opened: () => reset(made, request),
    received: (text) => {
      take(made, readMessage(text, schemas, texts));
      socket.write(texts);
    },
    closed: () => {
      walk.waits(null); // the connection's badge shows what is wrong now
      socket.write(texts);
    },
  });
  const made = { side, socket, walk, plays: false, isOther: false };
  return made;
}

/** Begins again, with the sides that the request asks for.
 *
 * @param {import("./socket_address.js").Service} service
 */
function begin(service) {
  const wanted = request.versus ? ["a", "b"] : ["a"];
  byId(part("section", "b")).hidden = wanted.length < 2;
  walkChart.clear();
  watchedEpisodes.begin(texts, (seed) => setProps(ID.INFERENCE_SEED, { value: seed }));
  sides = wanted.map((side) => sideOf(side, service));
  for (const one of sides) one.plays = Boolean(request.play);
  sockets.keep(sides.map((one) => one.socket), PAGE, (socket) => {
    socket.write(texts);
    for (const one of sides) if (one.socket === socket) one.walk.writeWaiting();
  });
}

/** Takes what a message had for a side.
 *
 * @param {Side} one
 * @param {Read} message
 */
function take(one, { step, error, waits }) {
  one.walk.waits(waits || null);
  if (waits) return;
  one.walk.trouble(error || "");
  if (!step) return;
  one.walk.draw(step);
  if (!one.plays) one.walk.stops(); // it was on its way when Stop was pressed
  if (one.side === "a" && step.step === 0) setProps(SHOWN, { data: { model_id: step.model_id || null } });
  if ("episode" in step) takeOther(one, /** @type {WatchedStep} */ (step));
  else if (one.isOther || step.step === 0) isOther(one, false);
  // Not before the maze is on the screen.
  if (step.step === 0 && one.plays && !step.running && !one.walk.isOver) start(one, request);
}

/** Takes a step of any environment but the maze: the engine is sent a receipt once it is drawn, and waits for it.
 *
 * @param {Side} one
 * @param {WatchedStep} step
 */
function takeOther(one, step) {
  if (step.environment) isOther(one, true);
  window.requestAnimationFrame(() => one.socket.send(JSON.stringify({ command: "seen", seen: step.number })));
  if (!step.done) return;
  watchedEpisodes.add(one.walk.nameOf(step), step, one.walk.outcome(step));
  chooseNextSeed();
}

/** Notes whether a side shows another environment than the maze.
 *
 * @param {Side} one
 * @param {boolean} now
 */
function isOther(one, now) {
  const before = one.isOther;
  one.isOther = now;
  document.documentElement.dataset.watching = [...new Set(sides.map((each) => (each.isOther ? "others" : "maze")))].join(" ");
  if (now && !before) send(one, { command: document.hidden ? "hide" : "show" }, request); // at this pace, in this size
}

/** Chooses the next seed where all episodes are over, if the viewer has switched that on. */
function chooseNextSeed() {
  const isOver = () => request.goesOn && !document.hidden && sides.every((one) => one.isOther && one.plays && one.walk.isOver);
  if (!isOver()) return;
  const seedNow = () => /** @type {WatchedStep} */ (sides[0].walk.last).seed;
  const seed = seedNow();
  window.setTimeout(() => {
    if (isOver() && seedNow() === seed) setProps(ID.INFERENCE_SEED, { value: seed + 1 });
  }, 1000);
}

document.addEventListener("visibilitychange", () => {
  for (const one of sides) if (one.isOther) send(one, { command: document.hidden ? "hide" : "show" }, request);
  chooseNextSeed();
});

const inference = {
  /** Begins the page.
   *
   * @param {WalkOptions} asked
   * @param {import("./socket_address.js").Service | null} where
   * @param {InferenceTexts} its
   * @param {Parameters<typeof readMessage>[1]} shapes
   */
  start(asked, where, its, shapes) {
    [request, engine, texts, schemas] = [{ ...asked, goesOn: false }, where, its, shapes];
    document.documentElement.dataset.watching = "maze";
    if (engine) begin(engine);
    return Date.now();
  },

  /** Does what the button that was pressed is for. */
  press() {
    const triggered = window.dash_clientside.callback_context.triggered[0];
    if (!triggered || !triggered.value) return;
    const what = triggered.prop_id.split(".")[0].replace("inference-", "");
    for (const one of sides) {
      one.plays = what === "play";
      if (what === "play") start(one, request);
      else if (what === "reset") reset(one, request);
      else {
        send(one, { command: what === "step" && one.walk.stands ? "step" : "stop" }, request);
        one.walk.stops();
      }
    }
  },

  /** Takes the controls' values, and asks the engine for what differs.
   *
   * @param {...unknown} values
   */
  choose(...values) {
    const next = readChoices(values, texts.none);
    const names = /** @type {(keyof Choices)[]} */ (Object.keys(next));
    const changed = names.filter((name) => (next[name] ?? null) !== (request[name] ?? null));
    if (!changed.length || !engine) return;
    const hadVersus = Boolean(request.versus);
    request = { ...request, ...next };
    addressChoices(next, changed);
    if (changed.includes("versus") && Boolean(next.versus) !== hadVersus) return begin(engine);
    if (changed.every((name) => name === "goesOn")) return chooseNextSeed();
    const plays = sides.some((one) => one.walk.last && one.walk.last.running && !one.walk.last.done);
    for (const one of sides) {
      if (changed.some((name) => !["speed", "pace", "goesOn"].includes(name))) reset(one, request);
      else if (plays) start(one, request); // of a walk that goes on it changes the speed alone
    }
  },
};

const isPlaying = () => sides.some((one) => one.plays && !one.walk.isOver);

register("inference", inference);

export { isPlaying };
