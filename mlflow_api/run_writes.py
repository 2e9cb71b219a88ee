"""Runs in MLflow that Clew itself creates: made with their tags in one call, updated, ended, and found by tags."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import PurePosixPath
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ValidationError

from domain.errors import BadInput, BadResponse, Conflict, NotFound
from domain.errors.trainings.requests import ExperimentDeleted
from domain.tools.recognition import ToolReading, tool_of
from domain.tracking.runs import LatestMetric, RunStatus
from mlflow_api.client import MlflowApi
from mlflow_api.schemas import SERVICE, Experiment, OneRun, RawRun, bad_row_of, validated

_PAGE: Final = 100
_log = logging.getLogger(__name__)


class StoredRun(BaseModel):
    """A run as stored in MLflow; times in Unix ms."""

    run_id: str
    experiment_id: str
    name: str
    status: RunStatus
    is_deleted: bool
    start_ms: int | None
    end_ms: int | None
    tags: dict[str, str]
    params: dict[str, str]
    metrics: dict[str, LatestMetric]

    @property
    def tool(self) -> ToolReading:
        """The tool as whose the run is interpreted."""
        return tool_of(self.metrics, self.params, self.tags)


class _ExperimentMade(BaseModel):
    experiment_id: str


class _Info(BaseModel):
    run_id: str


class _Updated(BaseModel):
    """MLflow's answer to an update: without it, the update may not have happened."""

    run_info: _Info


class _Named(BaseModel):
    experiment_id: str
    lifecycle_stage: str = "active"


class _ByName(BaseModel):
    experiment: _Named


class _File(BaseModel):
    path: str = ""


class _Files(BaseModel):
    files: Annotated[list[_File], BeforeValidator(lambda files: files or [])] = []


class RunWrites:
    """The calls that write runs; each raises a `ServiceError`, `NotFound`, or MLflow's refusal."""

    def __init__(self, mlflow: MlflowApi) -> None:
        self._mlflow = mlflow

    def experiment(self, name: str) -> str:
        """Returns the id of the experiment of that name, created if needed; raises `ExperimentDeleted`."""
        with suppress(NotFound):
            return self._experiment(name)
        try:
            return validated(_ExperimentMade, self._mlflow.write("experiments/create", {"name": name})).experiment_id
        except (BadInput, Conflict):  # another process created it first
            return self._experiment(name)

    def experiments(self) -> dict[str, Experiment]:
        """Returns all active experiments by id."""
        return self._mlflow.experiments()

    def create(self, experiment_id: str, name: str, *, start_ms: int, tags: Mapping[str, str]) -> StoredRun:
        """Creates a run, to which MLflow always gives the status RUNNING."""
        body = {"experiment_id": experiment_id, "run_name": name, "start_time": start_ms, "tags": _pairs(tags)}
        return stored_run(validated(OneRun, self._mlflow.write("runs/create", body)).run)

    def set_status(self, run_id: str, status: RunStatus, end_ms: int | None = None) -> None:
        """Sets the run's status, and when it ended."""
        body = {"run_id": run_id, "status": status.value}
        self._update(body if end_ms is None else body | {"end_time": end_ms})

    def tag(self, run_id: str, tags: Mapping[str, str]) -> None:
        """Sets all of these tags, or none."""
        if tags:
            self._mlflow.write("runs/log-batch", {"run_id": run_id, "tags": _pairs(tags)})

    def log(
        self,
        run_id: str,
        metrics: Sequence[Mapping[str, Any]],
        *,
        params: Mapping[str, str] | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        """Logs points in MLflow's JSON format, parameters and tags, 1,000 in total; the tags are written last."""
        body = {"run_id": run_id, "metrics": metrics, "params": _pairs(params or {}), "tags": _pairs(tags or {})}
        self._mlflow.write("runs/log-batch", body)

    def rename(self, run_id: str, name: str) -> None:
        """Gives a run another name."""
        self._update({"run_id": run_id, "run_name": name})

    def delete(self, run_id: str) -> None:
        """Deletes a run; MLflow can restore it."""
        self._mlflow.write("runs/delete", {"run_id": run_id})

    def untag(self, run_id: str, key: str) -> None:
        """Removes a tag, if it exists."""
        with suppress(NotFound):
            self._mlflow.write("runs/delete-tag", {"run_id": run_id, "key": key})

    def _update(self, body: Mapping[str, Any]) -> None:
        validated(_Updated, self._mlflow.write("runs/update", body))

    def get(self, run_id: str) -> StoredRun:
        """Returns one run, deleted ones included."""
        return stored_run(validated(OneRun, self._mlflow.get_api("runs/get", {"run_id": run_id})).run)

    def logged_nothing(self, run_id: str) -> bool:
        """Returns whether the run contains nothing but tags."""
        run = self.get(run_id)
        return not run.metrics and not run.params and not self.has_artifacts(run_id)

    def has_artifacts(self, run_id: str) -> bool:
        """Returns whether the run has any artifact."""
        return bool(validated(_Files, self._mlflow.get_api("artifacts/list", {"run_id": run_id})).files)

    def artifact_names(self, run_id: str, folder: str) -> list[str]:
        """Returns the names in a folder of the run's artifacts; empty if the folder does not exist."""
        answer = self._mlflow.get_api("artifacts/list", {"run_id": run_id, "path": folder})
        return [PurePosixPath(file.path).name for file in validated(_Files, answer).files]

    def search(
        self, experiment_ids: list[str], where: str, most: int, *, with_deleted: bool = False
    ) -> Iterator[StoredRun]:
        """Yields the newest `most` runs that match MLflow's filter; an invalid one is skipped, and logged."""
        token, left = "", most
        while experiment_ids and left > 0:
            answer = self._mlflow.runs_page(experiment_ids, where, min(_PAGE, left), token, with_deleted=with_deleted)
            for row in answer.rows:
                try:
                    yield stored_run(row)
                except BadResponse as error:
                    _log.warning("A run is left out", extra={"cause": str(error)})
            left, token = left - len(answer.rows), answer.next_token
            if not token:
                return

    def _experiment(self, name: str) -> str:
        found = validated(_ByName, self._mlflow.get_api("experiments/get-by-name", {"experiment_name": name}))
        if found.experiment.lifecycle_stage == "deleted":
            raise ExperimentDeleted(name)
        return found.experiment.experiment_id


def stored_run(raw: object) -> StoredRun:
    """Returns a run from MLflow's answer; raises BadResponse."""
    try:
        parsed = RawRun.model_validate(raw)
    except ValidationError as error:
        bad = bad_row_of(raw, error)
        raise BadResponse(SERVICE, bad.field, bad.cause) from error
    info, data = parsed.info, parsed.data
    return StoredRun(
        run_id=info.run_id,
        experiment_id=info.experiment_id,
        name=info.run_name,
        status=info.status,
        is_deleted=info.lifecycle_stage == "deleted",
        start_ms=info.start_time,
        end_ms=info.end_time or None,
        tags={pair.key: pair.value for pair in data.tags},
        params={pair.key: pair.value for pair in data.params},
        metrics={m.key: LatestMetric(value=m.value, step=m.step, timestamp=m.timestamp) for m in data.metrics},
    )


def _pairs(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in tags.items()]
