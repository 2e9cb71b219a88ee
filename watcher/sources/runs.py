"""Run alerts: finished, failed, diverged, stalled, new best.

One request to MLflow per round, a few more for each event.
"""

import logging
import time
from collections.abc import Iterable, Sequence
from typing import Any, Final

from domain.alerts.kinds import AlertKind
from domain.errors import BadResponse, NotFound
from domain.errors.alerts.events import (
    RunDiverged,
    RunFinished,
    RunFinishedWith,
    RunHasFailed,
    RunSilent,
    RunStalled,
)
from domain.tracking.runs import Run, RunStatus
from domain.tracking.vocabulary import Vocabulary
from mlflow_api.alerts.changed_runs import ChangedRunsApi
from mlflow_api.alerts.holder import Control
from mlflow_api.client import MlflowApi
from mlflow_api.schemas import Experiment
from watcher.clock import now_ms
from watcher.sources.best_so_far import BestSoFar, best_of_each
from watcher.sources.run_facts import ended_ms, score_of, silence_key, stalled_after, subject_of
from watcher.sources.usual_intervals import UsualIntervals
from watcher.sources.watermark import Watermark
from watcher.state.alert_book import AlertBook
from watcher.state.conditions import Condition
from watcher.state.outbox import Outbox

# Without GraphQL in MLflow, a round takes three requests.
_FALLBACK_TIMES: Final = 2.5
EXPERIMENTS_SECONDS: Final = 180.0
_SLACK_MS: Final = 300_000
"""The times in MLflow are the clients': the clock of a logging machine may be behind ours by this much."""
_DAY_MS: Final = 86_400_000
_NOTE: Final = "runs"
_MAX_KNOWN: Final = 30
_MAX_TRIES: Final = 10
_KINDS: Final = {RunStatus.FINISHED: AlertKind.FINISHED, RunStatus.FAILED: AlertKind.FAILED}
_log = logging.getLogger(__name__)


class RunSource:
    """Reads the runs of one MLflow, round by round; a round also finds runs that ended while no watcher was working."""

    def __init__(
        self, mlflow: MlflowApi, changed: ChangedRunsApi, vocabulary: Vocabulary, book: AlertBook, seconds: float
    ) -> None:
        self._mlflow = mlflow
        self._changed = changed
        self._seconds = seconds
        self._vocabulary = vocabulary
        self._book = book
        self.experiments: dict[str, Experiment] = {}
        """The active experiments, by id."""
        self._experiments_due = 0.0
        self._live: frozenset[str] = frozenset()
        self._left: dict[str, int] = {}
        self._seen: dict[str, int] = {}
        self._began_ms = 0
        self._usual = UsualIntervals(mlflow, book)
        self._best = BestSoFar(changed, vocabulary)
        self._read = Watermark()
        self.known: dict[str, Run] = {}
        """Runs of recent events, by id: for the pictures of their messages."""

    @property
    def read_ms(self) -> int:
        """Up to when ended runs have been read (Unix ms)."""
        return self._read.wall_ms

    @property
    def seconds(self) -> float:
        """The seconds to wait for the next round."""
        return self._seconds * (1.0 if self._changed.is_one_request else _FALLBACK_TIMES)

    def begin(self, outbox: Outbox, shared_ms: int, began_ms: int) -> None:
        """Continues where this watcher or the last working one stopped; without either, at `began_ms`."""
        note = outbox.note(_NOTE)
        own = note.get("read_ms")
        starts = [at for at in (own if isinstance(own, int) else 0, shared_ms) if at]
        self._read.begin(max(starts, default=began_ms))
        self._left = {one: 0 for one in note.get("live", []) if isinstance(one, str)}
        self._began_ms = began_ms
        self._book.live_runs = None

    def round(self, outbox: Outbox) -> Control:
        """Reads changes, and records events; raises a ServiceError."""
        if time.monotonic() >= self._experiments_due:
            self.experiments = self._mlflow.experiments()
            self._experiments_due = time.monotonic() + EXPERIMENTS_SECONDS
        now = self._read.moment()
        found = self._changed.read(self.experiments, self._read.wall_ms - _SLACK_MS)
        self._book.mutes = found.control.mutes  # before any event of this round is recorded
        live = {run.run_id: run for run in found.live}
        ended = {run.run_id: run for run in found.ended if run.is_over}
        before = {*self._live, *self._left}
        for run in self._unlisted(before - live.keys() - ended.keys()):
            (ended if run.is_over else live)[run.run_id] = run
        candidates = best_of_each(ended.values(), self._vocabulary)
        for run in ended.values():
            self._ended(run, was_live=run.run_id in before, is_candidate=run.run_id in candidates)
        self._hold(list(live.values()))
        self._seen = {run_id: self._seen.get(run_id, now) for run_id in live}
        self._live = self._book.live_runs = frozenset(live)
        self._read.advance(now)
        self._usual.keep(live)
        outbox.take_note(_NOTE, {"read_ms": self._read.wall_ms, "live": sorted({*live, *self._left})})
        return found.control

    def _unlisted(self, run_ids: Iterable[str]) -> list[Run]:
        """Returns runs that were live and are in no answer now: they ended without a time, or long ago by their
        clock.

        A run that is still live may be among them, if it slipped between two pages. Deleted ones are not. If MLflow's
        answer about a run is invalid, it is asked again in some later rounds, without holding up others.
        """
        found, left = list[Run](), dict[str, int]()
        for run_id in run_ids:
            try:
                found.append(self._mlflow.run(run_id, self.experiments))
            except NotFound:
                continue
            except BadResponse as error:
                tries = self._left.get(run_id, 0) + 1
                _log.warning("How a run ended is not known", extra={"run": run_id, "tries": tries, "cause": str(error)})
                left |= {run_id: tries} if tries < _MAX_TRIES else {}
        self._left = left
        return found

    def _ended(self, run: Run, *, was_live: bool, is_candidate: bool) -> None:
        at = ended_ms(run, now_ms() if was_live else 0)
        if run.is_sample or at < (self._seen.get(run.run_id, 0) - _DAY_MS if was_live else self._began_ms):
            return  # it ended before alerts began, or is a copy with times of its own
        key = f"{run.run_id} {at if run.ended_at is not None else run.status.value}"
        self._note_divergence(run)
        kind = _KINDS.get(run.status)
        if kind is None or (not was_live and self._book.has_ended(kind, run.run_id, at)):
            return
        if kind is AlertKind.FAILED:
            text = RunHasFailed(subject_of(run, key).name, run.experiment)
            self._record(AlertKind.FAILED, run, key, text, at)
        elif not self._book.is_known(AlertKind.FINISHED, key):
            best = self._best.text_of(run, self.experiments) if is_candidate else None
            if best is not None:
                self._record(AlertKind.BEST, run, run.run_id, best, at)
            score, name = score_of(run, self._vocabulary), subject_of(run, key).name
            text_of = RunFinished(name, run.experiment)
            if score is not None:
                self._record(
                    AlertKind.FINISHED, run, key, RunFinishedWith(name, run.experiment, score.key, score.text), at
                )
            else:
                self._record(AlertKind.FINISHED, run, key, text_of, at)

    def _record(self, kind: AlertKind, run: Run, key: str, text: Any, at_ms: int) -> None:
        self.known[run.run_id] = run
        while len(self.known) > _MAX_KNOWN:
            self.known.pop(next(iter(self.known)))
        self._book.happened(kind, subject_of(run, key), text, at_ms)

    def _note_divergence(self, run: Run) -> None:
        diverged = run.diverged(self._vocabulary)
        if diverged and not self._book.is_known(AlertKind.DIVERGED, run.run_id):
            step = min(one.step for one in diverged.values())
            text = RunDiverged(subject_of(run, "").name, run.experiment, ", ".join(sorted(diverged)[:5]), step)
            self._record(AlertKind.DIVERGED, run, run.run_id, text, now_ms())

    def _hold(self, live: Sequence[Run]) -> None:
        """Records for how long running runs have been silent, by our own clock."""
        running = [run for run in live if run.status is RunStatus.RUNNING]
        for run in running:
            self._note_divergence(run)
        self._usual.fetch_due(running)
        self._book.hold((AlertKind.STALLED,), [self._silence(run) for run in running])

    def _silence(self, run: Run) -> Condition:
        subject, usual = subject_of(run, silence_key(run)), self._usual.of(run)
        after = stalled_after(usual)
        minutes = max(1, round(after / 60))
        text = (
            RunSilent(subject.name, run.experiment, minutes)
            if usual is None
            else RunStalled(subject.name, run.experiment, minutes, max(1, round(usual)))
        )
        return Condition(AlertKind.STALLED, subject, text, after_seconds=after)
