/* Reads a GPU monitor's message for display: bounded in size and count, and without what does not fit its schema. A wrong
   value of one GPU affects no other: it becomes null, and is named in the GPU's `misfits`. */
import { isObject } from "./answers.js";
import { UNFIT, fit } from "./schema_fit.js";

/**
 * @typedef {import("./gpu_units.js").Gpu} Gpu
 * @typedef {import("./gpu_units.js").Misfit} Misfit
 * @typedef {import("./gpu_units.js").Report} Report
 * @typedef {import("./schema.js").Schema} Schema
 * @typedef {{ characters: number, gpus: number, processes: number }} Limits
 * @typedef {{ report: Report, more: number, parts: Misfit[] } | { why: Props }} Message `more` GPUs are not shown; `parts` did not fit; `why` it cannot be shown at all
 */

const LONGEST_PARAMS = 4000; // characters of the values of a sentence

/** Reads the text of a message.
 * @type {(text: string, schema: Schema, limits: Limits) => Message} */
function read(text, schema, limits) {
  const number = text.length;
  if (number > limits.characters) return { why: { code: "message-too-long", params: { number, limit: limits.characters } } };
  /** @type {unknown} */
  let given;
  try {
    given = JSON.parse(text);
  } catch (error) {
    return { why: { text: `message: ${error instanceof Error ? error.message : error}` } };
  }
  // A monitor that can report nothing but its failure sends only `error`, as the contract of the stream defines.
  if (isObject(given) && typeof given.error === "string" && given.gpus === undefined) given = { host: "", sent_at: Date.now(), sample_seconds: 2, state: "failed", error: given.error, gpus: [] };
  return shown(given, schema, limits);
}

/** @type {(given: unknown, schema: Schema, limits: Limits) => Message} */
function shown(given, schema, limits) {
  /** @type {unknown[] | null} */
  const listed = isObject(given) && Array.isArray(given.gpus) ? given.gpus : null;
  /** @type {Misfit[]} */
  const parts = [];
  const fitted = fit(listed && isObject(given) ? headOf(given, listed, limits) : given, schema, parts);
  if (fitted === UNFIT) return { why: parts[0] };
  const report = /** @type {Report} */ (fitted);
  report.gpus = gpusOf(listed || [], report, schema, limits, parts);
  return { report: dropLongParams(report), more: Math.max(0, (listed || []).length - limits.gpus), parts };
}

/** Returns a report without its GPUs.
 * @type {(given: Props, listed: unknown[], limits: Limits) => Props} */
const headOf = (given, listed, limits) => ({ ...given, gpus: [], ...(given.history ? { history: past(given.history, listed, limits) } : {}) });

/** Returns the part of a history that is of the GPUs that are shown: the others' may be a hundred times as much.
 * @type {(history: unknown, listed: unknown[], limits: Limits) => unknown} */
function past(history, listed, limits) {
  if (!Array.isArray(history) || listed.length <= limits.gpus) return history;
  const ids = listed.slice(0, limits.gpus).map((gpu) => String(isObject(gpu) ? gpu.gpu_id : gpu));
  /** @type {(utilization: Props) => Props} */
  const values = (utilization) => Object.fromEntries(ids.filter((id) => id in utilization).map((id) => [id, utilization[id]]));
  return history.map((one) => (isObject(one) && isObject(one.utilization) ? { ...one, utilization: values(one.utilization) } : one));
}

/** @type {(listed: unknown[], report: Report, schema: Schema, limits: Limits, parts: Misfit[]) => Gpu[]} */
function gpusOf(listed, report, schema, limits, parts) {
  /** @type {Map<number, Gpu>} */
  const gpus = new Map();
  listed.slice(0, limits.gpus).forEach((one, place) => {
    const gpu = fitGpu(one, place, report, schema, limits, parts);
    if (!gpu) return;
    if (gpus.has(gpu.gpu_id)) parts.push(misfit(`gpus.${place}.gpu_id`, { code: "schema-twice", params: {} }));
    else gpus.set(gpu.gpu_id, dropLongParams(gpu));
  });
  return [...gpus.values()];
}

/** @type {(one: unknown, place: number, report: Report, schema: Schema, limits: Limits, parts: Misfit[]) => Gpu | null} */
function fitGpu(one, place, report, schema, limits, parts) {
  /** @type {Misfit[]} */
  const found = [];
  const fitted = fit(limitProcesses(one, limits), schema.$defs?.Gpu ?? {}, found, schema);
  if (fitted === UNFIT) return unreadable(one, place, report, found[0], parts);
  const gpu = /** @type {Gpu} */ (fitted);
  const { memory_used: used, memory_total: total } = gpu;
  if (typeof used === "number" && typeof total === "number" && used > total) {
    found.push({ code: "value-misfit", params: { field: "memory_used", value: used, misfit: { code: "schema-more", params: { limit: total } } } });
    gpu.memory_used = null;
  }
  if (found.length) gpu.misfits = [...(gpu.misfits || []), ...found.map((one) => ({ field: String(one.params.field), error: null, ...one }))];
  return gpu;
}

/** Makes a GPU of which only the number is known; without a number it is named as a misfit of its host.
 * @type {(one: unknown, place: number, report: Report, why: Misfit, parts: Misfit[]) => Gpu | null} */
function unreadable(one, place, report, why, parts) {
  const gpu_id = isObject(one) ? one.gpu_id : undefined;
  if (typeof gpu_id === "number" && Number.isInteger(gpu_id) && gpu_id >= 0) return { gpu_id, timestamp: report.sent_at, state: "failed", error: null, ...why };
  parts.push(misfit(`gpus.${place}`, why));
  return null;
}

/** @type {(field: string, why: { code: string, params: Props }) => Misfit} */
const misfit = (field, why) => ({ code: "field-misfit", params: { field, misfit: why } });

/** Returns a GPU with no more processes than are shown.
 * @type {(gpu: unknown, limits: Limits) => unknown} */
function limitProcesses(gpu, limits) {
  if (!isObject(gpu) || !Array.isArray(gpu.processes) || gpu.processes.length <= limits.processes) return gpu;
  const processes = gpu.processes.slice(0, limits.processes);
  return { ...gpu, processes, processes_left_out: (Number(gpu.processes_left_out) || 0) + gpu.processes.length - processes.length };
}

/** Removes a sentence from a GPU or a report where its values would fill the page.
 *
 * @template {{ params?: Props, code?: string | null }} T
 * @param {T} one
 * @returns {T}
 */
function dropLongParams(one) {
  if (JSON.stringify(one.params || {}).length > LONGEST_PARAMS) Object.assign(one, { code: null, params: {} });
  return one;
}

export const gpuMessages = { read };
