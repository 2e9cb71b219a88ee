/* The cards of the GPUs that are open: each a copy of components/gpus/gpu_card.py's empty one, found by `data-part` and
   written where its numbers are others. */
import { gpuNumbers } from "./gpu_numbers.js";
import { gpuUnits } from "./gpu_units.js";
import { live } from "./live_text.js";
import { translate, troubleOf } from "./translate.js";

const [MOST_MISFITS, LONGEST] = [5, 300]; // and characters of each
const NEAR = 95; // % of the temperature at which it slows down
const RARE = ["ecc", "pcie", "nvlink"]; // not there at all where they are not known

const partOf = (card, name) => card.querySelector(`[data-part="${name}"]`);

function fillBar(card, name, gpu, texts) {
  const { text, share } = gpuNumbers.METRICS[name];
  const isShared = name === "memory" && gpu.unified;
  const [words, percent] = [text(gpu) + (isShared ? ` ${texts.unified}` : ""), share(gpu) || 0];
  const meter = partOf(card, name);
  if (meter.getAttribute("aria-valuetext") === words) return;
  meter.firstElementChild.style.width = `${percent.toFixed(1)}%`;
  meter.setAttribute("aria-valuenow", percent.toFixed(0));
  meter.setAttribute("aria-valuetext", words);
  // A few degrees below where it slows down the bar says so by its colour, too. Full memory is nobody's trouble yet.
  meter.classList.toggle("gpu-near", name === "temperature" && percent >= NEAR);
  live.write(partOf(card, `${name}-text`), words);
}

/** What is missing because the GPU said something that is no such value. */
function odd({ misfits }, texts) {
  const why = (misfits || []).map((one) => translate({ code: one.code, params: one.params }, texts.templates, one.error || "").slice(0, LONGEST));
  const [first, more] = [why.slice(0, MOST_MISFITS), why.length - MOST_MISFITS];
  return first.length ? texts.odd.replace("{why}", () => first.join("; ") + (more > 0 ? "; …" : "")) : "";
}

function slowedBy(gpu, texts) {
  const reasons = gpu.throttle_reasons || [];
  return reasons.map((one, i) => translate({ code: (gpu.throttle_codes || [])[i] }, texts.templates, one)).join(", ");
}

/** Fills a place that is there only while it says something. */
function say(place, text, around = place) {
  live.write(place, text);
  live.hide(around, !text);
}

function fillHead(card, unit, texts, several) {
  const { gpu, host } = unit;
  const name = gpu.name || texts.gpu;
  const title = `${several ? `${host.name} · ` : ""}${gpuUnits.placeOf(gpu)} · ${name}`;
  const { mark, write } = live;
  write(partOf(card, "title"), title);
  mark(card, "aria-label", `${gpuUnits.nameOf(unit, several, texts)}, ${name}`);
  mark(card, "title", gpu.uuid || "");
  say(partOf(card, "state"), gpu.state === "ok" ? "" : texts.use[gpu.state]);
  const isCalm = gpu.state === "mig" && !gpu.error && !gpu.code; // that it is split is what somebody wanted
  partOf(card, "state").classList.toggle("text-bg-danger", !isCalm);
  partOf(card, "state").classList.toggle("text-bg-secondary", isCalm);
  say(partOf(card, "part"), gpu.mig ? `MIG ${gpu.mig.profile || ""}`.trim() : "");
  live.hide(partOf(card, "recording"), !(host.report && host.report.recording));
  say(partOf(card, "trouble"), gpu.error || gpu.code ? troubleOf(gpu, texts.templates) : "");
  say(partOf(card, "misfits-text"), odd(gpu, texts));
  card.toggleAttribute("data-old", gpuUnits.isOld(unit));
}

function fillCard(card, unit, texts, several) {
  if (card.clewVersion === unit.version && card.hasAttribute("data-old") === gpuUnits.isOld(unit)) return;
  card.clewVersion = unit.version;
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
  say(vendor, texts.vendors[unit.gpu.vendor] || "", vendor.parentElement);
  const owner = partOf(card, "owner-text");
  say(owner, unit.owners.join(", "), owner.parentElement);
}

/** The cards of these units, in `place`; a copy of `empty` for each that has none. */
function cards(place, units, empty, texts, several) {
  const made = (unit) => {
    const card = /** @type {HTMLElement} */ (live.build(empty)[0]);
    card.dataset.host = unit.host.index;
    card.dataset.gpu = unit.gpu.gpu_id;
    return card;
  };
  live.children(place, units, (unit) => unit.key, made, (card, unit) => fillCard(card, unit, texts, several));
}

export { cards as gpuCards, odd as oddGpu };
