/* The front page's tile of GPUs: which one is busy, which is idle, and which is idle but kept by a process. */
(function () {
  "use strict";
  const MIB_PER_GIB = 1024;
  const COLOURS = { busy: "primary", idle: "success", reserved: "warning", unknown: "secondary" };
  const known = (value) => value !== null && value !== undefined;
  const LONGEST = 1000; // characters of what a monitor said

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
    if (report.history && report.history.length) before.values = report.history.map((one) => one.utilization[gpu.gpu_id]);
    else if (gpu.timestamp !== before.at) before.values = [...before.values, gpu.utilization].slice(-samples); // else a heartbeat
    host.past.set(gpu.gpu_id, { at: gpu.timestamp, values: before.values });
    return before.values;
  }

  function newRow() {
    const { make } = window.clew.live;
    // As components/front/front.py has it: pressed, the badge says why.
    const use = make("details", { class: "tile-why" }, make("summary", {}, make("span", { class: "badge" })), make("p"));
    const name = make("span", { class: "tile-name" }, make("strong"), make("span"));
    return make("li", {}, name, use, make("span", { class: "ms-auto text-end" }), make("span", { class: "small text-body-secondary text-end" }));
  }

  function fill(row, gpu, past, texts) {
    const { write, mark } = window.clew.live;
    const [name, use, utilization, memory] = row.children;
    const [does, holder] = useOf(gpu, past, texts.rule);
    write(name.firstChild, String(gpu.gpu_id));
    write(name.lastChild, ` · ${gpu.name || texts.gpu}`);
    const badge = use.querySelector(".badge");
    mark(badge, "class", `badge text-bg-${COLOURS[does] || "danger"}`);
    mark(badge, "data-use", does);
    write(badge, texts.use[does]);
    write(use.lastChild, [why(does, gpu, holder, texts), window.clew.oddGpu(gpu, texts)].filter(Boolean).join(" "));
    write(utilization, known(gpu.utilization) ? `${gpu.utilization.toFixed(0)} %` : texts.missing);
    const gib = (mib) => (known(mib) ? (mib / MIB_PER_GIB).toFixed(1) : texts.missing);
    const told = known(gpu.memory_used) || known(gpu.memory_total);
    write(memory, told ? texts.memory.replace("{used}", gib(gpu.memory_used)).replace("{total}", gib(gpu.memory_total)) : "");
  }

  function why(use, gpu, holder, texts) {
    const { samples, percent } = texts.rule;
    if (!texts.why[use]) return window.clew.troubleOf(gpu, texts.templates).slice(0, LONGEST);
    const said = texts.why[use].replace("{samples}", samples).replace("{percent}", percent);
    if (!holder) return said;
    const who = [holder.user, holder.command, holder.pid].filter(known).join(" · ");
    return said.replace("{held}", Math.round(holder.memory_used).toLocaleString(window.clew.locale())).replace("{who}", () => who);
  }

  const view = {
    clear(hosts) {
      hosts.forEach((host) => Object.assign(host, { past: new Map() }));
    },
    draw(host, report, texts) {
      const pasts = new Map(report.gpus.map((gpu) => [gpu.gpu_id, pastOf(host, report, gpu, texts.rule.samples)]));
      const place = document.getElementById(host.part("gpus"));
      if (place) window.clew.live.children(place, report.gpus, (gpu) => gpu.gpu_id, newRow, (row, gpu) => fill(row, gpu, pasts.get(gpu.gpu_id), texts));
    },
    write(host, texts) {
      window.clew.gpuNotice(host, texts);
      const place = document.getElementById(host.part("gpus"));
      if (place) place.classList.toggle("tile-old", host.socket.connection !== "connected");
    },
  };

  const gpuTile = window.clew.gpuHosts.watch((what, index) => `front-gpu-${what}-${index}`, view);
  window.dash_clientside = Object.assign({}, window.dash_clientside, { gpuTile });
})();
