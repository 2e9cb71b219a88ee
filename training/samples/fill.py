"""Fills an untouched embedded MLflow with the recorded sample runs: `python -m training.samples`.

Needs no torch: training/samples/record.py recorded the runs. The state is kept in MLflow itself, as the tag
`clew.sample` of each sample experiment: "filling" from its creation on, "complete" at the end. An interrupted fill is
continued; completed or deleted experiments are never filled again.
"""

import logging
import os
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from mlflow.entities import Experiment, Metric, Param, Run, ViewType
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

from domain.errors import BadInput, ClewError, ServiceUnavailable
from domain.errors.records import InvalidArgument
from domain.logs import configure_logging
from domain.messages import Text
from domain.registry.models import MODEL_TAG
from training.models.registration import MODEL_FOLDER, ONNX_FILE, ONNX_TAG, VIDEOS_FOLDER
from training.samples.store import FOLDER, Points, SampleRun, read_points, read_runs
from training.settings import read_settings
from training.tracking.mlflow_client import already_exists, connect, translated
from training.tracking.run_log import BATCH

SAMPLE_TAG: Final = "clew.sample"
FILLING: Final = "filling"
COMPLETE: Final = "complete"
WAIT_SECONDS: Final = 600.0  # on a machine that is busy or cold MLflow takes minutes to come up

_DEFAULT_EXPERIMENT: Final = "0"
_THREADS: Final = 2  # one sends while the other is answered; more would only wait for each other in SQLite

log = logging.getLogger(__name__)


def main() -> int:
    """Fills the embedded MLflow if it is untouched; 0 when done or nothing to do, else 1 or 2 with a message."""
    os.environ |= {"MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true", "MLFLOW_HTTP_REQUEST_TIMEOUT": "60"}
    try:
        settings = read_settings()
        configure_logging(settings.log_level, settings.secrets)
        if settings.mlflow_tracking_uri:
            raise InvalidArgument(Text("MLFLOW_TRACKING_URI is set: sample data goes into the embedded MLflow only."))
        client = wait_for_mlflow(settings.embedded_uri, WAIT_SECONDS)
        with translated(settings.embedded_uri):
            fill(client, settings.model_name)
    except ClewError as error:
        sys.stderr.write(f"{error}\n")
        return 2 if isinstance(error, BadInput) else 1
    return 0


def wait_for_mlflow(uri: str, seconds: float) -> MlflowClient:
    """Returns a client of the MLflow at `uri` as soon as it answers.

    Raises ServiceUnavailable when it does not in time.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            return connect(uri)
        except ServiceUnavailable:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.3)


def fill(client: MlflowClient, model_name: str, folder: Path = FOLDER) -> int:
    """Writes the samples that MLflow lacks and returns how many runs it wrote; 0 if MLflow has content of its own."""
    started = time.monotonic()
    samples = read_runs(folder)
    experiments = _claim(client, sorted({sample.experiment for sample in samples}))
    if not experiments:
        log.info("No sample data: this MLflow is in use, or had it before")
        return 0
    missing = _missing(client, samples, experiments)
    _write(client, missing, experiments, model_name, folder)
    for experiment_id in experiments.values():
        client.set_experiment_tag(experiment_id, SAMPLE_TAG, COMPLETE)
    log.info("Sample data is in place", extra={"runs": len(missing), "seconds": round(time.monotonic() - started, 1)})
    return len(missing)


def _claim(client: MlflowClient, names: Sequence[str]) -> dict[str, str]:
    """Returns the ids of the experiments to fill, by name; created if MLflow is untouched, none if it is not."""
    found = client.search_experiments(view_type=ViewType.ALL)
    filling = {each.name: each.experiment_id for each in found if _is_filling(each)}
    if not filling and not _is_untouched(client, found):
        return {}
    # All of them before any run: later, a missing one would mean that a user deleted it.
    known = {experiment.name for experiment in found}
    created = {name: client.create_experiment(name, tags={SAMPLE_TAG: FILLING}) for name in names if name not in known}
    return filling | created


def _is_filling(experiment: Experiment) -> bool:
    return bool(experiment.lifecycle_stage == "active" and experiment.tags.get(SAMPLE_TAG) == FILLING)


def _is_untouched(client: MlflowClient, experiments: Sequence[Experiment]) -> bool:
    if any(experiment.experiment_id != _DEFAULT_EXPERIMENT for experiment in experiments):
        return False
    if any(experiment.lifecycle_stage != "active" for experiment in experiments):
        return False
    return not client.search_runs([_DEFAULT_EXPERIMENT], run_view_type=ViewType.ALL, max_results=1)


def _missing(
    client: MlflowClient, samples: Sequence[SampleRun], experiments: Mapping[str, str]
) -> list[tuple[SampleRun, Run | None]]:
    """Returns the samples still to write, each with the run that an interrupted fill has created for it."""
    runs = client.search_runs(list(experiments.values()), f"tags.`{SAMPLE_TAG}` = 'true'", max_results=1000)
    known = {(run.info.experiment_id, run.info.run_name): run for run in runs}
    pairs = [
        (sample, known.get((experiments[sample.experiment], sample.name)))
        for sample in samples
        if sample.experiment in experiments
    ]
    return [(sample, run) for sample, run in pairs if run is None or run.info.status == "RUNNING"]


def _write(
    client: MlflowClient,
    missing: Sequence[tuple[SampleRun, Run | None]],
    experiments: Mapping[str, str],
    model_name: str,
    folder: Path,
) -> None:
    points = read_points(folder)

    def write_numbers(pair: tuple[SampleRun, Run | None]) -> Run:
        sample, run = pair
        run = run or _create(client, sample, experiments[sample.experiment])
        _log(client, run, sample, points[sample.key])
        return run

    with ThreadPoolExecutor(_THREADS) as threads:
        # Numbers in parallel; models one after the other, so that version numbers follow the training's order.
        for done, (run, (sample, _)) in enumerate(zip(threads.map(write_numbers, missing), missing, strict=True), 1):
            if sample.version_tags is not None:
                name = sample.model_name(model_name)
                _register(client, run, sample.version_tags, name, folder / sample.onnx_path)
            if sample.film_path is not None:
                client.log_artifact(run.info.run_id, str(folder / sample.film_path), VIDEOS_FOLDER)
            client.set_terminated(run.info.run_id, sample.status, sample.end_time_ms)
            _report(done, len(missing))


def _create(client: MlflowClient, sample: SampleRun, experiment_id: str) -> Run:
    tags = sample.tags | {SAMPLE_TAG: "true"}
    return client.create_run(experiment_id, sample.start_time_ms, tags, sample.name)


def _log(client: MlflowClient, run: Run, sample: SampleRun, points: Points) -> None:
    """Writes params and numbers; writing again after an interruption is harmless, since MLflow merges equal points."""
    client.log_batch(run.info.run_id, params=[Param(key, value) for key, value in sample.params.items()])
    metrics = [Metric(key, value, timestamp, step) for key, step, value, timestamp in points.rows()]
    for first in range(0, len(metrics), BATCH):
        client.log_batch(run.info.run_id, metrics=metrics[first : first + BATCH])


def _register(client: MlflowClient, run: Run, tags: Mapping[str, str], model_name: str, file: Path) -> None:
    if client.search_model_versions(f"run_id = '{run.info.run_id}'"):
        return
    client.log_artifact(run.info.run_id, str(file), MODEL_FOLDER)
    _ensure_model(client, model_name)
    source = f"{run.info.artifact_uri}/{MODEL_FOLDER}"
    tags = {**tags, SAMPLE_TAG: "true", ONNX_TAG: ONNX_FILE}
    client.create_model_version(model_name, source, run.info.run_id, tags=tags, await_creation_for=0)


def _ensure_model(client: MlflowClient, name: str) -> None:
    try:
        client.create_registered_model(name, {MODEL_TAG: "true"})
    except MlflowException as error:
        if not already_exists(error):
            raise


def _report(done: int, total: int) -> None:
    """Writes one line that is overwritten on a terminal; a few log lines elsewhere."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\rFilling MLflow with sample runs: {done} of {total}" + "\n" * (done == total))
    elif done % 10 == 0:
        log.info("Filling MLflow with sample runs: %d of %d", done, total)
