/* The chart of the GPU page: a line per GPU of every host, a point per sample, the last 60 of them. */
(function () {
  "use strict";
  const CHART = "gpus-chart";
  const SUMMARY = "gpus-summary";
  const FLUSH_MS = 200;
  const setProps = (id, props) => window.dash_clientside.set_props(id, props);
  // Plotly takes a number on a date axis for UTC; the reader's own clock is meant.
  const local = (ms) => ms - new Date(ms).getTimezoneOffset() * 60000;

  let lines = []; // {key, name, x, y}
  let texts = {};
  let queued = new Map(); // by line, what came since the last drawing
  let redraw = false;
  let timer = null;

  const nameOf = (host, id, several) => `${several ? host.name + " " : ""}${texts.gpu} ${id}`;

  /** A host's lines as its history has them, gaps included. */
  function begin(host, report, several) {
    const prefix = `${host.index}:`;
    const ids = [...new Set([...report.gpus.map((gpu) => gpu.gpu_id), ...report.history.flatMap((one) => Object.keys(one.utilization).map(Number))])];
    const others = lines.filter((line) => !line.key.startsWith(prefix));
    const own = ids.sort((a, b) => a - b).map((id) => ({
      key: prefix + id,
      name: nameOf(host, id, several),
      x: report.history.map((one) => local(one.at + host.skew)),
      y: report.history.map((one) => (one.utilization[id] === undefined ? null : one.utilization[id])),
    }));
    lines = [...others, ...own].sort((a, b) => a.key.localeCompare(b.key, undefined, { numeric: true }));
    redraw = true;
    later();
  }

  /** Another sample of a host; a GPU that was not there before gets a line. */
  function add(host, report, several) {
    for (const gpu of report.gpus) {
      const key = `${host.index}:${gpu.gpu_id}`;
      let line = lines.find((one) => one.key === key);
      if (!line) {
        line = { key, name: nameOf(host, gpu.gpu_id, several), x: [], y: [] };
        lines.push(line);
        redraw = true;
      }
      const [x, y] = [local(gpu.timestamp + host.skew), gpu.utilization === undefined ? null : gpu.utilization];
      line.x = [...line.x, x].slice(-texts.samples);
      line.y = [...line.y, y].slice(-texts.samples);
      if (!queued.has(key)) queued.set(key, { x: [], y: [] });
      queued.get(key).x.push(x);
      queued.get(key).y.push(y);
    }
    later();
  }

  function later() {
    if (timer === null) timer = window.setTimeout(flush, FLUSH_MS);
  }

  /** One change of the chart for whatever came from all hosts: two in one frame would be one, and a point lost. */
  function flush() {
    timer = null;
    if (!document.getElementById(CHART)) return;
    if (redraw) setProps(CHART, { figure: { data: lines.map(trace), layout: lines.length ? texts.layout : texts.empty_layout } });
    else if (queued.size) setProps(CHART, { extendData: extension() });
    [redraw, queued] = [false, new Map()];
    if (lines.length) setProps(SUMMARY, { children: lines.map(summary).join("; ") });
  }

  function extension() {
    const at = [...queued.keys()].map((key) => lines.findIndex((line) => line.key === key));
    const parts = [...queued.values()];
    return [{ x: parts.map((part) => part.x), y: parts.map((part) => part.y) }, at, texts.samples];
  }

  function trace(line, index) {
    const { colours, dashes } = texts;
    return {
      type: "scatter",
      mode: "lines",
      name: line.name,
      x: [...line.x],
      y: [...line.y],
      connectgaps: false,
      line: { color: colours[index % colours.length], dash: dashes[Math.floor(index / colours.length) % dashes.length], width: 1.8 },
      hovertemplate: "%{y:.0f} %<extra>%{fullData.name}</extra>",
    };
  }

  function summary(line) {
    const values = line.y.filter((value) => value !== null);
    const say = (value) => (value === undefined || value === null || Number.isNaN(value) ? texts.missing : `${Math.round(value)} %`);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const parts = { gpu: line.name, now: say(line.y[line.y.length - 1]), mean: say(mean), lowest: say(values.length ? Math.min(...values) : null), highest: say(values.length ? Math.max(...values) : null) };
    return texts.summary.replace(/\{(\w+)\}/g, (_all, part) => parts[part]);
  }

  function clear(said) {
    [lines, queued, redraw, texts] = [[], new Map(), false, said];
  }

  window.clew = Object.assign(window.clew || {}, { gpuChart: { begin, add, clear } });
})();
