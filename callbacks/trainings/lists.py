"""`/trainings/list`: the queue and the history, combined from the scheduler and MLflow."""

from collections.abc import Iterator
from typing import Any, Final

import dash
import flask
import numpy as np

from callbacks.wire import answer
from components.permissions import refusal_of
from components.texts import words
from components.texts.translate import translate
from components.trainings import training_rows
from components.trainings.training_cells import Row
from domain.access.rules import Access
from domain.run_changes.marks import Mark
from domain.run_table.arrays.cells import Rows
from domain.run_table.arrays.strings import NO_TEXT
from domain.run_table.table import RunTable
from domain.tracking.runs import Run, RunStatus
from domain.trainings import tags
from domain.trainings.answers import TrainingList
from domain.trainings.recorded import recorded_training
from domain.trainings.training import OVER
from services.connect import Services
from services.tracking.run_store import RunView
from services.trainings.training_snapshots import QueueView

_PAGE: Final = 50
_MAX: Final = 5000
_OPEN: Final = (RunStatus.SCHEDULED, RunStatus.RUNNING)


class Trainings:
    """The trainings of our scheduler together with those recorded in MLflow by any scheduler."""

    def __init__(
        self, services: Services, listed: TrainingList, table: RunTable | None, *, with_archived: bool = False
    ) -> None:
        self._vocabulary = services.vocabulary
        self._listed = {one.run_id: one for one in listed.trainings}
        self._scheduler = listed.scheduler
        self._table = table
        recorded = np.zeros(0, np.intp) if table is None else np.flatnonzero(table.tag_codes(tags.REQUEST) != NO_TEXT)
        left_out = np.isin(recorded, _archived(table))
        self.archived = int(np.count_nonzero(left_out))
        """The number of finished trainings that are marked as archived."""
        self._recorded = recorded if with_archived else recorded[~left_out]
        self._new = [one for one in listed.trainings if table is None or one.run_id not in table]

    @property
    def total(self) -> int:
        """The number of trainings."""
        return len(self._new) + len(self._recorded)

    def open(self) -> list[Row]:
        """Returns the waiting and running trainings of all schedulers."""
        own = [Row(one) for one in self._listed.values() if one.state not in OVER]
        return own + [row for row in self._elsewhere() if row.training.state not in OVER]

    def newest(self, most: int) -> list[Row]:
        """Returns the newest trainings, in any state."""
        new = [Row(one) for one in sorted(self._new, key=lambda one: -one.asked_ms)[:most]]
        return new + [row for run in self._runs(self._recorded[: most - len(new)]) for row in self._row(run)]

    def _elsewhere(self) -> Iterator[Row]:
        if self._table is None:
            return
        rows = np.intersect1d(self._recorded, self._table.rows_with_status(*_OPEN))
        for run in self._runs(rows):
            if run.run_id not in self._listed and (self._is_elsewhere(run) or not self._scheduler):
                yield from self._row(run)

    def _runs(self, rows: Any) -> Iterator[Run]:
        return iter(()) if self._table is None else self._table.runs(rows)

    def _row(self, run: Run) -> Iterator[Row]:
        training = self._listed.get(run.run_id) or recorded_training(run)
        if training is not None:
            rate = run.latest("success_rate", self._vocabulary)
            yield Row(training, rate, self._is_elsewhere(run), Mark.ARCHIVED in run.marks)

    def _is_elsewhere(self, run: Run) -> bool:
        """Returns whether another scheduler owns it; False until ours has sent its identity."""
        return bool(self._scheduler) and run.tags.get(tags.SCHEDULER) != self._scheduler


def _archived(table: RunTable | None) -> Rows:
    """Returns the archived rows that are over: a running or waiting one takes a slot, or will."""
    if table is None:
        return np.zeros(0, np.intp)
    return np.setdiff1d(np.flatnonzero(table.is_marked(Mark.ARCHIVED)), table.rows_with_status(*_OPEN))


def register(app: dash.Dash, services: Services) -> None:
    """Adds the route to the server of `app`."""
    server: flask.Flask = app.server

    @server.get("/trainings/list")
    def listed() -> flask.Response:
        view = services.trainings.queue(services.settings.patience_seconds)
        listed = TrainingList() if view.known is None else view.known.listed
        runs, with_archived = services.runs.view(), flask.request.args.get("archived") == "true"
        trainings = Trainings(services, listed, runs.runs, with_archived=with_archived)
        are_read = runs.runs is not None and runs.runs.progress is None  # before, others may be trainings, too
        most, most_queued = (_number(flask.request.args.get(name)) for name in ("most", "most_queued"))
        waiting, history = training_rows.in_queue(trainings.open()), trainings.newest(most)
        queue, totals = waiting[:most_queued], (len(waiting), trainings.total, trainings.archived)
        known = (view.known is None, view.failure, are_read, runs.failure)
        version = words.fingerprint(repr((known, listed.busy, listed.slots, queue, history, totals)))
        if flask.request.args.get("version") == version:
            return answer({"version": version, "is_same": True})
        drawn = training_rows.listed(
            training_rows.queue_rows(queue, refusal_of(Access.WRITE)),
            training_rows.history_rows(history),
            slots=training_rows.slots_text(listed.slots, listed.busy, listed.host),
            queued=len(waiting),
            total=trainings.total,
            archived=trainings.archived,
            failure=training_rows.notes(_failure(view), _failure_of_runs(runs)),
            is_queue_known=view.known is not None and are_read,
            is_history_known=are_read,
        )
        away = None if view.failure is None else translate(view.failure.whole)
        return answer(drawn | {"version": version, "is_same": False, "away": away, "page": _PAGE})


def _failure(view: QueueView) -> Any:
    if view.failure is not None:
        return training_rows.failure(view.failure.whole, words.unix_ms(view.as_of))
    bad = 0 if view.known is None else len(view.known.bad_rows)
    return training_rows.bad_rows(bad) if bad else None


def _failure_of_runs(runs: RunView) -> Any:
    """Draws why the history, and the queues of other schedulers, may be old or lack trainings."""
    if runs.failure is not None:
        return training_rows.failure(runs.failure.whole, words.unix_ms(runs.as_of))
    return training_rows.more_to_come() if runs.runs is not None and runs.runs.progress is not None else None


def _number(text: str | None) -> int:
    """Returns the requested number of rows."""
    return min(_MAX, int(text)) if text and text.isascii() and text.isdigit() and len(text) < 9 else _PAGE
