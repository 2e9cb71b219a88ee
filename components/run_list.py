"""The run list: its table, its toolbar, and a run as a row of it."""

from collections.abc import Iterable, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from components import ids, notices, words
from components.language import _, around, ngettext
from components.links import href
from components.tables import Column, native_table
from domain.runs import RunSummary

PAGE_SIZE = 25
# The filters' value for "all"; an empty one would be drawn as no choice at all.
EVERYTHING = "*"
HIDDEN_AT_FIRST = ("final_reward", "final_loss", "episode_length", "duration_minutes", "sample")


def columns() -> list[Column]:
    """The columns of the run list in their order, with headings in the reader's language."""
    return [
        Column("details", _("Open"), "link"),
        Column("name", _("Name")),
        Column("run_id", _("Run id")),
        Column("experiment", _("Experiment")),
        Column("algorithm", _("Algorithm")),
        Column("environment", _("Environment")),
        Column("seed", _("Seed"), "numeric", 0),
        Column("started", _("Started"), "datetime"),
        Column("success_percent", _("Success rate (%)"), "numeric", 1),
        Column("episodes", _("Episodes"), "numeric", 0),
        Column("status", _("Status")),
        Column("final_reward", _("Final reward"), "numeric"),
        Column("final_loss", _("Final loss"), "numeric"),
        Column("episode_length", _("Final episode length"), "numeric", 1),
        Column("duration_minutes", _("Duration (min)"), "numeric", 1),
        Column("sample", _("Origin")),
    ]


def row(run: RunSummary) -> dict[str, Any]:
    """A run as a row: `id` is the run's, numbers are numbers, missing numbers and times are None, `started_ms` Unix ms.

    assets/tables.js adds what only the browser knows: the time in the reader's zone, and the link.
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
        "status": words.status_name(run.status),
        "state": run.status,
        "final_reward": run.final_reward,
        "final_loss": run.final_loss,
        "episode_length": run.episode_length,
        "duration_minutes": None if run.duration_seconds is None else run.duration_seconds / 60,
        "sample": _("sample") if run.is_sample else words.MISSING,
    }


def rows(runs: Iterable[RunSummary]) -> list[dict[str, Any]]:
    """All rows, the newest run first; those without a start time last."""
    return [row(run) for run in sorted(runs, key=lambda r: (r.started_at is not None, r.started_at), reverse=True)]


def run_table() -> html.Div:
    """The table with its checkboxes, sort and filter; empty until assets/tables.js fills it."""
    table = native_table(ids.TABLE, columns(), page_size=PAGE_SIZE, hidden=HIDDEN_AT_FIRST, styles=_status_colours())
    return html.Div(table, className="table-frame", role="region", tabIndex=0, **{"aria-label": _("Runs")})


def toolbar(experiment: str | None) -> html.Div:
    """Filters, columns and the Compare button."""
    return html.Div(
        [
            _choice(ids.EXPERIMENT, _("Experiment"), _("All experiments"), experiment),
            _choice(ids.ALGORITHM, _("Algorithm"), _("All algorithms"), None),
            _column_menu(columns()),
            html.Div(
                [
                    dbc.Button(_("Clear"), id=ids.CLEAR, color="link", disabled=True),
                    dbc.Button(_("Compare"), id=ids.COMPARE, color="primary", disabled=True),
                ],
                className="ms-auto d-flex gap-2 align-items-end",
            ),
        ],
        className="d-flex flex-wrap gap-3 align-items-end mb-2",
    )


def filter_hint() -> html.Details:
    """What can be typed into the boxes under the headings."""
    examples = [
        ("ppo", _("holds “ppo”, upper or lower case")),
        ("= PPO", _("is exactly PPO")),
        ("> 70", _("more than 70; also >=, <, <=, != and = for numbers")),
        ("2026-11", _("started in November 2026")),
        ("> 2026-11-20", _("started after 20 November 2026")),
    ]
    return html.Details(
        [
            html.Summary(_("How to filter and sort")),
            html.P(_("Type into the boxes under the headings; all of them count together.")),
            html.Dl([part for text, says in examples for part in (html.Dt(html.Code(text)), html.Dd(says))]),
            html.P(_("Click a heading's arrows to sort; a second column sorts within the first.")),
        ],
        className="filter-hint small",
    )


def sample_notice() -> dbc.Alert:
    """Explains the sample runs; the dismissal lasts for this page load, since there is no cookie to keep it in."""
    return dbc.Alert(
        [
            html.Span(
                _(
                    "The runs marked “sample” came with Clew: real trainings of PPO and DQN in a maze, recorded so that"
                    " there is something to look at. Your own runs appear beside them."
                )
            ),
            dbc.Button(
                _("Remove sample data"),
                id=ids.SAMPLE_REMOVE,
                color="secondary",
                outline=True,
                size="sm",
                class_name="ms-2",
            ),
        ],
        id=ids.SAMPLE_NOTICE,
        color="info",
        dismissable=True,
        is_open=False,
        className="py-2",
    )


def sample_dialog() -> dbc.Modal:
    """Asks before the sample data goes."""
    return dbc.Modal(
        [
            dbc.ModalHeader(dbc.ModalTitle(_("Remove the sample data?"))),
            dbc.ModalBody(
                [
                    html.P(_("All runs and models marked “sample” leave the lists. Yours stay.")),
                    html.Div(id=ids.SAMPLE_OUTCOME, role="status"),
                ]
            ),
            dbc.ModalFooter(
                [
                    dbc.Button(_("Cancel"), id=ids.SAMPLE_CANCEL, color="secondary", outline=True),
                    dbc.Button(_("Remove"), id=ids.SAMPLE_CONFIRM, color="danger"),
                ]
            ),
        ],
        id=ids.SAMPLE_DIALOG,
        is_open=False,
    )


def freshness() -> html.Div:
    """How old the list is, and what failed."""
    return html.Div(
        [
            html.Div(id=ids.FRESHNESS_TEXT, className="text-body-secondary small"),
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
    """What assets/tables.js writes, in the reader's language; {n} is a number."""
    return {
        "details": _("Open"),
        "compare_none": _("Compare"),
        "compare_one": _("Compare 1 run"),
        "compare_many": _("Compare {n} runs"),
        "everything": {ids.EXPERIMENT: _("All experiments"), ids.ALGORITHM: _("All algorithms")},
        "run_page": href("/mlflow/runs/RUN_ID"),
    }


def nothing_here(asked: str) -> list[Any]:
    """What to do when the list is empty; `asked` is the experiment that the address names."""
    if asked != EVERYTHING:
        return [
            _("There is no experiment “%(name)s” with runs.", name=asked),
            " ",
            html.A(_("Show all runs"), href=href("/mlflow")),
        ]
    return [
        html.P(_("No run has been logged to this MLflow yet. Start one:")),
        html.Pre("python -m training --algorithm PPO --seed 1 --episodes 1000"),
    ]


def _choice(component_id: str, label: str, everything: str, value: str | None) -> html.Div:
    options = [{"label": everything, "value": EVERYTHING}]
    if value:
        options.append({"label": value, "value": value})
    return html.Div(
        [
            dbc.Label(label, html_for=component_id, class_name="small mb-0"),
            dbc.Select(id=component_id, options=options, value=value or EVERYTHING, class_name="choice"),
        ]
    )


def _column_menu(known: Sequence[Column]) -> dbc.DropdownMenu:
    shown = [column.key for column in known if column.key not in HIDDEN_AT_FIRST]
    return dbc.DropdownMenu(
        dcc.Checklist(
            id=ids.COLUMNS,
            options=[{"label": column.name, "value": column.key} for column in known],
            value=shown,
            className="px-3 column-menu",
        ),
        label=_("Columns"),
        color="light",
    )


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
    ]
