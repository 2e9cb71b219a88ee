"""Writes one recorded run with its numbers, its model and its video into MLflow."""

from collections.abc import Mapping
from pathlib import Path

from domain.tracking.runs import SAMPLE_TAG
from training.models.registration import MODEL_FOLDER, ONNX_FILE, ONNX_TAG, VIDEOS_FOLDER
from training.samples.points_writers import DatabasePoints, PointsWriter, RestPoints
from training.samples.store import Points, SampleRun
from training.tracking.artifacts import Artifacts
from training.tracking.points import Point
from training.tracking.server import TrackingServer


class RunWriter:
    """Writes recorded runs; writing one again after an interruption doubles nothing.

    Numbers go straight into `database`, if that is the server's SQLite file, else over REST; the rest over REST.
    """

    def __init__(self, server: TrackingServer, model_name: str, folder: Path, database: Path | None) -> None:
        self._server = server
        self._model_name = model_name
        self._folder = folder
        self._database = database and DatabasePoints.open(database)

    def create(self, sample: SampleRun, experiment_id: str) -> str:
        """Creates the run and returns its id."""
        tags = sample.tags | {SAMPLE_TAG: "true"}
        return self._server.create_run(experiment_id, sample.name, tags, started_ms=sample.start_time_ms)

    def write(self, sample: SampleRun, points: Points, run_id: str) -> None:
        """Writes everything that was recorded of the run, and ends it."""
        self._server.log_facts(run_id, sample.params, {})
        self._points_writer(run_id).write(
            run_id, [Point(key, value, at, step) for key, step, value, at in points.rows()]
        )
        artifacts = Artifacts(self._server, run_id)
        if sample.version_tags is not None:
            artifacts.upload(self._folder / sample.onnx_path, MODEL_FOLDER)
            self._register(sample, sample.version_tags, f"{artifacts.root}/{MODEL_FOLDER}", run_id)
        if sample.film_path is not None:
            artifacts.upload(self._folder / sample.film_path, VIDEOS_FOLDER)
        self._server.end_run(run_id, sample.status, ended_ms=sample.end_time_ms)

    def _points_writer(self, run_id: str) -> PointsWriter:
        database = self._database
        return database if database and database.holds(run_id) else RestPoints(self._server)

    def _register(self, sample: SampleRun, version_tags: Mapping[str, str], source: str, run_id: str) -> None:
        tags = {**version_tags, SAMPLE_TAG: "true", ONNX_TAG: ONNX_FILE}
        self._server.register(sample.model_name(self._model_name), source, run_id, tags)
