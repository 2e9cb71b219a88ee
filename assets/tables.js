/* The browser's half of components/tables.py and of the runs page: everything that knows the DataTable.
 *
 * DataTable remembers ticks by row index, so when rows move its ticks point at other runs. Here a Store holds the run
 * ids; the table's indices are worked out from them whenever rows come, and every tick is written back at once.
 */
(function () {
  "use strict";
  const TABLE = "runs-table";
  const SELECTED = "runs-selected";
  const COMPARED = "compare-runs";
  const NEWS = "compare-news";
  const EVERYTHING = "*";
  const setProps = (id, props) => window.dash_clientside.set_props(id, props);
  const unchanged = () => window.dash_clientside.no_update;
  function options(rows, key, everything, chosen) {
    const values = new Set(rows.map((row) => row[key]));
    if (chosen !== EVERYTHING) values.add(chosen);
    return [{ label: everything, value: EVERYTHING }].concat(
      [...values].sort((a, b) => a.localeCompare(b)).map((value) => ({ label: value, value }))
    );
  }

  /** The ticked ids: those of the rows on show as the table says, those of rows that are filtered away as remembered. */
  function ticked(tableIds, shownRows, remembered) {
    const shown = new Set((shownRows || []).map((row) => row.id));
    const now = (tableIds || []).filter((id) => shown.has(id));
    const hidden = (remembered || []).filter((id) => !shown.has(id) && !now.includes(id));
    return hidden.concat(now);
  }

  const setAddress = (change) => window.clew.setAddress(change);

  const runs = {
    fill(rows, experiment, algorithm, shownRows, tableIds, remembered, texts) {
      if (!rows) return Array(6).fill(unchanged());
      const there = new Set(rows.map((row) => row.id));
      const before = ticked(tableIds, shownRows, remembered);
      const selected = before.filter((id) => there.has(id));
      // Deleted runs leave the selection, too, or the button would count them for ever.
      if (selected.length !== before.length) setProps(SELECTED, { data: selected });
      const chosen = rows.filter(
        (row) => [EVERYTHING, row.experiment].includes(experiment) && [EVERYTHING, row.algorithm].includes(algorithm)
      );
      const data = chosen.map((row) => ({
        ...window.clew.known(row),
        started: window.clew.localTime(row.started_ms),
        details: `[${texts.details}](${texts.run_page.replace("RUN_ID", row.id)})`,
      }));
      const index = new Map(data.map((row, i) => [row.id, i]));
      return [
        data,
        selected.filter((id) => index.has(id)).map((id) => index.get(id)),
        selected.filter((id) => index.has(id)),
        // What a cell is called where it comes from: the key of a metric or a parameter.
        chosen.map((row) => ({ run_id: row.id, started: window.clew.age(row.started_ms), name: row.name, ...row.keys })),
        options(rows, "experiment", texts.everything["runs-experiment"], experiment),
        options(rows, "algorithm", texts.everything["runs-algorithm"], algorithm),
      ];
    },

    tick(tableIds, shownRows, remembered) {
      if (!shownRows || !shownRows.length) return;
      const selected = ticked(tableIds, shownRows, remembered);
      if (JSON.stringify(selected) !== JSON.stringify(remembered)) setProps(SELECTED, { data: selected });
    },

    buttons(selected, texts) {
      const n = (selected || []).length;
      const text = n === 0 ? texts.compare_none : n === 1 ? texts.compare_one : texts.compare_many.replace("{n}", n);
      return [text, n === 0, n === 0];
    },

    clear(clicks) {
      if (!clicks) return;
      setProps(SELECTED, { data: [] });
      setProps(TABLE, { selected_rows: [], selected_row_ids: [] });
    },

    /** The origin is worth a column only where there are samples, and then always. */
    columns(shown, rows, columns) {
      const samples = (rows || []).some((row) => row.is_sample);
      return columns.map((column) => column.id).filter((id) => (id === "sample" ? !samples : !shown.includes(id)));
    },

    address(experiment) {
      const now = new URL(window.location.href).searchParams.get("experiment") || EVERYTHING;
      if (now === experiment) return;
      setAddress((query) => (experiment === EVERYTHING ? query.delete("experiment") : query.set("experiment", experiment)));
    },

    /** What the list just learned, the comparison has to look at, too. */
    news(version) {
      if (version) setProps(NEWS, { data: version });
    },

    compare(clicks, selected) {
      if (!clicks) return;
      setAddress((query) => query.set("runs", selected.join(",")));
      setProps(COMPARED, { data: { runs: selected, malformed: 0, odd: [] } });
      window.setTimeout(() => {
        const heading = document.querySelector("#compare-panel h2");
        heading.scrollIntoView({ block: "start" }); // at once: a smooth one draws the page again and again meanwhile
        heading.focus({ preventScroll: true });
      }, 50);
    },

    closeComparison(clicks) {
      if (!clicks) return;
      setAddress((query) => query.delete("runs"));
      setProps(COMPARED, { data: { runs: [], malformed: 0, odd: [] } });
      document.getElementById("runs-compare").focus();
    },

    hidden(compared) {
      return !compared.runs.length && !compared.malformed && !compared.odd.length;
    },
  };

  window.dash_clientside = Object.assign({}, window.dash_clientside, { runs });
})();
