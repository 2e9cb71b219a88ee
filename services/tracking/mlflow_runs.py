"""MLflow's runs: what one refresh asks of it, everything now and then, in between only what can have changed."""

import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from domain.errors import BadResponse, NotFound
from domain.tracking.runs import BadRow, Run
from mlflow_api.client import MlflowApi
from mlflow_api.schemas import SERVICE, Experiment, ExperimentPage, validated
from services.tracking.run_source import RunList

REFRESH_DEADLINE_SECONDS = 60.0
# A full one may take as long as it has pages, each in the time above: a store of 100,000 runs takes MLflow minutes.
SWEEP_DEADLINE_SECONDS = 900.0

# The times in MLflow are the clients': a run may be logged by a machine whose clock is behind ours by this much.
CLOCK_SLACK = timedelta(minutes=5)
log = logging.getLogger(__name__)


class MlflowRuns:
    """The runs of one MLflow, as a `RunSource`."""

    def __init__(self, mlflow: MlflowApi) -> None:
        self._mlflow = mlflow
        self.name = SERVICE
        self.address = mlflow.service.url

    def everything(self, known: RunList | None) -> RunList:
        """As `sweep`."""
        return sweep(self._patient(), known)

    def changes(self, known: RunList, since: datetime) -> RunList:
        """As `changes`."""
        return changes(known, since, quick=self._mlflow.within(REFRESH_DEADLINE_SECONDS), patient=self._patient())

    def check_alive(self, deadline_seconds: float) -> None:
        """Asks for one experiment."""
        mlflow = self._mlflow.within(deadline_seconds)
        validated(ExperimentPage, mlflow.get_api("experiments/search", {"max_results": 1}))

    def _patient(self) -> MlflowApi:
        return self._mlflow.within(SWEEP_DEADLINE_SECONDS, each_seconds=REFRESH_DEADLINE_SECONDS)


def sweep(mlflow: MlflowApi, known: RunList | None) -> RunList:
    """Reads every run of every experiment; keeps the version of `known` where that says the same."""
    now = datetime.now(UTC)
    experiments = mlflow.experiments()
    found, bad = mlflow.search_runs(experiments)
    runs = {run.run_id: run for run in found}
    same = known is not None and known.runs == runs and known.bad_rows == bad
    version = known.version if same and known is not None else now.isoformat()
    return RunList(version=version, swept_at=now, runs=runs, bad_rows=bad, marks=_marks(experiments))


def changes(known: RunList, since: datetime, *, quick: MlflowApi, patient: MlflowApi) -> RunList:
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
    mlflow: MlflowApi, experiments: dict[str, Experiment], known: RunList, fresh: dict[str, Run], bad: set[str]
) -> set[str]:
    """Runs that ran a moment ago and are in no answer now: ended without an end time, or deleted."""
    gone: set[str] = set()
    for run in known.runs.values():
        if run.is_over or run.run_id in fresh or run.run_id in bad:
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
    known: RunList, fresh: dict[str, Run], gone: Iterable[str], bad: list[BadRow], marks: dict[str, list[str]]
) -> RunList:
    runs = {**known.runs, **fresh}
    for run_id in gone:
        runs.pop(run_id, None)
    seen = {row.row for row in known.bad_rows}
    bad_rows = known.bad_rows + [row for row in {row.row: row for row in bad}.values() if row.row not in seen]
    if runs == known.runs and bad_rows == known.bad_rows:
        return known if marks == known.marks else known.model_copy(update={"marks": marks})
    version = datetime.now(UTC).isoformat()
    return known.model_copy(update={"version": version, "runs": runs, "bad_rows": bad_rows, "marks": marks})
