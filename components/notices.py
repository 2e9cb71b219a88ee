"""Messages about failures, with what can be done about them."""

import time
from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from components import ids
from components.links import href
from components.texts.language import _, around, ngettext
from components.texts.translate import translate
from domain.errors import ClewError
from domain.errors.services import last_error, passes_by_itself
from domain.messages import Reason
from domain.tracking.runs import BadRow

_NAMED = 3


def failure(service: Reason, cause: Reason, *, as_of_ms: int | None, waiting_since_ms: int | None = None) -> list[Any]:
    """Draws which service failed and why, how old the shown data is, and since when a retry is pending, if it is."""
    if as_of_ms is None:
        known = [_("Nothing has been read from it yet.")]
    else:
        known = around(_("The data shown is from {moment}."), moment=moment(as_of_ms))
    sentences_alert = _("%(cause)s. ", cause=translate(cause).rstrip(".。"))
    return [html.Strong(f"{translate(service)}: "), html.Span(sentences_alert), *known, *waiting(waiting_since_ms)]


def waiting(since_ms: int | None) -> list[Any]:
    """Draws since when Clew has been retrying by itself; nothing if it is not."""
    if since_ms is None:
        return []
    return [" ", *around(_("Retrying automatically since {moment}."), moment=moment(since_ms))]


def failed_histories(failures: Sequence[ClewError]) -> list[Any]:
    """Draws a sentence for each history that could not be read."""
    return [html.Div(failed_history(cause)) for cause in failures]


def failed_history(failure: ClewError) -> str:
    """Returns the sentence that a history could not be read, and why."""
    cause = translate(last_error(failure))
    if passes_by_itself(failure):
        return _("A history could not be read yet. %(cause)s. Retrying automatically.", cause=cause.rstrip(".。"))
    return _("A history could not be read. %(cause)s", cause=cause)


def bad_rows(service: Reason | str, rows: Sequence[BadRow]) -> dbc.Alert | None:
    """Counts the rows that could not be read and names the first few."""
    if not rows:
        return None
    headline = ngettext(
        "%(num)s row of %(service)s is invalid and was left out:",
        "%(num)s rows of %(service)s are invalid and were left out:",
        len(rows),
        service=translate(service),
    )
    named = [html.Li([html.Code(row.row), " · ", f"{row.field}: {translate(row.cause)}"]) for row in rows[:_NAMED]]
    if len(rows) > _NAMED:
        named.append(html.Li(_("and %(n)s more", n=len(rows) - _NAMED)))
    return dbc.Alert([headline, html.Ul(named, className="mb-0")], color="warning", className="py-2")


def sentences_alert(sentences: Sequence[str]) -> dbc.Alert | None:
    """Returns a warning with sentences about missing data; None without any."""
    if not sentences:
        return None
    return dbc.Alert([html.Div(sentence) for sentence in sentences], color="warning", className="py-2")


def training_hint(class_name: str = "") -> html.Div:
    """Returns a hint how to train: the page that starts a training, and the command for the repository root.

    Both log to this Clew's MLflow.
    """
    command = "make train-deps\n.venv/bin/python -m training --algorithm PPO --seed 1 --episodes 1000"
    page = html.A(_("Start a training"), href=href("/training"))
    return html.Div(
        [page, " ", _("or on the command line:"), html.Pre(command, className="mb-0")], className=class_name
    )


def moment(unix_ms: int | None) -> html.Time | str:
    """Returns a moment that assets/clew.js formats in the reader's time zone, with its age."""
    if unix_ms is None:
        return "–"
    return html.Time("…", className="moment", **_with_now(unix_ms))


def age(unix_ms: int | None) -> html.Time | str:
    """Draws a moment as its age, for narrow places; the tooltip has the time itself."""
    if unix_ms is None:
        return "–"
    return html.Time("…", className="moment", **_with_now(unix_ms), **{"data-form": "age"})


def future_moment(unix_ms: int) -> html.Time:
    """Draws a moment in the future: without an age."""
    return html.Time("…", className="moment", **_with_now(unix_ms), **{"data-form": "coming"})


def _with_now(unix_ms: int) -> dict[str, str]:
    """Adds the server's current time, so that a reader whose clock is wrong still sees the right age."""
    return {"data-ms": str(unix_ms), "data-now": str(round(time.time() * 1000))}


def failure_alert(place: str) -> dbc.Alert:
    """Returns the place of a page's error message, with the Retry button."""
    return dbc.Alert(
        [
            html.Span(id=ids.failure(place)),
            " ",
            dbc.Button(_("Retry"), id=ids.retry(place), size="sm", color="danger", outline=True),
        ],
        id=ids.failure_alert(place),
        color="danger",
        is_open=False,
        fade=False,
        class_name="py-2 mt-1",
    )
