/* Figures and catalogues as the server draws them: asked for by address, kept for a while, and asked again whether they
   are still the same. */
const KEPT = 100; // of some 40 kB each
const LONGEST_ADDRESS = 3500;
const AT_ONCE = 4; // of the six that a browser has for a host: callbacks need theirs
const kept = new Map(); // by address: {etag, answer}, the oldest first
const waiting = [];
let running = 0;

function keep(address, entry) {
  kept.delete(address);
  kept.set(address, entry);
  if (kept.size > KEPT) kept.delete(kept.keys().next().value);
}

/** The query of a request: what is null is not said, a list is said once for each. */
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

function requestOf(path, fields, entry, signal) {
  const address = addressOf(path, fields);
  const headers = entry && entry.etag ? { "If-None-Match": entry.etag } : {};
  if (address.length <= LONGEST_ADDRESS) return window.fetch(address, { headers, signal, cache: "no-store" });
  const query = address.includes("&lang=") ? `?lang=${new URL(address, window.location.href).searchParams.get("lang")}` : "";
  const said = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined));
  return window.fetch(`${document.documentElement.dataset.prefix}${path}${query}`, {
    method: "POST",
    headers: { ...headers, "Content-Type": "application/json" },
    body: JSON.stringify(said),
    signal,
    cache: "no-store",
  });
}

/** What went wrong, as the server says it where it does. */
class RefusedRequest extends Error {
  constructor(status, said, retryAfter) {
    super(said || `HTTP ${status}`);
    this.isSaid = Boolean(said);
    this.retryAfter = retryAfter;
  }
}

async function failureOf(response) {
  const body = await response.json().catch(() => null);
  return new RefusedRequest(response.status, body?.error, Number(response.headers.get("Retry-After")) || null);
}

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
  // Of equal answers the first one stays, which may be drawn.
  const answer = entry && asked.version && entry.answer.version === asked.version ? entry.answer : asked;
  keep(address, { etag: response.headers.get("ETag"), answer });
  return answer;
}

function next() {
  while (running < AT_ONCE && waiting.length) {
    const one = waiting.shift();
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

/** The answer to a request: in its turn, and none once `signal` says that nobody waits for it any more. */
const get = (path, fields, signal) =>
  new Promise((resolve, reject) => {
    waiting.push({ path, fields, signal, resolve, reject });
    next();
  });

/** What was answered the last time, whether it still holds or not. */
const last = (path, fields) => kept.get(addressOf(path, fields))?.answer;

export const chartAnswers = Object.freeze({ addressOf, get, last, requestOf });
