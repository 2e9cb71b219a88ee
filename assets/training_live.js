/* The page of one training: its messages come over the scheduler's socket, and by way of Clew where that does not open. */
import { register, setProps } from "./dash.js";
import { byId } from "./elements.js";
import { ID } from "./from_python.js";
import { sockets } from "./live_sockets.js";
import { live } from "./live_text.js";
import { misfit } from "./schema.js";
import { trainingActions } from "./training_actions.js";
import { trainingCalls } from "./training_calls.js";
import { trainingCurves } from "./training_curves.js";
import { drawTraining, isOver, part } from "./training_facts.js";
import { trainingLog } from "./training_log.js";
import { clearResult, followEnd } from "./training_result.js";
import { translate } from "./translate.js";

/**
 * @import { Training } from "./training_facts.js"
 * @typedef {{ training: Training & { trainer: string }, curves?: import("./training_curves.js").Curve[] | null, log?: import("./training_log_lines.js").LogPart | null }} LiveMessage of the scheduler's socket, as its schema in the page has it
 * @typedef {{ is_there: true, training?: Training | null, note?: string | null, away?: string | null, is_live?: boolean } | { is_there: false, html: import("./live_text.js").DescribedChild }} LiveAnswer
 * @typedef {object} State
 * @property {Training | null} shown
 * @property {number | null} at when it was drawn, in Unix ms
 * @property {number | null} asked when Clew last answered, in Unix ms
 * @property {string} note
 * @property {string} misfit what was wrong with the last message
 * @property {string} [notice] what the notice shows
 * @property {boolean | null} isLive false: its scheduler is another one, or gone
 * @property {boolean} isFinal nothing more will come of it
 */

const PAGE = ID.LIVE_PLACE;
const ASK_MS = 2000; // so often Clew is asked while the socket does not work
const ELSEWHERE_MS = 10000; // and so often for a training of another scheduler, of which MLflow has news only
const OLD_MS = 5000; // from then on the page shows how old its content is
const { ask, filled, repeat } = trainingCalls;

/** @type {string} */
let run = "";
/** @type {LiveTrainingTexts} */
let texts;
/** @type {import("./schema.js").Schema} */
let schema = {};
/** @type {InstanceType<typeof sockets.LiveSocket> | null} */
let socket = null;

/** @type {() => State} */
const begun = () => ({ shown: null, at: null, asked: null, note: "", misfit: "", isLive: null, isFinal: false });
let state = begun();

/** Returns the address of this run's socket at the scheduler; a configured address is for all runs, without their ids.
 * @type {(scheduler: import("./socket_address.js").Service) => string} */
function where(scheduler) {
  const own = encodeURIComponent(run);
  const browser_url = scheduler.browser_url ? `${scheduler.browser_url.replace(/\/$/, "")}/${own}` : null;
  return sockets.address({ ...scheduler, browser_url }, `/ws/training/${own}`, `ws/training/${own}`);
}

/** Begins the page of a training.
 * @type {(asked: string, scheduler: import("./socket_address.js").Service, its: typeof texts, shape: import("./schema.js").Schema, ofActions: TrainingTexts) => number} */
function start(asked, scheduler, its, shape, ofActions) {
  [run, texts, schema, state] = [asked, its, shape, begun()];
  // From one training's page to another's the elements stay.
  for (const name of ["buttons", "result", "values"]) part(name).replaceChildren();
  live.hide(part("result"), true);
  clearResult();
  trainingActions.texts(ofActions);
  trainingLog.start(run, texts.log);
  trainingCurves.clear(texts);
  const ids = { socket: ID.LIVE_SOCKET, badge: ID.LIVE_BADGE, since: ID.LIVE_SINCE };
  socket = new sockets.LiveSocket(ids, where(scheduler), () => texts.silent_seconds * 1000);
  sockets.keep([socket], PAGE, write);
  repeat(PAGE, ASK_MS, poll);
  return Date.now();
}

const isConnected = () => socket?.connection === "connected";

/** Returns whether Clew is to be asked: once at the beginning, and as long as the socket does not work and more can come. */
function isDue() {
  if (state.isFinal || (state.asked && isConnected())) return false;
  return state.isLive !== false || !state.asked || Date.now() - state.asked >= ELSEWHERE_MS;
}

/** Asks Clew for the training.
 * @type {(isWanted: () => boolean) => Promise<void>} */
async function poll(isWanted) {
  if (!isDue()) return;
  const answer = /** @type {import("./training_calls.js").Answer<LiveAnswer>} */ (await ask("trainings/one", { run_id: run }));
  if (!isWanted()) return;
  if (!answer || answer.status !== undefined) return write();
  if (!answer.is_there) return showMissing(answer);
  state.asked = Date.now();
  state.note = answer.note || answer.away || "";
  // A socket that works has newer messages.
  const isNewer = !state.shown || (!answer.away && !isConnected());
  if (answer.training && isNewer) draw(answer.training);
  if (answer.is_live) trainingLog.read();
  if (answer.note) state.isLive = false;
  else if (answer.is_live) state.isLive = null; // its scheduler has it again
  state.isFinal = state.isLive === false && state.shown !== null && isOver(state.shown);
  // Another scheduler's log cannot be fetched here.
  live.hide(part("log-whole"), state.isLive === false);
  write();
}

/** Shows that there is no such training.
 * @type {(answer: { html: import("./live_text.js").DescribedChild }) => void} */
function showMissing(answer) {
  Object.assign(state, { isLive: false, isFinal: true });
  byId(PAGE).replaceChildren(...live.build(answer.html));
}

/** Takes a message of the scheduler.
 * @type {(text: string) => void} */
function take(text) {
  let message;
  try {
    message = /** @type {LiveMessage} */ (JSON.parse(text));
  } catch (error) {
    skip(/** @type {SyntaxError} */ (error).message);
    return;
  }
  const why = misfit(message, schema);
  if (why) {
    skip(translate(why, texts.templates));
    return;
  }
  state.misfit = "";
  if (message.training.run_id !== run) return; // of the page before
  draw(message.training);
  trainingCurves.draw(message.curves || [], message.training.trainer);
  trainingLog.take(message.log);
}

/** @type {(why: string) => void} */
function skip(why) {
  state.misfit = filled(texts.misfit, { why });
}

/** @type {(text: string) => void} */
const setNotice = (text) => {
  if (state.notice === text) return;
  state.notice = text;
  setProps(ID.LIVE_NOTICE, { children: text, is_open: text !== "" });
};

/** Writes the state of the socket, and how old the page's content is: each second, and after each change. */
function write() {
  if (!part("badge")) return;
  live.hide(part("badge"), state.isLive === false);
  if (state.isLive !== false) socket?.write(texts);
  const age = state.at ? Date.now() - state.at : 0;
  // Next to the badge, where no screen reader reads it each second.
  if (state.isLive !== false && age > OLD_MS) live.write(part("since"), filled(texts.old, { n: Math.round(age / 1000) }));
  setNotice([state.misfit, state.note].filter(Boolean).join(" "));
}

/** @type {(training: Training) => void} */
function draw(training) {
  const before = state.shown;
  Object.assign(state, { shown: training, at: Date.now() });
  drawTraining(training, before, texts);
  followEnd(training, before, texts);
}

const training = {
  start,

  /** Takes the state of the socket's component.
   * @param {{ readyState?: number } | null} now
   * @param {string} id */
  state(now, id) {
    if (!socket || !now || id !== socket.ids.socket) return;
    socket.becomes(now);
    write();
  },

  /** Takes a message of the socket's component.
   * @param {{ data: unknown } | null} message
   * @param {string} id */
  message(message, id) {
    if (!socket || !message || id !== socket.ids.socket || !part("badge")) return;
    socket.receives();
    state.note = "";
    take(String(message.data));
    write();
  },
};

register("training", training);
