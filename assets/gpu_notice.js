/* A line for each host: its connection and its troubles, with their seconds. Of many hosts, those without trouble are only
   counted. */
import { byId } from "./elements.js";
import { gpuNumbers } from "./gpu_numbers.js";
import { gpuUnits } from "./gpu_units.js";
import { live } from "./live_text.js";
import { translate, troubleOf } from "./translate.js";

/**
 * @typedef {import("./gpu_units.js").Host} Host
 * @typedef {{ key: string, text: string, strong?: string }} Trouble `key` changes with the trouble, not with its seconds
 */

const FEW = 8; // up to so many hosts, each has a line
const MAX_LINES = 20; // of hosts in trouble
const PATIENCE_MS = 5000; // before that a host that is still being connected is not in trouble
const CALM = "state no_gpu "; // a host without GPUs is a host
const LONGEST = 1000; // characters of what another program found
/** @type {(text: string) => string} */
const short = (text) => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
/** @type {(ms: number) => string} */
const secondsOf = (ms) => String(Math.round(Math.abs(ms) / 1000));

/** Returns the troubles of a host.
 * @type {(host: Host, texts: HostTexts) => Trouble[]} */
function troubles(host, texts) {
  const { report } = host;
  /** @type {(message: unknown) => string} */
  const translated = (message) => short(translate(message, texts.templates));
  /** @type {Trouble[]} */
  const found = [];
  if (report && texts.states[report.state]) {
    const silent = Math.round((report.age_seconds || 0) + (Date.now() - host.received) / 1000);
    const trouble = short(troubleOf(report, texts.templates));
    found.push({ key: `state ${report.state} ${trouble}`, strong: texts.states[report.state].replace("{n}", String(silent)), text: texts.stop + trouble });
  }
  // A host with GPUs of several vendors may have trouble with one of them only.
  for (const trouble of (report && report.troubles) || []) {
    const text = short(troubleOf(trouble, texts.templates));
    found.push({ key: `vendor ${trouble.vendor} ${trouble.state} ${text}`, strong: texts.vendors[trouble.vendor], text: ` · ${text}` });
  }
  if (report && report.recording) found.push({ key: "recording", text: texts.recording });
  if (report && host.skew) found.push({ key: "clock", text: texts.clock.replace("{n}", secondsOf(host.skew)) });
  if (gpuUnits.isOff(host)) found.push({ key: "off", text: texts.off.replace("{n}", secondsOf(host.off)) });
  if (host.twice.length) found.push({ key: `twice ${host.twice}`, text: texts.twice.replace("{names}", () => host.twice.join(", ")) });
  /** @type {Record<string, string> | undefined} */
  const renamed = host.renamed;
  if (renamed) found.push({ key: "renamed", text: texts.renamed.replace(/\{(\w+)\}/g, (/** @type {string} */ _all, /** @type {string} */ part) => short(renamed[part])) });
  if (host.misfits) found.push({ key: "misfit", text: texts.misfit.replace("{n}", String(host.misfits)).replace("{why}", () => translated(host.why)) });
  if (host.parts) found.push({ key: "parts", text: texts.parts.replace("{why}", () => translated(host.parts)) });
  if (host.more && report) found.push({ key: "more", text: texts.more.replace("{shown}", String(report.gpus.length)).replace("{all}", String(report.gpus.length + host.more)) });
  return found;
}

/** Names for each host the others with the same GPUs: a machine that is reached by two addresses is counted twice.
 * @type {(hosts: Host[]) => void} */
function findTwins(hosts) {
  /** @type {Map<string, Host>} */
  const first = new Map(); // by uuid, the first host that has it
  /** @type {(host: Host, other: Host) => void} */
  const name = (host, other) => void (host.twice.includes(other.name) || host.twice.push(other.name));
  for (const host of hosts) host.twice = [];
  for (const host of hosts) {
    for (const { uuid } of host.report ? host.report.gpus : []) {
      const other = uuid ? first.get(uuid) : undefined;
      if (uuid && !other) first.set(uuid, host);
      if (!other || other === host) continue;
      name(host, other);
      name(other, host);
    }
  }
}

/** Writes a line for each of at most so many hosts into `place`, and how many are well into the element before it.
 * @type {(place: HTMLElement, hosts: Host[], texts: HostTexts, most?: number) => void} */
function lines(place, hosts, texts, most = MAX_LINES) {
  findTwins(hosts);
  const all = hosts.map((host) => ({ host, found: troubles(host, texts) }));
  /** @type {(one: { host: Host, found: Trouble[] }) => boolean} */
  const isShown = ({ host, found }) => hosts.length <= FEW || found.length > 0 || isAway(host.socket);
  const shown = all.filter(isShown);
  live.children(place, shown.slice(0, most), ({ host }) => host.index, ({ host }) => newLine(host, hosts.length <= FEW), (line, { host, found }) => {
    host.socket.write(/** @type {import("./live_sockets.js").SocketTexts} */ (texts));
    live.write(line.querySelector(".gpu-machine"), gpuNumbers.machine(host.report, texts));
    notice(host, found);
  });
  const well = hosts.filter((host) => host.socket.connection === "connected").length;
  const counted = hosts.length > FEW ? texts.hosts.replace("{n}", String(well)).replace("{all}", String(hosts.length)) : "";
  const more = shown.length > most ? texts.more_hosts.replace("{shown}", String(most)).replace("{all}", String(shown.length)) : "";
  live.write(place.previousElementSibling, [counted, more].filter(Boolean).join(" "));
}

/** @type {(socket: Host["socket"]) => boolean} */
const isAway = (socket) => socket.connection !== "connected" && (socket.connection !== "connecting" || Date.now() - socket.began > PATIENCE_MS);

/** @type {(host: Host, aloud: boolean) => HTMLElement} */
function newLine(host, aloud) {
  const { make } = live;
  // A hundred badges announced at once are of no use: then only the number of hosts is.
  const badge = make("span", { "aria-live": aloud ? "polite" : null }, make("span", { id: host.part("badge"), class: "badge text-bg-secondary" }));
  const head = make("div", { class: "d-flex flex-wrap gap-2 align-items-center" }, make("strong", { class: "gpu-host-name" }, host.name), badge, make("span", { id: host.part("since"), class: "small text-body-secondary" }), make("span", { class: "gpu-machine small text-body-secondary" }));
  host.announced = "";
  // The seconds change all the time: the trouble is announced from another element, when it changes.
  return make("li", { class: "gpu-host" }, head, make("div", { id: host.part("notice"), class: "alert py-2", hidden: "" }), make("div", { id: host.part("said"), class: "visually-hidden", role: "status" }));
}

/** @type {(host: Host, found: Trouble[]) => void} */
function notice(host, found) {
  const place = byId(host.part("notice"));
  const made = () => live.make("div", {}, live.make("strong"), live.make("span"));
  live.children(place, found, (line) => line.key, made, (row, line) => {
    live.write(row.firstElementChild, line.strong || "");
    live.write(row.lastElementChild, line.text);
  });
  live.hide(place, found.length === 0);
  const calm = found.length > 0 && found.every((line) => ["recording", "more", CALM].includes(line.key));
  place.classList.toggle("alert-info", calm);
  place.classList.toggle("alert-warning", !calm);
  const key = found.map((line) => line.key).join("\n");
  if (key !== host.announced) live.write(document.getElementById(host.part("said")), found.map((line) => (line.strong || "") + line.text).join(" "));
  host.announced = key;
}

export { lines as gpuHostLines };
