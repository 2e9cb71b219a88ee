/* The GPUs of a host, each with its newest sample, its last utilisations, its use, its owners and its runs. */
import { gpuRuns } from "./gpu_runs.js";
/** @import { sockets } from "./live_sockets.js" */

/**
 * @typedef {{ samples: number, percent: number, mib: number }} Rule when a GPU is busy or reserved
 * @typedef {"ok" | "mig" | "failed" | string} GpuState
 * @typedef {{ pid?: number | null, user?: string | null, command?: string | null, memory_used?: number | null, start_ticks?: number | null, ns_pid?: number | null, run_id?: string | null }} GpuProcess memory in MiB
 * @typedef {{ code: string, params: Props, field?: string, error?: string | null }} Misfit a value that does not fit its schema
 *
 * @typedef {object} Gpu one GPU, or a MIG instance of one, as domain/gpus/gpu.py defines it: memory in MiB, temperatures in °C, power in W, rates in KiB/s
 * @property {number} gpu_id
 * @property {number} timestamp Unix ms
 * @property {GpuState} state
 * @property {string | null} [uuid]
 * @property {string | null} [name]
 * @property {string | null} [vendor]
 * @property {number | null} [parent_id]
 * @property {{ gpu_instance: number, compute_instance: number, profile?: string | null } | null} [mig]
 * @property {number | null} [utilization] %
 * @property {number | null} [memory_used]
 * @property {number | null} [memory_total]
 * @property {boolean} [unified]
 * @property {number | null} [temperature]
 * @property {number | null} [temperature_limit]
 * @property {number | null} [power]
 * @property {number | null} [power_limit]
 * @property {number | null} [sm_clock] MHz
 * @property {number | null} [fan] %
 * @property {string[] | null} [throttle_reasons]
 * @property {string[] | null} [throttle_codes]
 * @property {number | null} [ecc_errors]
 * @property {number | null} [pcie_rx]
 * @property {number | null} [pcie_tx]
 * @property {number | null} [nvlink_rx]
 * @property {number | null} [nvlink_tx]
 * @property {GpuProcess[] | null} [processes]
 * @property {number | null} [processes_left_out]
 * @property {string | null} [owner]
 * @property {string | null} [run_id]
 * @property {boolean} [is_reserved]
 * @property {Misfit[] | null} [misfits]
 * @property {string | null} [error]
 * @property {string | null} [code]
 * @property {Props} [params]
 *
 * @typedef {{ path: string, free?: number | null, total?: number | null, code?: string | null, params?: Props, error?: string | null }} Disk of checkpoints, in MiB; `error`: why it is unknown
 * @typedef {{ cpu?: number | null, cpus?: number | null, memory_used?: number | null, memory_total?: number | null, disk?: Disk | null }} Machine a host apart from its GPUs: `cpu` in %, memory in MiB
 * @typedef {{ vendor: string, state: string, error?: string | null, code?: string | null, params?: Props }} VendorTrouble why a vendor's GPUs are missing
 *
 * @typedef {object} Report a message of a GPU monitor, without what did not fit
 * @property {string} host
 * @property {number} sent_at Unix ms
 * @property {number} sample_seconds
 * @property {string} state
 * @property {Gpu[]} gpus
 * @property {{ at: number, utilization: Record<string, number | null> }[] | null} [history]
 * @property {number | null} [age_seconds]
 * @property {string | null} [boot_id]
 * @property {boolean} [recording]
 * @property {Machine | null} [machine]
 * @property {VendorTrouble[] | null} [troubles]
 * @property {string | null} [error]
 * @property {string | null} [code]
 * @property {Props} [params]
 *
 * @typedef {object} Host
 * @property {number} index
 * @property {string} name
 * @property {InstanceType<typeof sockets.LiveSocket>} socket
 * @property {(what: string) => string} part the id of one of its elements
 * @property {number} period seconds between two samples
 * @property {number} asks how often its history was requested
 * @property {number} skew ms that its clock differs from this one
 * @property {number} off ms that its samples differ from its message
 * @property {number} received Unix ms of the newest message
 * @property {Report} [report]
 * @property {Map<number, Unit>} [units] by gpu_id
 * @property {boolean} [complete] whether its history came
 * @property {boolean} [asking] whether its history was requested
 * @property {boolean} [reshaped] whether it has other GPUs than when they were arranged
 * @property {{ text: string, missed: boolean } | null} [unread] the newest message while the page was hidden
 * @property {Misfit | null} [parts] what of its message did not fit
 * @property {number} [misfits] how many messages could not be shown
 * @property {Props} [why] why the last of those could not
 * @property {number} [more] how many GPUs are not shown
 * @property {string[]} twice names of other hosts with the same GPUs
 * @property {{ before: string, now: string }} [renamed]
 * @property {string} [announced] the troubles that screen readers were sent last
 *
 * @typedef {object} Unit one GPU of a host, with what is isKnown of it
 * @property {string} key
 * @property {Host} host
 * @property {Gpu} gpu
 * @property {string} use
 * @property {GpuProcess} [holder] the process that keeps an idle GPU
 * @property {string[]} owners
 * @property {string[]} runs names
 * @property {{ at: number, value: number | null }[]} past the last utilisations
 * @property {number} version counts samples
 * @property {number} [sampled] Unix ms of the newest sample
 */

const MAX_OFFSET_MS = 2 * 3600 * 1000; // a time further from now than any history reaches cannot be of a sample
/** @type {(value: unknown) => boolean} */
const isKnown = (value) => value !== null && value !== undefined;
/** @type {(values: (string | null | undefined)[]) => string[]} */
const distinct = (values) => [...new Set(values.flatMap((value) => (value ? [value] : [])))].sort();

/** Returns the use of a GPU and, of a reserved one, the process that keeps it; `past` are its last samples.
 * @type {(gpu: Gpu, past: Unit["past"], rule: Rule) => [use: string, holder?: GpuProcess]} */
function useOf(gpu, past, rule) {
  if (gpu.state !== "ok") return [gpu.state];
  const samples = past.flatMap(({ value }) => (value === null ? [] : [value])).slice(-rule.samples);
  if (!samples.length) return ["unknown"];
  if (samples.some((one) => one >= rule.percent)) return ["busy"];
  const [most] = [...(gpu.processes || [])].sort((a, b) => (b.memory_used || 0) - (a.memory_used || 0));
  if (most && (most.memory_used || 0) > rule.mib) return ["reserved", most];
  return [gpu.is_reserved ? "reserved" : "idle"];
}

/** Takes a host's message: replaces its units, by `gpu_id`; a GPU that is not in the message is removed.
 * @type {(host: Host, report: Report, texts: HostTexts) => void} */
function take(host, report, texts) {
  const before = host.units || new Map();
  host.off = Math.max(0, ...report.gpus.map((gpu) => Math.abs(report.sent_at - gpu.timestamp)));
  const ids = report.gpus.map((gpu) => gpu.gpu_id);
  host.reshaped = host.reshaped || ids.length !== before.size || ids.some((id) => !before.has(id));
  host.units = new Map(report.gpus.map((gpu) => [gpu.gpu_id, taken(before.get(gpu.gpu_id), host, report, gpu, texts)]));
}

/** @type {(before: Unit | undefined, host: Host, report: Report, gpu: Gpu, texts: HostTexts) => Unit} */
function taken(before, host, report, gpu, texts) {
  /** @type {Unit} */
  const unit = before || { key: `${host.name}.${gpu.gpu_id}`, host, gpu, use: "unknown", owners: [], runs: [], past: [], version: 0 };
  remember(unit, host, report, gpu, texts.samples);
  const [use, holder] = useOf(gpu, unit.past, texts.rule);
  Object.assign(unit, { gpu, use, holder, version: unit.version + 1 });
  return joined(unit);
}

/** Remembers the last utilisations: the history where the message has one, gaps included, else the new sample.
 * @type {(unit: Unit, host: Host, report: Report, gpu: Gpu, samples: number) => void} */
function remember(unit, host, report, gpu, samples) {
  /** @type {(one: number | null | undefined) => number | null} */
  const value = (one) => (one === undefined ? null : one);
  /** @type {(at: number) => boolean} */
  const isNear = (at) => Math.abs(at - host.received) < MAX_OFFSET_MS;
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

/** Finds the owners of a unit's processes, and their runs.
 * @type {(unit: Unit) => Unit} */
function joined(unit) {
  const { processes, owner, run_id } = unit.gpu;
  const boot = unit.host.report ? unit.host.report.boot_id : null;
  const found = [gpuRuns.named(run_id), ...(processes || []).map((process) => gpuRuns.of(boot, process))];
  const runs = found.flatMap((run) => (run ? [run] : []));
  unit.runs = distinct(runs.map((run) => run.name));
  unit.owners = distinct(owner ? [owner] : [...(processes || []).map((process) => process.user), ...runs.map((run) => run.user)]);
  return unit;
}

/** Is true for a unit whose numbers are old: its connection is lost, or its samples are of another time.
 * @type {(unit: Unit) => boolean} */
const isOld = (unit) => unit.host.socket.connection !== "connected" || isOff(unit.host);

/** Is true for a host whose samples are not of its message's time, although it does not report that itself.
 * @type {(host: Host) => boolean} */
function isOff(host) {
  return host.report !== undefined && host.report.state === "ok" && host.off > Math.max(15000, 4000 * host.period);
}

/** @type {(hosts: Host[]) => Unit[]} */
const all = (hosts) => hosts.flatMap((host) => (host.units ? [...host.units.values()] : []));

/** Names a GPU on its host: by its number, or as a part of another one.
 * @type {(gpu: Pick<Gpu, "gpu_id" | "parent_id" | "mig">) => string} */
function placeOf({ gpu_id, parent_id, mig }) {
  if (!mig || !isKnown(parent_id)) return String(gpu_id);
  return `${parent_id} MIG ${mig.gpu_instance}${mig.compute_instance ? `/${mig.compute_instance}` : ""}`;
}

/** Names a unit; with its host where there are several.
 * @type {(unit: Unit, several: boolean, texts: HostTexts) => string} */
function nameOf(unit, several, texts) {
  return `${several ? `${unit.host.name} ` : ""}${texts.gpu} ${placeOf(unit.gpu)}`;
}

export const gpuUnits = Object.freeze({ all, isOff, isOld, joined, nameOf, placeOf, take });
