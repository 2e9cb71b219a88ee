/* What is wrong with a GPU host, in words above its GPUs: a line for each trouble, and the seconds in it as they go by. */
(function () {
  "use strict";
  const LONGEST = 1000; // characters of what another program said
  const short = (text) => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);

  /** The lines: `key` changes with the trouble, and not with its seconds. */
  function lines(host, texts) {
    const { report } = host;
    const translate = (message) => short(window.clew.translate(message, texts.templates));
    const said = [];
    if (report && texts.states[report.state]) {
      const silent = Math.round((report.age_seconds || 0) + (Date.now() - host.received) / 1000);
      const trouble = short(window.clew.troubleOf(report, texts.templates));
      said.push({ key: `state ${report.state} ${trouble}`, strong: texts.states[report.state].replace("{n}", silent), text: texts.stop + trouble });
    }
    if (report && report.recording) said.push({ key: "recording", text: texts.recording });
    if (report && host.skew) said.push({ key: "clock", text: texts.clock.replace("{n}", Math.round(Math.abs(host.skew) / 1000)) });
    if (host.misfits) said.push({ key: "misfit", text: texts.misfit.replace("{n}", host.misfits).replace("{why}", () => translate(host.why)) });
    if (host.parts) said.push({ key: "parts", text: texts.parts.replace("{why}", () => translate(host.parts)) });
    if (host.more) said.push({ key: "more", text: texts.more.replace("{shown}", report.gpus.length).replace("{all}", report.gpus.length + host.more) });
    return said;
  }

  /** Writes them. What is heard by those who listen changes with the trouble alone, not each second. */
  function notice(host, texts) {
    const { live } = window.clew;
    const place = document.getElementById(host.part("notice"));
    if (!place) return;
    const said = lines(host, texts);
    const made = () => live.make("div", {}, live.make("strong"), live.make("span"));
    live.children(place, said, (line) => line.key, made, (row, line) => {
      live.write(row.firstChild, line.strong || "");
      live.write(row.lastChild, line.text);
    });
    live.hide(place, said.length === 0);
    const calm = said.length > 0 && said.every((line) => ["recording", "more"].includes(line.key));
    place.classList.toggle("alert-info", calm);
    place.classList.toggle("alert-warning", !calm);
    const key = said.map((line) => line.key).join("\n");
    if (key !== host.heard) live.write(document.getElementById(host.part("said")), said.map((line) => (line.strong || "") + line.text).join(" "));
    host.heard = key;
  }

  window.clew = Object.assign(window.clew || {}, { gpuNotice: notice });
})();
