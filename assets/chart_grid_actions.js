/* What a reader does with the charts of a grid: add, pin, overlay, move, scale, enlarge, take along, remove. */
(function () {
  "use strict";
  const specs = () => window.clew.chartSpecs;
  const layout = () => window.clew.gridLayout;

  /** The charts on top from now on; null for the preset. */
  function choose(grid, texts) {
    grid.specs = texts === null ? null : [...new Set(texts)];
    layout().arrange(grid);
    layout().writeAddress(grid);
  }

  function add(grid, texts, { isFirst = false } = {}) {
    const before = layout().chosen(grid);
    const now = before.filter((text) => !isFirst || !texts.includes(text));
    choose(grid, isFirst ? [...texts, ...now] : [...now, ...texts]);
    const [n, all] = [grid.specs.filter((text) => !before.includes(text)).length, grid.specs.length].map(layout().number);
    const moved = { chart: boxOf(grid, texts[0])?.title, n: 1, all };
    layout().say(grid, isFirst && n === layout().number(0) ? layout().filled(grid.texts.moved, moved) : layout().filled(grid.texts.added, { n, all }));
  }

  const ofKey = (key) => specs().format(specs().chart([specs().subjectOf(key)]));

  function pick(grid) {
    const { texts } = grid;
    window.clew.metricPicker.open({
      metrics: layout().metricsOf(grid),
      runs: grid.runs.length,
      title: texts.pick,
      texts,
      add: (key) => add(grid, [ofKey(key)]),
      pin: (key) => add(grid, [ofKey(key)], { isFirst: true }),
      addAll: (keys) => add(grid, keys.map(ofKey)),
      isThere: (key) => layout().chosen(grid).includes(ofKey(key)),
      shown: () => layout().chosen(grid).length,
    });
  }

  function overlay(grid, box) {
    const { texts } = grid;
    const picker = window.clew.metricPicker.open({
      metrics: layout().metricsOf(grid).filter(([key]) => !box.spec.subjects.includes(specs().subjectOf(key))),
      runs: grid.runs.length,
      title: layout().filled(texts.overlay_on, { chart: box.title }),
      texts,
      add: (key) => {
        picker.close();
        change(grid, box, { subjects: [...box.spec.subjects, specs().subjectOf(key)] });
      },
    });
  }

  /** Another form of a chart stands where it stood; one of a section is chosen with it, for the address to have it. */
  function change(grid, box, more) {
    const text = specs().format({ ...box.spec, ...more });
    if (box.section !== null) {
      add(grid, [text]);
      focus(grid, text);
      return;
    }
    const now = layout().chosen(grid);
    const range = "yFrom" in more || "scale" in more ? null : box.yRange;
    choose(grid, now.map((one) => (one === box.text ? text : one)));
    const made = boxOf(grid, text);
    if (made) made.yRange = range;
    focus(grid, text);
  }

  const boxOf = (grid, text) => grid.boxes.get(`|${text}`);
  const focus = (grid, text) => boxOf(grid, text)?.button.focus();

  function remove(grid, box) {
    const now = layout().chosen(grid);
    const at = now.indexOf(box.text);
    choose(grid, now.filter((text) => text !== box.text));
    layout().say(grid, layout().filled(grid.texts.removed, { chart: box.title }));
    const next = grid.specs[Math.min(at, grid.specs.length - 1)];
    if (next) focus(grid, next);
    else grid.parts.add.focus();
  }

  function picture(box) {
    const name = `clew-${box.title.replace(/[^\p{L}\p{N}._-]+/gu, "-").slice(0, 80)}`;
    const { layout: shown } = box.div;
    // On paper each picture stands alone: its lines are named in it.
    const own = { ...box.div.layout, ...(box.answer.figure.layout.showlegend ? { showlegend: true } : {}) };
    window.Plotly.downloadImage({ data: box.div.data, layout: own }, { format: "png", scale: 2, filename: name, width: shown.width, height: shown.height });
  }

  /** All points, as the server streams them; a selection too long for an address is asked for as JSON. */
  function points(grid, box) {
    const { width, x_from, x_to, smoothing, ...fields } = window.clew.chartGrids.fieldsOf(grid, box);
    const save = (address) => {
      const link = window.clew.chartBox.element("a", { href: address, download: "" });
      document.body.append(link);
      link.click();
      link.remove();
    };
    const address = window.clew.chartAnswers.addressOf("charts/points.csv", fields);
    if (address.length <= 3500) return save(address);
    return window.clew.chartAnswers
      .requestOf("charts/points.csv", fields, null, undefined)
      .then((response) => (response.ok ? response.blob() : Promise.reject(new Error(response.statusText))))
      .then((blob) => {
        const made = URL.createObjectURL(blob);
        save(made);
        window.setTimeout(() => URL.revokeObjectURL(made), 60000);
      })
      .catch(() => layout().say(grid, grid.texts.no_answer));
  }

  function itemsOf(grid, box) {
    const { texts } = grid;
    const isChosen = box.section === null;
    const isLog = box.spec.scale === null ? Boolean(grid.options.log_y) : box.spec.scale === "log";
    const own = isLog === !grid.options.log_y ? null : isLog ? "linear" : "log";
    const now = layout().chosen(grid);
    const at = now.indexOf(box.text);
    return [
      { text: texts.log, checked: isLog, run: () => change(grid, box, { scale: own }) },
      { text: texts.range, run: () => window.clew.chartMenu.askRange(box, texts, (yFrom, yTo) => change(grid, box, { yFrom, yTo })) },
      { text: texts.overlay, run: () => overlay(grid, box) },
      { text: texts.larger, checked: box.spec.size === "wide", run: () => change(grid, box, { size: box.spec.size === "wide" ? "small" : "wide" }) },
      { text: texts.whole, run: () => window.clew.gridPointer.seeAll(grid) },
      { text: texts.pin_top, run: () => (add(grid, [box.text], { isFirst: true }), focus(grid, box.text)), disabled: isChosen && at === 0 },
      isChosen && { text: texts.earlier, run: () => window.clew.gridOrder.move(grid, box, -1), disabled: at === 0 },
      isChosen && { text: texts.later, run: () => window.clew.gridOrder.move(grid, box, 1), disabled: at === now.length - 1 },
      !isChosen && { text: texts.add, run: () => add(grid, [box.text]), disabled: now.includes(box.text) },
      { text: texts.png, run: () => picture(box), disabled: !box.div },
      { text: texts.csv, run: () => points(grid, box) },
      isChosen && { text: texts.remove, run: () => remove(grid, box) },
    ];
  }

  /** A box's own buttons. */
  function attach(grid, box) {
    box.button.addEventListener("click", () => window.clew.chartMenu.show(box, itemsOf(grid, box)));
    box.button.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (event.key === "ArrowDown") window.clew.chartMenu.show(box, itemsOf(grid, box));
      else if (step && event.shiftKey && box.section === null) window.clew.gridOrder.move(grid, box, step);
      else return;
      event.preventDefault();
    });
  }

  function toggle(grid, prefix) {
    if (!grid.open.delete(prefix)) grid.open.add(prefix);
    layout().arrange(grid);
    layout().writeAddress(grid);
  }

  /** A metric's own chart, brought into view: from a table of metrics, say. */
  function reach(grid, key) {
    const text = ofKey(key);
    if (!layout().chosen(grid).includes(text)) add(grid, [text]);
    const box = boxOf(grid, text);
    box.element.scrollIntoView({ block: "center" });
    box.button.focus({ preventScroll: true });
  }

  window.clew = Object.assign(window.clew || {}, { gridActions: { add, attach, choose, pick, reach, toggle } });
})();
