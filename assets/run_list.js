/* The run list: from rows as the server gives them to rows of its DataTable. */
(function () {
  "use strict";
  const TABLE = "runs-table";
  const SELECTED = "runs-selected";
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

  const isNested = (rows) => (rows || []).some((row) => row.parent_id !== null);

  /** What a silent run's row says beside its state. */
  const silence = (row, said) => (said ? { status: `${row.status} · ${said.text}`, silent_minutes: said.minutes } : {});

  const runs = {
    /** At once, by the ticks of this very moment: with Outputs, one that comes while Dash sees to them would be lost. */
    fill(rows, experiment, algorithm, silent, isTogether, texts) {
      if (!rows) return [unchanged(), unchanged()];
      const { selection } = window.clew;
      const there = new Set(rows.map((row) => row.id));
      const table = window.clew.propsOf(TABLE);
      const remembered = window.clew.propsOf(SELECTED).data;
      // Deleted runs leave the selection, too, or the button would count them for ever.
      const selected = selection.ticked(table.selected_row_ids, table.data, remembered).filter((id) => there.has(id));
      if (!selection.isSame(selected, remembered || [])) setProps(SELECTED, { data: selected });
      const chosen = rows.filter(
        (row) => [EVERYTHING, row.experiment].includes(experiment) && [EVERYTHING, row.algorithm].includes(algorithm)
      );
      const ordered = isTogether ? window.clew.together(chosen) : chosen.map((row) => [row]);
      const drawn = ordered.map(([row, depth]) => ({
        ...window.clew.known(row),
        ...(depth ? { depth } : {}),
        ...silence(row, silent[row.id]),
        ...row.no_value, // a word in the place of a number: no filter for numbers finds it, and it sorts as one that is missing
        started: window.clew.localTime(row.started_ms),
        details: `[${texts.details}](${texts.run_page.replace("RUN_ID", row.id)})`,
      }));
      const data = window.clew.filters.addShadows(drawn, table.columns);
      setProps(TABLE, {
        data,
        ...selection.show(selected, data),
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
      const now = new URL(window.location.href).searchParams;
      if ((now.get("experiment") || EVERYTHING) !== experiment) {
        window.clew.setAddress((query) => (experiment === EVERYTHING ? query.delete("experiment") : query.set("experiment", experiment)));
      }
      if ((now.get("together") === "true") !== Boolean(isTogether)) {
        window.clew.setAddress((query) => (isTogether ? query.set("together", "true") : query.delete("together")), "replaceState");
      }
    },
  };

  window.dash_clientside = Object.assign({}, window.dash_clientside);
  window.dash_clientside.runs = Object.assign(window.dash_clientside.runs || {}, runs);
})();
