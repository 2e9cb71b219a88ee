/* The table of processes on the GPU page: a row each, of all hosts, and the run that it trains where there is one. */
(function () {
  "use strict";
  const PROCESSES = "gpus-processes";
  const EACH_MS = 1000; // of a dozen hosts each tells six times a second, and nobody reads a table that fast
  const NUMBER = { class: "text-end" };

  let hosts = [];
  let texts = {};
  let runs = [];
  let timer = null;
  let drawnAt = 0;

  function clear(these, said) {
    [hosts, texts] = [these, said];
    window.clearTimeout(timer);
    timer = null;
  }

  /** The runs that train now. */
  function join(now) {
    runs = now;
    later();
  }

  /** Draws soon: at once, or a second after the last time. */
  function later() {
    if (timer === null) timer = window.setTimeout(draw, Math.max(0, drawnAt + EACH_MS - Date.now()));
  }

  /** Who is on which GPU of a host; null where that is not known. */
  function processesOf({ name, report }) {
    const told = report.gpus.filter((gpu) => gpu.processes);
    // None where there is no GPU to be on; else it has to be told.
    if (!told.length) return report.state === "no_gpu" ? [] : null;
    return told.flatMap((gpu) => gpu.processes.map((process) => ({ ...process, gpu: gpu.gpu_id, host: name, boot_id: report.boot_id })));
  }

  function draw() {
    [timer, drawnAt] = [null, Date.now()];
    const place = document.getElementById(PROCESSES);
    const told = hosts.filter((host) => host.report).map(processesOf);
    if (!place || !told.length) return;
    const known = told.filter(Boolean);
    const rows = known.flat();
    const notTold = hosts.flatMap((host) => (host.report ? host.report.gpus : [])).reduce((sum, gpu) => sum + (gpu.processes_left_out || 0), 0);
    if (rows.length) return table(place, most(rows), rows.length + notTold);
    const text = known.length ? texts.no_process : texts.unknown_processes;
    if (place.children.length !== 1 || place.firstElementChild.tagName !== "P") place.replaceChildren(window.clew.live.make("p", { class: "text-body-secondary" }));
    window.clew.live.write(place.firstElementChild, text);
  }

  /** Of too many those with the most memory, in their order. */
  function most(rows) {
    if (rows.length <= texts.limits.rows) return rows;
    const largest = new Set([...rows].sort((a, b) => (b.memory_used || 0) - (a.memory_used || 0)).slice(0, texts.limits.rows));
    return rows.filter((row) => largest.has(row));
  }

  function table(place, rows, all) {
    const { live } = window.clew;
    if (!place.querySelector("table")) place.replaceChildren(...frame());
    const seen = new Map();
    const keyed = rows.map((row) => {
      const key = [row.host, row.gpu, row.pid].join(" ");
      seen.set(key, (seen.get(key) || 0) + 1); // those without a pid have one key
      return { row, key: `${key} ${seen.get(key)}` };
    });
    live.children(place.querySelector("tbody"), keyed, (one) => one.key, newRow, (element, one) => fill(element, one.row));
    live.write(place.lastElementChild, all > rows.length ? texts.most_processes.replace("{shown}", rows.length).replace("{all}", all) : "");
  }

  const several = () => hosts.length > 1;
  const names = () => texts.process_head.slice(several() ? 0 : 1);
  const memoryAt = () => names().length - 2;

  function frame() {
    const { make } = window.clew.live;
    const head = names().map((text, index) => make("th", { scope: "col", ...(index === memoryAt() ? NUMBER : {}) }, text));
    const made = make("table", { class: "table table-sm" }, make("thead", {}, make("tr", {}, ...head)), make("tbody"));
    return [make("div", { class: "table-responsive", tabindex: 0, role: "region", "aria-label": texts.processes }, made), make("p", { class: "small text-body-secondary" })];
  }

  const newRow = () => window.clew.live.make("tr", {}, ...names().map((_name, index) => window.clew.live.make("td", index === memoryAt() ? NUMBER : {})));

  function fill(element, row) {
    const run = runOf(row);
    const text = (value) => (value === null || value === undefined ? texts.missing : String(value));
    const memory = row.memory_used === null || row.memory_used === undefined ? null : Math.round(row.memory_used).toLocaleString(window.clew.locale());
    const cells = [...(several() ? [row.host] : []), row.gpu, row.pid, row.user || (run && run.user), row.command, memory];
    cells.forEach((value, index) => window.clew.live.write(element.children[index], text(value)));
    const last = element.lastElementChild;
    if (!run) return window.clew.live.write(last, texts.missing);
    if (!last.firstElementChild) last.replaceChildren(window.clew.live.make("a", { class: "run-name" }));
    window.clew.live.mark(last.firstElementChild, "href", run.page);
    window.clew.live.mark(last.firstElementChild, "title", run.name);
    window.clew.live.write(last.firstElementChild, run.name);
  }

  /** The run whose trainer is this process: a pid alone is reused, and differs between a container and its host. */
  function runOf(row) {
    const same = (a, b) => a !== null && a !== undefined && String(a) === String(b);
    return runs.find((run) => same(run.boot_id, row.boot_id) && same(run.start_ticks, row.start_ticks) && (same(run.pid, row.ns_pid) || same(run.pid, row.pid)));
  }

  window.clew = Object.assign(window.clew || {}, { gpuProcesses: { clear, join, later } });
})();
