"""The log on the page of one training: its live end, earlier lines, a search, and a download of all of it."""

from typing import Any, Final

import dash_bootstrap_components as dbc
from dash import html

from components import ids
from components.links import training_log_href
from components.texts.language import _

MAX_LINES: Final = 2000
_BUTTON: Final = "btn btn-outline-secondary btn-sm text-nowrap"


def place(run_id: str) -> html.Section:
    """Returns its empty section; assets/training_log.js fills it."""
    from_here = html.Button(
        _("Earlier lines"), id=ids.LIVE_LOG_EARLIER, type="button", hidden=True,
        className=_BUTTON,
    )  # fmt: skip
    return html.Section(
        [
            html.Div(
                [html.H2(_("Log"), className="h5 mb-0"), *_controls(), _whole(run_id)],
                className="d-flex flex-wrap gap-3 align-items-center mb-2",
            ),
            html.P(id=ids.LIVE_LOG_STATUS, className="small text-body-secondary mb-1", role="status"),
            html.Ul(id=ids.LIVE_LOG_FOUND, className="live-log-found", hidden=True),
            from_here,
            html.Div(id=ids.LIVE_LOG, className="live-log", role="log", tabIndex=0,
                     **{"aria-live": "off", "aria-label": _("Log")}),
        ],
        className="mt-3",
    )  # fmt: skip


def _whole(run_id: str) -> html.A:
    return html.A(_("The whole log as a file"), href=training_log_href(run_id), id=ids.LIVE_LOG_WHOLE, download="")


def _controls() -> list[Any]:
    """Draws the controls; Follow is on at first, and turns off when the reader scrolls up."""
    return [
        html.Button(
            _("Follow"),
            id=ids.LIVE_LOG_FOLLOW,
            type="button",
            className=f"{_BUTTON} active",
            **{"aria-pressed": "true"},
        ),
        html.Div(
            [
                dbc.Label(_("Find in the log"), html_for=ids.LIVE_LOG_SEARCH, class_name="visually-hidden"),
                dbc.Input(
                    id=ids.LIVE_LOG_SEARCH,
                    type="search",
                    size="sm",
                    autocomplete="off",
                    maxlength=200,
                    placeholder=_("Find in the log"),
                ),
                html.Button(_("Find"), id=ids.LIVE_LOG_FIND, type="button", className=_BUTTON),
            ],
            className="d-flex gap-2",
            role="search",
        ),
    ]


def texts() -> dict[str, Any]:
    """Returns the texts of assets/training_log.js."""
    return {
        "none": _("The log is empty."),
        "found": _("{n} lines have it; the newest first."),
        "one_found": _("1 matching line."),
        "found_none": _("No matching lines."),
        "searched": _("Searched back to byte {byte} of {size}."),
        "failed": _("The log cannot be read: {why}"),
        "no_answer": _("Clew does not answer."),
        "gap": "…",
        "begin": _("This is the beginning of the log."),
        "most_lines": MAX_LINES,
    }
