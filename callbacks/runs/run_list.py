"""The runs page: keeps its rows fresh. What happens inside the table happens in assets/tables.js."""

import json
import threading
from collections.abc import Callable
from typing import Any

import dash
from cachetools import LRUCache, cached
from cachetools.keys import hashkey
from dash import ClientsideFunction, Input, Output, State, ctx, no_update
from flask import request

from callbacks.freshness import RETRY_WAIT_SECONDS, freshness, is_retry, register_rows_shown
from components import ids, notices
from components.runs import run_list, run_toolbar
from components.texts.language import _, language, ngettext
from components.texts.translate import translate
from domain.errors import ClewError, ReadOnly, SignInNeeded
from domain.run_table.table import RunTable
from domain.tracking.runs import SAMPLE_TAG, RunStatus, summarise
from domain.tracking.vocabulary import Vocabulary
from services.connect import Services
from services.identity import writing_person
from services.tracking.run_store import RunView

# The rows of these runs in this language.
RowsOf = Callable[[RunTable, str], list[dict[str, Any]]]


def register(app: dash.Dash, services: Services) -> None:
    """Adds the callbacks of the runs page to `app`."""
    _register_refresh(app, services)
    _register_table(app)
    _register_sample_removal(app, services)


def _register_refresh(app: dash.Dash, services: Services) -> None:
    rows_of = _rows_by(services.vocabulary)

    @app.callback(
        Output(ids.FRESHNESS_TEXT, "children"),
        Output(ids.failure("runs"), "children"),
        Output(ids.failure_alert("runs"), "is_open"),
        Output(ids.ROWS, "data"),
        Output(ids.VERSION, "data"),
        Output(ids.BAD_ROWS, "children"),
        Output(ids.SAMPLE_NOTICE, "is_open"),
        Output(ids.SILENT, "data"),
        Input(ids.tick("runs"), "n_intervals"),
        Input(ids.retry("runs"), "n_clicks"),
        Input(ids.REFRESH, "n_clicks"),
        State(ids.VERSION, "data"),
        State(ids.SAMPLE_NOTICE, "is_open"),
        State(ids.SILENT, "data"),
    )
    def refresh(
        _tick: int,
        _retry: int | None,
        _refresh: int | None,
        shown: str | None,
        notice: bool,
        silent: dict[str, Any],
    ) -> tuple[Any, ...]:
        if is_retry("runs") or f"{ids.REFRESH}.n_clicks" in ctx.triggered_prop_ids:
            view = services.runs.refreshed_view(RETRY_WAIT_SECONDS)
        else:
            view = services.runs.first_view(services.settings.patience_seconds)
        said, drawn = freshness(view), _rows(view, rows_of, shown, notice, services.settings.embedded)
        return (*(_plain(part) for part in said), *drawn, _silences(view, silent))

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


def _rows(view: RunView, rows_of: RowsOf, shown: str | None, notice: bool, embedded: bool) -> tuple[Any, ...]:
    """Rows, version, bad rows, and whether the samples' notice is open; no update where the page has these."""
    if view.runs is None or view.runs.version == shown:
        return (no_update,) * 4
    # Only what Clew itself filled in is Clew's to remove.
    samples = embedded and len(view.runs.rows_with_tag(SAMPLE_TAG, "true")) > 0
    return (
        rows_of(view.runs, language()),
        view.runs.version,
        _plain(notices.bad_rows(view.service, view.runs.bad_rows)),
        # The first rows open it; from then on the reader's dismissal counts.
        samples if shown is None else notice and samples,
    )


def _rows_by(vocabulary: Vocabulary) -> RowsOf:
    """Returns what makes the rows of all runs, once for each language, and keeps them: each app has its own."""

    # By version, not by object: a full sweep makes the same list anew, and a list that nobody has any more would stay.
    @cached(LRUCache(2), key=lambda runs, spoken: hashkey(runs.version, spoken), lock=threading.Lock())
    def rows_of(runs: RunTable, _spoken: str) -> list[dict[str, Any]]:
        return run_list.rows(summarise(run, vocabulary) for run in runs.runs())

    return rows_of


def _register_table(app: dash.Dash) -> None:
    """Rows to table, ticks to selection, selection to button and address: all in the browser."""
    app.clientside_callback(
        ClientsideFunction("runs", "fill"),
        Output(ids.EXPERIMENT, "options"),
        Output(ids.ALGORITHM, "options"),
        Input(ids.ROWS, "data"),
        Input(ids.EXPERIMENT, "value"),
        Input(ids.ALGORITHM, "value"),
        Input(ids.SILENT, "data"),
        Input(ids.TOGETHER, "value"),
        State(ids.TEXTS, "data"),
    )
    app.clientside_callback(
        ClientsideFunction("runs", "tick"),
        Input(ids.TABLE, "selected_row_ids"),
        State(ids.TABLE, "data"),
        State(ids.SELECTED, "data"),
    )
    register_rows_shown(app, ids.TABLE, ids.ROWS, ids.TEXTS)
    app.clientside_callback(
        ClientsideFunction("runs", "buttons"),
        Output(ids.COMPARE, "children"),
        Output(ids.COMPARE, "disabled"),
        Output(ids.CLEAR, "disabled"),
        Input(ids.SELECTED, "data"),
        State(ids.TEXTS, "data"),
    )
    app.clientside_callback(ClientsideFunction("runs", "clear"), Input(ids.CLEAR, "n_clicks"))
    app.clientside_callback(
        ClientsideFunction("runs", "address"), Input(ids.EXPERIMENT, "value"), Input(ids.TOGETHER, "value")
    )
    app.clientside_callback(
        ClientsideFunction("runs", "anyNested"), Output(ids.TOGETHER_PLACE, "hidden"), Input(ids.ROWS, "data")
    )
    app.clientside_callback(
        ClientsideFunction("runs", "columns"),
        Output(ids.TABLE, "hidden_columns"),
        Input(ids.COLUMNS, "value"),
        Input(ids.ROWS, "data"),
        State(ids.TABLE, "columns"),
    )


def _register_sample_removal(app: dash.Dash, services: Services) -> None:
    @app.callback(
        Output(ids.SAMPLE_DIALOG, "is_open"),
        Input(ids.SAMPLE_REMOVE, "n_clicks"),
        Input(ids.SAMPLE_CANCEL, "n_clicks"),
        prevent_initial_call=True,
    )
    def ask(_remove: int | None, _cancel: int | None) -> bool:
        return bool(ctx.triggered_id == ids.SAMPLE_REMOVE)

    @app.callback(
        Output(ids.SAMPLE_OUTCOME, "children"),
        Input(ids.SAMPLE_CONFIRM, "n_clicks"),
        prevent_initial_call=True,
        running=[(Output(ids.SAMPLE_CONFIRM, "disabled"), True, False)],
    )
    def remove(_confirm: int | None) -> str:
        if not services.settings.embedded:
            return _("This MLflow is yours: Clew removes nothing from it.")
        try:
            writing_person(request.headers, request.remote_addr, services.settings)
            removed = services.samples.remove()
        except (ReadOnly, SignInNeeded) as error:
            return translate(error)
        except ClewError as error:
            return _(
                "Not everything could be removed: %(cause)s. You can try again.", cause=translate(error).rstrip(".。")
            )
        # A person who removes something wants to see it gone, which only reading everything shows.
        services.runs.refreshed_view(RETRY_WAIT_SECONDS)
        return ngettext("%(num)s sample run is gone.", "%(num)s sample runs are gone.", removed)
