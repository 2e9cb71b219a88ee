/* What a host's message changes on the GPU page: its cards, its notice, the chart, the processes. */
(function () {
  "use strict";
  const PROCESSES = "gpus-processes";
  const CLOCK_MS = 3000; // clocks that differ by less are said to agree
  const setProps = (id, props) => window.dash_clientside.set_props(id, props);
  const part = (what, host) => `gpu-${what}-${host.index}`;
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
    host.received = Date.now();
    host.skew = Math.abs(host.received - report.sent_at) > CLOCK_MS ? host.received - report.sent_at : 0;
    const shape = JSON.stringify([report.recording, report.gpus.map((gpu) => [gpu.gpu_id, gpu.uuid, gpu.name, gpu.state, gpu.error, gpu.remedy])]);
    if (shape !== host.shape) {
      host.shape = shape;
      setProps(part("shape", host), { data: { gpus: report.gpus, recording: report.recording } });
    }
    window.clew.fillCards(document.getElementById(part("cards", host)), report.gpus);
    const at = Math.max(0, ...report.gpus.map((gpu) => gpu.timestamp));
    if (begins) window.clew.gpuChart.begin(host, { ...report, history: report.history || [] }, several);
    else if (at !== host.sampled) window.clew.gpuChart.add(host, report, several); // else it says only that it lives
    host.sampled = at;
    host.processes = processesOf(host, report);
  }

  /** Who is on which GPU of a host; null where that is not known. */
  function processesOf(host, report) {
    const told = report.gpus.filter((gpu) => gpu.processes);
    if (!told.length) return report.gpus.length ? null : [];
    return told.flatMap((gpu) => gpu.processes.map((process) => ({ ...process, gpu: gpu.gpu_id, host: host.name, boot_id: report.boot_id })));
  }

  /** What is wrong with a host, in words: of the last message, and of those that did not fit. */
  function notice(host, texts) {
    const { report } = host;
    const said = [];
    if (report && texts.states[report.state]) {
      const silent = Math.round((report.age_seconds || 0) + (Date.now() - host.received) / 1000);
      said.push(html("Strong", texts.states[report.state].replace("{n}", silent)), ". ", report.error || "", " ", report.remedy || "");
    }
    if (report && report.recording) said.push(html("Div", texts.recording));
    if (report && host.skew) said.push(html("Div", texts.clock.replace("{n}", Math.round(Math.abs(host.skew) / 1000))));
    if (host.misfits) said.push(html("Div", texts.misfit.replace("{n}", host.misfits).replace("{why}", host.why)));
    const key = JSON.stringify(said);
    if (key !== host.said) setProps(part("notice", host), { children: said, is_open: said.length > 0, color: report && report.recording && said.length === 1 ? "info" : "warning" });
    host.said = key;
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
        cell(row.memory_used === null || row.memory_used === undefined ? null : Math.round(row.memory_used).toLocaleString(), { className: "text-end" }),
        cell(run ? html("A", run.name, { href: run.page }) : null),
      ]);
    });
    const names = texts.process_head.slice(several ? 0 : 1);
    const side = (index) => (index === names.length - 2 ? { className: "text-end" } : {}); // memory: a number
    const head = html("Thead", html("Tr", names.map((text, index) => html("Th", text, { scope: "col", ...side(index) }))));
    return html("Div", html("Table", [head, html("Tbody", body)], { className: "table table-sm" }), { className: "table-responsive" });
  }

  /** The run whose trainer is this process: a pid alone is reused, and differs between a container and its host. */
  function runOf(row) {
    const same = (a, b) => a !== null && a !== undefined && String(a) === String(b);
    return runs.find((run) => same(run.boot_id, row.boot_id) && same(run.start_ticks, row.start_ticks) && (same(run.pid, row.ns_pid) || same(run.pid, row.pid)));
  }

  window.clew = Object.assign(window.clew || {}, { gpuView: { clear, draw, notice, join } });
})();
