/* The chart of the GPU page: a line per GPU of every host, a point per sample, the last 60 of them. */
(function () {
  "use strict";
  const CHART = "gpus-chart";
  const SUMMARY = "gpus-summary";
  const NOTE = "gpus-chart-note";
  const FLUSH_MS = 200;
  const SHARE = 12; // drawing has to rest for so many times as long as it took: with a hundred lines it takes 0.2 s
  const LONGEST_REST_MS = 10000;
  // Plotly takes a number on a date axis for UTC; the reader's own clock is meant.
  const local = (ms) => ms - new Date(ms).getTimezoneOffset() * 60000;

  let lines = new Map(); // by key, in their order: {key, name, x, y}
  let texts = {};
  let queued = new Map(); // by line, what came since the last drawing
  let redraw = false;
  let timer = null;
  let restsUntil = 0;
  let observer = null;
  let seen = true;

  const nameOf = (host, id, several) => `${several ? host.name + " " : ""}${texts.gpu} ${id}`;
  const drawn = () => [...lines.values()].slice(0, texts.limits.lines);

  /** A host's lines as its history has them, gaps included. */
  function begin(host, report, several) {
    const prefix = `${host.index}:`;
    const ids = [...new Set([...report.gpus.map((gpu) => gpu.gpu_id), ...report.history.flatMap((one) => Object.keys(one.utilization).map(Number))])];
    const others = [...lines.values()].filter((line) => !line.key.startsWith(prefix));
    const own = ids.map((id) => ({
      key: prefix + id,
      name: nameOf(host, id, several),
      x: report.history.map((one) => local(one.at + host.skew)),
      y: report.history.map((one) => (one.utilization[id] === undefined ? null : one.utilization[id])),
    }));
    order([...others, ...own]);
    later();
  }

  function order(all) {
    const sorted = all.sort((a, b) => a.key.localeCompare(b.key, undefined, { numeric: true }));
    lines = new Map(sorted.map((line) => [line.key, line]));
    redraw = true;
  }

  /** Another sample of a host; a GPU that was not there before gets a line. */
  function add(host, report, several) {
    for (const gpu of report.gpus) {
      const key = `${host.index}:${gpu.gpu_id}`;
      if (!lines.has(key)) order([...lines.values(), { key, name: nameOf(host, gpu.gpu_id, several), x: [], y: [] }]);
      const line = lines.get(key);
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
    if (timer === null) timer = window.setTimeout(flush, Math.max(FLUSH_MS, restsUntil - Date.now()));
  }

  /** One change of the chart for whatever came from all hosts meanwhile; none while nobody sees it. */
  function flush() {
    timer = null;
    const place = document.getElementById(CHART);
    if (!place) return;
    watch(place);
    if (lines.size) window.clew.live.write(document.getElementById(SUMMARY), [...lines.values()].map(summary).join("; "));
    if (!seen) redraw = redraw || queued.size > 0; // from what the lines hold, once it is seen again
    else draw(place);
    if (redraw) queued = new Map();
  }

  function draw(place) {
    const graph = place.querySelector(".js-plotly-plot");
    const shown = drawn();
    const began = performance.now();
    if (redraw) {
      window.dash_clientside.set_props(CHART, { figure: { data: shown.map(trace), layout: layout(shown.length) } });
      note(shown.length);
      [redraw, queued] = [false, new Map()];
    } else if (queued.size && graph && graph.data && graph.data.length === shown.length) {
      window.Plotly.extendTraces(graph, ...extension(shown), texts.samples);
      queued = new Map();
    }
    restsUntil = Date.now() + Math.min(LONGEST_REST_MS, SHARE * (performance.now() - began));
  }

  /** Whether anybody sees it: a chart that is scrolled away is not drawn. */
  function watch(place) {
    if (observer && observer.place === place) return;
    if (observer) observer.disconnect();
    observer = new IntersectionObserver((entries) => {
      seen = entries[entries.length - 1].isIntersecting;
      if (seen && redraw) later();
    }, { rootMargin: "200px" });
    observer.place = place;
    observer.observe(place);
  }

  /** So many lines have no legend that could be read: pointed at, a line says its name. */
  function layout(number) {
    if (!number) return texts.empty_layout;
    return number <= texts.limits.legend ? texts.layout : { ...texts.layout, showlegend: false, hovermode: "closest" };
  }

  function note(number) {
    const place = document.getElementById(NOTE);
    const said = [];
    if (lines.size > number) said.push(texts.most_lines.replace("{shown}", number).replace("{all}", lines.size));
    if (number > texts.limits.legend) said.push(texts.many_lines);
    window.clew.live.write(place, said.join(" "));
    window.clew.live.hide(place, said.length === 0);
  }

  function extension(shown) {
    const at = new Map(shown.map((line, index) => [line.key, index]));
    const grown = [...queued].filter(([key]) => at.has(key));
    return [{ x: grown.map(([, part]) => part.x), y: grown.map(([, part]) => part.y) }, grown.map(([key]) => at.get(key))];
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
    [lines, queued, redraw, texts, restsUntil, seen] = [new Map(), new Map(), false, said, 0, true];
  }

  window.clew = Object.assign(window.clew || {}, { gpuChart: { begin, add, clear } });
})();
