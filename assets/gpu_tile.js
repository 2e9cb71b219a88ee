/* The front page's tile of GPUs: which one is busy, which is idle, and which is idle but kept by a process. */
(function () {
  "use strict";
  const MIB_PER_GIB = 1024;
  const COLOURS = { busy: "primary", idle: "success", reserved: "warning", unknown: "secondary" };
  const known = (value) => value !== null && value !== undefined;
  const setProps = (id, props) => window.dash_clientside.set_props(id, props);
  const html = (type, children, props) => ({ namespace: "dash_html_components", type, props: { children, ...props } });

  /** What a GPU does, and the process that keeps it where it does nothing: `past` are its last utilisations. */
  function useOf(gpu, past, rule) {
    if (gpu.state !== "ok") return [gpu.state];
    const samples = past.filter(known).slice(-rule.samples);
    if (!samples.length) return ["unknown"];
    if (samples.some((one) => one >= rule.percent)) return ["busy"];
    const most = (gpu.processes || []).reduce((a, b) => ((b.memory_used || 0) > ((a && a.memory_used) || 0) ? b : a), null);
    return most && most.memory_used > rule.mib ? ["reserved", most] : ["idle"];
  }

  /** The utilisations of a GPU so far: from the history where the message has one, else one more. */
  function pastOf(host, report, gpu, samples) {
    const before = host.past.get(gpu.gpu_id) || { at: null, values: [] };
    if (report.history) before.values = report.history.map((one) => one.utilization[gpu.gpu_id]);
    else if (gpu.timestamp !== before.at) before.values = [...before.values, gpu.utilization].slice(-samples); // else a heartbeat
    host.past.set(gpu.gpu_id, { at: gpu.timestamp, values: before.values });
    return before.values;
  }

  function row(gpu, past, texts) {
    const [use, holder] = useOf(gpu, past, texts.rule);
    const gib = (mib) => (known(mib) ? (mib / MIB_PER_GIB).toFixed(1) : texts.missing);
    const told = known(gpu.memory_used) || known(gpu.memory_total);
    const memory = told ? texts.memory.replace("{used}", gib(gpu.memory_used)).replace("{total}", gib(gpu.memory_total)) : null;
    return html("Li", [
      html("Span", [html("Strong", String(gpu.gpu_id)), ` · ${gpu.name || texts.gpu}`], { className: "tile-name" }),
      withReason(html("Span", texts.use[use], { className: `badge text-bg-${COLOURS[use] || "danger"}`, "data-use": use }), why(use, gpu, holder, texts)),
      html("Span", known(gpu.utilization) ? `${gpu.utilization.toFixed(0)} %` : texts.missing, { className: "ms-auto text-end" }),
      html("Span", memory, { className: "small text-body-secondary text-end" }),
    ]);
  }

  /** As components/front/front.py has it: pressed, the badge says why. */
  const withReason = (badge, reason) => html("Details", [html("Summary", badge), html("P", reason)], { className: "tile-why" });

  function why(use, gpu, holder, texts) {
    const { samples, percent } = texts.rule;
    if (!texts.why[use]) return window.clew.troubleOf(gpu, texts.templates);
    const said = texts.why[use].replace("{samples}", samples).replace("{percent}", percent);
    if (!holder) return said;
    const who = [holder.user, holder.command, holder.pid].filter(known).join(" · ");
    return said.replace("{held}", Math.round(holder.memory_used).toLocaleString(window.clew.locale())).replace("{who}", who);
  }

  const view = {
    clear(hosts) {
      hosts.forEach((host) => Object.assign(host, { past: new Map() }));
    },
    draw(host, report, texts) {
      const rows = report.gpus.map((gpu) => row(gpu, pastOf(host, report, gpu, texts.rule.samples), texts));
      const key = JSON.stringify(rows);
      if (key !== host.drawn) setProps(host.part("gpus"), { children: rows });
      host.drawn = key;
    },
    write(host, texts) {
      window.clew.gpuHosts.notice(host, texts);
      const className = host.socket.connection === "connected" ? "tile-rows" : "tile-rows tile-old";
      if (className !== host.looks) setProps(host.part("gpus"), { className });
      host.looks = className;
    },
  };

  const gpuTile = window.clew.gpuHosts.watch((what, index) => `front-gpu-${what}-${index}`, view);
  window.dash_clientside = Object.assign({}, window.dash_clientside, { gpuTile });
})();
