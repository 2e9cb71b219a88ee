"""The runs page: keeps its rows fresh. What happens inside the table happens in assets/run_list.js."""

import json
from collections.abc import Iterable
from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State, ctx, no_update

from callbacks.freshness import RETRY_WAIT_SECONDS, freshness, is_retry, register_rows_shown
from callbacks.runs import sample_removal
from callbacks.runs.listed import Listed, listed_of
from callbacks.runs.run_rows import RunRows, rows_for
from components import ids, notices
from components.run_rows.listing import OF_THEMSELVES
from components.runs import run_list, run_toolbar
from domain.run_table.column_refs import ColumnRef
from domain.tracking.runs import SAMPLE_TAG, RunStatus
from services.connect import Services
from services.tracking.run_store import RunView


def register(app: dash.Dash, services: Services) -> None:
    """Adds the callbacks of the runs page to `app`."""
    _register_refresh(app, services)
    _register_table(app)
    sample_removal.register(app, services)


def _register_refresh(app: dash.Dash, services: Services) -> None:
    run_rows = rows_for(app, services)

    @app.callback(
        Output(ids.FRESHNESS_TEXT, "children"),
        Output(ids.failure("runs"), "children"),
        Output(ids.failure_alert("runs"), "is_open"),
        Output(ids.ROWS, "data"),
        Output(ids.LISTED, "data"),
        Output(ids.VERSION, "data"),
        Output(ids.BAD_ROWS, "children"),
        Output(ids.SAMPLE_NOTICE, "is_open"),
        Output(ids.SILENT, "data"),
        Input(ids.tick("runs"), "n_intervals"),
        Input(ids.retry("runs"), "n_clicks"),
        Input(ids.REFRESH, "n_clicks"),
        Input(ids.COLUMNS, "data"),
        Input(ids.NATIVE_UP_TO, "data"),
        State(ids.LISTED, "data"),
        State(ids.SAMPLE_NOTICE, "is_open"),
        State(ids.SILENT, "data"),
    )
    def refresh(
        _tick: int,
        _retry: int | None,
        _refresh: int | None,
        columns: list[str],
        native_up_to: int,
        shown: dict[str, Any] | None,
        notice: bool,
        silent: dict[str, Any],
    ) -> tuple[Any, ...]:
        if is_retry("runs") or f"{ids.REFRESH}.n_clicks" in ctx.triggered_prop_ids:
            view = services.runs.refreshed_view(RETRY_WAIT_SECONDS)
        else:
            view = services.runs.first_view(services.settings.patience_seconds)
        known = Listed.model_validate(shown) if shown else None
        listed = listed_of(view, columns, native_up_to)
        return (
            *(_plain(part) for part in freshness(view)),
            *_rows(view, run_rows, listed, known),
            *_around(view, listed, known, notice=notice, embedded=services.settings.embedded),
            _silences(view, silent),
        )

    @app.callback(
        Output(ids.EMPTY, "children"),
        Input(ids.VERSION, "data"),
        Input(ids.EXPERIMENT, "value"),
        Input(ids.failure_alert("runs"), "is_open"),
    )
    def say_why_it_is_empty(_version: str, experiment: str, failed: bool) -> Any:
        view = services.runs.view()
        if view.runs is None:
            return None if failed else no_update
        known = view.runs.experiments()
        everything = experiment == run_toolbar.EVERYTHING
        return run_list.nothing_here(experiment) if not known or not (everything or experiment in known) else None


def _silences(view: RunView, shown: dict[str, Any]) -> Any:
    """Apart from the rows, since it changes as time passes; no update where the page says the same.

    As of when the runs were read: while MLflow is away, Clew does not know that a run is silent.
    """
    if view.runs is None:
        return no_update
    found = run_list.silences(view.runs.with_status(RunStatus.RUNNING), view.as_of or view.runs.swept_at)
    return no_update if found == shown else found


def _plain(part: Any) -> Any:
    """A component as the browser gets it: beside one, Plotly's encoder looks at each value of 5,000 rows for 0.2 s."""
    if part is no_update:
        return part
    return json.loads(json.dumps(part, default=lambda component: component.to_plotly_json()))


def _rows(view: RunView, run_rows: RunRows, listed: Listed | None, shown: Listed | None) -> tuple[Any, ...]:
    """Rows, where the browser holds them all, and what is to know of the list; no update where the page has these."""
    if listed is None or listed.is_in(shown):
        return no_update, no_update
    if listed.paged:
        return None, listed.model_dump(mode="json")
    found = run_rows.all_rows(view, _refs([*listed.columns, *OF_THEMSELVES]))
    told = {name: found[name] for name in ("kinds", "pending")}
    return found["rows"], listed.model_copy(update=told).model_dump(mode="json")


def _refs(columns: Iterable[str]) -> tuple[ColumnRef, ...]:
    """In an order of their own, whatever order they are shown in: the rows are the same ones."""
    return tuple(ColumnRef.parse(text) for text in sorted(set(columns)))


def _around(
    view: RunView, listed: Listed | None, shown: Listed | None, *, notice: bool, embedded: bool
) -> tuple[Any, ...]:
    """Version, bad rows, and whether the samples' notice is open; no update where the page has these."""
    if view.runs is None or listed is None or (shown is not None and listed.version == shown.version):
        return (no_update,) * 3
    # Only what Clew itself filled in is Clew's to remove.
    samples = embedded and len(view.runs.rows_with_tag(SAMPLE_TAG, "true")) > 0
    return (
        view.runs.version,
        _plain(notices.bad_rows(view.service, view.runs.bad_rows)),
        # The first rows open it; from then on the reader's dismissal counts.
        samples if shown is None else notice and samples,
    )


def _register_table(app: dash.Dash) -> None:
    """Rows to table, ticks to selection, selection to button and address: all in the browser."""
    app.clientside_callback(
        ClientsideFunction("runs", "fill"),
        Output(ids.EXPERIMENT, "options"),
        Output(ids.ALGORITHM, "options"),
        Output(ids.TOGETHER_PLACE, "hidden"),
        Output(ids.ARCHIVED_PLACE, "hidden"),
        Input(ids.ROWS, "data"),
        Input(ids.ANSWER, "data"),
        Input(ids.LISTED, "data"),
        Input(ids.EXPERIMENT, "value"),
        Input(ids.ALGORITHM, "value"),
        Input(ids.SILENT, "data"),
        Input(ids.TOGETHER, "value"),
        Input(ids.COLUMNS, "data"),
        Input(ids.ARCHIVED, "value"),
        State(ids.TEXTS, "data"),
    )
    register_rows_shown(app, ids.TABLE, ids.ROWS, ids.TEXTS)
    _register_query(app)
    _register_selection(app)


def _register_query(app: dash.Dash) -> None:
    """What the list is asked for, to the address and, where it comes page by page, to the server."""
    app.clientside_callback(
        ClientsideFunction("runs", "query"),
        Input(ids.TABLE, "sort_by"),
        Input(ids.EXPERIMENT, "value"),
        Input(ids.ALGORITHM, "value"),
        Input(ids.TOGETHER, "value"),
        Input(ids.COLUMNS, "data"),
        Input(ids.COLUMN_WIDTHS, "data"),
        Input(ids.LISTED, "data"),
        Input(ids.ARCHIVED, "value"),
    )
    app.clientside_callback(
        ClientsideFunction("runs", "pages"),
        Input(ids.TABLE, "page_current"),
        Input(ids.LISTED, "data"),
        Input(ids.tick("runs"), "n_intervals"),
    )
    app.clientside_callback(
        ClientsideFunction("runs", "shown"),
        Output(ids.PAGE_SHOWN, "children"),
        Input(ids.ANSWER, "data"),
        Input(ids.LISTED, "data"),
        State(ids.TEXTS, "data"),
    )
    app.clientside_callback(
        ClientsideFunction("runs", "progress"),
        Output(ids.PROGRESS_SAID, "children"),
        Input(ids.LISTED, "data"),
        State(ids.TEXTS, "data"),
    )
    app.clientside_callback(ClientsideFunction("runs", "widths"), Input(ids.COLUMN_WIDTHS, "data"))
    app.clientside_callback(ClientsideFunction("runs", "menu"), Input(ids.TABLE, "columns"))


def _register_selection(app: dash.Dash) -> None:
    app.clientside_callback(ClientsideFunction("runs", "tick"), Input(ids.TABLE, "selected_row_ids"))
    app.clientside_callback(
        ClientsideFunction("runs", "buttons"),
        Output(ids.COMPARE, "children"),
        Output(ids.COMPARE, "disabled"),
        Output(ids.CLEAR, "disabled"),
        Output(ids.SELECT_SAID, "children"),
        Input(ids.SELECTED, "data"),
        State(ids.TEXTS, "data"),
    )
    app.clientside_callback(ClientsideFunction("runs", "clear"), Input(ids.CLEAR, "n_clicks"))
    app.clientside_callback(ClientsideFunction("runs", "selectAll"), Input(ids.SELECT_ALL, "n_clicks"))
    app.clientside_callback(ClientsideFunction("runs", "selectPage"), Input(ids.SELECT_PAGE, "n_clicks"))
