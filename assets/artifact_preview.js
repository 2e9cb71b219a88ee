/* The preview of one file, by its kind: picture, video, table, text, model; documents in a sandboxed frame. */
import { artifactCalls } from "./artifact_calls.js";
import { artifactText } from "./artifact_text.js";
import { live } from "./live_text.js";

/**
 * @typedef {{ run: string, path: string }} RunFile
 * @typedef {string | { path: string, small: string }} Cell
 * @typedef {{ columns: string[], rows: Cell[][], rows_in_all?: number | null, columns_in_all: number, is_cut: boolean }} FileTable
 * @typedef {PlotlyFigure & { left_out?: string[] }} FileFigure without the kinds of traces that Clew does not draw
 * @typedef {{ name: string, element_type: string, shape: (number | string | null)[] }} Tensor
 * @typedef {{ producer: string, inputs: Tensor[], outputs: Tensor[], weights: Tensor[], weights_in_all: number, nodes: number }} OnnxFacts
 * @typedef {{ kind: string, size_bytes: number, width?: number, height?: number, table?: FileTable, figure?: FileFigure, onnx?: OnnxFacts, text?: string, problem?: string }} Found a file as domain/artifacts/previews.py describes it
 * @typedef {(place: HTMLElement, file: RunFile, texts: ArtifactTexts, found: Found) => void | Promise<unknown>} Preview
 */

const { make } = live;
/** @type {(path: string) => string} */
const nameOf = (path) => path.slice(path.lastIndexOf("/") + 1);

/** @type {(place: HTMLElement, sentence: string) => void} */
function problem(place, sentence) {
  place.replaceChildren(make("p", { class: "alert alert-secondary mb-0", role: "status" }, sentence));
}

/** Shows a file in an element that the browser loads by itself, and a sentence instead where it fails.
 * @type {(place: HTMLElement, tag: "img" | "video" | "audio", file: RunFile, texts: ArtifactTexts, attributes: import("./live_text.js").Attributes, note?: string | null) => void} */
function media(place, tag, file, texts, attributes, note) {
  const element = make(tag, { class: "artifact-media", ...attributes });
  element.addEventListener("error", () => place.isConnected && problem(place, texts.not_played));
  element.setAttribute("src", artifactCalls.address(file.run, file.path, tag === "img" ? "" : "pieces"));
  place.replaceChildren(element, ...(note ? [make("p", { class: "small text-body-secondary mb-0" }, note)] : []));
}

/** @type {Preview} */
function picture(place, file, texts, found) {
  const note = found.width ? artifactCalls.filled(texts.pixels, { width: found.width, height: found.height }) : null;
  media(place, "img", file, texts, { alt: nameOf(file.path), width: found.width, height: found.height }, note);
}

/** @type {(place: HTMLElement, file: RunFile, texts: ArtifactTexts, tag: "video" | "audio") => void} */
function player(place, file, texts, tag) {
  const label = artifactCalls.filled(texts.preview, { name: nameOf(file.path) });
  media(place, tag, file, texts, { controls: "", preload: "metadata", playsinline: "", loop: tag === "video" ? "" : null, "aria-label": label });
}

/** Shows a document in a frame that cannot run scripts or reach anything; the response's headers forbid it, too.
 * @type {Preview} */
function frame(place, file, texts, found) {
  const isOurs = found.kind === "markdown";
  const sandbox = isOurs ? "allow-popups allow-popups-to-escape-sandbox" : "";
  const title = artifactCalls.filled(texts.preview, { name: nameOf(file.path) });
  const note = isOurs ? [] : [make("p", { class: "small text-body-secondary mb-1" }, texts.no_scripts)];
  place.replaceChildren(...note, make("iframe", { class: "artifact-frame", sandbox, title, referrerpolicy: "no-referrer", src: artifactCalls.address(file.run, file.path, "document") }));
}

/** Makes a cell of a picture, which becomes its path where the browser cannot show it.
 * @type {(file: RunFile, cell: { path: string, small: string }, texts: ArtifactTexts) => HTMLElement} */
function pictureIn(file, { path, small }, texts) {
  const image = make("img", { src: artifactCalls.address(file.run, small), alt: nameOf(path), loading: "lazy", decoding: "async" });
  image.addEventListener("error", () => image.replaceWith(path));
  const title = artifactCalls.filled(texts.open_picture, { name: nameOf(path) });
  return make("a", { href: artifactCalls.address(file.run, path), target: "_blank", rel: "noreferrer", title }, image);
}

/** @type {(label: string, columns: string[], rows: Cell[][], file: RunFile, texts: ArtifactTexts) => HTMLElement} */
function tableOf(label, columns, rows, file, texts) {
  const head = make("thead", {}, make("tr", {}, ...columns.map((text) => make("th", { scope: "col" }, text))));
  const body = make("tbody", {}, ...rows.map((row) => make("tr", {}, ...row.map((cell) => make("td", {}, typeof cell === "string" ? cell : pictureIn(file, cell, texts))))));
  const table = make("table", { class: "table table-sm mb-0" }, head, body);
  return make("div", { class: "artifact-table", tabindex: "0", role: "region", "aria-label": label }, table);
}

/** @type {(place: HTMLElement, file: RunFile, texts: ArtifactTexts, found: FileTable) => void} */
function table(place, file, texts, found) {
  const n = artifactCalls.number;
  const all = found.rows_in_all;
  const parts = [];
  if (all !== null && all !== undefined) parts.push(artifactCalls.filled(texts.rows_of, { n: n(found.rows.length), all: n(all) }));
  else if (found.is_cut) parts.push(artifactCalls.filled(texts.rows, { n: n(found.rows.length) }));
  if (found.columns_in_all > found.columns.length) parts.push(artifactCalls.filled(texts.columns_of, { n: n(found.columns.length), all: n(found.columns_in_all) }));
  const label = artifactCalls.filled(texts.table_of, { name: nameOf(file.path) });
  place.replaceChildren(make("p", { class: "small text-body-secondary mb-1" }, parts.join(" ")), tableOf(label, found.columns, found.rows, file, texts));
}

/** @type {(place: HTMLElement, file: RunFile, texts: ArtifactTexts, found: OnnxFacts) => void} */
function onnx(place, file, texts, found) {
  /** @type {(tensors: Tensor[]) => string[][]} */
  const rows = (tensors) => tensors.map(({ name, element_type, shape }) => [name, element_type, `[${shape.map((one) => (one === null ? "?" : one)).join(", ")}]`]);
  /** @type {(title: string, tensors: Tensor[]) => HTMLElement[]} */
  const part = (title, tensors) => [make("h4", { class: "h6 mt-2" }, title), tableOf(title, [texts.tensor, texts.type, texts.shape], rows(tensors), file, texts)];
  const all = found.weights_in_all;
  const weights = all > found.weights.length ? artifactCalls.filled(texts.weights_of, { n: found.weights.length, all: artifactCalls.number(all) }) : texts.weights;
  place.replaceChildren(
    make("p", { class: "mb-1" }, artifactCalls.filled(texts.nodes, { n: artifactCalls.number(found.nodes), producer: found.producer || "–" })),
    ...part(texts.inputs, found.inputs),
    ...part(texts.outputs, found.outputs),
    ...part(weights, found.weights)
  );
}

/** @type {Preview} */
function laidOut(place, file, texts, found) {
  if (found.table) return table(place, file, texts, found.table);
  if (found.figure) return figure(place, file, texts, found.figure);
  const label = artifactCalls.filled(texts.preview, { name: nameOf(file.path) });
  place.replaceChildren(make("pre", { class: "artifact-json", tabindex: "0", role: "region", "aria-label": label }, found.text ?? ""));
  return undefined;
}

/** Draws a figure, which the server reduced to its data; background and fonts are the page's, as in all charts.
 * @type {(place: HTMLElement, file: RunFile, texts: ArtifactTexts, found: FileFigure) => void | Promise<unknown>} */
function figure(place, file, texts, found) {
  const { data, layout, left_out: leftOut = [] } = found;
  const kinds = leftOut.length ? make("p", { class: "small mb-1" }, artifactCalls.filled(texts.left_out, { kinds: leftOut.join(", ") })) : "";
  const label = artifactCalls.filled(texts.figure_of, { name: nameOf(file.path) });
  const box = make("div", { class: "artifact-figure", role: "img", "aria-label": label });
  place.replaceChildren(kinds, box, make("p", { class: "small text-body-secondary mb-0" }, texts.drawn));
  if (!data.length) return box.remove();
  const config = { responsive: true, displaylogo: false, modeBarButtons: [["toImage", "zoom2d", "pan2d", "zoomIn2d", "zoomOut2d", "resetScale2d"]] };
  return window.Plotly.newPlot(box, data, { ...layout, autosize: true }, config).catch(() => place.isConnected && problem(place, texts.not_drawn));
}

/** @type {Preview} */
const text = (place, file, texts, found) => artifactText.show(place, { ...file, size: found.size_bytes }, texts);

/** @type {Preview} */
const tabular = (place, file, texts, found) => found.table && table(place, file, texts, found.table);

/** @type {Record<string, Preview>} */
const KINDS = {
  picture,
  video: (place, file, texts) => player(place, file, texts, "video"),
  audio: (place, file, texts) => player(place, file, texts, "audio"),
  text,
  json: laidOut,
  csv: tabular,
  parquet: tabular,
  onnx: (place, file, texts, found) => found.onnx && onnx(place, file, texts, found.onnx),
  markdown: frame,
  html: (place, file, texts, found) => (found.figure ? figure(place, file, texts, found.figure) : frame(place, file, texts, found)),
  notebook: frame,
};

let asked = 0;

/** Shows a file of a run in `place`; a late answer for another file is dropped.
 * @type {(place: HTMLElement, file: RunFile, texts: ArtifactTexts) => Promise<void>} */
async function show(place, file, texts) {
  const mine = ++asked;
  for (const drawn of place.querySelectorAll(".js-plotly-plot")) window.Plotly.purge(drawn);
  place.replaceChildren(make("p", { class: "text-body-secondary", role: "status" }, texts.reading));
  const found = /** @type {Found} */ (await artifactCalls.ask("preview", { run: file.run, path: file.path }, texts));
  if (mine !== asked || !place.isConnected) return;
  if (found.problem) problem(place, found.problem);
  else KINDS[found.kind](place, file, texts, found);
}

export const artifactPreview = Object.freeze({ show });
