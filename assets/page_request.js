/* What each request of a page says of the page: the language and the frame that its address asks for, and a secret by
   which Clew knows this very page again. The Referer would say the first two, but browsers cut it at 4,096 characters. */
import { ADDRESS } from "./from_python.js";

const KEPT = ADDRESS.OF_THE_READER;
const MOST = 16;
const page = [...window.crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const send = window.fetch.bind(window);

/** Of the address at this moment; encoded, since a header takes no other letters. */
function kept() {
  const asked = new URLSearchParams(window.location.search);
  const said = new URLSearchParams();
  for (const name of KEPT) {
    const value = asked.get(name);
    if (value !== null) said.set(name, value.slice(0, MOST));
  }
  return said.toString();
}

const isOfDash = (url) => url.origin === window.location.origin && url.pathname.startsWith(`${document.documentElement.dataset.prefix}_dash-`);

window.fetch = (resource, options) => {
  if (typeof resource !== "string" || !isOfDash(new URL(resource, window.location.href))) return send(resource, options);
  const headers = new Headers(options && options.headers);
  headers.set("X-Clew-Query", kept());
  headers.set("X-Clew-Page", page);
  return send(resource, { ...options, headers });
};

export { kept as pageQuery };
