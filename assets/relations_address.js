/* The relations in the address: what lies on which axis, on which scale, in which range, so that a link shows the same. */
(function () {
  "use strict";
  const NAMES = ["relations", "sx", "sy", "sc", "slog", "sxr", "syr", "parallel", "plog", "prange"];
  const WHOLE = [null, null];

  /** "1..2" as a range; an end that is left out, or is no number, is none. */
  function asRange(text) {
    const ends = (text || "").split("..");
    if (ends.length !== 2) return WHOLE;
    return ends.map((end) => (end.trim() === "" || !Number.isFinite(Number(end)) ? null : Number(end)));
  }

  const rangeText = (range) => (range[0] === null && range[1] === null ? "" : range.map((end) => (end === null ? "" : String(end))).join(".."));

  /** What an address asks for; all after the first colon of a range is the axis's reference. */
  function read(search) {
    const query = new URLSearchParams(search);
    const logs = query.getAll("slog");
    const ranges = new Map(query.getAll("prange").map((text) => [text.slice(text.indexOf(":") + 1), asRange(text.slice(0, text.indexOf(":")))]));
    const logged = query.getAll("plog");
    const open = query.getAll("relations");
    return {
      scatter: {
        isOpen: open.includes("scatter") || query.has("sx") || query.has("sy"),
        x: query.get("sx"), y: query.get("sy"), c: query.get("sc"),
        logs: { x: logs.includes("x"), y: logs.includes("y"), c: logs.includes("c") },
        ranges: { x: asRange(query.get("sxr")), y: asRange(query.get("syr")) },
      },
      parallel: {
        isOpen: open.includes("parallel") || query.has("parallel"),
        axes: [...new Set(query.getAll("parallel"))].map((ref) => ({ ref, log: logged.includes(ref), range: ranges.get(ref) || WHOLE })),
      },
    };
  }

  /** Writes what is on show into an address's query; a part that is closed stands in none. */
  function write(query, { scatter, parallel }) {
    for (const name of NAMES) query.delete(name);
    const put = (name, value) => { if (value) query.append(name, value); };
    if (scatter.isOpen) {
      put("relations", "scatter");
      put("sx", scatter.x);
      put("sy", scatter.y);
      put("sc", scatter.c);
      for (const name of ["x", "y", "c"]) put("slog", scatter.logs[name] && name);
      put("sxr", rangeText(scatter.ranges.x));
      put("syr", rangeText(scatter.ranges.y));
    }
    if (!parallel.isOpen) return;
    put("relations", "parallel");
    for (const { ref } of parallel.axes) put("parallel", ref);
    for (const { ref, log } of parallel.axes) put("plog", log && ref);
    for (const { ref, range } of parallel.axes) if (rangeText(range)) put("prange", `${rangeText(range)}:${ref}`);
  }

  window.clew = Object.assign(window.clew || {}, { relationsAddress: { read, write } });
})();
