/* The hosts in lines: how each one's line is, and what is wrong with it, with the seconds as they go by. Of many hosts those
   that are well are counted only. */
import { gpuNumbers } from "./gpu_numbers.js";
import { gpuUnits } from "./gpu_units.js";
import { live } from "./live_text.js";
import { translate, troubleOf } from "./translate.js";

const FEW = 8; // so many hosts have a line each
const MOST_LINES = 20; // of hosts in trouble
const PATIENCE_MS = 5000; // before that a host that is still being connected is not in trouble
const CALM = "state no_gpu "; // a host without GPUs is a host
const LONGEST = 1000; // characters of what another program said
const short = (text) => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
const secondsOf = (ms) => String(Math.round(Math.abs(ms) / 1000));

/** What is wrong with a host: `key` changes with the trouble, and not with its seconds. */
function troubles(host, texts) {
  const { report } = host;
  const inWords = (message) => short(translate(message, texts.templates));
  const said = [];
  if (report && texts.states[report.state]) {
    const silent = Math.round((report.age_seconds || 0) + (Date.now() - host.received) / 1000);
    const trouble = short(troubleOf(report, texts.templates));
    said.push({ key: `state ${report.state} ${trouble}`, strong: texts.states[report.state].replace("{n}", silent), text: texts.stop + trouble });
  }
  // Of several vendors' GPUs some may be told of, and some not.
  for (const trouble of (report && report.troubles) || []) {
    const text = short(troubleOf(trouble, texts.templates));
    said.push({ key: `vendor ${trouble.vendor} ${trouble.state} ${text}`, strong: texts.vendors[trouble.vendor], text: ` · ${text}` });
  }
  if (report && report.recording) said.push({ key: "recording", text: texts.recording });
  if (report && host.skew) said.push({ key: "clock", text: texts.clock.replace("{n}", secondsOf(host.skew)) });
  if (gpuUnits.isOff(host)) said.push({ key: "off", text: texts.off.replace("{n}", secondsOf(host.off)) });
  if (host.twice && host.twice.length) said.push({ key: `twice ${host.twice}`, text: texts.twice.replace("{names}", () => host.twice.join(", ")) });
  if (host.renamed) said.push({ key: "renamed", text: texts.renamed.replace(/\{(\w+)\}/g, (_all, part) => short(host.renamed[part])) });
  if (host.misfits) said.push({ key: "misfit", text: texts.misfit.replace("{n}", host.misfits).replace("{why}", () => inWords(host.why)) });
  if (host.parts) said.push({ key: "parts", text: texts.parts.replace("{why}", () => inWords(host.parts)) });
  if (host.more) said.push({ key: "more", text: texts.more.replace("{shown}", report.gpus.length).replace("{all}", report.gpus.length + host.more) });
  return said;
}

/** Names the other hosts that tell the same GPUs: a machine that is reached by two addresses is counted twice. */
function findTwins(hosts) {
  const first = new Map(); // by uuid, who told of it first
  const name = (host, other) => host.twice.includes(other.name) || host.twice.push(other.name);
  for (const host of hosts) host.twice = [];
  for (const host of hosts) {
    for (const { uuid } of host.report ? host.report.gpus : []) {
      const other = uuid && first.get(uuid);
      if (uuid && !other) first.set(uuid, host);
      if (!other || other === host) continue;
      name(host, other);
      name(other, host);
    }
  }
}

/** Writes those of at most so many hosts into `place`, and how many are well into the element before it. */
function lines(place, hosts, texts, most = MOST_LINES) {
  findTwins(hosts);
  const told = hosts.map((host) => ({ host, said: troubles(host, texts) }));
  const isShown = ({ host, said }) => hosts.length <= FEW || said.length > 0 || isAway(host.socket);
  const shown = told.filter(isShown);
  live.children(place, shown.slice(0, most), ({ host }) => host.index, ({ host }) => newLine(host, hosts.length <= FEW), (line, { host, said }) => {
    host.socket.write(texts);
    live.write(line.querySelector(".gpu-machine"), gpuNumbers.machine(host.report, texts));
    notice(host, said);
  });
  const well = hosts.filter((host) => host.socket.connection === "connected").length;
  const counted = hosts.length > FEW ? texts.hosts.replace("{n}", well).replace("{all}", hosts.length) : "";
  const more = shown.length > most ? texts.more_hosts.replace("{shown}", most).replace("{all}", shown.length) : "";
  live.write(place.previousElementSibling, [counted, more].filter(Boolean).join(" "));
}

const isAway = (socket) => socket.connection !== "connected" && (socket.connection !== "connecting" || Date.now() - socket.began > PATIENCE_MS);

function newLine(host, aloud) {
  const { make } = live;
  // A hundred badges that are read aloud at once are none: there the number of hosts is.
  const badge = make("span", { "aria-live": aloud ? "polite" : null }, make("span", { id: host.part("badge"), class: "badge text-bg-secondary" }));
  const head = make("div", { class: "d-flex flex-wrap gap-2 align-items-center" }, make("strong", { class: "gpu-host-name" }, host.name), badge, make("span", { id: host.part("since"), class: "small text-body-secondary" }), make("span", { class: "gpu-machine small text-body-secondary" }));
  host.heard = "";
  // The seconds change all the time: read aloud is what stands beside them, when the trouble is another one.
  return make("li", { class: "gpu-host" }, head, make("div", { id: host.part("notice"), class: "alert py-2", hidden: "" }), make("div", { id: host.part("said"), class: "visually-hidden", role: "status" }));
}

function notice(host, said) {
  const place = document.getElementById(host.part("notice"));
  const made = () => live.make("div", {}, live.make("strong"), live.make("span"));
  live.children(place, said, (line) => line.key, made, (row, line) => {
    live.write(row.firstChild, line.strong || "");
    live.write(row.lastChild, line.text);
  });
  live.hide(place, said.length === 0);
  const calm = said.length > 0 && said.every((line) => ["recording", "more", CALM].includes(line.key));
  place.classList.toggle("alert-info", calm);
  place.classList.toggle("alert-warning", !calm);
  const key = said.map((line) => line.key).join("\n");
  if (key !== host.heard) live.write(document.getElementById(host.part("said")), said.map((line) => (line.strong || "") + line.text).join(" "));
  host.heard = key;
}

export { lines as gpuHostLines };
