/* The options of a page's charts: its controls become one set of options, by which the server draws. */
import { addresses, setAddress } from "./addresses.js";
import { chartGrids } from "./chart_grid.js";
import { gridLayout } from "./chart_grid_layout.js";
import { propsOf } from "./clew.js";
import { register, setProps } from "./dash.js";
import { byId, elementOf } from "./elements.js";
import { CHART_DEFAULTS, ID } from "./from_python.js";
import { metricPicker } from "./metric_picker.js";

/** @typedef {import("./chart_grid.js").ChartOptions} ChartOptions */

const NAMES = ["axis", "smoothing", "log_y", "grouped", "centre", "band", "final", "diverged", "differing"];
const WHOLE = { x_from: null, x_to: null };
/** @type {Props} */
const DEFAULTS = CHART_DEFAULTS;
const ANY_METRIC = "metric";

/** @type {(place: string, options: ChartOptions) => void} */
function publish(place, options) {
  setProps(`${place}-options`, { data: { ...options, zone_minutes: new Date().getTimezoneOffset() } });
}

/** Applies what is chosen of `names` in the controls of a page.
 * @type {(place: string, names: string[], values: unknown[], before: ChartOptions) => void} */
function choose(place, names, values, before) {
  /** @type {Props} */
  const chosen = Object.fromEntries(names.map((name, i) => [name, values[i]]));
  chosen.smoothing = Number(chosen.smoothing);
  if (chosen.axis === ANY_METRIC) {
    askAxis(place, before.axis);
    return;
  }
  if (names.every((name) => chosen[name] === /** @type {Props} */ (before)[name])) return;
  setAddress((query) => {
    for (const name of names) {
      if (chosen[name] === DEFAULTS[name]) query.delete(name);
      else query.set(name, String(chosen[name]));
    }
  }, "replaceState");
  publish(place, { ...before, ...chosen, window: chosen.axis === before.axis ? before.window : WHOLE });
}

/** @type {(place: string) => string} */
const axisOf = (place) => (place === "compare" ? ID.OPTION_AXIS : `${place}-option-axis`);

/** Lets the reader search a metric for the x axis: a list of all of them would be too long.
 * @type {(place: string, before: string) => void} */
function askAxis(place, before) {
  const grid = chartGrids.of(place);
  const list = axisOf(place);
  setProps(list, { value: before });
  if (!grid) return;
  const picker = metricPicker.open({
    metrics: gridLayout.metricsOf(grid),
    runs: grid.runs.length,
    title: grid.texts.pick_axis,
    texts: grid.texts,
    add: (/** @type {string} */ key) => {
      picker.close();
      const value = `metric:${key}`;
      const options = /** @type {{ label: string, value: string }[]} */ (propsOf(list).options);
      const others = options.filter((one) => !one.value.startsWith("metric:"));
      others.splice(-1, 0, { label: key, value });
      setProps(list, { options: others, value });
    },
  });
}

const charts = {
  /** @param {unknown[]} values the controls' values, then the options so far */
  options(...values) {
    const before = values.pop();
    choose("compare", NAMES, values, /** @type {ChartOptions} */ (before));
  },

  /** @param {unknown[]} values the controls' values, then the options so far */
  runOptions(...values) {
    const before = values.pop();
    choose("run", NAMES.slice(0, 3), values, /** @type {ChartOptions} */ (before));
  },

  /** @type {(clicks: number | null) => void} */
  copyLink(clicks) {
    if (!clicks) return;
    const button = byId(ID.COPY_LINK);
    /** @type {(text: string) => void} */
    const show = (text) => {
      const before = button.dataset.text || (button.dataset.text = button.textContent);
      button.textContent = text;
      window.setTimeout(() => { button.textContent = before; }, 2500);
    };
    const { done = "", failed = "" } = byId(ID.COPY_STATUS).dataset;
    addresses.copyLink().then(() => show(done), () => show(failed));
  },
};

// A button that offers another axis does the same as choosing that axis in the list.
document.addEventListener("click", (event) => {
  const offer = elementOf(event)?.closest("[data-axis]");
  if (!offer || !offer.dataset.axis) return;
  const list = ["compare", "run"].map(axisOf).find((id) => document.getElementById(id));
  if (list) setProps(list, { value: offer.dataset.axis });
});

register("charts", charts);
