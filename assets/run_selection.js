/* The runs that are ticked: the Store `runs-selected` holds their ids, whatever rows the table has at the moment.
 *
 * `window.clew.selection` is how other parts of the page read and change it.
 */
(function () {
  "use strict";
  const TABLE = "runs-table";
  const SELECTED = "runs-selected";
  const SAID = "runs-select-said";
  const setProps = (id, props) => window.dash_clientside.set_props(id, props);
  const listeners = new Set();
  let drawnPage = "";

  /** The ticked ids: those of the rows on show as the table says, those of rows that are filtered away as remembered. */
  function ticked(tableIds, shownRows, remembered) {
    const shown = new Set((shownRows || []).map((row) => row.id));
    const now = (tableIds || []).filter((id) => shown.has(id));
    const still = new Set(now);
    const hidden = (remembered || []).filter((id) => !shown.has(id) && !still.has(id));
    return hidden.concat(now);
  }

  const isSame = (some, others) => some.length === others.length && some.every((id, at) => id === others[at]);

  /** What a page of rows is of: DataTable takes all ticks away where it is asked for another, before that comes. */
  const pageNow = ({ sort_by, filter_query, page_current }) => JSON.stringify([sort_by || [], filter_query || "", page_current || 0]);

  /** Said by whoever drew the rows that are asked for now. */
  function drawn() {
    drawnPage = pageNow(window.clew.propsOf(TABLE));
  }

  /** Of this very moment: on a slow machine the Store follows the table a while later. */
  function get() {
    if (!window.clew.isThere(TABLE)) return [];
    const table = window.clew.propsOf(TABLE);
    const remembered = window.clew.propsOf(SELECTED).data || [];
    if (window.clew.isPaged() && pageNow(table) !== drawnPage) return [...new Set(remembered.concat(table.selected_row_ids || []))];
    return ticked(table.selected_row_ids, table.data, remembered);
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

  /** The ids of all runs that the filters leave: the table's own, or the server's where it has a page of them. */
  async function filteredIds() {
    if (!window.clew.isPaged()) return window.clew.propsOf(TABLE).derived_virtual_row_ids || [];
    const { columns, ...query } = window.clew.listQuery();
    return (await window.clew.postToList("runs/ids", query)).ids;
  }

  /** The menu says how many runs each of its entries takes, at the moment that it is opened. */
  function countSelectable() {
    const { selection } = window.clew.propsOf("runs-texts").data;
    const count = (number) => number.toLocaleString(window.clew.locale());
    const { derived_virtual_row_ids, derived_viewport_row_ids } = window.clew.propsOf(TABLE);
    const left = window.clew.isPaged() ? window.clew.propsOf("runs-answer").data?.left : derived_virtual_row_ids?.length;
    setProps("runs-select-all", { children: selection.all.replace("{n}", count(left || 0)) });
    setProps("runs-select-page", { children: selection.page.replace("{n}", count((derived_viewport_row_ids || []).length)) });
  }

  document.addEventListener("click", ({ target }) => target.closest?.("#runs-select") && window.clew.isThere(TABLE) && countSelectable(), true);

  const runs = {
    tick() {
      const { data } = window.clew.propsOf(TABLE);
      if (!data || !data.length) return;
      window.clew.followIds(TABLE);
      const selected = get();
      if (!isSame(selected, window.clew.propsOf(SELECTED).data || [])) setProps(SELECTED, { data: selected });
    },

    buttons(selected, texts) {
      const ids = selected || [];
      listeners.forEach((listener) => listener(ids));
      const { most_compared, selection } = texts;
      const tooMany = ids.length > most_compared ? selection.most_compared.replace("{most}", most_compared.toLocaleString(window.clew.locale())) : "";
      const number = ids.length.toLocaleString(window.clew.locale());
      const text = ids.length === 0 ? texts.compare_none : ids.length === 1 ? texts.compare_one : texts.compare_many.replace("{n}", number);
      return [text, ids.length === 0, ids.length === 0, tooMany];
    },

    clear(clicks) {
      if (clicks) set([]);
    },

    /** All that the filters leave, whatever page is on show. */
    async selectAll(clicks) {
      if (!clicks) return;
      try {
        add(await filteredIds());
      } catch (error) {
        setProps(SAID, { children: window.clew.propsOf("runs-texts").data.selection.failed.replace("{cause}", () => error.message) });
      }
    },

    selectPage(clicks) {
      if (clicks) add(window.clew.propsOf(TABLE).derived_viewport_row_ids || []);
    },
  };

  const selection = { get, set, add, remove, onChange, drawn, show, isSame };
  window.clew = Object.assign(window.clew || {}, { selection });
  window.dash_clientside = Object.assign({}, window.dash_clientside);
  window.dash_clientside.runs = Object.assign(window.dash_clientside.runs || {}, runs);
})();
