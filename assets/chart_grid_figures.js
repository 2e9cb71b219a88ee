/* Figures and catalogues as the server draws them: fetched by address, cached, and revalidated by their entity tag. */
import { messageOf } from "./answers.js";

/**
 * @typedef {RefusedRequest} Refused
 * @typedef {{ "charts/figure": import("./chart_grid_box.js").Answer, "charts/metrics": import("./chart_grid.js").Catalogue, "charts/table": import("./run_metrics.js").MetricTable }} Answers what the server sends, by path
 *
 * @typedef {Record<string, string | number | boolean | string[] | null | undefined>} Fields of a request
 * @typedef {{ etag: string | null, answer: { version?: string } }} Entry
 * @typedef {{ path: string, fields: Fields, signal: AbortSignal, resolve: (answer: object) => void, reject: (error: unknown) => void }} Waiting
 */
const KEPT = 100; // of some 40 kB each
const LONGEST_ADDRESS = 3500;
const AT_ONCE = 4; // of the six that a browser has for a host: callbacks need theirs
/** @type {Map<string, Entry>} */
const kept = new Map(); // by address: {etag, answer}, the oldest first
/** @type {Waiting[]} */
const waiting = [];
let running = 0;

/** @type {(address: string, entry: Entry) => void} */
function keep(address, entry) {
  kept.delete(address);
  kept.set(address, entry);
  if (kept.size > KEPT) kept.delete(kept.keys().next().value ?? "");
}

/** Returns the address of a request: fields that are null are left out, a list becomes one parameter for each value.
 * @type {(path: string, fields: Fields) => string} */
function addressOf(path, fields) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    const values = [value].flat();
    if (name === "runs") query.set(name, values.join(","));
    else for (const one of values) if (one !== null && one !== undefined) query.append(name, String(one));
  }
  const language = new URL(window.location.href).searchParams.get("lang");
  if (language) query.set("lang", language);
  return `${document.documentElement.dataset.prefix}${path}?${query.toString().replace(/%2C/gi, ",")}`;
}

/** @type {(path: string, fields: Fields, entry: Entry | null | undefined, signal: AbortSignal | undefined) => Promise<Response>} */
function requestOf(path, fields, entry, signal) {
  const address = addressOf(path, fields);
  /** @type {Record<string, string>} */
  const headers = entry && entry.etag ? { "If-None-Match": entry.etag } : {};
  if (address.length <= LONGEST_ADDRESS) return window.fetch(address, { headers, signal, cache: "no-store" });
  const query = address.includes("&lang=") ? `?lang=${new URL(address, window.location.href).searchParams.get("lang")}` : "";
  const body = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined));
  return window.fetch(`${document.documentElement.dataset.prefix}${path}${query}`, {
    method: "POST",
    headers: { ...headers, "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal,
    cache: "no-store",
  });
}

/** Is thrown for a refused request, with the server's message where it sends one. */
class RefusedRequest extends Error {
  /**
   * @param {number} status
   * @param {string} message "" where the server sends none
   * @param {number | null} retryAfter seconds
   */
  constructor(status, message, retryAfter) {
    super(message || `HTTP ${status}`);
    this.hasMessage = Boolean(message);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** @type {(response: Response) => Promise<RefusedRequest>} */
async function failureOf(response) {
  const content = await response.json().catch(() => null);
  return new RefusedRequest(response.status, messageOf(content), Number(response.headers.get("Retry-After")) || null);
}

/** @type {(path: string, fields: Fields, signal: AbortSignal) => Promise<object>} */
async function ask(path, fields, signal) {
  const address = addressOf(path, fields);
  const entry = kept.get(address);
  const response = await requestOf(path, fields, entry, signal);
  if (response.status === 304 && entry) {
    keep(address, entry);
    return entry.answer;
  }
  if (!response.ok) throw await failureOf(response);
  const asked = /** @type {Entry["answer"]} */ (await response.json());
  // An equal answer does not replace the first one, which may be drawn.
  const answer = entry && asked.version && entry.answer.version === asked.version ? entry.answer : asked;
  keep(address, { etag: response.headers.get("ETag"), answer });
  return answer;
}

/** @type {() => void} */
function next() {
  while (running < AT_ONCE && waiting.length) {
    const one = /** @type {Waiting} */ (waiting.shift());
    if (one.signal.aborted) {
      one.reject(new DOMException("left", "AbortError"));
      continue;
    }
    running += 1;
    ask(one.path, one.fields, one.signal)
      .then(one.resolve, one.reject)
      .finally(() => {
        running -= 1;
        next();
      });
  }
}

/** Fetches an answer in its turn; rejects with an AbortError once `signal` is aborted.
 *
 * @template {keyof Answers} Path
 * @param {Path} path
 * @param {Fields} fields
 * @param {AbortSignal} signal
 * @returns {Promise<Answers[Path]>}
 */
const get = (path, fields, signal) =>
  new Promise((resolve, reject) => {
    waiting.push({ path, fields, signal, resolve: (answer) => resolve(/** @type {Answers[Path]} */ (answer)), reject });
    next();
  });

/** Returns the last answer, whether it is still valid or not.
 *
 * @template {keyof Answers} Path
 * @param {Path} path
 * @param {Fields} fields
 */
const last = (path, fields) => /** @type {Answers[Path] | undefined} */ (kept.get(addressOf(path, fields))?.answer);

export const chartAnswers = Object.freeze({ addressOf, failureOf, get, last, requestOf });
