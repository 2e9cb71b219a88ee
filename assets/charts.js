/* How the charts of a page are drawn: its controls become one set of options, which the server draws by. */
import { addresses, setAddress } from "./addresses.js";
import { chartGrids } from "./chart_grid.js";
import { gridLayout } from "./chart_grid_layout.js";
import { propsOf } from "./clew.js";
import { register, setProps } from "./dash.js";
import { CHART_DEFAULTS, ID } from "./from_python.js";
import { metricPicker } from "./metric_picker.js";

const NAMES = ["axis", "smoothing", "log_y", "grouped", "centre", "band", "final", "diverged", "differing"];
const WHOLE = { x_from: null, x_to: null };
const ANY_METRIC = "metric";

function publish(place, options) {
  setProps(`${place}-options`, { data: { ...options, zone_minutes: new Date().getTimezoneOffset() } });
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
  setAddress((query) => {
    for (const name of names) {
      if (chosen[name] === CHART_DEFAULTS[name]) query.delete(name);
      else query.set(name, chosen[name]);
    }
  }, "replaceState");
  publish(place, { ...before, ...chosen, window: chosen.axis === before.axis ? before.window : WHOLE });
}

const axisOf = (place) => (place === "compare" ? ID.OPTION_AXIS : `${place}-option-axis`);

/** Any metric may be the x axis: the list would be too long, so it is found like a chart. */
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
    add: (key) => {
      picker.close();
      const value = `metric:${key}`;
      const others = propsOf(list).options.filter((one) => !one.value.startsWith("metric:"));
      others.splice(-1, 0, { label: key, value });
      setProps(list, { options: others, value });
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
    const button = document.getElementById(ID.COPY_LINK);
    const say = (text) => {
      const before = button.dataset.text || (button.dataset.text = button.textContent);
      button.textContent = text;
      window.setTimeout(() => { button.textContent = before; }, 2500);
    };
    const { done, failed } = document.getElementById(ID.COPY_STATUS).dataset;
    addresses.copyLink().then(() => say(done), () => say(failed));
  },
};

/** What offers another axis, wherever it stands, does what choosing it in the list does. */
document.addEventListener("click", (event) => {
  const offer = event.target.closest && event.target.closest("[data-axis]");
  if (!offer || !offer.dataset.axis) return;
  const list = ["compare", "run"].map(axisOf).find((id) => document.getElementById(id));
  if (list) setProps(list, { value: offer.dataset.axis });
});

register("charts", charts);
