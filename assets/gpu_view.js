/* What a host's message changes on the GPU page: its cards and the chart. */
(function () {
  "use strict";
  const setProps = (id, props) => window.dash_clientside.set_props(id, props);

  const DRAWN_MS = 4000; // cards that are not there after this are asked for again, and then ever more slowly
  const LONGEST_MS = 60000;
  let several = false;

  function clear(hosts, texts) {
    several = hosts.length > 1;
    window.clew.gpuChart.clear(texts);
  }

  function draw(host, report, texts) {
    const history = report.history || [];
    const begins = !host.report || history.length > 0;
    host.report = report;
    const shape = JSON.stringify([report.recording, report.gpus.map((gpu) => [gpu.gpu_id, gpu.uuid, gpu.name, gpu.state, gpu.error, gpu.remedy])]);
    const place = document.getElementById(host.part("cards"));
    // Asked for again where an answer was lost: while a page is busy, or its server starts anew.
    const isMissing = place && place.childElementCount < report.gpus.length && Date.now() - host.shapedAt > host.patience;
    if (shape !== host.shape || isMissing) {
      const patience = isMissing ? Math.min(2 * host.patience, LONGEST_MS) : DRAWN_MS;
      Object.assign(host, { shape, patience, shapedAt: Date.now() });
      // The cards do not show processes, of which there may be a hundred each.
      const gpus = report.gpus.map((gpu) => ({ ...gpu, processes: null, misfits: null }));
      setProps(host.part("shape"), { data: { gpus, recording: report.recording, at: host.shapedAt } });
    }
    window.clew.fillCards(place, report.gpus, texts);
    const at = Math.max(0, ...report.gpus.map((gpu) => gpu.timestamp));
    if (begins) window.clew.gpuChart.begin(host, { ...report, history }, several);
    if (history.length === 0 && at !== host.sampled) window.clew.gpuChart.add(host, report, several); // else it says only that it lives
    host.sampled = at;
  }

  /** The cards have been drawn. */
  function cards(host, drawn, texts) {
    const place = document.getElementById(host.part("cards"));
    if (!place) return;
    place.replaceChildren(...window.clew.live.build(drawn));
    if (host.report) window.clew.fillCards(place, host.report.gpus, texts);
  }

  window.clew = Object.assign(window.clew || {}, { gpuView: { cards, clear, draw } });
})();
