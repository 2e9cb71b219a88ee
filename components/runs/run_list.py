"""The run list: its table, and the lines around it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from components import ids, notices
from components.links import href
from components.run_rows.list_columns import USUAL, columns
from components.runs import column_menu, run_toolbar
from components.runs.comparison import MAX_COMPARED
from components.tables import native_table, rows_shown
from components.texts import words
from components.texts.language import _, around, ngettext
from domain.run_table.column_refs import ColumnRef
from domain.run_table.list_address import ListAddress
from domain.tracking.runs import Run, RunStatus
from domain.tracking.silence import silent_minutes

PAGE_SIZE = 25
# Deeper nesting is shown like this level.
_DEEPEST = 4
# Up to so many runs the browser holds all rows, and sorts and filters itself; more would take it seconds.
NATIVE_UP_TO = 10_000


def silences(runs: Iterable[Run], as_of: datetime) -> dict[str, Any]:
    """Returns which of the runs have been silent for too long at `as_of`.

    By run id: for how many minutes, and the text about it.
    """
    running = (run for run in runs if run.status is RunStatus.RUNNING)
    found = {run.run_id: minutes for run in running if (minutes := silent_minutes(run, as_of)) is not None}
    return {run_id: {"minutes": minutes, "text": words.silence(minutes)} for run_id, minutes in found.items()}


def run_table(address: ListAddress) -> html.Div:
    """Returns the table with its checkboxes, sorting and filters; empty until assets/run_list.js fills it."""
    refs = address.columns or [ColumnRef.parse(key) for key in USUAL]
    orders = [(column_menu.column_id(by.ref), "desc" if by.descending else "asc") for by in address.sort]
    return native_table(
        ids.TABLE,
        column_menu.columns_of(refs, columns()),
        label=_("Runs"),
        named_by=("name", "started"),
        page_size=PAGE_SIZE,
        styles=[*_status_colours(), *_depths(), *_marks()],
        sorting=[{"column_id": column, "direction": direction} for column, direction in orders],
        typed={column_menu.column_id(ref): typed for ref, typed in address.filters.items()},
    )


def page_failure() -> html.Div:
    """Returns the place of errors when the server sends the list page by page; assets/run_pages.js fills it."""
    return html.Div(
        html.Div(
            [
                html.Span(id=ids.PAGE_FAILURE_TEXT),
                html.Button(
                    _("Retry"), id=ids.PAGE_RETRY, type="button", className="btn btn-sm btn-outline-secondary ms-2"
                ),
            ],
            id=ids.PAGE_FAILURE,
            className="alert alert-warning py-2",
            hidden=True,
        ),
        role="alert",
    )


def odd_address(odd: Sequence[str]) -> dbc.Alert | None:
    """Names the parts of the address that make no sense as columns."""
    if not odd:
        return None
    return dbc.Alert(_("The address has an invalid value for %(names)s.", names=", ".join(odd)), color="warning")


def freshness() -> list[Any]:
    """Returns the number of runs, the age of the list, and the button that refreshes it."""
    return [
        html.Div(
            [
                html.Span(id=ids.FRESHNESS_TEXT, className="text-body-secondary small"),
                rows_shown(ids.TABLE),
                html.Span(id=ids.PAGE_SHOWN, role="status", className="text-body-secondary small"),
                html.Span(id=ids.PROGRESS_TEXT, role="status", className="visually-hidden"),
                html.Span(
                    dbc.Spinner(size="sm", spinner_class_name="ms-2"), id=ids.LOADING, hidden=True, role="status"
                ),
            ]
        ),
        dbc.Button(_("Refresh"), id=ids.REFRESH, size="sm", color="link", class_name="px-0"),
    ]


def failed() -> html.Div:
    """Returns the place of the error message."""
    return html.Div(notices.failure_alert("runs"), **{"aria-live": "polite"})


def freshness_text(runs: int | None, as_of_ms: int | None, *, failed: bool) -> list[Any]:
    """Returns how many runs there are, as of when."""
    if runs is None or as_of_ms is None:
        return [] if failed else [_("Reading the runs…")]
    return [
        ngettext("%(count)s run", "%(count)s runs", runs, count=words.count(runs)),
        " · ",
        *around(_("as of {moment}"), moment=notices.moment(as_of_ms)),
    ]


def texts() -> dict[str, Any]:
    """Returns the texts of assets/run_list.js in the reader's language; {n} is a number."""
    return {
        "details": _("Open"),
        "shown": _(" · {n} shown"),
        "archived": _("Show archived ({n})"),
        "pending": _(" · {name}: {n} values are still loading"),
        "progress": _("{n} of about {total} runs read"),
        "all_read": _("All {n} runs are read"),
        "page_failed": _("These runs could not be read: {cause}"),
        "column_moved": _("{name} is column {n} of {total}"),
        "column_width": _("Width of {name}"),
        "column_menu": column_menu.menu_texts(),
        "selection": run_toolbar.selection_texts(),
        "most_compared": MAX_COMPARED,
        "compare_none": _("Compare"),
        "compare_one": _("Compare 1 run"),
        "compare_many": _("Compare {n} runs"),
        "everything": {ids.EXPERIMENT: _("All experiments"), ids.ALGORITHM: _("All algorithms")},
        "run_page": href("/mlflow/runs/RUN_ID"),
    }


def nothing_here(experiment: str) -> list[Any]:
    """Returns what to do if the list is empty; `experiment` is the experiment in the address."""
    if experiment != run_toolbar.EVERYTHING:
        return [
            _("There is no experiment “%(name)s” with runs.", name=experiment),
            " ",
            html.A(_("Show all runs"), href=href("/mlflow")),
        ]
    return [
        html.P(_("No run has been logged to this MLflow yet. Start one:")),
        notices.training_hint(),
    ]


def _status_colours() -> list[dict[str, Any]]:
    tones = {
        "RUNNING": "primary",
        "SCHEDULED": "secondary",
        "FINISHED": "success",
        "FAILED": "danger",
        "KILLED": "warning",
    }
    return [
        {
            "if": {"column_id": "status", "filter_query": f"{{state}} = {state}"},
            "color": f"var(--bs-{tone}-text-emphasis)",
        }
        for state, tone in tones.items()
    ] + [
        {
            "if": {"column_id": "status", "filter_query": "{silent_minutes} > 0"},
            "color": "var(--bs-warning-text-emphasis)",
            "minWidth": "9rem",
        }
    ]


def _marks() -> list[dict[str, Any]]:
    """Returns styles by mark: a baseline is emphasised, archived runs are faded."""
    name = {"column_id": "name"}
    baseline = {"fontWeight": "bold", "borderLeft": "3px solid var(--bs-warning)"}
    return [
        {"if": name | {"filter_query": "{is_marked} contains baseline"}} | baseline,
        {"if": name | {"filter_query": "{is_marked} contains archived"}, "fontStyle": "italic"},
    ]


def _depths() -> list[dict[str, Any]]:
    """Returns styles by depth: a child is indented below its parent when nested runs are shown together."""
    steps = [(f"{{depth}} = {depth}", depth) for depth in range(1, _DEEPEST)] + [(f"{{depth}} >= {_DEEPEST}", _DEEPEST)]
    return [
        {"if": {"column_id": "name", "filter_query": query}, "textIndent": f"{1.25 * depth}rem"}
        for query, depth in steps
    ]
