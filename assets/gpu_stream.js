/* The GPU page's hosts: what their messages say goes into its cards, its chart and its table. */
(function () {
  "use strict";
  let hosts = [];
  let texts = {};

  const view = {
    clear(these, said) {
      [hosts, texts] = [these, said];
      window.clew.gpuView.clear(hosts, texts);
    },
    draw(host, report) {
      window.clew.gpuView.draw(host, report, texts);
      window.clew.gpuView.join(null, hosts, texts);
    },
    write(host) {
      window.clew.gpuHosts.notice(host, texts);
    },
  };

  const gpus = window.clew.gpuHosts.watch((what, index) => `gpu-${what}-${index}`, view);
  gpus.join = (runs) => window.clew.gpuView.join(runs || [], hosts, texts);

  window.dash_clientside = Object.assign({}, window.dash_clientside, { gpus });
})();
