/* The history of the GPUs: what the controls and the zoom ask for, in the address; times in the reader's zone. */
(function () {
  "use strict";
  const TABLE = "fleet-table";
  const HIDDEN = { display: "none" };
  const FIRST = { range: "1d", measure: "utilization", by: "gpu", q: "" };
  const unchanged = () => window.dash_clientside.no_update;

  // Plotly takes a number on a date axis for UTC; the reader's own clock is meant.
  const local = (ms) => ms - new Date(ms).getTimezoneOffset() * 60000;

  /** A moment of the axis, as Plotly writes it, in Unix ms; one that is none is null. */
  function fromAxis(moment) {
    const ms = new Date(String(moment).replace(" ", "T")).getTime();
    return Number.isFinite(ms) ? Math.max(0, Math.round(ms)) : null;
  }

  /** The part of the time that the reader drew a box around; undefined where it was something else that moved. */
  function zoomOf(layout) {
    if (!layout) return undefined;
    if (layout["xaxis.autorange"]) return null;
    const ends = [layout["xaxis.range[0]"], layout["xaxis.range[1]"]].map((end) => (end === undefined ? null : fromAxis(end)));
    return ends.includes(null) || ends[1] <= ends[0] ? undefined : { since_ms: ends[0], until_ms: ends[1] };
  }

  /** The address says what differs from what the page begins with. */
  function keep(question) {
    window.clew.setAddress((query) => {
      for (const [name, value] of Object.entries(question)) {
        if (value === null || value === undefined || value === "" || value === FIRST[name]) query.delete(name);
        else query.set(name, String(value));
      }
    }, "replaceState");
  }

  function ask(range, measure, by, q, _whole, layout, known) {
    const trigger = (window.dash_clientside.callback_context.triggered[0] || {}).prop_id || "";
    const question = { ...known, range, measure, by, q: q || "" };
    if (trigger.startsWith("fleet-chart")) {
      const zoom = zoomOf(layout);
      if (zoom === undefined) return [unchanged(), unchanged()];
      Object.assign(question, zoom || { since_ms: null, until_ms: null });
    } else if (trigger.startsWith("fleet-range") || trigger.startsWith("fleet-whole")) {
      Object.assign(question, { since_ms: null, until_ms: null });
    }
    if (JSON.stringify(question) === JSON.stringify(known)) return [unchanged(), unchanged()];
    keep(question);
    return [question, question.since_ms === null ? HIDDEN : {}];
  }

  function draw(figure) {
    if (!figure) return unchanged();
    // Each moment by itself: a clock may be put forward, or back, within the span.
    const data = figure.data.map(({ x0, dx, ...line }) => ({ ...line, x: line.y.map((_value, place) => local(x0 + place * dx)) }));
    const { xaxis } = figure.layout;
    const shown = xaxis.range ? { ...xaxis, range: xaxis.range.map(local) } : xaxis;
    return { data, layout: { ...figure.layout, xaxis: shown } };
  }

  /** The rows as the table takes them; returns where the same is to be had as a file. */
  function fill(rows, question, texts) {
    const { propsOf, known, localTime, filters } = window.clew;
    const drawn = (rows || []).map((row) => ({
      ...known(row),
      first: localTime(row.first_ms),
      last: localTime(row.last_ms),
      details: row.page ? `[${texts.open}](${row.page})` : "",
    }));
    window.dash_clientside.set_props(TABLE, { data: filters.addShadows(drawn, propsOf(TABLE).columns) });
    const asked = Object.entries(question || {}).filter(([, value]) => value !== null && value !== "");
    const lang = new URL(window.location.href).searchParams.get("lang");
    if (lang) asked.push(["lang", lang]);
    return `${document.documentElement.dataset.prefix}fleet/usage.csv?${new URLSearchParams(asked)}`;
  }

  window.dash_clientside = Object.assign(window.dash_clientside || {}, { fleetHistory: { ask, draw, fill } });
})();
