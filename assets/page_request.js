/* Sends with each request of a page: the language and the frame that the page's address asks for, and a secret by which
   Clew knows this very page again. The Referer has the first two, but browsers cut it at 4,096 characters. */
import { ADDRESS } from "./from_python.js";

const KEPT = ADDRESS.OF_THE_READER;
const MAX = 16;
const page = [...window.crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const send = window.fetch.bind(window);

/** Returns the language and the frame that the address has at this moment; encoded, since a header takes no other letters. */
function kept() {
  const inAddress = new URLSearchParams(window.location.search);
  const query = new URLSearchParams();
  for (const name of KEPT) {
    const value = inAddress.get(name);
    if (value !== null) query.set(name, value.slice(0, MAX));
  }
  return query.toString();
}

/** @param {URL} url */
const isOfDash = (url) => url.origin === window.location.origin && url.pathname.startsWith(`${document.documentElement.dataset.prefix}_dash-`);

window.fetch = (resource, options) => {
  if (typeof resource !== "string" || !isOfDash(new URL(resource, window.location.href))) return send(resource, options);
  const headers = new Headers(options && options.headers);
  headers.set("X-Clew-Query", kept());
  headers.set("X-Clew-Page", page);
  return send(resource, { ...options, headers });
};

export { kept as pageQuery };
