/* What a host's message changes on the GPU page: its cards and the chart. */
(function () {
  "use strict";
  const setProps = (id, props) => window.dash_clientside.set_props(id, props);

  let several = false;

  function clear(hosts, texts) {
    several = hosts.length > 1;
    window.clew.gpuChart.clear(texts);
  }

  function draw(host, report, texts) {
    const begins = !host.report || report.history;
    host.report = report;
    const shape = JSON.stringify([report.recording, report.gpus.map((gpu) => [gpu.gpu_id, gpu.uuid, gpu.name, gpu.state, gpu.error, gpu.remedy])]);
    if (shape !== host.shape) {
      host.shape = shape;
      // The cards do not show processes, of which there may be a hundred each.
      const gpus = report.gpus.map((gpu) => ({ ...gpu, processes: null, misfits: null }));
      setProps(host.part("shape"), { data: { gpus, recording: report.recording } });
    }
    window.clew.fillCards(document.getElementById(host.part("cards")), report.gpus, texts);
    const at = Math.max(0, ...report.gpus.map((gpu) => gpu.timestamp));
    if (begins) window.clew.gpuChart.begin(host, { ...report, history: report.history || [] }, several);
    else if (at !== host.sampled) window.clew.gpuChart.add(host, report, several); // else it says only that it lives
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
