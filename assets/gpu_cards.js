/* Writes the numbers of a sample into the cards of components/gpus/gpu_card.py, by its rules. */
(function () {
  "use strict";
  const MIB_PER_GIB = 1024;
  const MISSING = "–";
  const [MOST_MISFITS, LONGEST] = [5, 300]; // and characters of each
  const fixed = (value, digits = 0) => (value === null || value === undefined ? MISSING : value.toFixed(digits));
  const known = (value) => value !== null && value !== undefined;
  const withLimit = (value, limit, unit) => (known(value) ? `${fixed(value)}${known(limit) ? ` / ${fixed(limit)}` : ""} ${unit}` : MISSING);

  const BARS = {
    utilization: (gpu) => [gpu.utilization, 100, known(gpu.utilization) ? `${fixed(gpu.utilization)} %` : MISSING],
    memory: (gpu) => [gpu.memory_used, gpu.memory_total, `${gib(gpu.memory_used)} / ${gib(gpu.memory_total)} GiB`],
    temperature: (gpu) => [gpu.temperature, gpu.temperature_limit, withLimit(gpu.temperature, gpu.temperature_limit, "°C")],
    power: (gpu) => [gpu.power, gpu.power_limit, withLimit(gpu.power, gpu.power_limit, "W")],
  };
  const FACTS = {
    clock: (gpu) => (known(gpu.sm_clock) ? `${fixed(gpu.sm_clock)} MHz` : MISSING),
    fan: (gpu) => (known(gpu.fan) ? `${fixed(gpu.fan)} %` : MISSING),
    throttle: (gpu, texts) => (gpu.throttle_reasons || []).map((one, i) => window.clew.translate({ code: (gpu.throttle_codes || [])[i] }, texts.templates, one)).join(", ") || MISSING,
  };
  // Not there at all where they are not known.
  const RARE = {
    ecc: (gpu) => (known(gpu.ecc_errors) ? String(gpu.ecc_errors) : MISSING),
    pcie: (gpu) => rates(gpu.pcie_rx, gpu.pcie_tx),
    nvlink: (gpu) => rates(gpu.nvlink_rx, gpu.nvlink_tx),
  };
  const rates = (received, sent) => (known(received) && known(sent) ? `${fixed(received / 1024)} / ${fixed(sent / 1024)} MiB/s` : MISSING);

  function gib(mib) {
    return known(mib) ? fixed(mib / MIB_PER_GIB, 1) : MISSING;
  }

  function fillBar(card, name, [value, limit, text]) {
    const share = known(value) && limit ? Math.min(100, (100 * value) / limit) : 0;
    const meter = card.querySelector(`[data-part="${name}"]`);
    if (!meter || meter.getAttribute("aria-valuetext") === text) return;
    meter.firstElementChild.style.width = `${share.toFixed(1)}%`;
    meter.setAttribute("aria-valuenow", share.toFixed(0));
    meter.setAttribute("aria-valuetext", text);
    // A few degrees below where it slows down the bar says so by its colour, too. Full memory is nobody's trouble yet.
    meter.classList.toggle("gpu-near", name === "temperature" && share >= 95);
    window.clew.live.write(card.querySelector(`[data-part="${name}-text"]`), text);
  }

  /** What is missing because the GPU said something that is no such value. */
  function odd({ misfits }, texts) {
    const why = (misfits || []).map((one) => window.clew.translate({ code: one.code, params: one.params }, texts.templates, one.error || "").slice(0, LONGEST));
    const [first, more] = [why.slice(0, MOST_MISFITS), why.length - MOST_MISFITS];
    return first.length ? texts.odd.replace("{why}", () => first.join("; ") + (more > 0 ? "; …" : "")) : "";
  }

  /** The cards of one host; one that is not drawn yet is filled at the next sample. */
  function fillCards(place, gpus, texts) {
    const cards = new Map([...(place ? place.querySelectorAll("[data-gpu]") : [])].map((card) => [card.dataset.gpu, card]));
    for (const gpu of gpus) {
      const card = cards.get(String(gpu.gpu_id));
      if (card) fillCard(card, gpu, texts);
    }
  }

  function fillCard(card, gpu, texts) {
    const { write, hide } = window.clew.live;
    const place = (name) => card.querySelector(`[data-part="${name}-text"]`);
    for (const [name, of] of Object.entries(BARS)) fillBar(card, name, of(gpu));
    for (const [name, of] of Object.entries(FACTS)) write(place(name), of(gpu, texts));
    for (const [name, of] of Object.entries(RARE)) {
      const text = of(gpu);
      write(place(name), text);
      hide(place(name).parentElement, text === MISSING);
    }
    const said = odd(gpu, texts);
    write(place("misfits"), said);
    hide(place("misfits"), !said);
  }

  window.clew = Object.assign(window.clew || {}, { fillCards, oddGpu: odd });
})();
