"""Fills an untouched embedded MLflow with the recorded sample runs: `python -m training.samples`.

Needs neither torch, as training/samples/record.py recorded the runs, nor the mlflow package, which takes seconds to
import. The state is kept in MLflow itself, as the tag `clew.sample` of each sample experiment: "filling" from its
creation on, "complete" at the end. An interrupted fill is continued; completed or deleted experiments are never filled
again.
"""

import logging
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from domain.errors import BadInput, ClewError, ServiceUnavailable
from domain.errors.records import InvalidArgument
from domain.logs import configure_logging
from domain.messages import Text
from domain.tracking.runs import SAMPLE_TAG
from training.mlflow_server import DATABASE, FOLDER_VARIABLE
from training.samples.run_writer import RunWriter
from training.samples.server import SampleExperiment, SampleServer
from training.samples.store import FOLDER, SampleRun, read_points, read_runs
from training.settings import read_settings

FILLING: Final = "filling"
COMPLETE: Final = "complete"
WAIT_SECONDS: Final = 600.0  # on a machine that is busy or cold MLflow takes minutes to come up

_DEFAULT_EXPERIMENT: Final = "0"
_CALL_SECONDS: Final = 60.0

log = logging.getLogger(__name__)


def main() -> int:
    """Fills the embedded MLflow if it is untouched; 0 when done or nothing to do, else 1 or 2 with a message."""
    try:
        settings = read_settings()
        configure_logging(settings.log_level, settings.secrets)
        if settings.mlflow_tracking_uri:
            raise InvalidArgument(Text("MLFLOW_TRACKING_URI is set: sample data goes into the embedded MLflow only."))
        server = wait_for_mlflow(settings.embedded_uri, WAIT_SECONDS)
        folder = os.environ.get(FOLDER_VARIABLE)
        fill(server, settings.model_name, database=Path(folder, DATABASE) if folder else None)
    except ClewError as error:
        sys.stderr.write(f"{error}\n")
        return 2 if isinstance(error, BadInput) else 1
    return 0


def wait_for_mlflow(uri: str, seconds: float) -> SampleServer:
    """Returns a client of the MLflow at `uri` as soon as it answers.

    Raises ServiceUnavailable when it does not in time.
    """
    deadline = time.monotonic() + seconds
    while True:
        server = SampleServer.at(uri, call_seconds=_CALL_SECONDS)  # again: after three failures it waits between calls
        try:
            server.first_call()
            return server
        except ServiceUnavailable:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.3)


def fill(server: SampleServer, model_name: str, folder: Path = FOLDER, *, database: Path | None = None) -> int:
    """Writes the samples that MLflow lacks and returns how many runs it wrote; 0 if MLflow has content of its own.

    Numbers go straight into `database`, if that is this MLflow's SQLite file; without one they are sent over REST.
    """
    started = time.monotonic()
    samples = read_runs(folder)
    experiments = _claim(server, sorted({sample.experiment for sample in samples}))
    if not experiments:
        log.info("No sample data: this MLflow is in use, or had it before")
        return 0
    missing = _missing(server, samples, experiments)
    _write(RunWriter(server, model_name, folder, database), missing, experiments, folder)
    for experiment_id in experiments.values():
        server.tag_experiment(experiment_id, SAMPLE_TAG, COMPLETE)
    log.info("Sample data is in place", extra={"runs": len(missing), "seconds": round(time.monotonic() - started, 1)})
    return len(missing)


def _claim(server: SampleServer, names: Sequence[str]) -> dict[str, str]:
    """Returns the ids of the experiments to fill, by name; created if MLflow is untouched, none if it is not."""
    found = server.experiments()
    filling = {each.name: each.experiment_id for each in found if _is_filling(each)}
    if not filling and not _is_untouched(server, found):
        return {}
    # All of them before any run: later, a missing one would mean that a user deleted it.
    known = {experiment.name for experiment in found}
    created = {name: server.create_experiment(name, {SAMPLE_TAG: FILLING}) for name in names if name not in known}
    return filling | created


def _is_filling(experiment: SampleExperiment) -> bool:
    return experiment.lifecycle_stage == "active" and experiment.has_tag(SAMPLE_TAG, FILLING)


def _is_untouched(server: SampleServer, experiments: Sequence[SampleExperiment]) -> bool:
    if any(experiment.experiment_id != _DEFAULT_EXPERIMENT for experiment in experiments):
        return False
    if any(experiment.lifecycle_stage != "active" for experiment in experiments):
        return False
    return not server.search_runs([_DEFAULT_EXPERIMENT], view_type="ALL")


def _missing(
    server: SampleServer, samples: Sequence[SampleRun], experiments: Mapping[str, str]
) -> list[tuple[SampleRun, str | None]]:
    """Returns the samples still to write, each with the id of the run that an interrupted fill has created for it."""
    runs = server.search_runs(experiments.values(), f"tags.`{SAMPLE_TAG}` = 'true'")
    known = {(run.experiment_id, run.run_name): run for run in runs}
    pairs = [
        (sample, known.get((experiments[sample.experiment], sample.name)))
        for sample in samples
        if sample.experiment in experiments
    ]
    return [(sample, run.run_id if run else None) for sample, run in pairs if run is None or run.status == "RUNNING"]


def _write(
    writer: RunWriter,
    missing: Sequence[tuple[SampleRun, str | None]],
    experiments: Mapping[str, str],
    folder: Path,
) -> None:
    points = read_points(folder)
    for done, (sample, run_id) in enumerate(missing, 1):
        writer.write(sample, points[sample.key], run_id or writer.create(sample, experiments[sample.experiment]))
        _report(done, len(missing))


def _report(done: int, total: int) -> None:
    """Writes one line that is overwritten on a terminal; a few log lines elsewhere."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\rFilling MLflow with sample runs: {done} of {total}" + "\n" * (done == total))
    elif done % 10 == 0:
        log.info("Filling MLflow with sample runs: %d of %d", done, total)
