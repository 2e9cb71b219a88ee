"""The MLflow calls of a training, over REST: MLflow's package takes seconds to import, and minutes to time out."""

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, Literal, Self, TypeVar

from pydantic import BaseModel, ValidationError

from domain.addresses import Credentials, without_credentials
from domain.errors import BadInput, BadResponse, Conflict, NotFound, ServiceUnavailable
from domain.errors.misfits import misfit_of
from domain.errors.records import InvalidArgument
from domain.errors.services import UnavailableBecause
from domain.errors.trainings.requests import ExperimentDeleted
from domain.messages import Text
from domain.registry.models import MODEL_TAG
from training.tracking.answers import Experiment, Files, FoundExperiment, OneRun, OneVersion, RunResponse, Versions
from training.tracking.points import Point
from training.tracking.served_artifacts import ServedArtifacts
from transport.credentials import BearerAuth, basic_auth
from transport.exchange import Auth
from transport.http_client import JsonService

Status = Literal["FINISHED", "KILLED", "FAILED"]
Kind = TypeVar("Kind", bound=BaseModel)
API: Final = "/api/2.0/mlflow/"
CALL_SECONDS: Final = 10.0
FIRST_CALL_SECONDS: Final = 5.0
TRAINED_AT: Final = "trained_at"


class TrackingServer:
    """An MLflow tracking server; calls raise a `ServiceError`, or BadInput, NotFound or Conflict if it refuses."""

    def __init__(self, uri: str, auth: Auth = None, *, call_seconds: float = CALL_SECONDS) -> None:
        self.uri = without_credentials(uri)
        self.name = f"MLflow at {self.uri}"
        self._service = JsonService(self.name, uri, auth)
        self.artifacts = ServedArtifacts(self._service)
        self._call_seconds = call_seconds

    @classmethod
    def at(cls, uri: str, *, call_seconds: float = CALL_SECONDS) -> Self:
        """Returns the server at an address, with MLflow's credentials from the environment, else those in the
        address.

        A call fails after `call_seconds` without an answer.
        """
        if not uri.startswith(("http://", "https://")):
            raise InvalidArgument(
                Text("The trainer logs to an MLflow server: MLFLOW_TRACKING_URI has to be http(s)://…")
            )
        return cls(uri, _auth(os.environ), call_seconds=call_seconds)

    def first_call(self) -> None:
        """Raises a ServiceUnavailable with advice if nothing useful answers within some seconds."""
        try:
            self._post("experiments/search", {"max_results": 1}, seconds=FIRST_CALL_SECONDS)
        except ServiceUnavailable as error:
            hint = "nothing answers there. Start it (`make run` starts one), or set MLFLOW_TRACKING_URI."
            raise UnavailableBecause(self.name, Text(f"{hint} ({error.cause})")) from error

    def experiment_id(self, name: str) -> str:
        """Returns the experiment of this name, created if there is none; raises ExperimentDeleted."""
        found = self._experiment(name)
        if found is None:
            with _ignoring_existing():
                self._post("experiments/create", {"name": name}, writes=True)
            found = self._experiment(name)
        if found is None or found.lifecycle_stage != "active":
            raise ExperimentDeleted(name)
        return found.experiment_id

    def create_run(
        self, experiment_id: str, name: str, tags: Mapping[str, str], *, started_ms: int | None = None
    ) -> str:
        """Creates a run that began at that time (Unix ms), or just now, and returns its id."""
        started_ms = _now_ms() if started_ms is None else started_ms
        body = {"experiment_id": experiment_id, "run_name": name, "start_time": started_ms, "tags": _pairs(tags)}
        return self._validated(OneRun, self._post("runs/create", body, writes=True)).run.info.run_id

    def run(self, run_id: str) -> RunResponse:
        """Returns the facts of a run."""
        return self._validated(OneRun, self._get("runs/get", {"run_id": run_id})).run

    def log_facts(self, run_id: str, params: Mapping[str, object], tags: Mapping[str, str]) -> None:
        """Logs parameters and tags; repeating the call is harmless."""
        body = {"run_id": run_id, "params": _pairs(params), "tags": _pairs(tags)}
        self._post("runs/log-batch", body, writes=True)

    def log_points(self, run_id: str, points: Sequence[Point]) -> None:
        """Logs at most a thousand numbers; MLflow merges equal ones."""
        self._post("runs/log-batch", {"run_id": run_id, "metrics": [point.as_metric for point in points]}, writes=True)

    def end_run(self, run_id: str, status: Status, *, ended_ms: int | None = None) -> None:
        """Ends a run at that time (Unix ms), or now."""
        ended_ms = _now_ms() if ended_ms is None else ended_ms
        self._post("runs/update", {"run_id": run_id, "status": status, "end_time": ended_ms}, writes=True)

    def register(self, model: str, source: str, run_id: str, tags: Mapping[str, str]) -> str:
        """Creates a version of a registered model, which it creates, too, if there is none; returns its number.

        A version of the same run with the same tags except for the time is reused: an earlier attempt may have been
        answered too late, or have ended before it could report it.
        """
        if (made := self._version_of(run_id, tags)) is not None:
            return made
        self._ensure_model(model)
        # run_id is not only lineage: without it MLflow refuses a source served by its own artifact proxy.
        body = {"name": model, "source": source, "run_id": run_id, "tags": _pairs(tags)}
        answer = self._post("model-versions/create", body, writes=True)
        return str(self._validated(OneVersion, answer).model_version.version)

    def folders(self, run_id: str, path: str) -> list[str]:
        """Returns the names of the folders in a folder of the run's artifacts."""
        answer = self._get("artifacts/list", {"run_id": run_id, "path": path})
        files = self._validated(Files, answer or {}).files
        return [file.path.rpartition("/")[2] for file in files if file.is_dir]

    def _experiment(self, name: str) -> Experiment | None:
        try:
            answer = self._get("experiments/get-by-name", {"experiment_name": name})
        except NotFound:
            return None
        return self._validated(FoundExperiment, answer).experiment

    def _ensure_model(self, name: str) -> None:
        try:
            self._get("registered-models/get", {"name": name})
        except NotFound:
            body = {"name": name, "tags": _pairs({MODEL_TAG: "true"})}  # marks the model for Clew's default list
            with _ignoring_existing():
                self._post("registered-models/create", body, writes=True)

    def _version_of(self, run_id: str, tags: Mapping[str, str]) -> str | None:
        answer = self._get("model-versions/search", {"filter": f"run_id='{run_id}'", "max_results": 100})
        same = {key: value for key, value in tags.items() if key != TRAINED_AT}
        for version in self._validated(Versions, answer or {}).model_versions:
            if same.items() <= {tag.key: tag.value for tag in version.tags}.items():
                return str(version.version)
        return None

    def _get(self, path: str, params: Mapping[str, Any]) -> Any:
        return self._service.call("GET", API + path, params=params, deadline_seconds=self._call_seconds)

    def _post(self, path: str, body: object, *, writes: bool = False, seconds: float | None = None) -> Any:
        seconds = self._call_seconds if seconds is None else seconds
        return self._service.call("POST", API + path, body=body, writes=writes, deadline_seconds=seconds)

    def _validated(self, kind: type[Kind], answer: object) -> Kind:
        try:
            return kind.model_validate(answer)
        except ValidationError as error:
            raise BadResponse(self.name, *misfit_of(error)) from error


@contextmanager
def _ignoring_existing() -> Iterator[None]:
    """Ignores MLflow's refusal to create what another process created just now."""
    try:
        yield
    except (BadInput, Conflict):
        return


def _auth(environment: Mapping[str, str]) -> Auth:
    if token := environment.get("MLFLOW_TRACKING_TOKEN"):
        return BearerAuth(token)
    if username := environment.get("MLFLOW_TRACKING_USERNAME"):
        return basic_auth(Credentials(username, environment.get("MLFLOW_TRACKING_PASSWORD", "")))
    return None


def _pairs(values: Mapping[str, object]) -> list[dict[str, str]]:
    return [{"key": key, "value": str(value)} for key, value in values.items()]


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
