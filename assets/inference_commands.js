/* The commands that the inference page sends to the engine, each on the socket of a side. */
import { watchedModel } from "./inference_choices.js";

/**
 * @import { Choices } from "./inference_choices.js"
 * @import { Side } from "./inference_stream.js"
 */

/** Sends a command. A team's own engine may know the maze alone: fields for other environments are sent once one is shown.
 *
 * @param {Side} one
 * @param {Record<string, unknown>} command
 * @param {Choices} request
 */
function send(one, command, request) {
  const paced = one.isOther ? { pace: request.pace, side: one.walk.wantedSide() } : {};
  one.socket.send(JSON.stringify({ ...command, speed: request.speed, ...paced }));
}

/** Sends the beginning of an episode with the chosen model, seed and size.
 *
 * @param {Side} one
 * @param {Choices} request
 */
function reset(one, request) {
  const chosen = { ...watchedModel(one.side === "a" ? request.model : request.versus), size: request.size, seed: request.seed };
  const given = Object.entries(chosen).filter(([, value]) => value !== null && value !== undefined && value !== "");
  send(one, { command: "reset", ...Object.fromEntries(given) }, request);
}

/** Sends the start of an episode.
 *
 * @param {Side} one
 * @param {Choices} request
 */
const start = (one, request) => send(one, { command: "start" }, request);

export { reset, send, start };
