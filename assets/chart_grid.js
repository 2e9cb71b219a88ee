/* The grid of charts of the comparison and of a run's page: which charts there are, and what each of them shows.
 *
 * Boxes of a fixed height stand for all of them; only those near the view are asked for and drawn.
 */
(function () {
  "use strict";
  const NEAR = "400px 0px"; // how far outside of the view a chart begins to be drawn
  const BORDER = 2; // pixels of a chart's frame, both sides together
  const PENDING_MS = 2500;
  const RETRIES = 3;
  const SMALL = 300;
  const WIDE = 1000;
  const BY_ITSELF = "auto"; // the axis that nobody chose
  const NOT_OF_FIGURES = new Set(["window", "final", "diverged", "differing", "log_y"]);
  const grids = new Map(); // by place

  const isSame = (a, b) => JSON.stringify(a) === JSON.stringify(b);

  /** What of the options a figure depends on; what is off or empty is not said. */
  function fieldsOf(grid, box) {
    const { window: seen, ...options } = grid.options;
    const said = Object.entries(options).filter(([name, value]) => !NOT_OF_FIGURES.has(name) && value && value !== BY_ITSELF && !(Array.isArray(value) && !value.length));
    return {
      runs: grid.runs,
      chart: box.text,
      ...Object.fromEntries(said),
      ...(options.log_y ? { log_y: true } : {}),
      x_from: seen.x_from,
      x_to: seen.x_to,
      width: box.spec.size === "wide" ? WIDE : SMALL,
    };
  }

  function answered(grid, box, answer) {
    box.retries = 0;
    box.answer = box.isNear ? answer : null;
    if (!box.isNear) return;
    const loading = box.place.querySelector(".chart-loading");
    if (loading) loading.remove();
    window.clew.live.write(box.caption, answer.summary);
    window.clew.chartBox.say(box, (answer.failures || []).join(" "), grid.texts, () => retry(grid));
    grid.legend.learn(answer.figure);
    // What is drawn already stays as it is, with the label under the pointer.
    if (!box.div || box.shown !== answer) grid.drawing.later(box);
    if (answer.pending) later(grid);
  }

  function failed(grid, box, error) {
    if (error.name === "AbortError" || !box.element.isConnected) return;
    box.freshOf = null;
    if (error.retryAfter && (box.retries = (box.retries || 0) + 1) <= RETRIES) {
      window.setTimeout(() => box.isNear && ask(grid, box), error.retryAfter * 1000);
      return;
    }
    const said = error.isSaid ? error.message : grid.texts.no_answer;
    window.clew.chartBox.say(box, said, grid.texts, () => retry(grid));
    box.place.querySelector(".chart-loading")?.remove();
  }

  /** The newest answer counts: one that was asked for before is not waited for any more. */
  function ask(grid, box) {
    box.request?.abort();
    const request = (box.request = new AbortController());
    box.freshOf = grid.version;
    window.clew.chartAnswers.get("charts/figure", fieldsOf(grid, box), request.signal).then(
      (answer) => box.request === request && answered(grid, box, answer),
      (error) => box.request === request && failed(grid, box, error)
    );
  }

  function comes(grid, box) {
    box.isNear = true;
    const known = box.answer || (box.freshOf === grid.version && window.clew.chartAnswers.last("charts/figure", fieldsOf(grid, box)));
    if (known) answered(grid, box, known);
    else ask(grid, box);
  }

  function leaves(grid, box) {
    box.isNear = false;
    box.request?.abort();
    box.answer = null;
    box.line.hidden = true;
    grid.drawing.release(box);
  }

  /** Charts in view are asked for again; the others when they come into view. */
  function refresh(grid) {
    grid.version += 1;
    for (const box of grid.boxes.values()) if (box.isNear) ask(grid, box);
  }

  function later(grid) {
    if (grid.timer) return;
    grid.timer = window.setTimeout(() => {
      grid.timer = null;
      if (!grid.root.isConnected) return;
      for (const box of grid.boxes.values()) if (box.isNear && box.answer?.pending) ask(grid, box);
    }, PENDING_MS);
  }

  /** The page's own Retry has the server forget that something failed. */
  function retry(grid) {
    document.getElementById(`${grid.place}-retry`)?.click();
    window.setTimeout(() => refresh(grid), 300);
  }

  function askCatalogue(grid) {
    grid.asking?.abort();
    const request = (grid.asking = new AbortController());
    window.clew.chartAnswers.get("charts/metrics", { runs: grid.runs }, request.signal).then(
      (catalogue) => {
        if (grid.asking !== request || !grid.root.isConnected) return;
        const isNews = !isSame(catalogue, grid.catalogue);
        grid.catalogue = catalogue;
        if (isNews) window.clew.gridLayout.arrange(grid);
        if (catalogue.pending) window.setTimeout(() => grid.root.isConnected && askCatalogue(grid), PENDING_MS);
      },
      (error) => error.name !== "AbortError" && window.clew.gridLayout.say(grid, grid.texts.no_catalogue)
    );
  }

  function observed(grid) {
    return new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting, boundingClientRect: { width, height } } of entries) {
          if (isIntersecting) target.box.measured = { width: Math.floor(width) - BORDER, height: Math.floor(height) - BORDER };
          if (isIntersecting === target.box.isNear) continue;
          if (isIntersecting) comes(grid, target.box);
          else leaves(grid, target.box);
        }
      },
      { rootMargin: NEAR }
    );
  }

  /** Charts whose place has become wider or narrower are drawn anew: other columns, another window. */
  function fit(grid) {
    window.cancelAnimationFrame(grid.fitting);
    grid.fitting = window.requestAnimationFrame(() => {
      for (const box of grid.boxes.values()) {
        if (!box.div) continue;
        box.measured = null;
        if (Math.abs((box.div.layout?.width ?? 0) - box.size().width) > 1) grid.drawing.later(box);
      }
    });
  }

  function sized(grid) {
    const observer = new ResizeObserver(() => fit(grid));
    observer.observe(grid.root);
    return observer;
  }

  function begun(root, data) {
    const { place, texts } = data;
    const grid = { place, root, texts, preset: data.preset, specs: data.specs, open: new Set(data.open), boxes: new Map() };
    Object.assign(grid, { runs: [], options: data.options, catalogue: null, version: 0, timer: null });
    window.clew.gridLayout.begin(grid);
    grid.legend = window.clew.chartLegend(grid.parts.legend, texts, () => {
      for (const box of grid.boxes.values()) if (box.div) grid.drawing.later(box);
    });
    grid.drawing = window.clew.chartDrawing.drawing(data.config, {
      muted: grid.legend.muted,
      legend: grid.legend.toggle,
      hover: (box, x) => window.clew.gridPointer.hover(grid, box, x),
      unhover: () => window.clew.gridPointer.unhover(grid),
      zoom: (box, change) => window.clew.gridPointer.zoom(grid, box, change),
      drawn: () => undefined,
    });
    grid.observer = observed(grid);
    grid.resizes = sized(grid);
    (window.requestIdleCallback || window.setTimeout)(() => !grid.boxes.size && root.isConnected && grid.drawing.warmUp());
    return grid;
  }

  function end(grid) {
    grid.observer.disconnect();
    grid.resizes.disconnect();
    grid.asking?.abort();
    for (const box of grid.boxes.values()) leaves(grid, box);
    grid.drawing.purge();
    grids.delete(grid.place);
  }

  function gridOf(data) {
    for (const grid of [...grids.values()]) if (!grid.root.isConnected) end(grid);
    const root = document.getElementById(`${data.place}-grid`);
    if (!root) return null;
    if (!grids.has(data.place)) grids.set(data.place, begun(root, data));
    return grids.get(data.place);
  }

  /** The page has other runs or options, or news of them. */
  function show(runs, options, data) {
    const grid = gridOf(data);
    if (!grid) return;
    const [areOthers, areOtherOptions] = [!isSame(runs, grid.runs), !isSame(options, grid.options)];
    const before = grid.options;
    Object.assign(grid, { runs, options });
    if (!isSame(before.window, options.window)) window.clew.gridLayout.writeAddress(grid);
    if (areOthers || before.grouped !== options.grouped || !isSame(before.group, options.group)) grid.legend.forget();
    if (areOthers) {
      grid.catalogue = null;
      for (const box of grid.boxes.values()) box.answer = null;
    }
    window.clew.gridLayout.arrange(grid);
    if (runs.length) askCatalogue(grid);
    if (areOthers || areOtherOptions || runs.length) refresh(grid);
  }

  const chartGrid = {
    /** Of a comparison: `{runs}` from the address or the button; `news` is a version of the run list. */
    compare(compared, options, news, retries, data) {
      show(compared.runs.slice(0, data.most), options, data);
      return `${compared.runs.length} ${news} ${retries}`;
    },

    run(runId, options, news, retries, data) {
      show([runId], options, data);
      window.clew.runMetrics.show(runId);
      return `${news} ${retries}`;
    },
  };

  window.clew = Object.assign(window.clew || {}, { chartGrids: { of: (place) => grids.get(place), ask, fieldsOf, fit, leaves, refresh, retry } });
  window.dash_clientside = Object.assign({}, window.dash_clientside, { chartGrid });
})();
