/* What is asked of the server about a run list that is too long for the browser. */
import { propsOf } from "./clew.js";
import { isThere } from "./clock.js";
import { ID } from "./from_python.js";
import { pageQuery } from "./page_request.js";

const isPaged = () => isThere(ID.LISTED) && Boolean(propsOf(ID.LISTED).data?.paged);

const address = (path) => document.documentElement.dataset.prefix + path;

/** An answer's JSON; an error with the server's own sentence where it refuses. */
async function read(response) {
  const answer = await response.json().catch(() => null);
  if (response.ok && answer) return answer;
  throw new Error(answer?.message || answer?.error || `HTTP ${response.status}`);
}

/** What the server answers to the list's query, with what else is asked. */
async function postToList(path, body, signal) {
  const headers = { "Content-Type": "application/json", "X-Clew-Query": pageQuery() };
  return read(await window.fetch(address(path), { method: "POST", headers, body: JSON.stringify(body), signal }));
}

export { isPaged, postToList };
