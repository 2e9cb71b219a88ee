/* What a host's message changes on the GPU page: its cards, the chart, the processes. */
(function () {
  "use strict";
  const PROCESSES = "gpus-processes";
  const setProps = (id, props) => window.dash_clientside.set_props(id, props);
  const html = (type, children, props) => ({ namespace: "dash_html_components", type, props: { children, ...props } });

  let several = false;
  let runs = [];
  let shown = null;

  function clear(hosts, texts) {
    several = hosts.length > 1;
    shown = null;
    window.clew.gpuChart.clear(texts);
  }

  function draw(host, report, texts) {
    const begins = !host.report || report.history;
    host.report = report;
    const shape = JSON.stringify([report.recording, report.gpus.map((gpu) => [gpu.gpu_id, gpu.uuid, gpu.name, gpu.state, gpu.error, gpu.remedy])]);
    if (shape !== host.shape) {
      host.shape = shape;
      setProps(host.part("shape"), { data: { gpus: report.gpus, recording: report.recording } });
    }
    window.clew.fillCards(document.getElementById(host.part("cards")), report.gpus, texts);
    const at = Math.max(0, ...report.gpus.map((gpu) => gpu.timestamp));
    if (begins) window.clew.gpuChart.begin(host, { ...report, history: report.history || [] }, several);
    else if (at !== host.sampled) window.clew.gpuChart.add(host, report, several); // else it says only that it lives
    host.sampled = at;
    host.processes = processesOf(host, report);
  }

  /** Who is on which GPU of a host; null where that is not known. */
  function processesOf(host, report) {
    const told = report.gpus.filter((gpu) => gpu.processes);
    // None where there is no GPU to be on; else it has to be told.
    if (!told.length) return report.state === "no_gpu" ? [] : null;
    return told.flatMap((gpu) => gpu.processes.map((process) => ({ ...process, gpu: gpu.gpu_id, host: host.name, boot_id: report.boot_id })));
  }

  function join(now, hosts, texts) {
    if (now) runs = now;
    if (!hosts.some((host) => host.report)) return;
    const known = hosts.filter((host) => host.processes);
    const rows = known.flatMap((host) => host.processes);
    let content = rows.length ? table(rows, texts) : html("P", known.length ? texts.no_process : texts.unknown_processes, { className: "text-body-secondary" });
    const key = JSON.stringify(content);
    if (key !== shown) setProps(PROCESSES, { children: content });
    shown = key;
  }

  function table(rows, texts) {
    const cell = (value, props) => html("Td", value === null || value === undefined ? texts.missing : value, props);
    const body = rows.map((row) => {
      const run = runOf(row);
      return html("Tr", [
        ...(several ? [cell(row.host)] : []), cell(row.gpu), cell(String(row.pid)), cell(row.user || (run && run.user)), cell(row.command),
        cell(row.memory_used === null || row.memory_used === undefined ? null : Math.round(row.memory_used).toLocaleString(window.clew.locale()), { className: "text-end" }),
        cell(run ? html("A", run.name, { href: run.page, title: run.name, className: "run-name" }) : null),
      ]);
    });
    const names = texts.process_head.slice(several ? 0 : 1);
    const side = (index) => (index === names.length - 2 ? { className: "text-end" } : {}); // memory: a number
    const head = html("Thead", html("Tr", names.map((text, index) => html("Th", text, { scope: "col", ...side(index) }))));
    return html("Div", html("Table", [head, html("Tbody", body)], { className: "table table-sm" }), { className: "table-responsive", tabIndex: 0, role: "region", "aria-label": texts.processes });
  }

  /** The run whose trainer is this process: a pid alone is reused, and differs between a container and its host. */
  function runOf(row) {
    const same = (a, b) => a !== null && a !== undefined && String(a) === String(b);
    return runs.find((run) => same(run.boot_id, row.boot_id) && same(run.start_ticks, row.start_ticks) && (same(run.pid, row.ns_pid) || same(run.pid, row.pid)));
  }

  window.clew = Object.assign(window.clew || {}, { gpuView: { clear, draw, join } });
})();
