/* The runs that train now, by the process that trains each: whose GPU it is, and for which run. */
const known = (value) => value !== null && value !== undefined;
const keyOf = (boot, ticks, pid) => `${boot}\n${ticks}\n${pid}`;
let byProcess = new Map();
let byId = new Map();

function join(runs) {
  const whole = (runs || []).filter((run) => known(run.boot_id) && known(run.start_ticks) && known(run.pid));
  byId = new Map((runs || []).map((run) => [run.run_id, run]));
  byProcess = new Map(whole.map((run) => [keyOf(run.boot_id, run.start_ticks, run.pid), run]));
}

/** The run whose trainer is this process: as the monitor read it, or by its start; a pid alone is reused, and differs
    between a container and its host. */
function of(boot, { run_id, start_ticks, pid, ns_pid }) {
  if (byId.has(run_id)) return byId.get(run_id);
  if (!byProcess.size || !known(boot) || !known(start_ticks)) return undefined;
  return byProcess.get(keyOf(boot, start_ticks, ns_pid)) || byProcess.get(keyOf(boot, start_ticks, pid));
}

export const gpuRuns = Object.freeze({ join, named: (id) => byId.get(id), of });
