/* The browser's half of the comparison's charts: controls and zooms become one set of options, which the server draws. */
(function () {
  "use strict";
  const OPTIONS = "compare-options";
  const NAMES = ["axis", "smoothing", "log_y", "grouped", "centre", "band", "final", "diverged", "differing"];
  const DEFAULTS = {
    axis: "step", smoothing: 0, log_y: false, grouped: false, centre: "mean", band: "bootstrap", final: "last",
    diverged: "worst", differing: false,
  };
  const WHOLE = { x_from: null, x_to: null };
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

  function publish(options) {
    window.dash_clientside.set_props(OPTIONS, { data: { ...options, zone_minutes: new Date().getTimezoneOffset() } });
  }

  /** A range's end as a number: a time axis speaks in strings of its own zone. */
  function asNumber(end) {
    if (typeof end === "number") return end;
    const text = String(end).trim().replace(" ", "T");
    return Date.parse(text.length === 10 ? text + "T00:00Z" : text + "Z");
  }

  const charts = {
    options(...values) {
      const before = values.pop();
      const chosen = Object.fromEntries(NAMES.map((name, i) => [name, values[i]]));
      chosen.smoothing = Number(chosen.smoothing);
      if (NAMES.every((name) => chosen[name] === before[name])) return;
      window.clew.setAddress((query) => {
        for (const name of NAMES) {
          if (chosen[name] === DEFAULTS[name]) query.delete(name);
          else query.set(name, chosen[name]);
        }
      }, "replaceState");
      publish({ ...before, ...chosen, window: chosen.axis === before.axis ? before.window : WHOLE });
    },

    zoom(...layouts) {
      const before = layouts.pop();
      const triggered = window.dash_clientside.callback_context.triggered[0];
      const change = triggered && triggered.value;
      if (!change) return;
      let seen = before.window;
      if (change["xaxis.autorange"]) seen = WHOLE;
      else if (change["xaxis.range[0]"] !== undefined) {
        seen = { x_from: asNumber(change["xaxis.range[0]"]), x_to: asNumber(change["xaxis.range[1]"]) };
      }
      if (!same(seen, before.window)) publish({ ...before, window: seen });
    },

    copyLink(clicks) {
      if (!clicks) return;
      const button = document.getElementById("compare-copy-link");
      const say = (text) => {
        const before = button.dataset.text || (button.dataset.text = button.innerText);
        button.innerText = text;
        window.setTimeout(() => { button.innerText = before; }, 2500);
      };
      const { done, failed } = document.getElementById("compare-copy-said").dataset;
      window.clew.addresses.copyLink().then(() => say(done), () => say(failed));
    },
  };

  /** What offers another axis, wherever it stands, does what choosing it in the list does. */
  document.addEventListener("click", (event) => {
    const offer = event.target.closest && event.target.closest("[data-axis]");
    if (offer) window.dash_clientside.set_props("option-axis", { value: offer.dataset.axis });
  });

  window.dash_clientside = Object.assign({}, window.dash_clientside, { charts });
})();
