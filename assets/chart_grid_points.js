/* The points of a chart as a file. */
import { toasts } from "./change_toasts.js";
import { chartBox } from "./chart_grid_box.js";
import { gridCharts } from "./chart_grid_charts.js";
import { chartAnswers } from "./chart_grid_figures.js";

/**
 * @typedef {import("./chart_grid.js").Grid} Grid
 * @typedef {import("./chart_grid_box.js").Box} Box
 */

const LONGEST_ADDRESS = 3500;
const KEPT_MS = 60_000; // until the browser has written the file

/** @type {(address: string) => void} */
function download(address) {
  const link = chartBox.element("a", { href: address, download: "" });
  document.body.append(link);
  link.click();
  link.remove();
}

/** Saves all points as CSV; a selection too long for an address is posted as JSON, and a toast shows why that failed.
 * @type {(grid: Grid, box: Box) => Promise<void>} */
async function savePoints(grid, box) {
  const { width, x_from, x_to, smoothing, ...fields } = gridCharts.fieldsOf(grid, box);
  const address = chartAnswers.addressOf("charts/points.csv", fields);
  if (address.length <= LONGEST_ADDRESS) return download(address);
  try {
    const response = await chartAnswers.requestOf("charts/points.csv", fields, null, undefined);
    if (!response.ok) throw await chartAnswers.failureOf(response);
    const made = URL.createObjectURL(await response.blob());
    download(made);
    window.setTimeout(() => URL.revokeObjectURL(made), KEPT_MS);
  } catch (error) {
    const { hasMessage, message } = /** @type {Partial<import("./chart_grid_figures.js").Refused>} */ (error);
    const sentence = (hasMessage && message) || grid.texts.no_answer;
    toasts.begin(sentence, box.title).ends("refused", sentence, {});
  }
}

export { savePoints };
