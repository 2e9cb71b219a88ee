/* The last lines of a run that failed, on top of its page. */
(function () {
  "use strict";
  const PLACE = "run-console";
  const make = (...given) => window.clew.live.make(...given);
  const calls = () => window.clew.artifactCalls;
  const known = new Map(); // by run: what a failed run wrote does not change

  /** Called whenever the run's facts were written anew, and this place with them. */
  async function show(run) {
    const place = document.getElementById(PLACE);
    if (!place || !run) return run;
    const texts = JSON.parse(place.dataset.texts);
    const answer = known.get(run) || (await calls().ask("console", { run }, texts));
    if (answer.problem || !answer.lines.length || !place.isConnected) return run;
    known.set(run, answer);
    draw(place, run, answer, texts);
    return run;
  }

  function draw(place, run, { lines, path, href }, texts) {
    const whole = make("a", { href: href || "#run-artifacts" }, texts.whole);
    if (!href) {
      whole.onclick = (event) => {
        event.preventDefault();
        window.clew.artifacts.choose(path);
      };
    }
    const from = path ? make("span", { class: "small text-body-secondary" }, calls().filled(texts.from, { path })) : "";
    const told = make("pre", { class: "run-console-lines", tabindex: "0", role: "region", "aria-label": texts.title }, lines.join("\n"));
    place.replaceChildren(
      make("div", { class: "d-flex flex-wrap gap-2 align-items-baseline" }, make("h2", { class: "h6 mb-1" }, texts.title), from, whole),
      told
    );
    told.scrollTop = told.scrollHeight; // what it died of comes last
  }

  window.dash_clientside = Object.assign(window.dash_clientside || {}, { artifactConsole: { show } });
})();
