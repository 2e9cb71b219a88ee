"""MLflow's runs over REST: everything now and then, in between only what can have changed."""

import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from domain.errors import BadResponse, NotFound
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
from services.tracking.run_source import Arrived, ColumnLane
from services.tracking.sources.arriving import ArrivingRuns, kept_or_new
from services.tracking.sources.merging import merged
from services.tracking.sources.own_changes import OwnChanges
from services.tracking.sources.pace import PaceFile
from services.tracking.sources.run_pages import RunPages

REFRESH_DEADLINE_SECONDS: Final = 60.0
CLOCK_SLACK: Final = timedelta(minutes=5)
"""The times in MLflow are the clients': a run may be logged by a machine whose clock is behind ours by this much."""
_REFRESHED_EVERY_SECONDS: Final = 10.0
# Of a list that is longer it is told how long, before it is there.
_COUNTED_FROM: Final = 1_000
MOST_ASKED_AGAIN: Final = 100
"""Rows that could not be read are asked for by their ids; of more than these all is read anew, when that may be."""
log = logging.getLogger(__name__)


class MlflowRuns:
    """The runs of one MLflow, as a `RunSource`; what it may be at work on is kept in `folder`."""

    columns: ColumnLane | None = None

    def __init__(self, mlflow: MlflowApi, folder: Path) -> None:
        self._mlflow = mlflow
        self._pace = PaceFile(folder, SERVICE)
        self.own_changes = OwnChanges(folder)
        """What Clew changes itself is noted here."""
        self.name = SERVICE
        self.address = mlflow.service.url

    def everything(self, known: RunTable | None, arrived: Arrived) -> RunTable:
        """Implements `RunSource`: the pages are as large as MLflow can carry them."""
        self._pace.wait()
        now, pages = datetime.now(UTC), RunPages(self._mlflow, self._pace)
        try:
            experiments = self._quick().experiments()
            facts = TableFacts(version=now.isoformat(), swept_at=now, marks=marks_of(experiments))
            # A part that was left when a worker died says nothing of the whole.
            shown = known if known is not None and known.progress is None else None
            arriving = ArrivingRuns(facts, None, arrived if shown is None else None)
            between = _Between(self, shown, now, arrived)
            for rows in pages.search(list(experiments)):
                arriving.add(*parts_of_rows(rows, experiments))
                between.refresh()
                if shown is None and pages.is_counted and not arriving.is_counted and arriving.read >= _COUNTED_FROM:
                    arriving.expect(pages.about(list(experiments), arriving.read))
            table = arriving.whole()
            # What changed behind the pages' back is not to look as it was before.
            is_old = between.is_long or self.own_changes.since(now)
            return kept_or_new(known, self.changes(table, now) if is_old else table)
        finally:
            self.note_sweep(pages.seconds)

    def changes(self, known: RunTable, since: datetime) -> RunTable:
        """Implements `RunSource`: the runs that run, wait, or ended after `since`, and those that Clew changed
        itself.

        An experiment that is new, or has another name or other tags, is read whole: whoever copies runs from elsewhere,
        as our sample data do, gives them times in the past. For the rest MLflow has no "updated at": deletions, tags
        and late writes show only when everything is read; and so does a run that was unknown and ended without an end
        time.
        """
        self._pace.wait()
        quick, pages = self._quick(), RunPages(self._mlflow, self._pace)
        experiments = quick.experiments()
        marks = marks_of(experiments)
        watermark = int((since - CLOCK_SLACK).timestamp() * 1000)
        renewed = [key for key, mark in marks.items() if known.marks.get(key) != mark]
        again, own = _asked_again(known), self.own_changes.since(since)
        found: list[Parts] = []
        bad: list[BadRow] = []
        for where, groups in (
            # RUNNING and SCHEDULED, which alone have a U: MLflow's filter has no OR and no IN for states.
            ("attributes.status LIKE '%U%'", list(experiments)),
            # What started meanwhile runs, waits, or has ended, so nobody has to ask for it apart.
            (f"attributes.end_time > {watermark}", list(experiments)),
            ("", renewed),
            # They may have ended long ago, so no other question brings them back.
            *((_are(piece), list(experiments)) for piece in _pieces([*again, *own])),
        ):
            for rows in pages.search(groups, where):
                parts, odd = parts_of_rows(rows, experiments)
                found.append(parts)
                bad += odd
        fresh = RunTable(joined_parts(found), known.facts)
        if len(again) < len(known.bad_rows) and any(run_id in fresh for run_id in again):
            self._pace.keep(self._pace.now().unswept())
        settled, gone = _settled(quick, experiments, _missing(known, fresh, bad))
        gone |= _deleted(own, known, fresh, bad)
        return merged(known, [fresh, RunTable(parts_of(settled), known.facts)], gone, bad, marks)

    def one(self, run_id: str) -> Run:
        """Implements `RunSource`."""
        quick = self._quick()
        experiments = quick.experiments()
        run = quick.run(run_id, experiments)
        if run.experiment_id not in experiments:
            raise RunDeleted(run_id)
        return run

    def note_sweep(self, seconds: float) -> None:
        """Notes for all workers that MLflow, or its database, was at work for so long on a full reading."""
        self._pace.keep(self._pace.now().swept(seconds, datetime.now(UTC)))

    def sweep_is_due(self, known: RunTable) -> bool:
        """Implements `RunSource`."""
        is_soon = len(_asked_again(known)) < len(known.bad_rows)
        return self._pace.now().sweep_is_due(datetime.now(UTC), is_soon=is_soon)

    def check_alive(self, deadline_seconds: float) -> None:
        """Asks for one experiment."""
        mlflow = self._mlflow.within(deadline_seconds)
        validated(ExperimentPage, mlflow.get_api("experiments/search", {"max_results": 1}))

    def _quick(self) -> MlflowApi:
        return self._mlflow.within(REFRESH_DEADLINE_SECONDS)


class _Between:
    """What is shown while all is read anew, which can take minutes: it is kept as fresh as at other times."""

    def __init__(self, runs: MlflowRuns, shown: RunTable | None, as_of: datetime, arrived: Arrived) -> None:
        self._runs = runs
        self._shown = shown
        self._as_of = as_of
        self._arrived = arrived
        self._next = time.monotonic() + _REFRESHED_EVERY_SECONDS
        self.is_long = False

    def refresh(self) -> None:
        """Reads and shows what has changed, when it is time to."""
        if time.monotonic() < self._next:
            return
        self.is_long = True
        if self._shown is not None:
            now = datetime.now(UTC)
            self._shown = self._runs.changes(self._shown, self._as_of)
            self._as_of = now
            self._arrived(self._shown)
        self._next = time.monotonic() + _REFRESHED_EVERY_SECONDS


def marks_of(experiments: Mapping[str, Experiment]) -> dict[str, list[str]]:
    """Returns what each experiment says of itself: its name and its tags."""
    return {
        key: [experiment.name, *sorted(f"{tag.key}={tag.value}" for tag in experiment.tags)]
        for key, experiment in experiments.items()
    }


def _asked_again(known: RunTable) -> list[str]:
    """Returns the rows that could not be read and that can be asked for again."""
    return [row.row for row in known.bad_rows if is_run_id(row.row)][:MOST_ASKED_AGAIN]


def _are(run_ids: Sequence[str]) -> str:
    return f"attributes.run_id IN ({', '.join(map(repr, run_ids))})"


def _pieces(run_ids: Sequence[str]) -> list[Sequence[str]]:
    return [run_ids[start : start + MOST_ASKED_AGAIN] for start in range(0, len(run_ids), MOST_ASKED_AGAIN)]


def _deleted(asked: Iterable[str], known: RunTable, fresh: RunTable, bad: Iterable[BadRow]) -> set[str]:
    """Returns those that were asked for by their ids and are not there any more."""
    named = {row.row for row in bad}
    return {run_id for run_id in asked if run_id in known and run_id not in fresh and run_id not in named}


def _missing(known: RunTable, fresh: RunTable, bad: Iterable[BadRow]) -> list[str]:
    """Returns the runs that ran a moment ago and are in no answer now."""
    named = {row.row for row in bad}
    live = known.rows_with_status(RunStatus.RUNNING, RunStatus.SCHEDULED)
    ids = [known.run_ids[row] for row in live]
    return [run_id for run_id in ids if run_id not in fresh and run_id not in named]


def _settled(
    mlflow: MlflowApi, experiments: dict[str, Experiment], missing: Iterable[str]
) -> tuple[list[Run], set[str]]:
    """Returns those that ended without an end time, and the ids of those that were deleted."""
    found: list[Run] = []
    gone: set[str] = set()
    for run_id in missing:
        try:
            run = mlflow.run(run_id, experiments)
        except NotFound:
            gone.add(run_id)
        except BadResponse as error:
            log.warning("a run cannot be read", extra={"run": run_id, "field": error.field, "cause": error.cause})
        else:
            if run.experiment_id in experiments:
                found.append(run)
            else:
                gone.add(run_id)
    return found, gone
