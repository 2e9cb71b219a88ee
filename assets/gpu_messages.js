/* A GPU monitor's message as it can be shown: bounded in size and count, and without what does not fit. One odd GPU takes
   no other with it: what it says wrongly is null, and named in its `misfits`. */
import { UNFIT, fit } from "./schema_fit.js";

const LONGEST_PARAMS = 4000; // characters of the values of a sentence

/** `{report, more, parts}` of a message: how many GPUs more it had than are shown, and what else did not fit; or `{why}`
    where it cannot be shown at all. */
function read(text, schema, limits) {
  const number = text.length;
  if (number > limits.characters) return { why: { code: "message-too-long", params: { number, limit: limits.characters } } };
  let said;
  try {
    said = JSON.parse(text);
  } catch (error) {
    return { why: { text: `message: ${error.message}` } };
  }
  // A monitor that cannot say more than what failed says this much (the contract's form of a failure).
  const bare = said && typeof said.error === "string" && said.gpus === undefined;
  if (bare) said = { host: "", sent_at: Date.now(), sample_seconds: 2, state: "failed", error: said.error, gpus: [] };
  return shown(said, schema, limits);
}

function shown(said, schema, limits) {
  const listed = said && Array.isArray(said.gpus) ? said.gpus : null;
  const parts = [];
  const head = listed ? { ...said, gpus: [] } : said;
  if (listed && said.history) head.history = past(said.history, listed, limits);
  const report = fit(head, schema, parts);
  if (report === UNFIT) return { why: parts[0] };
  report.gpus = told(listed || [], report, schema, limits, parts);
  return { report: shortly(report), more: Math.max(0, (listed || []).length - limits.gpus), parts };
}

/** Of the history what is of the GPUs that are shown: the others' may be a hundred times as much. */
function past(history, listed, limits) {
  if (!Array.isArray(history) || listed.length <= limits.gpus) return history;
  const ids = listed.slice(0, limits.gpus).map((gpu) => gpu && gpu.gpu_id);
  const values = (one) => Object.fromEntries(ids.filter((id) => id in one.utilization).map((id) => [id, one.utilization[id]]));
  return history.map((one) => (one && typeof one.utilization === "object" && one.utilization ? { ...one, utilization: values(one) } : one));
}

function told(listed, report, schema, limits, parts) {
  const gpus = new Map();
  listed.slice(0, limits.gpus).forEach((one, place) => {
    const gpu = fitGpu(one, place, report, schema, limits, parts);
    if (!gpu) return;
    if (gpus.has(gpu.gpu_id)) parts.push(misfit(`gpus.${place}.gpu_id`, { code: "schema-twice", params: {} }));
    else gpus.set(gpu.gpu_id, shortly(gpu));
  });
  return [...gpus.values()];
}

function fitGpu(one, place, report, schema, limits, parts) {
  const found = [];
  const gpu = fit(fewer(one, limits), schema.$defs.Gpu, found, schema);
  if (gpu === UNFIT) return unreadable(one, place, report, found[0], parts);
  if (gpu.memory_used > gpu.memory_total && gpu.memory_total !== null) {
    found.push({ code: "value-misfit", params: { field: "memory_used", value: gpu.memory_used, misfit: { code: "schema-more", params: { limit: gpu.memory_total } } } });
    gpu.memory_used = null;
  }
  if (found.length) gpu.misfits = [...(gpu.misfits || []), ...found.map((one) => ({ field: one.params.field, error: null, ...one }))];
  return gpu;
}

/** A GPU of which no more is known than that it is there; where not even that is, it is named beside its host. */
function unreadable(one, place, report, why, parts) {
  const { gpu_id } = one && typeof one === "object" ? one : {};
  if (Number.isInteger(gpu_id) && gpu_id >= 0) return { gpu_id, timestamp: report.sent_at, state: "failed", error: null, ...why };
  parts.push(misfit(`gpus.${place}`, why));
  return null;
}

const misfit = (field, why) => ({ code: "field-misfit", params: { field, misfit: why } });

/** A GPU with no more processes than are shown. */
function fewer(gpu, limits) {
  if (!gpu || !Array.isArray(gpu.processes) || gpu.processes.length <= limits.processes) return gpu;
  const processes = gpu.processes.slice(0, limits.processes);
  return { ...gpu, processes, processes_left_out: (gpu.processes_left_out || 0) + gpu.processes.length - processes.length };
}

/** A sentence whose values would fill the page is said without them. */
function shortly(one) {
  if (JSON.stringify(one.params || {}).length > LONGEST_PARAMS) Object.assign(one, { code: null, params: {} });
  return one;
}

export const gpuMessages = { read };
