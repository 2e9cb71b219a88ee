"""One MLflow run as a training writes it: numbers in batches, at least every second, and an end that is always told."""

import logging
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

from mlflow.entities import Metric, Param
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

from domain.errors import ServiceUnavailable
from domain.errors.records import InvalidArgument
from domain.errors.services import UnavailableBecause
from domain.messages import Text
from training.tracking import already_exists, translated

Status = Literal["FINISHED", "KILLED", "FAILED"]

BATCH: Final = 1000  # MLflow's own limit of metrics per request
FLUSH_SECONDS: Final = 1.0
RETRY_SECONDS: Final = 10.0
END_SECONDS: Final = 30.0

log = logging.getLogger(__name__)


class RunLog:
    """A run that has been created and is RUNNING until `end`."""

    def __init__(self, client: MlflowClient, run_id: str, artifact_uri: str) -> None:
        self.run_id = run_id
        self.artifact_uri = artifact_uri
        self._client = client
        self._uri = str(client.tracking_uri)
        self._waiting: list[Metric] = []
        self._next_flush = time.monotonic()

    @classmethod
    def start(
        cls, client: MlflowClient, experiment: str, name: str, params: Mapping[str, object], tags: Mapping[str, str]
    ) -> "RunLog":
        """Creates the run, and the experiment if need be; raises BadInput when that experiment is deleted."""
        with translated(str(client.tracking_uri)):
            run = client.create_run(_experiment_id(client, experiment), tags=dict(tags), run_name=name)
            client.log_batch(run.info.run_id, params=[Param(key, str(value)) for key, value in params.items()])
        return cls(client, run.info.run_id, run.info.artifact_uri)

    def metric(self, key: str, value: float, step: int) -> None:
        """Keeps one number, with the present time, for the next flush."""
        self._waiting.append(Metric(key, value, time.time_ns() // 1_000_000, step))

    def flush_if_due(self) -> None:
        """Sends what waits if a second has passed; if MLflow is away, keeps it and tries again 10 s later."""
        if time.monotonic() < self._next_flush:
            return
        try:
            self.flush()
            self._next_flush = time.monotonic() + FLUSH_SECONDS
        except ServiceUnavailable as error:
            log.warning("MLflow is away; the training goes on and keeps its numbers", extra={"cause": str(error)})
            self._next_flush = time.monotonic() + RETRY_SECONDS

    def flush(self) -> None:
        """Sends what waits; sending a number twice after a broken answer is harmless, MLflow keeps one of equals."""
        while self._waiting:
            batch = self._waiting[:BATCH]
            with translated(self._uri):
                self._client.log_batch(self.run_id, metrics=batch)
            del self._waiting[: len(batch)]

    def flush_patiently(self) -> None:
        """Flushes, and waits half a minute for an MLflow that is away: a restart of it should not cost a training."""
        deadline = time.monotonic() + END_SECONDS
        while True:
            try:
                return self.flush()
            except ServiceUnavailable:
                if time.monotonic() > deadline:
                    raise
                time.sleep(1)

    def artifact(self, file: Path, folder: str) -> None:
        """Uploads a file into a folder of the run's artifacts."""
        with translated(self._uri):
            self._client.log_artifact(self.run_id, str(file), folder)

    def end(self, status: Status) -> None:
        """Flushes and closes the run; raises ServiceUnavailable when MLflow is away and the run so stays RUNNING."""
        try:
            self.flush_patiently()
            with translated(self._uri):
                self._client.set_terminated(self.run_id, status)
        except ServiceUnavailable as error:
            cause = f"it went away before run {self.run_id} could end as {status}; there it stays RUNNING"
            raise UnavailableBecause(error.service, Text(cause)) from error


def _experiment_id(client: MlflowClient, name: str) -> str:
    try:
        return str(client.create_experiment(name))
    except MlflowException as error:
        if not already_exists(error):
            raise
    found = client.get_experiment_by_name(name)
    if found.lifecycle_stage != "active":
        raise InvalidArgument(Text(f"The experiment {name!r} is deleted in MLflow: restore it there, or name another."))
    return str(found.experiment_id)
