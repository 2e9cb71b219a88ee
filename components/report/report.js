"use strict";
for (const data of document.querySelectorAll("script[data-plot]")) {
  const place = document.getElementById(data.dataset.plot);
  const { figure, config } = JSON.parse(data.textContent);
  const layout = { ...figure.layout, autosize: true, width: undefined, height: undefined };
  window.Plotly.newPlot(place, figure.data, layout, config);
}
// A page that is printed is narrower than the window.
for (const moment of ["beforeprint", "afterprint"]) {
  window.addEventListener(moment, () => document.querySelectorAll(".plot").forEach((place) => window.Plotly.Plots.resize(place)));
}
