/* The page of one training: its news come over the scheduler's socket, and by way of Clew where that does not open. */
import { locale } from "./clew.js";
import { register, setProps } from "./dash.js";
import { ID } from "./from_python.js";
import { sockets } from "./live_sockets.js";
import { live } from "./live_text.js";
import { misfit } from "./schema.js";
import { trainingActions } from "./training_actions.js";
import { trainingCalls } from "./training_calls.js";
import { trainingCurves } from "./training_curves.js";
import { trainingLog } from "./training_log.js";
import { translate } from "./translate.js";

const PAGE = ID.LIVE_PLACE;
const ASK_MS = 2000; // without a line Clew is asked so often
const OLD_MS = 5000; // from then on it is said how old what is shown is
const RESULT_MS = 2000;
const MOST_RESULTS = 45; // a model is registered, and MLflow read, within so many looks
const OVER = ["done", "failed", "killed"];
const SAID_BY_STATE = "stopped"; // by nobody knows whom
const { ask, filled, repeat } = trainingCalls;
const part = (name) => document.getElementById(`live-${name}`);

let run = null;
let texts = {};
let schema = {};
let socket = null;
let state = {};

const begun = () => ({ shown: null, at: null, asked: null, note: "", misfit: "", isLive: null, resultFor: null, ended: null });

/** Where the scheduler's socket of this run is; a configured address is for all runs, without their ids. */
function where(scheduler) {
  const own = encodeURIComponent(run);
  const browser_url = scheduler.browser_url ? `${scheduler.browser_url.replace(/\/$/, "")}/${own}` : null;
  return sockets.address({ ...scheduler, browser_url }, `/ws/training/${own}`, `ws/training/${own}`);
}

function start(asked, scheduler, said, shape, ofActions) {
  [run, texts, schema, state] = [asked, said, shape, begun()];
  // From one training's page to another's the elements stay.
  for (const name of ["buttons", "result", "values"]) part(name).replaceChildren();
  live.hide(part("result"), true);
  trainingActions.texts(ofActions);
  trainingLog.start(run, texts.log);
  trainingCurves.clear(texts);
  const ids = { socket: ID.LIVE_SOCKET, badge: ID.LIVE_BADGE, since: ID.LIVE_SINCE };
  socket = new sockets.LiveSocket(ids, where(scheduler), () => texts.silent_seconds * 1000);
  sockets.keep([socket], PAGE, write);
  repeat(PAGE, ASK_MS, look);
  return Date.now();
}

/** Once at the beginning, and as long as there is no line. */
async function look(isWanted) {
  if (state.isLive === false || (state.asked && socket.connection === "connected")) return;
  const answer = await ask("trainings/one", { run_id: run });
  if (!isWanted()) return;
  if (!answer || answer.status) return write();
  if (!answer.is_there) return nowhere(answer);
  state.asked = Date.now();
  state.note = answer.note || answer.away || "";
  // Whose line works knows more.
  const isNewer = !state.shown || (!answer.away && socket.connection !== "connected");
  if (answer.training && isNewer) draw(answer.training);
  if (answer.is_live) trainingLog.read();
  if (answer.note) state.isLive = false;
  // Another scheduler's log is not ours to fetch.
  live.hide(part("log-whole"), state.isLive === false);
  write();
}

function nowhere(answer) {
  state.isLive = false;
  document.getElementById(PAGE).replaceChildren(...live.build(answer.html));
}

function take(text) {
  let news;
  try {
    news = JSON.parse(text);
  } catch (error) {
    skip(error.message);
    return;
  }
  const why = misfit(news, schema);
  if (why) {
    skip(translate(why, texts.templates));
    return;
  }
  state.misfit = "";
  if (news.training.run_id !== run) return; // of the page before
  draw(news.training);
  trainingCurves.draw(news.curves || [], news.training.trainer);
  trainingLog.take(news.log);
}

function skip(why) {
  state.misfit = filled(texts.misfit, { why });
}

const setNotice = (text) => {
  if (state.said === text) return;
  state.said = text;
  setProps(ID.LIVE_NOTICE, { children: text, is_open: text !== "" });
};

/** Each second, and after each change: the line, and how old what is shown is. */
function write() {
  if (!part("badge")) return;
  if (state.isLive === false) live.hide(part("badge"), true);
  else socket.write(texts);
  const age = state.at ? Date.now() - state.at : 0;
  // Beside the badge, where nobody has it read aloud each second.
  if (state.isLive !== false && age > OLD_MS) live.write(part("since"), filled(texts.old, { n: Math.round(age / 1000) }));
  setNotice([state.misfit, state.note].filter(Boolean).join(" "));
}

function draw(training) {
  const before = state.shown;
  Object.assign(state, { shown: training, at: Date.now() });
  const { write: put, mark } = live;
  put(part("name"), training.name || run.slice(0, 8));
  put(part("state"), texts.states[training.state]);
  mark(part("state"), "class", `badge text-bg-${texts.colours[training.state]} training-${training.state}`);
  put(part("sentence"), sentence(training));
  facts(training);
  bar(training);
  buttons(training, before);
  values(training, before);
  ends(training, before);
}

const translated = (message) => (message && message.code !== SAID_BY_STATE ? translate(message, texts.templates) : "");

function sentence(training) {
  const isSaid = training.reason && training.reason.code === "stopped"; // by the state's own sentence
  const why = [isSaid ? "" : translated(training.reason), translated(training.remark)].filter(Boolean).map((one) => one.replace(/[.。]+$/, "")).join("; ");
  const place = training.place ? filled(texts.place, { place: training.place }) : "";
  return [texts.sentences[training.state], place, why && `(${why})`].filter(Boolean).join(" ");
}

const known = (value) => value !== null && value !== undefined;
const number = (value, digits) => (known(value) ? value.toLocaleString(locale(), { maximumSignificantDigits: digits }) : texts.missing);

function duration(seconds) {
  if (!known(seconds)) return texts.missing;
  const whole = Math.max(0, Math.round(seconds));
  const parts = { hours: Math.floor(whole / 3600), minutes: Math.floor((whole % 3600) / 60), seconds: whole % 60 };
  if (parts.hours) return filled(texts.duration.hours, parts);
  return filled(parts.minutes ? texts.duration.minutes : texts.duration.seconds, parts);
}

function facts(training) {
  const progress = training.progress || {};
  const episode = known(progress.episode) && known(progress.episodes)
    ? filled(texts.episode, { episode: number(progress.episode, 9), episodes: number(progress.episodes, 9) })
    : number(progress.episode, 9);
  const rate = known(progress.success_rate) ? filled(texts.percent, { number: (100 * progress.success_rate).toFixed(1) }) : texts.missing;
  const isOver = OVER.includes(training.state);
  const said = {
    episode,
    reward: number(progress.reward, 4),
    loss: number(progress.loss, 4),
    success_rate: rate,
    steps_per_second: isOver ? texts.missing : number(progress.steps_per_second, 4),
    seconds_left: isOver ? texts.missing : duration(progress.seconds_left),
    gpus: (training.gpus || []).join(", ") || texts.cpu,
    what: training.trainer || texts.missing,
    by: training.by || texts.missing,
  };
  for (const [name, text] of Object.entries(said)) live.write(fact(name), text);
  for (const [name, ms] of [["asked", training.asked_ms], ["started", training.started_ms], ["ended", training.ended_ms]]) moment(fact(name), ms);
}

const fact = (name) => part("facts").querySelector(`[data-part="${name}"]`);

/** A moment that assets/clew.js writes with its age. */
function moment(place, ms) {
  if (!ms) return live.write(place, texts.missing);
  const there = place.querySelector("time");
  if (there && there.dataset.ms === String(ms)) return undefined;
  const made = live.make("time", { class: "moment", "data-ms": ms, "data-now": Date.now() }, "…");
  return place.replaceChildren(made);
}

function bar(training) {
  const { episode, episodes, steps, steps_asked: asked } = training.progress || {};
  const [done, whole] = asked ? [steps, asked] : [episode, episodes];
  const share = whole && known(done) ? Math.min(100, Math.round((100 * done) / whole)) : null;
  live.hide(part("bar"), share === null);
  if (share === null) return;
  live.mark(part("bar"), "aria-valuenow", String(share));
  part("bar").firstElementChild.style.width = `${share}%`;
}

/** Drawn anew only where others are there: under a finger a button must stay. */
function buttons(training, before) {
  const actions = training.actions || [];
  if (before && JSON.stringify(before.actions || []) === JSON.stringify(actions)) return;
  const held = part("buttons").contains(document.activeElement);
  const refused = texts.refused ? { disabled: "", title: texts.refused } : {};
  part("buttons").replaceChildren(...actions.map((action) => {
    const look = texts.looks[action] || "secondary";
    return live.make("button", { type: "button", class: `btn btn-outline-${look}`, "data-training-action": action, "data-run": run, "data-name": training.name, ...refused }, texts.actions[action]);
  }));
  const next = part("buttons").querySelector("button") || part("name");
  if (held) {
    if (next === part("name")) next.tabIndex = -1;
    next.focus();
  }
}

function values(training, before) {
  if (before && JSON.stringify(before.values) === JSON.stringify(training.values)) return;
  const { make } = live;
  const text = (value) => (value === true ? texts.yes : value === false ? texts.no : String(value));
  part("values").replaceChildren(...Object.entries(training.values).map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, make("bdi", {}, text(value))))));
}

/** What came of it is asked for once it is over, until nothing more comes. */
function ends(training, before) {
  const attempt = `${training.state} ${training.attempt} ${training.ended_ms}`;
  if (!OVER.includes(training.state)) {
    state.resultFor = null;
    live.hide(part("result"), true);
    return;
  }
  if (before && !OVER.includes(before.state)) live.write(part("said"), texts.ended[training.state]);
  if (state.resultFor === attempt) return;
  state.resultFor = attempt;
  result(attempt);
}

async function result(attempt) {
  let shown = null;
  for (let tries = 0; tries < MOST_RESULTS && state.resultFor === attempt; tries += 1) {
    const answer = await ask("trainings/result", { run_id: run });
    if (state.resultFor !== attempt || !part("result")) return;
    const said = answer && answer.html ? JSON.stringify(answer.html) : null;
    if (said && said !== shown) {
      shown = said;
      part("result").replaceChildren(...live.build(answer.html));
      live.hide(part("result"), false);
    }
    if (answer && answer.is_final) return;
    await new Promise((resolve) => window.setTimeout(resolve, RESULT_MS));
  }
}

const training = {
  start,

  state(now, id) {
    if (!socket || !now || id !== socket.ids.socket) return;
    socket.becomes(now);
    write();
  },

  message(message, id) {
    if (!socket || !message || id !== socket.ids.socket || !part("badge")) return;
    socket.receives();
    state.note = "";
    take(String(message.data));
    write();
  },
};

register("training", training);
