/* The cards of the open GPUs: each is a copy of the empty one of components/gpus/gpu_card.py; its parts are found by
   `data-part`, and only changed numbers are written. */
import { gpuNumbers } from "./gpu_numbers.js";
import { gpuUnits } from "./gpu_units.js";
import { live } from "./live_text.js";
import { translate, troubleOf } from "./translate.js";

/**
 * @typedef {import("./gpu_units.js").Gpu} Gpu
 * @typedef {import("./gpu_units.js").Unit} Unit
 * @typedef {HTMLElement & { shownVersion?: number }} Card
 */

const [MAX_MISFITS, LONGEST] = [5, 300]; // and characters of each
const NEAR = 95; // % of the temperature at which it slows down
const RARE = ["ecc", "pcie", "nvlink"]; // hidden where they are unknown

/** @type {(card: Element, name: string) => HTMLElement} */
const partOf = (card, name) => /** @type {HTMLElement} */ (card.querySelector(`[data-part="${name}"]`));

/** @type {(card: Card, name: string, gpu: Gpu, texts: HostTexts) => void} */
function fillBar(card, name, gpu, texts) {
  const { text, share } = gpuNumbers.METRICS[name];
  const isShared = name === "memory" && gpu.unified;
  const [words, percent] = [text(gpu) + (isShared ? ` ${texts.unified}` : ""), share(gpu) || 0];
  const meter = partOf(card, name);
  if (meter.getAttribute("aria-valuetext") === words) return;
  /** @type {HTMLElement} */ (meter.firstElementChild).style.width = `${percent.toFixed(1)}%`;
  meter.setAttribute("aria-valuenow", percent.toFixed(0));
  meter.setAttribute("aria-valuetext", words);
  // The bar has another colour a few degrees below the temperature where the GPU slows down; full memory is no trouble yet.
  meter.classList.toggle("gpu-near", name === "temperature" && percent >= NEAR);
  live.write(partOf(card, `${name}-text`), words);
}

/** Describes the values that are missing because the GPU reported something else.
 * @type {(gpu: Pick<Gpu, "misfits">, texts: HostTexts) => string} */
function odd({ misfits }, texts) {
  const why = (misfits || []).map((one) => translate({ code: one.code, params: one.params }, texts.templates, one.error || "").slice(0, LONGEST));
  const [first, more] = [why.slice(0, MAX_MISFITS), why.length - MAX_MISFITS];
  return first.length ? texts.odd.replace("{why}", () => first.join("; ") + (more > 0 ? "; …" : "")) : "";
}

/** @type {(gpu: Gpu, texts: HostTexts) => string} */
function slowedBy(gpu, texts) {
  const reasons = gpu.throttle_reasons || [];
  return reasons.map((one, i) => translate({ code: (gpu.throttle_codes || [])[i] }, texts.templates, one)).join(", ");
}

/** Writes a text; `around` is hidden while there is none.
 * @type {(place: HTMLElement, text: string, around?: HTMLElement) => void} */
function writeOrHide(place, text, around = place) {
  live.write(place, text);
  live.hide(around, !text);
}

/** @type {(card: Card, unit: Unit, texts: HostTexts, several: boolean) => void} */
function fillHead(card, unit, texts, several) {
  const { gpu, host } = unit;
  const name = gpu.name || texts.gpu;
  const title = `${several ? `${host.name} · ` : ""}${gpuUnits.placeOf(gpu)} · ${name}`;
  const { mark, write } = live;
  write(partOf(card, "title"), title);
  mark(card, "aria-label", `${gpuUnits.nameOf(unit, several, texts)}, ${name}`);
  mark(card, "title", gpu.uuid || "");
  writeOrHide(partOf(card, "state"), gpu.state === "ok" ? "" : texts.use[gpu.state]);
  const isCalm = gpu.state === "mig" && !gpu.error && !gpu.code; // that it is split is intended
  partOf(card, "state").classList.toggle("text-bg-danger", !isCalm);
  partOf(card, "state").classList.toggle("text-bg-secondary", isCalm);
  writeOrHide(partOf(card, "part"), gpu.mig ? `MIG ${gpu.mig.profile || ""}`.trim() : "");
  live.hide(partOf(card, "recording"), !(host.report && host.report.recording));
  writeOrHide(partOf(card, "trouble"), gpu.error || gpu.code ? troubleOf(gpu, texts.templates) : "");
  writeOrHide(partOf(card, "misfits-text"), odd(gpu, texts));
  card.toggleAttribute("data-old", gpuUnits.isOld(unit));
}

/** @type {(card: Card, unit: Unit, texts: HostTexts, several: boolean) => void} */
function fillCard(card, unit, texts, several) {
  if (card.shownVersion === unit.version && card.hasAttribute("data-old") === gpuUnits.isOld(unit)) return;
  card.shownVersion = unit.version;
  const { METRICS, FACTS, MISSING } = gpuNumbers;
  fillHead(card, unit, texts, several);
  for (const name of Object.keys(METRICS)) fillBar(card, name, unit.gpu, texts);
  for (const [name, of] of Object.entries(FACTS)) {
    const [place, text] = [partOf(card, `${name}-text`), of(unit.gpu)];
    live.write(place, text);
    if (RARE.includes(name)) live.hide(place.parentElement, text === MISSING);
  }
  live.write(partOf(card, "throttle-text"), slowedBy(unit.gpu, texts) || MISSING);
  live.write(partOf(card, "use-text"), texts.use[unit.use]);
  const vendor = partOf(card, "vendor-text");
  writeOrHide(vendor, texts.vendors[unit.gpu.vendor ?? ""] || "", vendor.parentElement ?? vendor);
  const owner = partOf(card, "owner-text");
  writeOrHide(owner, unit.owners.join(", "), owner.parentElement ?? owner);
}

/** Shows the cards of these units in `place`; makes a copy of `empty` for each that has none.
 * @type {(place: HTMLElement, units: Unit[], empty: import("./live_text.js").Described, texts: HostTexts, several: boolean) => void} */
function cards(place, units, empty, texts, several) {
  /** @type {(unit: Unit) => HTMLElement} */
  const made = (unit) => {
    const card = /** @type {Card} */ (live.build(empty)[0]);
    card.dataset.host = String(unit.host.index);
    card.dataset.gpu = String(unit.gpu.gpu_id);
    return card;
  };
  live.children(place, units, (unit) => unit.key, made, (card, unit) => fillCard(card, unit, texts, several));
}

export { cards as gpuCards, odd as oddGpu };
