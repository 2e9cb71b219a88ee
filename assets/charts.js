/* How the charts of a page are drawn: its controls become one set of options, which the server draws by. */
(function () {
  "use strict";
  const NAMES = ["axis", "smoothing", "log_y", "grouped", "centre", "band", "final", "diverged", "differing"];
  const DEFAULTS = {
    axis: "auto", smoothing: 0, log_y: false, grouped: false, centre: "mean", band: "bootstrap", final: "last",
    diverged: "worst", differing: false,
  };
  const WHOLE = { x_from: null, x_to: null };
  const ANY_METRIC = "metric";

  function publish(place, options) {
    window.dash_clientside.set_props(`${place}-options`, { data: { ...options, zone_minutes: new Date().getTimezoneOffset() } });
  }

  /** What was chosen of `names` in the controls of a page. */
  function choose(place, names, values, before) {
    const chosen = Object.fromEntries(names.map((name, i) => [name, values[i]]));
    chosen.smoothing = Number(chosen.smoothing);
    if (chosen.axis === ANY_METRIC) {
      askAxis(place, before.axis);
      return;
    }
    if (names.every((name) => chosen[name] === before[name])) return;
    window.clew.setAddress((query) => {
      for (const name of names) {
        if (chosen[name] === DEFAULTS[name]) query.delete(name);
        else query.set(name, chosen[name]);
      }
    }, "replaceState");
    publish(place, { ...before, ...chosen, window: chosen.axis === before.axis ? before.window : WHOLE });
  }

  const axisOf = (place) => (place === "compare" ? "option-axis" : `${place}-option-axis`);

  /** Any metric may be the x axis: the list would be too long, so it is found like a chart. */
  function askAxis(place, before) {
    const grid = window.clew.chartGrids.of(place);
    const list = axisOf(place);
    window.dash_clientside.set_props(list, { value: before });
    if (!grid) return;
    const picker = window.clew.metricPicker.open({
      metrics: window.clew.gridLayout.metricsOf(grid),
      runs: grid.runs.length,
      title: grid.texts.pick_axis,
      texts: grid.texts,
      add: (key) => {
        picker.close();
        const value = `metric:${key}`;
        const others = window.clew.propsOf(list).options.filter((one) => !one.value.startsWith("metric:"));
        others.splice(-1, 0, { label: key, value });
        window.dash_clientside.set_props(list, { options: others, value });
      },
    });
  }

  const charts = {
    options(...values) {
      const before = values.pop();
      choose("compare", NAMES, values, before);
    },

    runOptions(...values) {
      const before = values.pop();
      choose("run", NAMES.slice(0, 3), values, before);
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
    if (!offer || !offer.dataset.axis) return;
    const list = ["compare", "run"].map(axisOf).find((id) => document.getElementById(id));
    if (list) window.dash_clientside.set_props(list, { value: offer.dataset.axis });
  });

  window.dash_clientside = Object.assign({}, window.dash_clientside, { charts });
})();
