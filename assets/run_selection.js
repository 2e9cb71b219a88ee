/* The runs that are ticked: the Store `runs-selected` holds their ids, whatever rows the table has at the moment.
 *
 * `window.clew.selection` is how other parts of the page read and change it.
 */
(function () {
  "use strict";
  const TABLE = "runs-table";
  const SELECTED = "runs-selected";
  const setProps = (id, props) => window.dash_clientside.set_props(id, props);
  const listeners = new Set();

  /** The ticked ids: those of the rows on show as the table says, those of rows that are filtered away as remembered. */
  function ticked(tableIds, shownRows, remembered) {
    const shown = new Set((shownRows || []).map((row) => row.id));
    const now = (tableIds || []).filter((id) => shown.has(id));
    const still = new Set(now);
    const hidden = (remembered || []).filter((id) => !shown.has(id) && !still.has(id));
    return hidden.concat(now);
  }

  const isSame = (some, others) => some.length === others.length && some.every((id, at) => id === others[at]);

  /** Of this very moment: on a slow machine the Store follows the table a while later. */
  function get() {
    if (!window.clew.isThere(TABLE)) return [];
    const { selected_row_ids, data } = window.clew.propsOf(TABLE);
    return ticked(selected_row_ids, data, window.clew.propsOf(SELECTED).data);
  }

  /** Puts the table's ticks where the ids are among its rows. */
  function show(ids, rows) {
    const index = new Map(rows.map((row, at) => [row.id, at]));
    const shown = ids.filter((id) => index.has(id));
    return { selected_rows: shown.map((id) => index.get(id)), selected_row_ids: shown };
  }

  function set(ids) {
    if (!window.clew.isThere(TABLE)) return;
    const chosen = [...new Set(ids)];
    setProps(SELECTED, { data: chosen });
    setProps(TABLE, show(chosen, window.clew.propsOf(TABLE).data));
  }

  const add = (ids) => set(get().concat(ids));

  function remove(ids) {
    const gone = new Set(ids);
    set(get().filter((id) => !gone.has(id)));
  }

  /** Has `listener(ids)` called after each change; returns what ends that. */
  function onChange(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  const runs = {
    tick(tableIds, shownRows, remembered) {
      if (!shownRows || !shownRows.length) return;
      window.clew.followIds(TABLE);
      const selected = ticked(tableIds, shownRows, remembered);
      if (!isSame(selected, remembered || [])) setProps(SELECTED, { data: selected });
    },

    buttons(selected, texts) {
      const ids = selected || [];
      listeners.forEach((listener) => listener(ids));
      const number = ids.length.toLocaleString(window.clew.locale());
      const text = ids.length === 0 ? texts.compare_none : ids.length === 1 ? texts.compare_one : texts.compare_many.replace("{n}", number);
      return [text, ids.length === 0, ids.length === 0];
    },

    clear(clicks) {
      if (clicks) set([]);
    },
  };

  const selection = { get, set, add, remove, onChange, ticked, show, isSame };
  window.clew = Object.assign(window.clew || {}, { selection });
  window.dash_clientside = Object.assign({}, window.dash_clientside);
  window.dash_clientside.runs = Object.assign(window.dash_clientside.runs || {}, runs);
})();
