/* The GPUs of a host, each as what is known of it: its newest sample, its last utilisations, what it does, and for whom. */
import { gpuRuns } from "./gpu_runs.js";

const MOST_OFF_MS = 2 * 3600 * 1000; // a time further from now than any history reaches is no time of a sample
const known = (value) => value !== null && value !== undefined;
const distinct = (values) => [...new Set(values.filter(Boolean))].sort();

/** What a GPU does, and the process that keeps it where it does nothing: `past` are its last samples. */
function useOf(gpu, past, rule) {
  if (gpu.state !== "ok") return [gpu.state];
  const samples = past.map((one) => one.value).filter(known).slice(-rule.samples);
  if (!samples.length) return ["unknown"];
  if (samples.some((one) => one >= rule.percent)) return ["busy"];
  const most = (gpu.processes || []).reduce((a, b) => ((b.memory_used || 0) > ((a && a.memory_used) || 0) ? b : a), null);
  if (most && most.memory_used > rule.mib) return ["reserved", most];
  return [gpu.is_reserved ? "reserved" : "idle"];
}

/** Takes a host's message: its units by `gpu_id`; those that are not in it any more are gone. */
function take(host, report, texts) {
  const before = host.units || new Map();
  host.off = Math.max(0, ...report.gpus.map((gpu) => Math.abs(report.sent_at - gpu.timestamp)));
  const ids = report.gpus.map((gpu) => gpu.gpu_id);
  host.reshaped = host.reshaped || ids.length !== before.size || ids.some((id) => !before.has(id));
  host.units = new Map(report.gpus.map((gpu) => [gpu.gpu_id, taken(before.get(gpu.gpu_id), host, report, gpu, texts)]));
}

function taken(before, host, report, gpu, texts) {
  const unit = before || { key: `${host.name}.${gpu.gpu_id}`, host, past: [], version: 0 };
  remember(unit, host, report, gpu, texts.samples);
  const [use, holder] = useOf(gpu, unit.past, texts.rule);
  Object.assign(unit, { gpu, use, holder, version: unit.version + 1 });
  return joined(unit);
}

/** Its last utilisations: as the history has them where the message brings one, gaps included, else one more. */
function remember(unit, host, report, gpu, samples) {
  const value = (one) => (one === undefined ? null : one);
  const isNear = (at) => Math.abs(at - host.received) < MOST_OFF_MS;
  if (report.history && report.history.length) {
    const past = report.history.map((one) => ({ at: one.at + host.skew, value: value(one.utilization[gpu.gpu_id]) }));
    unit.past = past.filter((one) => isNear(one.at)).slice(-samples);
  } else if (gpu.timestamp !== unit.sampled) {
    // Else it is a heartbeat.
    const at = gpu.timestamp + host.skew;
    unit.past = [...unit.past, { at: isNear(at) ? at : host.received, value: value(gpu.utilization) }].slice(-samples);
  }
  unit.sampled = gpu.timestamp;
}

/** Who is on it, and for which runs. */
function joined(unit) {
  const { processes, owner, run_id } = unit.gpu;
  const boot = unit.host.report ? unit.host.report.boot_id : null;
  const runs = [gpuRuns.named(run_id), ...(processes || []).map((process) => gpuRuns.of(boot, process))].filter(Boolean);
  unit.runs = distinct(runs.map((run) => run.name));
  unit.owners = distinct(owner ? [owner] : [...(processes || []).map((process) => process.user), ...runs.map((run) => run.user)]);
  return unit;
}

/** Whether what is shown of a unit is from before: its line is dead, or its numbers are of another time. */
const isOld = (unit) => unit.host.socket.connection !== "connected" || isOff(unit.host);

/** Whether the numbers of a host are not of its message's time, and it does not say so itself. */
function isOff(host) {
  return Boolean(host.report) && host.report.state === "ok" && host.off > Math.max(15000, 4000 * host.period);
}

const all = (hosts) => hosts.flatMap((host) => (host.units ? [...host.units.values()] : []));

/** Where a GPU is on its host: its number, or which part of which it is. */
function placeOf({ gpu_id, parent_id, mig }) {
  if (!mig || !known(parent_id)) return String(gpu_id);
  return `${parent_id} MIG ${mig.gpu_instance}${mig.compute_instance ? `/${mig.compute_instance}` : ""}`;
}

/** What a unit is called where there are several hosts, or one. */
function nameOf(unit, several, texts) {
  return `${several ? `${unit.host.name} ` : ""}${texts.gpu} ${placeOf(unit.gpu)}`;
}

export const gpuUnits = Object.freeze({ all, isOff, isOld, joined, nameOf, placeOf, take });
