/* The runs that train now, by the process that trains each: they give a GPU its owner and its run. */
/**
 * @typedef {object} TrainingRun
 * @property {string} run_id
 * @property {string} name
 * @property {string} page its address
 * @property {string | null} [user]
 * @property {string | null} [boot_id]
 * @property {number | null} [start_ticks]
 * @property {number | null} [pid]
 * @typedef {import("./gpu_units.js").GpuProcess} GpuProcess
 */
/** @type {(value: unknown) => boolean} */
const known = (value) => value !== null && value !== undefined;
/** @type {(boot: unknown, ticks: unknown, pid: unknown) => string} */
const keyOf = (boot, ticks, pid) => `${boot}\n${ticks}\n${pid}`;
/** @type {Map<string, TrainingRun>} */
let byProcess = new Map();
/** @type {Map<string, TrainingRun>} */
let byId = new Map();

/** @type {(runs: TrainingRun[] | null) => void} */
function join(runs) {
  const whole = (runs || []).filter((run) => known(run.boot_id) && known(run.start_ticks) && known(run.pid));
  byId = new Map((runs || []).map((run) => [run.run_id, run]));
  byProcess = new Map(whole.map((run) => [keyOf(run.boot_id, run.start_ticks, run.pid), run]));
}

/** Returns the run that a process trains: by the id that the monitor read, or by its start; a pid alone is reused, and differs between a container and its host.
 * @type {(boot: string | null | undefined, process: GpuProcess) => TrainingRun | undefined} */
function of(boot, { run_id, start_ticks, pid, ns_pid }) {
  const named = run_id ? byId.get(run_id) : undefined;
  if (named) return named;
  if (!byProcess.size || !known(boot) || !known(start_ticks)) return undefined;
  return byProcess.get(keyOf(boot, start_ticks, ns_pid)) || byProcess.get(keyOf(boot, start_ticks, pid));
}

export const gpuRuns = Object.freeze({ join, named: (/** @type {string | null | undefined} */ id) => (id ? byId.get(id) : undefined), of });
