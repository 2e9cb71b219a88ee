"""MLflow's runs: what one refresh asks of it, everything now and then, in between only what can have changed."""

import logging
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Final

from domain.errors import BadResponse, NotFound
from domain.run_table.table import Progress, RunTable, TableFacts
from domain.tracking.runs import BadRow, Run, RunStatus
from mlflow_api.client import MlflowApi
from mlflow_api.schemas import SERVICE, Experiment, ExperimentPage, validated
from services.tracking.run_source import Arrived

REFRESH_DEADLINE_SECONDS = 60.0
# A full one may take as long as it has pages, each in the time above: a store of 100,000 runs takes MLflow minutes.
SWEEP_DEADLINE_SECONDS = 900.0

# The times in MLflow are the clients': a run may be logged by a machine whose clock is behind ours by this much.
CLOCK_SLACK = timedelta(minutes=5)
# What has come is handed on once it is so many times what was handed on last.
_MORE: Final = 2.0
log = logging.getLogger(__name__)


class MlflowRuns:
    """The runs of one MLflow, as a `RunSource`."""

    def __init__(self, mlflow: MlflowApi) -> None:
        self._mlflow = mlflow
        self.name = SERVICE
        self.address = mlflow.service.url

    def everything(self, known: RunTable | None, arrived: Arrived) -> RunTable:
        """As `sweep`."""
        return sweep(self._patient(), known, arrived)

    def changes(self, known: RunTable, since: datetime) -> RunTable:
        """As `changes`."""
        return changes(known, since, quick=self._mlflow.within(REFRESH_DEADLINE_SECONDS), patient=self._patient())

    def check_alive(self, deadline_seconds: float) -> None:
        """Asks for one experiment."""
        mlflow = self._mlflow.within(deadline_seconds)
        validated(ExperimentPage, mlflow.get_api("experiments/search", {"max_results": 1}))

    def _patient(self) -> MlflowApi:
        return self._mlflow.within(SWEEP_DEADLINE_SECONDS, each_seconds=REFRESH_DEADLINE_SECONDS)


def sweep(mlflow: MlflowApi, known: RunTable | None, arrived: Arrived) -> RunTable:
    """Reads every run of every experiment; keeps the version of `known` where that says the same."""
    now = datetime.now(UTC)
    experiments = mlflow.experiments()
    facts = TableFacts(version=now.isoformat(), swept_at=now, marks=_marks(experiments))
    pages: list[RunTable] = []
    bad: list[BadRow] = []
    shown = 0
    for found, odd in mlflow.run_pages(experiments):
        pages.append(RunTable.of(found, facts))
        bad += odd
        read = sum(map(len, pages))
        if read >= _MORE * shown:
            pages, shown = [RunTable.joined(pages, facts)], read
            about = None if known is None else len(known)
            arrived(pages[0].with_facts(bad_rows=bad[:], progress=Progress(read=read, about=about)))
    table = RunTable.joined(pages, facts).with_facts(bad_rows=bad)
    if known is not None and known.bad_rows == bad and known.progress is None and known.says_the_same(table):
        return known.with_facts(swept_at=now, marks=facts.marks)
    return table


def changes(known: RunTable, since: datetime, *, quick: MlflowApi, patient: MlflowApi) -> RunTable:
    """`known` with the runs that run, wait, or ended after `since`; the very same object when nothing changed.

    An experiment that is new, or has another name or other tags, is read whole by `patient`: whoever copies runs from
    elsewhere, as our sample data do, gives them times in the past. For the rest MLflow has no "updated at": deletions,
    tags and late writes show only in a full sweep; and so does a run that was unknown and ended without an end time.
    """
    experiments = quick.experiments()
    marks = _marks(experiments)
    watermark = int((since - CLOCK_SLACK).timestamp() * 1000)
    fresh: dict[str, Run] = {}
    bad: list[BadRow] = []
    for where in (
        # RUNNING and SCHEDULED, which alone have a U: MLflow's filter has no OR and no IN for states.
        "attributes.status LIKE '%U%'",
        # What started meanwhile runs, waits, or has ended, so nobody has to ask for it apart.
        f"attributes.end_time > {watermark}",
    ):
        found, odd = quick.search_runs(experiments, where)
        fresh |= {run.run_id: run for run in found}
        bad += odd
    renewed = {key: experiments[key] for key, mark in marks.items() if known.marks.get(key) != mark}
    if renewed:
        found, odd = patient.search_runs(renewed)
        fresh |= {run.run_id: run for run in found}
        bad += odd
    gone = _settle_the_missing(quick, experiments, known, fresh, {row.row for row in bad})
    return _merged(known, fresh, gone, bad, marks)


def _settle_the_missing(
    mlflow: MlflowApi, experiments: dict[str, Experiment], known: RunTable, fresh: dict[str, Run], bad: set[str]
) -> set[str]:
    """Runs that ran a moment ago and are in no answer now: ended without an end time, or deleted."""
    gone: set[str] = set()
    for run in known.runs(known.rows_with_status(RunStatus.RUNNING, RunStatus.SCHEDULED)):
        if run.run_id in fresh or run.run_id in bad:
            continue
        try:
            fresh[run.run_id] = mlflow.run(run.run_id, experiments)
        except NotFound:
            gone.add(run.run_id)
        except BadResponse as error:
            log.warning("a run cannot be read", extra={"run": run.run_id, "field": error.field, "cause": error.cause})
        else:
            if run.experiment_id not in experiments:
                gone.add(fresh.pop(run.run_id).run_id)
    return gone


def _marks(experiments: dict[str, Experiment]) -> dict[str, list[str]]:
    return {
        key: [experiment.name, *sorted(f"{tag.key}={tag.value}" for tag in experiment.tags)]
        for key, experiment in experiments.items()
    }


def _merged(
    known: RunTable, fresh: dict[str, Run], gone: Collection[str], bad: list[BadRow], marks: dict[str, list[str]]
) -> RunTable:
    changed = [run for run in fresh.values() if run != known.get(run.run_id)]
    seen = {row.row for row in known.bad_rows}
    bad_rows = known.bad_rows + [row for row in {row.row: row for row in bad}.values() if row.row not in seen]
    if not changed and not gone and bad_rows == known.bad_rows:
        return known if marks == known.marks else known.with_facts(marks=marks)
    table = RunTable.joined([known.without(gone), RunTable.of(changed)], known.facts)
    return table.with_facts(version=datetime.now(UTC).isoformat(), bad_rows=bad_rows, marks=marks)
