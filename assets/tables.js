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

  /** Its ticks are where its ids are: a click on what it showed a moment ago counts rows as they were then. */
  function followIds(table) {
    const { data, selected_rows, selected_row_ids } = window.clew.propsOf(table);
    const index = new Map(data.map((row, i) => [row.id, i]));
    const rows = (selected_row_ids || []).filter((id) => index.has(id)).map((id) => index.get(id));
    if (JSON.stringify(rows) !== JSON.stringify(selected_rows)) setProps(table, { selected_rows: rows });
  }

  const setAddress = (...change) => window.clew.setAddress(...change);

  const isNested = (rows) => (rows || []).some((row) => row.parent_id !== null);

  /** What a silent run's row says beside its state. */
  const silence = (row, said) => (said ? { status: `${row.status} · ${said.text}`, silent_minutes: said.minutes } : {});

  /** [row, depth] of all rows, children right below the run that they stand in; else the order stays.
   *
   * What stands in a run that is not among the rows stands by itself; so does one of those that stand in each other.
   */
  function together(rows) {
    const there = new Set(rows.map((row) => row.id));
    const below = new Map();
    for (const row of rows) {
      if (!there.has(row.parent_id)) continue;
      if (!below.has(row.parent_id)) below.set(row.parent_id, []);
      below.get(row.parent_id).push(row);
    }
    const placed = new Map();
    const place = (first) => {
      const waiting = [[first, 0]];
      while (waiting.length) {
        const [row, depth] = waiting.pop();
        if (placed.has(row.id)) continue;
        placed.set(row.id, [row, depth]);
        for (const child of [...(below.get(row.id) || [])].reverse()) waiting.push([child, depth + 1]);
      }
    };
    for (const row of rows) if (!there.has(row.parent_id)) place(row);
    for (const row of rows) place(row); // what is left stands in each other
    return [...placed.values()];
  }

  function sayShown(table, store, texts) {
    if (!document.getElementById(`${table}-shown`)) return; // on another page by now
    const { data, derived_virtual_row_ids, filter_query } = window.clew.propsOf(table);
    const rows = window.clew.propsOf(store).data;
    const ids = derived_virtual_row_ids || [];
    if (!rows || (!ids.length && data.length && !filter_query)) return; // it has not drawn them yet
    const counted = new Set(rows.filter((row) => row.state !== "deleted").map((row) => row.id));
    const all = ids.length === counted.size && ids.every((id) => counted.has(id));
    const number = ids.length.toLocaleString(window.clew.locale());
    setProps(`${table}-shown`, { children: all ? "" : texts.shown.replace("{n}", number) });
  }

  const waiting = {};
  const tables = {
    /** How many rows the filters leave, where these are not those that the page counts: all but the deleted ones.
     *
     * A moment after, for the rows come before the table has them, and equal ids are no news to Dash.
     */
    shown(ids, rows, table, store, texts) {
      window.clearTimeout(waiting[table]);
      waiting[table] = window.setTimeout(() => sayShown(table, store, texts), 100);
    },
  };

  const runs = {
    /** At once, by the ticks of this very moment: with Outputs, one that comes while Dash sees to them would be lost. */
    fill(rows, experiment, algorithm, silent, isTogether, texts) {
      if (!rows) return [unchanged(), unchanged()];
      const there = new Set(rows.map((row) => row.id));
      const table = window.clew.propsOf(TABLE);
      const remembered = window.clew.propsOf(SELECTED).data;
      // Deleted runs leave the selection, too, or the button would count them for ever.
      const selected = ticked(table.selected_row_ids, table.data, remembered).filter((id) => there.has(id));
      if (JSON.stringify(selected) !== JSON.stringify(remembered)) setProps(SELECTED, { data: selected });
      const chosen = rows.filter(
        (row) => [EVERYTHING, row.experiment].includes(experiment) && [EVERYTHING, row.algorithm].includes(algorithm)
      );
      const ordered = isTogether ? together(chosen) : chosen.map((row) => [row]);
      const drawn = ordered.map(([row, depth]) => ({
        ...window.clew.known(row),
        ...(depth ? { depth } : {}),
        ...silence(row, silent[row.id]),
        ...row.no_value, // a word in the place of a number: no filter for numbers finds it, and it sorts as one that is missing
        started: window.clew.localTime(row.started_ms),
        details: `[${texts.details}](${texts.run_page.replace("RUN_ID", row.id)})`,
      }));
      const data = window.clew.filters.addShadows(drawn, table.columns);
      const index = new Map(data.map((row, i) => [row.id, i]));
      const shown = selected.filter((id) => index.has(id));
      setProps(TABLE, {
        data,
        selected_rows: shown.map((id) => index.get(id)),
        selected_row_ids: shown,
        // What a cell is called where it comes from: the key of a metric or a parameter.
        tooltip_data: ordered.map(([row]) => ({
          run_id: row.id, started: window.clew.age(row.started_ms), name: row.name, nested: row.nested, experiment: row.experiment,
          remarks: row.remarks,
          ...(silent[row.id] ? { status: silent[row.id].text } : {}), ...row.keys,
        })),
      });
      return [
        options(rows, "experiment", texts.everything["runs-experiment"], experiment),
        options(rows, "algorithm", texts.everything["runs-algorithm"], algorithm),
      ];
    },

    tick(tableIds, shownRows, remembered) {
      if (!shownRows || !shownRows.length) return;
      followIds(TABLE);
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

    /** The origin is worth a column only where there are samples, and then always; so are remarks, and what stands in what. */
    columns(shown, rows, columns) {
      const filled = {
        sample: (rows || []).some((row) => row.is_sample),
        remarks: (rows || []).some((row) => row.remarks !== "–"),
        nested: isNested(rows),
      };
      return columns.map((column) => column.id).filter((id) => (id in filled ? !filled[id] : !shown.includes(id)));
    },

    anyNested: (rows) => !isNested(rows),

    address(experiment, isTogether) {
      const now = window.clew.addresses.query();
      if ((now.get("experiment") || EVERYTHING) !== experiment) {
        setAddress((query) => (experiment === EVERYTHING ? query.delete("experiment") : query.set("experiment", experiment)));
      }
      if ((now.get("together") === "true") !== Boolean(isTogether)) {
        setAddress((query) => (isTogether ? query.set("together", "true") : query.delete("together")), "replaceState");
      }
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

  window.clew = Object.assign(window.clew || {}, { followIds });
  window.dash_clientside = Object.assign({}, window.dash_clientside, { runs, tables });
})();
