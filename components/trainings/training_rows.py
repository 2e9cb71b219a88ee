"""The trainings as rows: those that run or wait, and all; assets/training_list.js puts them in place."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import dash_bootstrap_components as dbc
from dash import html

from components import ids
from components.links import run_href, training_href
from components.notices import age
from components.texts import words
from components.texts.language import _, ngettext
from components.texts.translate import translate
from components.trainings.training_words import (
    COLOURS,
    action_looks,
    action_names,
    reason,
    state_names,
    what,
)
from domain.errors import ClewError
from domain.message_data import MessageData
from domain.trainings.training import ALIVE, WAITING, Training, TrainingAction, TrainingState

_IN_ROWS = (
    TrainingAction.FIRST,
    TrainingAction.HOLD,
    TrainingAction.RELEASE,
    TrainingAction.CANCEL,
    TrainingAction.STOP,
)


class Row(NamedTuple):
    """A training, its success rate as MLflow has it, and whether another scheduler than ours has it."""

    training: Training
    success_rate: float | None = None
    is_elsewhere: bool = False


def place() -> html.Section:
    """Where the lists appear."""
    return html.Section(
        [
            html.Div(id=ids.TRAININGS_FAILURE, role="status"),
            html.H2(_("Queue"), id=ids.TRAININGS_QUEUE_TITLE, className="h5", tabIndex=-1),
            html.P(id=ids.TRAININGS_SLOTS, className="small text-body-secondary mb-1"),
            _table(ids.TRAININGS_QUEUE, _queue_head(), _("Queue")),
            html.P(id=ids.TRAININGS_QUEUE_EMPTY, className="text-body-secondary"),
            html.H2(_("History"), className="h5 mt-3"),
            _table(ids.TRAININGS_HISTORY, _history_head(), _("History")),
            html.P(id=ids.TRAININGS_HISTORY_EMPTY, className="text-body-secondary"),
            html.Div(
                [
                    html.Button(
                        _("Show more"),
                        id=ids.TRAININGS_MORE,
                        type="button",
                        hidden=True,
                        className="btn btn-outline-secondary btn-sm",
                    ),
                    html.Span(id=ids.TRAININGS_COUNT, className="small text-body-secondary", role="status"),
                ],
                className="d-flex gap-2 align-items-center",
            ),
        ],
        className="training-lists",
    )


def queue_rows(rows: Iterable[Row], refusal: ClewError | None) -> list[dict[str, Any]]:
    """The rows of those that run, and after them of those that wait, in the order of the queue."""
    head = _queue_head()
    parts = (_name, _state, _progress, _whose)
    return [
        _described(row, [*(part(row) for part in parts), _buttons(row, refusal)], head)
        for row in sorted(rows, key=_in_queue)
    ]


def history_rows(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """The rows of the history, in the order given."""
    head = _history_head()
    return [_described(row, [_id(row), _name(row), _state(row), _started(row), _rate(row)], head) for row in rows]


def listed(
    queue: Sequence[dict[str, Any]],
    history: Sequence[dict[str, Any]],
    *,
    slots: str,
    total: int,
    failure: Any = None,
) -> dict[str, Any]:
    """What assets/training_list.js is told."""
    return {
        "queue": list(queue),
        "history": list(history),
        "slots": slots,
        "queue_empty": "" if queue else _("Nothing trains, and nothing waits."),
        "history_empty": "" if total else _("Nothing has been trained from here yet."),
        "count": "" if total <= len(history) else _("%(shown)s of %(all)s", shown=len(history), all=words.count(total)),
        "failure": failure,
    }


def slots_text(slots: int, busy: int, host: str) -> str:
    """How much of its machine the scheduler has given away."""
    said = ngettext(
        "%(busy)s of %(num)s slot is taken on %(host)s.",
        "%(busy)s of %(num)s slots are taken on %(host)s.",
        slots,
        busy=busy,
        host=host or words.MISSING,
    )
    return said if slots else ""


def failure(message: MessageData, as_of_ms: int | None) -> html.Div:
    """Says that the scheduler is away, and how old what is shown is."""
    known: list[Any] = [" ", _("What you see is of:"), " ", age(as_of_ms)] if as_of_ms is not None else []
    said = [translate(message).rstrip(".。"), _(". "), _("It is asked again by itself."), *known]
    return html.Div(said, className="alert alert-danger py-2")


def bad_rows(number: int) -> html.Div:
    """Says how many trainings cannot be shown."""
    said = ngettext(
        "%(num)s training that the scheduler told does not fit its contract and is left out.",
        "%(num)s trainings that the scheduler told do not fit its contract and are left out.",
        number,
    )
    return html.Div(said, className="alert alert-warning py-2")


def action_button(training: Training, action: TrainingAction, refusal: ClewError | None) -> html.Button:
    """A button that asks the scheduler; assets/training_actions.js listens."""
    name = action_names()[action]
    refused = {} if refusal is None else {"disabled": True, "title": translate(refusal)}
    return html.Button(
        name,
        type="button",
        className=f"btn btn-sm btn-outline-{action_looks().get(action, 'secondary')}",
        **{
            "data-training-action": action,
            "data-run": training.run_id,
            "data-name": training.name,
            "aria-label": f"{name}: {training.name}",
            **refused,
        },
    )


def _table(own: str, head: Sequence[str], label: str) -> html.Div:
    heads = html.Thead(html.Tr([html.Th(name, scope="col") for name in head]))
    table = dbc.Table([heads, html.Tbody(id=own)], size="sm", class_name="training-table")
    return html.Div(table, className="table-responsive", **{"aria-label": label, "role": "group"})


def _queue_head() -> list[str]:
    return [_("Training"), _("State"), _("Progress"), _("Who, since when"), _("Actions")]


def _history_head() -> list[str]:
    return [_("Run id"), _("Training"), _("State"), _("Started"), _("Success rate")]


def _described(row: Row, cells: Sequence[Any], head: Sequence[str]) -> dict[str, Any]:
    return {
        "key": row.training.run_id,
        "cells": [{"label": name, "html": cell} for name, cell in zip(head, cells, strict=True)],
    }


def _in_queue(row: Row) -> tuple[bool, bool, int, int]:
    training = row.training
    return row.is_elsewhere, training.state in WAITING, training.place or 0, training.asked_ms


def _id(row: Row) -> Any:
    return html.A(html.Code(row.training.run_id[:8]), href=run_href(row.training.run_id))


def _name(row: Row) -> list[Any]:
    training = row.training
    where = run_href(training.run_id) if row.is_elsewhere else training_href(training.run_id)
    return [
        html.A(html.Bdi(training.name or training.run_id[:8]), href=where),
        html.Div(what(training), className="small text-body-secondary"),
    ]


def _state(row: Row) -> list[Any]:
    training = row.training
    badge = html.Span(
        state_names()[training.state],
        className=f"badge text-bg-{COLOURS[training.state]} training-{training.state}",
    )
    place = _("place %(place)s", place=training.place) if training.place and training.state in WAITING else ""
    why = "" if training.state is TrainingState.TRAINING else reason(training)
    host = _("on %(host)s, another scheduler's", host=training.host or words.MISSING) if row.is_elsewhere else ""
    return [badge, *(html.Div(said, className="small") for said in (place, why, host) if said)]


def _progress(row: Row) -> Any:
    progress = row.training.progress
    if progress is None or row.training.state not in ALIVE:
        return words.MISSING
    share = None
    if progress.episode is not None and progress.episodes:
        share = min(100, round(100 * progress.episode / progress.episodes))
    said = [_episode(progress.episode, progress.episodes)]
    if progress.success_rate is not None:
        said.append(words.percent(progress.success_rate))
    if progress.seconds_left is not None:
        said.append(_("%(time)s left", time=words.duration(round(progress.seconds_left)).replace(".0", "")))
    return [_bar(share) if share is not None else None, html.Div(" · ".join(filter(None, said)), className="small")]


def _episode(episode: int | None, episodes: int | None) -> str:
    if episode is None:
        return ""
    if episodes is None:
        return words.count(episode)
    return _("%(episode)s of %(episodes)s", episode=words.count(episode), episodes=words.count(episodes))


def _bar(share: int) -> html.Div:
    filled = html.Div(className="progress-bar", style={"width": f"{share}%"})
    told = {"aria-valuenow": str(share), "aria-valuemin": "0", "aria-valuemax": "100", "aria-label": _("Progress")}
    return html.Div(filled, className="progress", role="progressbar", **told)


def _whose(row: Row) -> list[Any]:
    training = row.training
    since = training.started_ms if training.state in ALIVE and training.started_ms else training.asked_ms
    return [html.Div(html.Bdi(training.by or words.MISSING)), html.Div(age(since), className="small")]


def _started(row: Row) -> Any:
    training = row.training
    return age(training.started_ms or training.asked_ms or None)


def _rate(row: Row) -> str:
    live = row.training.progress
    known = row.success_rate
    return words.percent(live.success_rate if known is None and live is not None else known)


def _buttons(row: Row, refusal: ClewError | None) -> Any:
    actions = [action for action in _IN_ROWS if action in row.training.actions and not row.is_elsewhere]
    if not actions:
        return words.MISSING
    return html.Div([action_button(row.training, action, refusal) for action in actions], className="training-actions")
