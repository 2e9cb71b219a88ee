"""The runs page: keeps its rows up to date. assets/run_list.js handles the table itself."""

import json
from collections.abc import Iterable
from typing import Any, TypedDict

import dash
from dash import Input, Output, State, ctx, no_update

from callbacks.freshness import failure_outputs, freshness, runs_view, tick_and_retry
from callbacks.runs import run_list_browser, sample_removal
from callbacks.runs.listed import ListState, listed_of
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
    run_list_browser.register(app)
    sample_removal.register(app, services)


def _register_refresh(app: dash.Dash, services: Services) -> None:
    run_rows = rows_for(app, services)

    @app.callback(
        output={
            "freshness": {"age": Output(ids.FRESHNESS_TEXT, "children"), **failure_outputs("runs")},
            "list": {"rows": Output(ids.ROWS, "data"), "listed": Output(ids.LISTED, "data")},
            "notices": {
                "version": Output(ids.VERSION, "data"),
                "bad_rows": Output(ids.BAD_ROWS, "children"),
                "sample": Output(ids.SAMPLE_NOTICE, "is_open"),
            },
            "silent": Output(ids.SILENT, "data"),
        },
        inputs={
            "_triggers": [*tick_and_retry("runs"), Input(ids.REFRESH, "n_clicks")],
            "columns": Input(ids.COLUMNS, "data"),
            "native_up_to": Input(ids.NATIVE_UP_TO, "data"),
        },
        state={
            "shown": State(ids.LISTED, "data"),
            "notice": State(ids.SAMPLE_NOTICE, "is_open"),
            "silent": State(ids.SILENT, "data"),
        },
    )
    def refresh(
        _triggers: list[Any],
        columns: list[str],
        native_up_to: int,
        shown: dict[str, Any] | None,
        notice: bool,
        silent: dict[str, Any],
    ) -> dict[str, Any]:
        view = runs_view(services, "runs", is_refresh=f"{ids.REFRESH}.n_clicks" in ctx.triggered_prop_ids)
        known = ListState.model_validate(shown) if shown else None
        listed = listed_of(view, columns, native_up_to)
        return {
            "freshness": {name: _plain(part) for name, part in freshness(view).items()},
            "list": _list_update(view, run_rows, listed, known),
            "notices": _notices(view, listed, known, notice=notice, embedded=services.settings.embedded),
            "silent": _silences(view, silent),
        }

    @app.callback(
        Output(ids.EMPTY, "children"),
        Input(ids.VERSION, "data"),
        Input(ids.EXPERIMENT, "value"),
        Input(ids.failure_alert("runs"), "is_open"),
    )
    def explain_empty_list(_version: str, experiment: str, failed: bool) -> Any:
        view = services.runs.view()
        if view.runs is None:
            return None if failed else no_update
        known = view.runs.experiments()
        everything = experiment == run_toolbar.EVERYTHING
        return run_list.nothing_here(experiment) if not known or not (everything or experiment in known) else None


class _ListUpdate(TypedDict):
    """All rows, if the browser holds them, and facts about the list."""

    rows: Any
    listed: Any


class _Notices(TypedDict):
    """The notices around the list; `sample` opens the one on sample data."""

    version: Any
    bad_rows: Any
    sample: Any


def _silences(view: RunView, shown: dict[str, Any]) -> Any:
    """Returns which runs are silent, separately from the rows since it changes with time alone; no update if it is
    the same.

    As of when the runs were read: while MLflow is unreachable, Clew cannot know that a run is silent.
    """
    if view.runs is None:
        return no_update
    found = run_list.silences(view.runs.with_status(RunStatus.RUNNING), view.as_of or view.runs.swept_at)
    return no_update if found == shown else found


def _plain(part: Any) -> Any:
    """Returns a component as plain JSON.

    Next to a component, Plotly's encoder would inspect each value of 5,000 rows for 0.2 s.
    """
    if part is no_update:
        return part
    return json.loads(json.dumps(part, default=lambda component: component.to_plotly_json()))


def _list_update(view: RunView, run_rows: RunRows, listed: ListState | None, shown: ListState | None) -> _ListUpdate:
    """Returns the rows, if the browser holds them all; no update if the page already has them."""
    if listed is None or listed.is_in(shown):
        return {"rows": no_update, "listed": no_update}
    if listed.paged:
        return {"rows": None, "listed": listed.model_dump(mode="json")}
    found = run_rows.all_rows(view, _refs([*listed.columns, *OF_THEMSELVES]))
    listed = listed.model_copy(update={name: found[name] for name in ("kinds", "pending")})
    return {"rows": found["rows"], "listed": listed.model_dump(mode="json")}


def _refs(columns: Iterable[str]) -> tuple[ColumnRef, ...]:
    """Parses columns, sorted, so that the cache key of the rows does not depend on their displayed order."""
    return tuple(ColumnRef.parse(text) for text in sorted(set(columns)))


def _notices(
    view: RunView, listed: ListState | None, shown: ListState | None, *, notice: bool, embedded: bool
) -> _Notices:
    """Draws the notices around the list; no update if the page already shows the same."""
    if view.runs is None or listed is None or (shown is not None and listed.version == shown.version):
        return {"version": no_update, "bad_rows": no_update, "sample": no_update}
    # Only sample data that Clew itself created may be removed by it.
    samples = embedded and len(view.runs.rows_with_tag(SAMPLE_TAG, "true")) > 0
    return {
        "version": view.runs.version,
        "bad_rows": _plain(notices.bad_rows(view.service, view.runs.bad_rows)),
        # The first rows open it; from then on the reader's dismissal counts.
        "sample": samples if shown is None else notice and samples,
    }
