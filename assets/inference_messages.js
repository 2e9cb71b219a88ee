/* The messages of the inference engine: checked against its schemas, and what each is to the page. */
import { isObject } from "./answers.js";
import { misfit } from "./schema.js";
import { translate, troubleOf } from "./translate.js";

/**
 * The engine's messages as domain/inference/messages.py and watching.py declare them: MazeStep is of the maze, WatchedStep
 * of any other environment. `episode` is what only the second one has.
 *
 * @typedef {{ size: number, seed: number, start: [number, number], goal: [number, number], walls: (0 | 1)[][] }} Maze
 * @typedef {{ env_id: string, action_kind: string, names: string[], low: (number | null)[], high: (number | null)[], choices: number[], can_render?: boolean, undrawable?: import("./translate.js").Message | null }} Environment
 * @typedef {{ kind: string, values: number[] }} Scores
 * @typedef {number | number[]} Action
 * @typedef {{ step: number, cumulative_reward: number, position: [number, number], q_values: number[], episode?: never }} PastMazeStep
 * @typedef {{ step: number, reward: number, cumulative_reward: number }} PassedStep
 * @typedef {{ step: number, reward: number, cumulative_reward: number, done: boolean, server_ts: number, success?: boolean | null, is_active?: boolean | null, latency_p50_ms?: number | null, latency_p95_ms?: number | null }} AnyStep
 * @typedef {AnyStep & {
 *   position: [number, number], q_values: number[], action: number | null, running?: boolean | null, scores?: string, model_id?: string | null,
 *   maze?: Maze | null, trail?: PastMazeStep[], model_name?: null, environment?: null, passed?: null, frame?: null, value?: null, seed?: undefined,
 * }} MazeStep
 * @typedef {AnyStep & {
 *   episode: number, number: number, seed: number, action: Action | null, next_action: Action | null, truncated: boolean, running: boolean,
 *   scores: Scores | null, value: number | null, model_id: string, model_name: string | null, environment?: Environment | null,
 *   passed: PassedStep[], frame: { webp: string, width: number, height: number } | null, maze?: null, trail?: null, q_values?: null,
 * }} WatchedStep
 * @typedef {MazeStep | WatchedStep} Step
 * @typedef {{ cause: string, since: number }} Wait what the engine waits for, and since when in Unix ms of this browser
 * @typedef {{ step?: Step, error?: string, waits?: Wait }} Read
 */

/** Reads a message; by contract a failure is an object with an `error`, whatever else it has.
 *
 * @param {string} text
 * @param {{ maze: import("./schema.js").Schema, others: import("./schema.js").Schema }} schemas
 * @param {InferenceTexts} texts
 * @returns {Read}
 */
function readMessage(text, schemas, texts) {
  /** @type {unknown} */
  let message;
  try {
    message = JSON.parse(text);
  } catch (error) {
    return { error: texts.misfit.replace("{why}", /** @type {SyntaxError} */ (error).message) };
  }
  if (isObject(message) && typeof message.error === "string") return { error: troubleOf(message, texts.templates) };
  if (isObject(message) && typeof message.waiting === "string") return { waits: waitOf(message, message.waiting, texts) };
  const why = misfit(message, isObject(message) && "episode" in message ? schemas.others : schemas.maze);
  return why ? { error: texts.misfit.replace("{why}", translate(why, texts.templates)) } : { step: /** @type {Step} */ (message) };
}

/** Returns what the engine waits for, and since when by this browser's clock.
 *
 * @param {import("./translate.js").Message & { waited_s?: unknown }} message
 * @param {string} waiting what it waits for, in English
 * @param {InferenceTexts} texts
 */
function waitOf({ code, params, waited_s }, waiting, texts) {
  const cause = translate({ code, params }, texts.templates, waiting).replace(/[.。]+$/, "");
  return { cause, since: Date.now() - 1000 * (Number(waited_s) || 0) };
}

export { readMessage };
