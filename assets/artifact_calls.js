/* What the artifacts' parts share: questions to Clew, addresses of files, sizes in words. */
import { trainingCalls } from "./training_calls.js";

const UNITS = ["kB", "MB", "GB", "TB"];
const { filled } = trainingCalls;
const number = (n) => n.toLocaleString(document.documentElement.lang);

/** What Clew says of a file or folder; {problem} with a sentence wherever that is nothing. */
async function ask(what, query, texts) {
  const answer = await trainingCalls.ask(`artifacts/${what}`, query);
  if (answer === null) return { problem: texts.no_answer };
  return answer.status ? { problem: answer.message || texts.no_answer } : answer;
}

/** Where a file is: whole to be saved, in pieces for a player, laid out as a document, or as it is. */
function address(run, path, way) {
  const query = new URLSearchParams({ path });
  if (way === "save" || way === "pieces") query.set(way, "1");
  const lang = new URL(window.location.href).searchParams.get("lang");
  if (way === "document" && lang) query.set("lang", lang);
  return `${document.documentElement.dataset.prefix}api/runs/${encodeURIComponent(run)}/artifacts/${way === "document" ? "document" : "file"}?${query}`;
}

/** Bytes in words of three digits. */
function size(bytes) {
  if (bytes === null || bytes === undefined) return "–";
  if (bytes < 1000) return `${bytes} B`;
  let [value, unit] = [bytes / 1000, 0];
  while (value >= 999.5 && unit < UNITS.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${value.toLocaleString(document.documentElement.lang, { maximumSignificantDigits: 3 })} ${UNITS[unit]}`;
}

export const artifactCalls = Object.freeze({ ask, address, size, filled, number });
