/* Figures and catalogues as the server draws them: fetched by address, cached, and revalidated by their entity tag. */
/**
 * @typedef {RefusedRequest} Refused
 * @typedef {{ etag: string | null, answer: any }} Entry the answer is JSON of the server
 * @typedef {{ path: string, fields: Props, signal: AbortSignal, resolve: (answer: any) => void, reject: (error: unknown) => void }} Waiting
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
 * @type {(path: string, fields: Props) => string} */
function addressOf(path, fields) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    if (name === "runs") query.set(name, value.join(","));
    else for (const one of [value].flat()) if (one !== null && one !== undefined) query.append(name, one);
  }
  const language = new URL(window.location.href).searchParams.get("lang");
  if (language) query.set("lang", language);
  return `${document.documentElement.dataset.prefix}${path}?${query.toString().replace(/%2C/gi, ",")}`;
}

/** @type {(path: string, fields: Props, entry: Entry | null | undefined, signal: AbortSignal | undefined) => Promise<Response>} */
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
   * @param {string | undefined} message
   * @param {number | null} retryAfter seconds
   */
  constructor(status, message, retryAfter) {
    super(message || `HTTP ${status}`);
    this.hasMessage = Boolean(message);
    this.retryAfter = retryAfter;
  }
}

/** @type {(response: Response) => Promise<RefusedRequest>} */
async function failureOf(response) {
  const body = await response.json().catch(() => null);
  return new RefusedRequest(response.status, body?.error, Number(response.headers.get("Retry-After")) || null);
}

/** @type {(path: string, fields: Props, signal: AbortSignal) => Promise<any>} */
async function ask(path, fields, signal) {
  const address = addressOf(path, fields);
  const entry = kept.get(address);
  const response = await requestOf(path, fields, entry, signal);
  if (response.status === 304 && entry) {
    keep(address, entry);
    return entry.answer;
  }
  if (!response.ok) throw await failureOf(response);
  const asked = await response.json();
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
 * @type {(path: string, fields: Props, signal: AbortSignal) => Promise<any>} */
const get = (path, fields, signal) =>
  new Promise((resolve, reject) => {
    waiting.push({ path, fields, signal, resolve, reject });
    next();
  });

/** Returns the last answer, whether it is still valid or not.
 * @type {(path: string, fields: Props) => any} */
const last = (path, fields) => kept.get(addressOf(path, fields))?.answer;

export const chartAnswers = Object.freeze({ addressOf, get, last, requestOf });
