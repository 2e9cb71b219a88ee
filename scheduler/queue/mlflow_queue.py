"""The queue in MLflow: the runs with this scheduler's id."""

import time
from collections.abc import Mapping
from typing import Final, NamedTuple

from cachetools import TTLCache

from domain.errors import BadInput, NotFound
from domain.tracking.runs import RunStatus
from domain.trainings import tags
from domain.trainings.fields import Value
from domain.trainings.training import MLFLOW_STATUS, OVER, TrainingState
from mlflow_api.run_writes import RunWrites, StoredRun
from mlflow_api.schemas import Experiment
from scheduler.queue.entry import Entry
from scheduler.queue.queue_tags import USER, entry_of, request_text, tags_of

MAX_LIVE: Final = 10_000
_EXPERIMENT_SECONDS: Final = 5.0
_OF_AN_END: Final = (tags.STOPPED_BY, tags.EXIT_CODE, tags.OUTCOME, tags.LOG_TAIL)


class NewTraining(NamedTuple):
    """One requested run."""

    trainer: str
    values: Mapping[str, Value]
    name: str
    experiment: str
    request_id: str
    by: str | None = None
    parent: str | None = None


class MlflowQueue:
    """Reads and writes the tags of this scheduler's trainings only."""

    def __init__(self, runs: RunWrites, scheduler_id: str, host: str) -> None:
        self._runs = runs
        self._id = scheduler_id
        self._host = host
        self._experiments: TTLCache[str, str] = TTLCache(100, _EXPERIMENT_SECONDS)

    def add(self, new: NewTraining) -> Entry:
        """Creates the run of a waiting training; raises MLflow's refusal, or ExperimentDeleted."""
        now = time.time_ns() // 1_000_000
        recorded = {
            tags.SCHEDULER: self._id,
            tags.HOST: self._host,
            tags.REQUEST: request_text(new.trainer, new.values),
            tags.REQUEST_ID: new.request_id,
            tags.STATE: TrainingState.QUEUED.value,
            tags.PLACE: repr(float(now)),
        }
        if new.by is not None:
            recorded |= {tags.BY: new.by, USER: new.by}
        if new.parent is not None:
            recorded[tags.PARENT] = new.parent
        run = self._runs.create(self._experiment_id(new.experiment), new.name, start_ms=now, tags=recorded)
        self._runs.set_status(run.run_id, RunStatus.SCHEDULED)
        return entry_of(run, new.experiment).but(recorded=TrainingState.QUEUED)

    def _experiment_id(self, name: str) -> str:
        """Returns the experiment, read once for all seeds of a request; raises ExperimentDeleted."""
        if (known := self._experiments.get(name)) is None:
            known = self._experiments[name] = self._runs.experiment(name)
        return known

    def live(self) -> list[Entry]:
        """Returns all that wait or run according to MLflow."""
        over = " and ".join(f"tags.`{tags.STATE}` != '{state.value}'" for state in sorted(OVER))
        return self._found(over, MAX_LIVE)

    def past(self, most: int) -> list[Entry]:
        """Returns the newest trainings, including ended ones."""
        return [entry for entry in self._found("", most) if entry.is_over]

    def get(self, run_id: str) -> Entry | None:
        """Returns a training as it is in MLflow now; None if its run is deleted, or another scheduler's."""
        try:
            run = self._runs.get(run_id)
        except NotFound:
            return None
        return None if run.is_deleted or not self._is_ours(run) else entry_of(run, "")

    def record(self, entry: Entry) -> None:
        """Writes the state of a training.

        Of its two writes, the first is the one after which a search still finds it.
        """
        shown = TrainingState.QUEUED if entry.waits_in_backend else entry.state
        status = RunStatus(MLFLOW_STATUS[shown])
        if entry.is_over:
            self._runs.set_status(entry.run_id, status, entry.ended_ms)
            self._runs.tag(entry.run_id, tags_of(entry))
        else:
            self._runs.tag(entry.run_id, tags_of(entry))
            self._runs.set_status(entry.run_id, status)

    def forget_end(self, run_id: str) -> None:
        """Removes the tags about the end of a training that is continued."""
        for key in _OF_AN_END:
            self._runs.untag(run_id, key)

    def logged_nothing(self, run_id: str) -> bool:
        """Returns whether the run contains nothing but tags."""
        return self._runs.logged_nothing(run_id)

    def is_deleted(self, run_id: str, error: BadInput | NotFound) -> bool:
        """Returns whether MLflow refuses a write because the run is deleted."""
        return isinstance(error, NotFound) or self.get(run_id) is None

    def _found(self, where: str, most: int) -> list[Entry]:
        experiments = self._runs.experiments()
        ours = f"tags.`{tags.SCHEDULER}` = '{self._id}'"
        found = self._runs.search(list(experiments), f"{ours} and {where}" if where else ours, most)
        return [entry_of(run, _name(run, experiments)) for run in found if self._is_ours(run)]

    def _is_ours(self, run: StoredRun) -> bool:
        return run.tags.get(tags.SCHEDULER) == self._id and tags.REQUEST in run.tags


def _name(run: StoredRun, experiments: Mapping[str, Experiment]) -> str:
    experiment = experiments.get(run.experiment_id)
    return run.experiment_id if experiment is None else experiment.name
