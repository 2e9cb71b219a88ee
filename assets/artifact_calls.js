/* Shared by the parts of the artifact browser: requests to Clew, addresses of files, sizes as text. */
import { trainingCalls } from "./training_calls.js";

/** @typedef {{ problem?: string, status?: number, passes?: boolean }} Problem */

const UNITS = ["kB", "MB", "GB", "TB"];
const { filled } = trainingCalls;
/** @type {(n: number) => string} */
const number = (n) => n.toLocaleString(document.documentElement.lang);

/** Requests something of a file or folder; returns {problem: sentence, status} for every failure, without a status where
    there is no answer.
 * @type {(what: string, query: import("./training_calls.js").Query, texts: { no_answer: string }) => Promise<object & Problem>} */
async function ask(what, query, texts) {
  const answer = /** @type {Problem & { message?: string } | null} */ (await trainingCalls.ask(`artifacts/${what}`, query));
  if (answer === null) return { problem: texts.no_answer };
  if (answer.problem || answer.status === undefined) return answer;
  return { problem: answer.message || texts.no_answer, status: answer.status };
}

/** Returns the address of a file: to be saved, in ranges for a player, rendered as a document, or as it is.
 * @type {(run: string, path: string, way?: "save" | "pieces" | "document" | "") => string} */
function address(run, path, way) {
  const query = new URLSearchParams({ path });
  if (way === "save" || way === "pieces") query.set(way, "1");
  const lang = new URL(window.location.href).searchParams.get("lang");
  if (way === "document" && lang) query.set("lang", lang);
  return `${document.documentElement.dataset.prefix}api/runs/${encodeURIComponent(run)}/artifacts/${way === "document" ? "document" : "file"}?${query}`;
}

/** Formats bytes with three significant digits and a unit.
 * @type {(bytes: number | null | undefined) => string} */
function size(bytes) {
  if (bytes === null || bytes === undefined) return "–";
  if (bytes < 1000) return `${bytes} B`;
  let [value, unit] = [bytes / 1000, 0];
  while (value >= 999.5 && unit < UNITS.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${value.toLocaleString(document.documentElement.lang, { maximumSignificantDigits: 3 })} ${UNITS[unit]}`;
}

export const artifactCalls = Object.freeze({ ask, address, size, filled, number });
