"""Reads MLflow's runs over REST: everything from time to time, in between only possible changes."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from domain.errors import BadInput, BadResponse, NotFound
from domain.errors.answers import UnexpectedStatus
from domain.errors.records import RunDeleted
from domain.run_table.arranging import joined_parts, parts_of
from domain.run_table.arrays.parts import Parts
from domain.run_table.table import RunTable
from domain.run_table.table_facts import TableFacts
from domain.tracking.compared import is_run_id
from domain.tracking.runs import BadRow, Run, RunStatus
from mlflow_api.client import MlflowApi
from mlflow_api.run_parts import parts_of_rows
from mlflow_api.schemas import SERVICE, Experiment, ExperimentPage, validated
from services.tracking.run_source import Arrived, ColumnReader
from services.tracking.sources.arriving import ArrivingRuns, kept_or_new
from services.tracking.sources.merging import merged
from services.tracking.sources.own_changes import OwnChanges
from services.tracking.sources.pace import PaceFile
from services.tracking.sources.run_pages import RunPages
from services.tracking.sources.sweep_refresh import RefreshDuringSweep

REFRESH_DEADLINE_SECONDS: Final = 60.0
CLOCK_SLACK: Final = timedelta(minutes=5)
"""Clients set the times in MLflow: the clock of their machine may be this much behind."""
# The size of a longer list is estimated before it has been read.
_COUNTED_FROM: Final = 1_000
MAX_RETRIED: Final = 100
"""Invalid rows are requested by their ids; if there are more than these, everything is read again when allowed."""
log = logging.getLogger(__name__)


class MlflowRuns:
    """The runs of one MLflow, as a `RunSource`; `folder` records the requests that MLflow may still be working on."""

    columns: ColumnReader | None = None

    def __init__(self, mlflow: MlflowApi, folder: Path) -> None:
        self._mlflow = mlflow
        self._pace = PaceFile(folder, SERVICE)
        self.own_changes = OwnChanges(folder)
        """Records the runs that Clew itself changed."""
        self.name = SERVICE
        self.address = mlflow.service.url

    def everything(self, known: RunTable | None, arrived: Arrived) -> RunTable:
        """Implements `RunSource`; the size of pages is adapted to MLflow's speed."""
        self._pace.wait()
        now, pages = datetime.now(UTC), RunPages(self._mlflow, self._pace)
        try:
            experiments = self._quick().experiments()
            facts = TableFacts(version=now.isoformat(), swept_at=now, marks=marks_of(experiments))
            # A part that a worker left when it ended cannot be shown as the whole.
            shown = known if known is not None and known.progress is None else None
            arriving = ArrivingRuns(facts, None, arrived if shown is None else None)
            refresh = RefreshDuringSweep(self.changes, shown, now, arrived)
            for rows in pages.search(list(experiments)):
                arriving.add(*parts_of_rows(rows, experiments))
                refresh.refresh_if_due()
                if shown is None and pages.is_counted and not arriving.is_counted and arriving.read >= _COUNTED_FROM:
                    arriving.expect(pages.about(list(experiments), arriving.read))
            table = arriving.whole()
            # Changes made while the pages were read must not be lost.
            is_old = refresh.is_long or self.own_changes.since(now)
            return kept_or_new(known, self.changes(table, now) if is_old else table)
        finally:
            self.record_sweep(pages.seconds)

    def changes(self, known: RunTable, since: datetime) -> RunTable:
        """Implements `RunSource`: reads runs that run, wait, or ended after `since`, and those that Clew changed
        itself.

        An experiment that is new, renamed or has other tags is read completely, because copied runs, such as Clew's
        sample data, have times in the past. MLflow has no "updated at" for the rest: deletions, tags and late writes
        appear only after a full reading, and so does an unknown run that ended without an end time.
        """
        self._pace.wait()
        quick, pages = self._quick(), RunPages(self._mlflow, self._pace)
        experiments = quick.experiments()
        marks = marks_of(experiments)
        watermark = int((since - CLOCK_SLACK).timestamp() * 1000)
        renewed = [key for key, mark in marks.items() if known.marks.get(key) != mark]
        again, own = _retried_ids(known), self.own_changes.since(since)
        found: list[Parts] = []
        bad: list[BadRow] = []
        for where, groups in (
            # RUNNING and SCHEDULED, the only states with a U: MLflow's filter has no OR, and no IN for states.
            ("attributes.status LIKE '%U%'", list(experiments)),
            # Runs that started meanwhile are running, waiting, or ended, so they need no separate request.
            (f"attributes.end_time > {watermark}", list(experiments)),
            ("", renewed),
            # They may have ended long ago, so no other request returns them.
            *((_are(piece), list(experiments)) for piece in _pieces([*again, *own])),
        ):
            for rows in pages.search(groups, where):
                parts, odd = parts_of_rows(rows, experiments)
                found.append(parts)
                bad += odd
        fresh = RunTable(joined_parts(found), known.facts)
        if len(again) < len(known.bad_rows) and any(run_id in fresh for run_id in again):
            self._pace.keep(self._pace.now().with_sweep_due())
        settled, deleted = _settled(quick, experiments, _missing(known, fresh, bad))
        deleted |= _deleted(own, known, fresh, bad)
        return merged(known, [fresh, RunTable(parts_of(settled), known.facts)], deleted, bad, marks)

    def one(self, run_id: str) -> Run:
        """Implements `RunSource`."""
        quick = self._quick()
        try:
            experiments = quick.experiments()
        except (NotFound, BadInput) as error:  # another server than MLflow, which says nothing about the run
            raise BadResponse(SERVICE, "experiments", UnexpectedStatus(error.status)) from error
        run = quick.run(run_id, experiments)
        if run.experiment_id not in experiments:
            raise RunDeleted(run_id)
        return run

    def record_sweep(self, seconds: float) -> None:
        """Records for all workers how long MLflow, or its database, worked on a full reading."""
        self._pace.keep(self._pace.now().with_sweep(seconds, datetime.now(UTC)))

    def sweep_is_due(self, known: RunTable) -> bool:
        """Implements `RunSource`."""
        is_soon = len(_retried_ids(known)) < len(known.bad_rows)
        return self._pace.now().sweep_is_due(datetime.now(UTC), is_soon=is_soon)

    def check_alive(self, deadline_seconds: float) -> None:
        """Requests one experiment."""
        mlflow = self._mlflow.within(deadline_seconds)
        validated(ExperimentPage, mlflow.get_api("experiments/search", {"max_results": 1}))

    def _quick(self) -> MlflowApi:
        return self._mlflow.within(REFRESH_DEADLINE_SECONDS)


def marks_of(experiments: Mapping[str, Experiment]) -> dict[str, list[str]]:
    """Returns the state of each experiment: its name and its tags."""
    return {
        key: [experiment.name, *sorted(f"{tag.key}={tag.value}" for tag in experiment.tags)]
        for key, experiment in experiments.items()
    }


def _retried_ids(known: RunTable) -> list[str]:
    """Returns the invalid rows that can be requested by their ids."""
    return [row.row for row in known.bad_rows if is_run_id(row.row)][:MAX_RETRIED]


def _are(run_ids: Sequence[str]) -> str:
    return f"attributes.run_id IN ({', '.join(map(repr, run_ids))})"


def _pieces(run_ids: Sequence[str]) -> list[Sequence[str]]:
    return [run_ids[start : start + MAX_RETRIED] for start in range(0, len(run_ids), MAX_RETRIED)]


def _deleted(requested: Iterable[str], known: RunTable, fresh: RunTable, bad: Iterable[BadRow]) -> set[str]:
    """Returns the requested runs that no longer exist."""
    named = {row.row for row in bad}
    return {run_id for run_id in requested if run_id in known and run_id not in fresh and run_id not in named}


def _missing(known: RunTable, fresh: RunTable, bad: Iterable[BadRow]) -> list[str]:
    """Returns the runs that were running and are in no answer now."""
    named = {row.row for row in bad}
    live = known.rows_with_status(RunStatus.RUNNING, RunStatus.SCHEDULED)
    ids = [known.run_ids[row] for row in live]
    return [run_id for run_id in ids if run_id not in fresh and run_id not in named]


def _settled(
    mlflow: MlflowApi, experiments: dict[str, Experiment], missing: Iterable[str]
) -> tuple[list[Run], set[str]]:
    """Returns the runs that ended without an end time, and the ids of those that were deleted."""
    found: list[Run] = []
    deleted: set[str] = set()
    for run_id in missing:
        try:
            run = mlflow.run(run_id, experiments)
        except NotFound:
            deleted.add(run_id)
        except BadResponse as error:
            log.warning("a run cannot be read", extra={"run": run_id, "field": error.field, "cause": error.cause})
        else:
            if run.experiment_id in experiments:
                found.append(run)
            else:
                deleted.add(run_id)
    return found, deleted
