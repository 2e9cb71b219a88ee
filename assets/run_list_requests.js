/* Requests to the server about a run list that is too long for the browser. */
import { contentOf } from "./answers.js";
import { propsOf } from "./clew.js";
import { isThere } from "./clock.js";
import { ID } from "./from_python.js";
import { pageQuery } from "./page_request.js";

const isPaged = () => isThere(ID.LISTED) && Boolean(propsOf(ID.LISTED).data?.paged);

/** @type {(path: string) => string} */
const address = (path) => document.documentElement.dataset.prefix + path;

/** Sends the list's query, with what else is asked, and returns the server's answer.
 * @type {(path: string, body: unknown, signal?: AbortSignal) => Promise<unknown>} */
async function postToList(path, body, signal) {
  const headers = { "Content-Type": "application/json", "X-Clew-Query": pageQuery() };
  return contentOf(await window.fetch(address(path), { method: "POST", headers, body: JSON.stringify(body), signal }));
}

export { isPaged, postToList };
