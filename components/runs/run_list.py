"""The run list: its table, its toolbar, and a run as a row of it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import dash_bootstrap_components as dbc
from dash import html

from components import ids, notices
from components.links import href
from components.runs import column_menu, run_toolbar
from components.runs.comparison import MOST_COMPARED
from components.runs.nested import nesting_texts
from components.tables import Column, native_table, rows_shown
from components.texts import outcomes, words
from components.texts.language import _, around, ngettext
from domain.run_table.column_refs import DECIMALS, ColumnRef
from domain.run_table.list_address import ListAddress
from domain.tracking.runs import Run, RunStatus, RunSummary
from domain.tracking.silence import silent_minutes

PAGE_SIZE = 25
# On show where there are some, and nowhere else.
REMARKS = "remarks"
# What is nested deeper is shown as deep as this.
_DEEPEST = 4
_COLUMN_OF = {"success_rate": "success_percent"}
# The columns that a list has of which nobody chose any.
USUAL = (
    *("name", "run_id", "experiment", "algorithm", "environment", "seed", "started"),
    *("success_percent", "episodes", "status"),
)
# Up to so many runs the browser holds all rows, and sorts and filters by itself; more would take it seconds.
NATIVE_UP_TO = 10_000


def columns() -> list[Column]:
    """The columns of the run list in their order, with headings in the reader's language."""
    return [
        Column("details", _("Open"), "link"),
        Column("name", _("Name")),
        Column("sample", _("Origin")),
        Column("run_id", _("Run id")),
        Column("experiment", _("Experiment")),
        Column("algorithm", _("Algorithm")),
        Column("environment", _("Environment")),
        Column("seed", _("Seed"), "numeric", DECIMALS["seed"], grouped=False),
        Column("started", _("Started"), "datetime"),
        Column("success_percent", _("Success rate (%)"), "numeric", DECIMALS["success_percent"]),
        Column("episodes", _("Episodes"), "numeric", DECIMALS["episodes"]),
        Column("status", _("Status")),
        Column("final_reward", _("Final reward"), "numeric"),
        Column("final_loss", _("Final loss"), "numeric"),
        Column("episode_length", _("Final episode length"), "numeric", DECIMALS["episode_length"]),
        Column("duration_minutes", _("Duration (min)"), "numeric", DECIMALS["duration_minutes"]),
        Column("silent_minutes", _("No metric for (min)"), "numeric", DECIMALS["silent_minutes"]),
        Column("nested", _("Nested")),
        Column(REMARKS, _("Remarks")),
        Column("user", _("User")),
        Column("source", _("Source")),
        Column("commit", _("Commit")),
        Column("ended", _("Ended"), "datetime"),
        Column("diverged", _("Diverged")),
    ]


class RowTexts(NamedTuple):
    """What rows say in the reader's language: looked up once, not for each of 5,000."""

    status: dict[RunStatus, str]
    sample: str
    diverged: str
    out_of_range: str

    @classmethod
    def now(cls) -> "RowTexts":
        """In the language of this request."""
        return cls({status: words.status_name(status) for status in RunStatus}, _("sample"), *outcomes.no_value())


def row(run: RunSummary, texts: RowTexts, nested: str | None = None) -> dict[str, Any]:
    """A run as a row: `id` is the run's, numbers are numbers, missing numbers and times are None, `started_ms` Unix ms.

    `nested` says in which run it stands, and how many stand in it.
    `keys` names by column what its tool calls the value, for the tooltip, and `no_value` says by column why there is
    none. assets/run_list.js adds what only the browser knows: the time in the reader's zone, and the link.
    """
    return {
        "id": run.run_id,
        "name": run.name or words.MISSING,
        "run_id": run.run_id,
        "experiment": run.experiment,
        "algorithm": run.algorithm or words.MISSING,
        "environment": run.environment or words.MISSING,
        "seed": run.seed,
        "started_ms": words.unix_ms(run.started_at),
        "success_percent": None if run.success_rate is None else run.success_rate * 100,
        "episodes": run.episodes,
        "status": texts.status[run.status],
        "state": run.status,
        "final_reward": run.final_reward,
        "final_loss": run.final_loss,
        "episode_length": run.episode_length,
        "duration_minutes": None if run.duration_seconds is None else run.duration_seconds / 60,
        REMARKS: outcomes.remarks(run.diverged, run.out_of_range) or words.MISSING,
        "sample": texts.sample if run.is_sample else words.MISSING,
        "is_sample": run.is_sample,
        "nested": nested or words.MISSING,
        "parent_id": run.parent_id,
        "keys": {_COLUMN_OF.get(field, field): key for field, key in run.keys.items()},
        "no_value": _no_value(run, texts),
    }


def _no_value(run: RunSummary, texts: RowTexts) -> dict[str, str] | None:
    """By column why it has no number though something was logged; None, as most have, where there is nothing to say."""
    found = dict.fromkeys(run.diverged, texts.diverged) | dict.fromkeys(run.out_of_range, texts.out_of_range)
    if not found:
        return None
    fields = [field for field in run.keys if getattr(run, field) is None and run.keys[field] in found]
    return {_COLUMN_OF.get(field, field): found[run.keys[field]] for field in fields}


def rows(runs: Iterable[RunSummary]) -> list[dict[str, Any]]:
    """All rows, the newest run first; those without a start time last."""
    texts = RowTexts.now()
    ordered = sorted(runs, key=lambda r: (r.started_at is not None, r.started_at), reverse=True)
    nested = nesting_texts(ordered)
    return [row(run, texts, nested.get(run.run_id)) for run in ordered]


def silences(runs: Iterable[Run], as_of: datetime) -> dict[str, Any]:
    """Which of the runs have been silent for too long, as of then: by run id for how many minutes, and what to say."""
    running = (run for run in runs if run.status is RunStatus.RUNNING)
    found = {run.run_id: minutes for run in running if (minutes := silent_minutes(run, as_of)) is not None}
    return {run_id: {"minutes": minutes, "text": words.silence(minutes)} for run_id, minutes in found.items()}


def run_table(address: ListAddress) -> html.Div:
    """The table with its checkboxes, sort and filter; empty until assets/run_list.js fills it."""
    refs = address.columns or [ColumnRef.parse(key) for key in USUAL]
    orders = [(column_menu.column_id(by.ref), "desc" if by.descending else "asc") for by in address.sort]
    return native_table(
        ids.TABLE,
        column_menu.columns_of(refs, columns()),
        label=_("Runs"),
        named_by=("name", "started"),
        page_size=PAGE_SIZE,
        styles=[*_status_colours(), *_depths()],
        sorting=[{"column_id": column, "direction": direction} for column, direction in orders],
        typed={column_menu.column_id(ref): typed for ref, typed in address.filters.items()},
    )


def page_failure() -> html.Div:
    """What failed where the server sends the list page by page; assets/run_pages.js shows it."""
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
    """Names the parts of the address that make no sense of columns."""
    if not odd:
        return None
    return dbc.Alert(_("The address says something odd about %(names)s.", names=", ".join(odd)), color="warning")


def freshness() -> html.Div:
    """How old the list is, and what failed."""
    return html.Div(
        [
            html.Div(
                [
                    html.Span(id=ids.FRESHNESS_TEXT, className="text-body-secondary small"),
                    rows_shown(ids.TABLE),
                    html.Span(id=ids.PAGE_SHOWN, role="status", className="text-body-secondary small"),
                    html.Span(id=ids.PROGRESS_SAID, role="status", className="visually-hidden"),
                    html.Span(
                        dbc.Spinner(size="sm", spinner_class_name="ms-2"), id=ids.LOADING, hidden=True, role="status"
                    ),
                    dbc.Button(
                        _("Refresh"), id=ids.REFRESH, size="sm", color="link", class_name="ms-2 p-0 align-baseline"
                    ),
                ]
            ),
            html.Div(notices.failure_alert("runs"), **{"aria-live": "polite"}),
        ]
    )


def freshness_text(runs: int | None, as_of_ms: int | None, *, failed: bool) -> list[Any]:
    """How many runs there are, as of when."""
    if runs is None or as_of_ms is None:
        return [] if failed else [_("Reading the runs…")]
    return [
        ngettext("%(count)s run", "%(count)s runs", runs, count=words.count(runs)),
        " · ",
        *around(_("as of {moment}"), moment=notices.moment(as_of_ms)),
    ]


def texts() -> dict[str, Any]:
    """What assets/run_list.js writes, in the reader's language; {n} is a number."""
    return {
        "details": _("Open"),
        "shown": _(" · {n} shown"),
        "pending": _(" · {name}: {n} values are still on their way"),
        "progress": _("{n} of about {total} runs read"),
        "all_read": _("All {n} runs are read"),
        "page_failed": _("These runs could not be read: {cause}"),
        "column_moved": _("{name} is column {n} of {total}"),
        "column_width": _("Width of {name}"),
        "column_menu": column_menu.menu_texts(),
        "selection": run_toolbar.selection_texts(),
        "most_compared": MOST_COMPARED,
        "compare_none": _("Compare"),
        "compare_one": _("Compare 1 run"),
        "compare_many": _("Compare {n} runs"),
        "everything": {ids.EXPERIMENT: _("All experiments"), ids.ALGORITHM: _("All algorithms")},
        "run_page": href("/mlflow/runs/RUN_ID"),
    }


def nothing_here(asked: str) -> list[Any]:
    """What to do when the list is empty; `asked` is the experiment that the address names."""
    if asked != run_toolbar.EVERYTHING:
        return [
            _("There is no experiment “%(name)s” with runs.", name=asked),
            " ",
            html.A(_("Show all runs"), href=href("/mlflow")),
        ]
    return [
        html.P(_("No run has been logged to this MLflow yet. Start one:")),
        notices.how_to_train(),
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


def _depths() -> list[dict[str, Any]]:
    """How far a run stands to the right of the one that it stands in, where they are put together."""
    steps = [(f"{{depth}} = {depth}", depth) for depth in range(1, _DEEPEST)] + [(f"{{depth}} >= {_DEEPEST}", _DEEPEST)]
    return [
        {"if": {"column_id": "name", "filter_query": query}, "textIndent": f"{1.25 * depth}rem"}
        for query, depth in steps
    ]
