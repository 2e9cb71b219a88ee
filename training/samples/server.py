"""The further MLflow calls of the sample data, over REST: the mlflow package takes seconds to import."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

from pydantic import BaseModel

from training.tracking.server import TrackingServer

_PAGE: Final = 1000


class _Tag(BaseModel):
    key: str
    value: str = ""


class SampleExperiment(BaseModel):
    """An experiment, with its tags."""

    experiment_id: str
    name: str
    lifecycle_stage: str = "active"
    tags: list[_Tag] = []

    def has_tag(self, key: str, value: str) -> bool:
        """Returns whether it has a tag with this value."""
        return any((tag.key, tag.value) == (key, value) for tag in self.tags)


class _Experiments(BaseModel):
    experiments: list[SampleExperiment] = []
    next_page_token: str = ""


class _Created(BaseModel):
    experiment_id: str


class _Info(BaseModel):
    run_id: str
    experiment_id: str
    run_name: str = ""
    status: str = ""


class _Run(BaseModel):
    info: _Info


class _Runs(BaseModel):
    runs: list[_Run] = []


class SampleServer(TrackingServer):
    """An MLflow tracking server with the calls that the sample data needs; they raise as a TrackingServer's."""

    def experiments(self) -> list[SampleExperiment]:
        """Returns all experiments, deleted ones included."""
        found: list[SampleExperiment] = []
        token = ""
        while True:
            body = {"view_type": "ALL", "max_results": _PAGE, "page_token": token}
            page = self._validated(_Experiments, self._post("experiments/search", body) or {})
            found += page.experiments
            token = page.next_page_token
            if not token:
                return found

    def create_experiment(self, name: str, tags: Mapping[str, str]) -> str:
        """Creates an experiment and returns its id."""
        body = {"name": name, "tags": [{"key": key, "value": value} for key, value in tags.items()]}
        return self._validated(_Created, self._post("experiments/create", body, writes=True)).experiment_id

    def tag_experiment(self, experiment_id: str, key: str, value: str) -> None:
        """Sets a tag of an experiment."""
        body = {"experiment_id": experiment_id, "key": key, "value": value}
        self._post("experiments/set-experiment-tag", body, writes=True)

    def search_runs(
        self,
        experiment_ids: Iterable[str],
        filter_string: str = "",
        view_type: Literal["ACTIVE_ONLY", "ALL"] = "ACTIVE_ONLY",
    ) -> list[_Info]:
        """Returns the runs that match, at most a thousand."""
        body: dict[str, Any] = {"experiment_ids": list(experiment_ids), "max_results": _PAGE}
        body |= {"filter": filter_string, "run_view_type": view_type}
        return [run.info for run in self._validated(_Runs, self._post("runs/search", body) or {}).runs]
