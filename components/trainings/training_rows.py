"""The trainings as rows: the queue, and the history; assets/training_list.js inserts them."""

from collections.abc import Iterable, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from components import ids
from components.notices import age
from components.texts import words
from components.texts.language import _, ngettext
from components.texts.translate import translate
from components.trainings import training_cells as cells
from components.trainings.training_cells import Row
from domain.errors import ClewError
from domain.message_data import MessageData
from domain.trainings.training import WAITING


def place() -> html.Section:
    """Returns the place of the lists."""
    return html.Section(
        [
            html.Div(id=ids.TRAININGS_FAILURE, role="status"),
            html.H2(_("Queue"), id=ids.TRAININGS_QUEUE_TITLE, className="h5", tabIndex=-1),
            html.P(id=ids.TRAININGS_SLOTS, className="small text-body-secondary mb-1"),
            _table(ids.TRAININGS_QUEUE, _queue_head(), _("Queue")),
            html.P(id=ids.TRAININGS_QUEUE_EMPTY, className="text-body-secondary"),
            _more(ids.TRAININGS_QUEUE_MORE, ids.TRAININGS_QUEUE_COUNT),
            html.Div(
                [
                    html.H2(_("History"), className="h5 mb-0"),
                    html.Div(
                        dbc.Switch(id=ids.TRAININGS_ARCHIVED, label=_("Show archived"), class_name="mb-0 small"),
                        id=ids.TRAININGS_ARCHIVED_PLACE,
                        hidden=True,
                    ),
                ],
                className="d-flex flex-wrap gap-3 align-items-baseline mt-3 mb-2",
            ),
            _table(ids.TRAININGS_HISTORY, _history_head(), _("History")),
            html.P(id=ids.TRAININGS_HISTORY_EMPTY, className="text-body-secondary"),
            _more(ids.TRAININGS_MORE, ids.TRAININGS_COUNT),
        ],
    )


def _more(button: str, count: str) -> html.Div:
    """Returns the line below a shortened list, with the button for more."""
    looks = "btn btn-outline-secondary btn-sm"
    return html.Div(
        [
            html.Button(_("Show more"), id=button, type="button", hidden=True, className=looks),
            html.Span(id=count, className="small text-body-secondary", role="status"),
        ],
        className="d-flex gap-2 align-items-center",
    )


def in_queue(rows: Iterable[Row]) -> list[Row]:
    """Returns the running trainings, then the waiting ones in the order of the queue."""
    return sorted(rows, key=_in_queue)


def queue_rows(rows: Iterable[Row], refusal: ClewError | None) -> list[dict[str, Any]]:
    """Returns the rows of the queue, in the given order."""
    head = _queue_head()
    parts = (cells.name, cells.state, cells.progress, cells.requester_and_times)
    return [_described(row, [*(part(row) for part in parts), cells.buttons(row, refusal)], head) for row in rows]


def history_rows(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Returns the rows of the history, in the given order."""
    head = _history_head()
    parts = (cells.run_id, cells.name, cells.state, cells.started, cells.rate)
    return [_described(row, [part(row) for part in parts], head) for row in rows]


def listed(
    queue: Sequence[dict[str, Any]],
    history: Sequence[dict[str, Any]],
    *,
    slots: str,
    queued: int,
    total: int,
    archived: int = 0,
    failure: Any = None,
    is_queue_known: bool = True,
    is_history_known: bool = True,
) -> dict[str, Any]:
    """Returns the JSON for assets/training_list.js; a list that is not known yet is not called empty."""
    return {
        "queue": list(queue),
        "history": list(history),
        "slots": slots,
        "queue_empty": _empty(queued, _("No training is running or waiting."), is_known=is_queue_known),
        "history_empty": _history_empty(total, archived, is_known=is_history_known),
        "archived": _("Show archived ({n})").format(n=words.count(archived)) if archived else "",
        "queue_count": _count(len(queue), queued),
        "count": _count(len(history), total),
        "failure": failure,
    }


def _history_empty(total: int, archived: int, *, is_known: bool) -> str:
    text = _("All of them are archived.") if archived else _("No training has been started from here yet.")
    return _empty(total, text, is_known=is_known)


def _empty(rows: int, text: str, *, is_known: bool) -> str:
    if rows:
        return ""
    return text if is_known else _("Not known yet.")


def _count(shown: int, total: int) -> str:
    return "" if total <= shown else _("%(shown)s of %(all)s", shown=shown, all=words.count(total))


def slots_text(slots: int, busy: int, host: str) -> str:
    """Returns how many of the scheduler's slots are in use."""
    text = ngettext(
        "%(busy)s of %(num)s slot is taken on %(host)s.",
        "%(busy)s of %(num)s slots are taken on %(host)s.",
        slots,
        busy=busy,
        host=host or words.MISSING,
    )
    return text if slots else ""


def failure(message: MessageData, as_of_ms: int | None) -> html.Div:
    """Draws that the scheduler cannot be reached, and how old the shown data is."""
    known: list[Any] = [" ", _("The data shown is from:"), " ", age(as_of_ms)] if as_of_ms is not None else []
    text = [translate(message).rstrip(".。"), _(". "), _("Retrying automatically."), *known]
    return html.Div(text, className="alert alert-danger py-2")


def more_to_come() -> html.Div:
    """Draws that the runs are being read for the first time."""
    text = _("Not all runs have been read yet, so trainings may be missing here.")
    return html.Div(text, className="alert alert-info py-2")


def notes(*parts: Any) -> html.Div | None:
    """Draws what may be old or missing in the lists; None if nothing is."""
    there = [part for part in parts if part is not None]
    return html.Div(there) if there else None


def bad_rows(number: int) -> html.Div:
    """Draws how many trainings cannot be shown."""
    text = ngettext(
        "%(num)s training from the scheduler is invalid and was left out.",
        "%(num)s trainings from the scheduler are invalid and were left out.",
        number,
    )
    return html.Div(text, className="alert alert-warning py-2")


def _table(own: str, head: Sequence[str], label: str) -> html.Div:
    heads = html.Thead(html.Tr([html.Th(name, scope="col") for name in head]))
    table = dbc.Table([heads, html.Tbody(id=own)], size="sm", class_name="training-table")
    return html.Div(table, className="table-responsive", **{"aria-label": label, "role": "group"})


def _queue_head() -> list[str]:
    return [_("Training"), _("State"), _("Progress"), _("Started by, since"), _("Actions")]


def _history_head() -> list[str]:
    return [_("Run id"), _("Training"), _("State"), _("Started"), _("Success rate")]


def _described(row: Row, drawn: Sequence[Any], head: Sequence[str]) -> dict[str, Any]:
    return {
        "key": row.training.run_id,
        "cells": [{"label": name, "html": cell} for name, cell in zip(head, drawn, strict=True)],
    }


def _in_queue(row: Row) -> tuple[bool, bool, int, int]:
    training = row.training
    return row.is_elsewhere, training.state in WAITING, training.place or 0, training.asked_ms
