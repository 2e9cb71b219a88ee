/* The address at which this browser reaches a service that has sockets. */

/** @typedef {{ url: string, browser_url?: string | null, prefix: string }} Service how to reach a service that has sockets */

const LOOPBACK = ["localhost", "127.0.0.1", "[::1]", "0.0.0.0"];

/** Returns a service's address for this browser: as configured, else what its own address and this page's allow.
 *
 * @param {Service} service `url` is how the server of Clew reaches it
 * @param {string} path where it listens
 * @param {string} proxied where a proxy would carry it
 */
function address({ url, browser_url, prefix }, path, proxied) {
  const page = window.location;
  if (browser_url) return new URL(browser_url, `${page.protocol === "https:" ? "wss:" : "ws:"}//${page.host}`).href;
  // ws: would be mixed content on a secure page; the proxy in front of Clew carries it under the same address.
  if (page.protocol === "https:") return `wss://${page.host}${prefix}${proxied}`;
  const own = new URL(url);
  const name = LOOPBACK.includes(own.hostname) ? page.hostname : own.hostname;
  return `${own.protocol === "https:" ? "wss:" : "ws:"}//${name}${own.port ? `:${own.port}` : ""}${own.pathname.replace(/\/$/, "")}${path}`;
}

export { address as socketAddress };
