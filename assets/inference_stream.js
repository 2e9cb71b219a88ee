/* The inference page: a socket for each side, what is said on it, and what comes of it. */
import { register, setProps } from "./dash.js";
import { ID } from "./from_python.js";
import { walkChart } from "./inference_chart.js";
import { addressChoices, readChoices, watchedModel } from "./inference_choices.js";
import { watchedEpisodes } from "./inference_episodes.js";
import { Walk } from "./inference_walk.js";
import { sockets } from "./live_sockets.js";
import { pageSocket } from "./page_socket.js";
import { misfit } from "./schema.js";
import { translate, troubleOf } from "./translate.js";

const SILENT_MS = 5000; // a walk goes at one step a second at least, a paced one tells how it goes
const SHOWN = ID.INFERENCE_SHOWN;
const PAGE = ID.INFERENCE_PLAY;
const part = (what, side) => `walk-${what}-${side}`;

let sides = []; // {side, socket, walk, plays, isOther}
/** @type {Record<string, any>} */
let request = {};
let engine = null;
let texts = {};
let schema = {};

function sideOf(side) {
  const ids = { badge: part("badge", side), since: part("since", side) };
  const made = { side, walk: new Walk(side, texts), plays: false, isOther: false };
  const silent = () => (made.plays && made.walk.last && made.walk.last.running && request.pace >= 0.5 ? SILENT_MS : null);
  const where = sockets.address(engine, "/ws/inference", "ws/inference");
  made.socket = pageSocket(ids, where, silent, {
    opened: () => reset(made),
    received: (text) => {
      take(made, read(text));
      made.socket.write(texts);
    },
    closed: () => {
      made.walk.waits(null); // the line says what is wrong now
      made.socket.write(texts);
    },
  });
  return made;
}

/** Begins anew with the sides that the request asks for. */
function begin() {
  const wanted = request.versus ? ["a", "b"] : ["a"];
  document.getElementById(part("section", "b")).hidden = wanted.length < 2;
  walkChart.clear();
  watchedEpisodes.begin(texts, (seed) => setProps(ID.INFERENCE_SEED, { value: seed }));
  sides = wanted.map(sideOf);
  for (const one of sides) one.plays = Boolean(request.play);
  sockets.keep(sides.map((one) => one.socket), PAGE, (socket) => {
    socket.write(texts);
    sides.find((one) => one.socket === socket).walk.sayWaiting();
  });
}

/** A team's own engine knows the maze alone: what is for other environments is said once they are seen. */
function send(one, command) {
  const paced = one.isOther ? { pace: request.pace, side: one.walk.wantedSide() } : {};
  one.socket.send(JSON.stringify({ ...command, speed: request.speed, ...paced }));
}

function reset(one) {
  const chosen = { ...watchedModel(one.side === "a" ? request.model : request.versus), size: request.size, seed: request.seed };
  const given = Object.entries(chosen).filter(([, value]) => value !== null && value !== undefined && value !== "");
  send(one, { command: "reset", ...Object.fromEntries(given) });
}

const start = (one) => send(one, { command: "start" });

/** What a message says; contract-wise a failure is an object with an error and nothing else that counts.
 *
 * @returns {{ step?: any, error?: string, waits?: { cause: string, since: number } }}
 */
function read(text) {
  let message;
  try {
    message = JSON.parse(text);
  } catch (error) {
    return { error: texts.misfit.replace("{why}", error.message) };
  }
  if (message && typeof message.error === "string") return { error: troubleOf(message, texts.templates) };
  if (message && typeof message.waiting === "string") return { waits: waitOf(message) };
  const why = misfit(message, message && "episode" in message ? schema.others : schema.maze);
  return why ? { error: texts.misfit.replace("{why}", translate(why, texts.templates)) } : { step: message };
}

/** What the engine waits for, and since when by this browser's clock. */
function waitOf({ code, params, waiting, waited_s }) {
  const cause = translate({ code, params }, texts.templates, waiting).replace(/[.。]+$/, "");
  return { cause, since: Date.now() - 1000 * (Number(waited_s) || 0) };
}

/**
 * @param {any} one
 * @param {ReturnType<typeof read>} said
 */
function take(one, { step, error, waits }) {
  one.walk.waits(waits || null);
  if (waits) return;
  one.walk.trouble(error || "");
  if (!step) return;
  one.walk.draw(step);
  if (!one.plays) one.walk.stops(); // it was on its way when Stop was pressed
  if (one.side === "a" && step.step === 0) setProps(SHOWN, { data: { model_id: step.model_id || null } });
  if ("episode" in step) takeOther(one, step);
  else if (one.isOther || step.step === 0) isOther(one, false);
  // Not before the maze is on the screen.
  if (step.step === 0 && one.plays && !step.running && !one.walk.isOver) start(one);
}

/** A step of any environment but the maze: the engine is told when it is seen, and sends no more than that. */
function takeOther(one, step) {
  if (step.environment) isOther(one, true);
  window.requestAnimationFrame(() => one.socket.send(JSON.stringify({ command: "seen", seen: step.number })));
  if (!step.done) return;
  watchedEpisodes.add(one.walk.nameOf(step), step, one.walk.outcome(step));
  goOn();
}

function isOther(one, now) {
  const before = one.isOther;
  one.isOther = now;
  document.documentElement.dataset.watching = [...new Set(sides.map((each) => (each.isOther ? "others" : "maze")))].join(" ");
  if (now && !before) send(one, { command: document.hidden ? "hide" : "show" }); // at this pace, in this size
}

/** Where all episodes are over, the next seed's begin, if so wished. */
function goOn() {
  const isOver = () => request.goesOn && !document.hidden && sides.every((one) => one.isOther && one.plays && one.walk.isOver);
  if (!isOver()) return;
  const { seed } = sides[0].walk.last;
  window.setTimeout(() => {
    if (isOver() && sides[0].walk.last.seed === seed) setProps(ID.INFERENCE_SEED, { value: seed + 1 });
  }, 1000);
}

document.addEventListener("visibilitychange", () => {
  for (const one of sides) if (one.isOther) send(one, { command: document.hidden ? "hide" : "show" });
  goOn();
});

const inference = {
  start(asked, where, said, shape) {
    [request, engine, texts, schema] = [{ ...asked, goesOn: false }, where, said, shape];
    document.documentElement.dataset.watching = "maze";
    if (engine) begin();
    return Date.now();
  },

  press(_play, _stop, _step, _reset) {
    const triggered = window.dash_clientside.callback_context.triggered[0];
    if (!triggered || !triggered.value) return;
    const what = triggered.prop_id.split(".")[0].replace("inference-", "");
    for (const one of sides) {
      one.plays = what === "play";
      if (what === "play") start(one);
      else if (what === "reset") reset(one);
      else {
        send(one, { command: what === "step" && one.walk.stands ? "step" : "stop" });
        one.walk.stops();
      }
    }
  },

  choose(...values) {
    const next = readChoices(values, texts.none);
    const changed = Object.keys(next).filter((name) => (next[name] ?? null) !== (request[name] ?? null));
    if (!changed.length || !engine) return;
    const hadVersus = Boolean(request.versus);
    request = { ...request, ...next };
    addressChoices(next, changed);
    if (changed.includes("versus") && Boolean(next.versus) !== hadVersus) return begin();
    if (changed.every((name) => name === "goesOn")) return goOn();
    const plays = sides.some((one) => one.walk.last && one.walk.last.running && !one.walk.last.done);
    for (const one of sides) {
      if (changed.some((name) => !["speed", "pace", "goesOn"].includes(name))) reset(one);
      else if (plays) start(one); // of a walk that goes on it changes the speed alone
    }
  },
};

const isPlaying = () => sides.some((one) => one.plays && !one.walk.isOver);

register("inference", inference);

export { isPlaying };
