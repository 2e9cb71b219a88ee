/* The GPU page's hosts: what their messages say goes into its cards, its chart and its table. */
(function () {
  "use strict";
  let hosts = [];
  let texts = {};

  const view = {
    clear(these, said) {
      [hosts, texts] = [these, said];
      window.clew.gpuView.clear(hosts, texts);
      window.clew.gpuProcesses.clear(hosts, texts);
    },
    draw(host, report) {
      window.clew.gpuView.draw(host, report, texts);
      window.clew.gpuProcesses.later();
    },
    write(host) {
      window.clew.gpuNotice(host, texts);
    },
  };

  const gpus = window.clew.gpuHosts.watch((what, index) => `gpu-${what}-${index}`, view);
  gpus.cards = (drawn, id) => {
    const host = hosts.find((one) => one.part("drawn") === id);
    if (host && drawn) window.clew.gpuView.cards(host, drawn, texts);
  };
  gpus.join = (runs) => window.clew.gpuProcesses.join(runs || []);

  window.dash_clientside = Object.assign({}, window.dash_clientside, { gpus });
})();
