/* What the training pages ask Clew: in the page's language, with an end, and an answer for whatever comes. */
import { ADDRESS } from "./from_python.js";

const CALL_MS = 30000;
const KEPT = ADDRESS.OF_THE_READER;

function address(path, query) {
  const here = new URL(window.location.href).searchParams;
  const asked = new URLSearchParams(Object.entries(query || {}).filter(([, value]) => value !== null && value !== undefined));
  for (const name of KEPT) if (here.has(name)) asked.set(name, here.get(name));
  return `${document.documentElement.dataset.prefix}${path}?${asked}`;
}

/** What Clew answers; null where nobody who knows it does, and {status, message} where it refuses. */
async function ask(path, query, body) {
  const ends = new AbortController();
  const timer = window.setTimeout(() => ends.abort(), CALL_MS);
  const sent = body && { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  try {
    const answer = await window.fetch(address(path, query), { ...sent, signal: ends.signal });
    if (answer.ok) return await answer.json();
    if (answer.status >= 500 || answer.status === 429) return null;
    return { status: answer.status, message: await messageOf(answer) };
  } catch {
    return null; // the line broke, or what came is no JSON: as good as nothing
  } finally {
    window.clearTimeout(timer);
  }
}

async function messageOf(answer) {
  try {
    const said = await answer.json();
    return said.message || said.error || "";
  } catch {
    return ""; // a proxy's page
  }
}

const filled = (text, values) => Object.entries(values).reduce((said, [name, value]) => said.replaceAll(`{${name}}`, () => String(value)), text);

/** Not crypto.randomUUID: that is there on secure pages only. */
const newId = () => [...window.crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

const repeated = new Map(); // the newest by place

/** Calls `look` again and again for as long as the element `place` is there; nobody asks for a page that is not seen. */
function repeat(place, everyMs, look) {
  const generation = {};
  repeated.set(place, generation);
  const isWanted = () => repeated.get(place) === generation && document.getElementById(place);
  (async () => {
    while (isWanted()) {
      if (!document.hidden) await look(isWanted);
      await new Promise((resolve) => window.setTimeout(resolve, everyMs));
    }
  })();
}

export const trainingCalls = Object.freeze({ ask, filled, newId, repeat });
