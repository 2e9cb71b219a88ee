"""Removes the sample data from the embedded MLflow."""

from typing import Any

from pydantic import BaseModel

from domain.tracking.runs import SAMPLE_TAG
from mlflow_api.client import MlflowApi
from mlflow_api.schemas import validated

_DEADLINE_SECONDS = 30.0


class _Tag(BaseModel):
    key: str
    value: str = ""


class _Version(BaseModel):
    name: str
    version: str
    tags: list[_Tag] = []
    aliases: list[str] = []


class _Versions(BaseModel):
    model_versions: list[_Version] = []


class SampleData:
    """The sample data of one MLflow."""

    def __init__(self, mlflow: MlflowApi) -> None:
        self._mlflow = mlflow

    def remove(self) -> int:
        """Removes the sample data as `remove_sample_data` does."""
        return remove_sample_data(self._mlflow)


def remove_sample_data(mlflow: MlflowApi) -> int:
    """Deletes the runs, experiments and models tagged as sample data, nothing else; returns the number of runs.

    An active model is kept, and so is an experiment with other runs. It may be repeated. Raises a `ServiceError`.
    """
    mlflow = mlflow.within(_DEADLINE_SECONDS)
    _remove_models(mlflow)
    experiments = mlflow.experiments()
    samples, _bad = mlflow.search_runs(experiments, f"tags.`{SAMPLE_TAG}` = 'true'")
    for run in samples:
        mlflow.post("runs/delete", {"run_id": run.run_id})
    # The experiments last: a deleted one prevents the next start from filling the server again.
    for key, experiment in experiments.items():
        if any(tag.key == SAMPLE_TAG for tag in experiment.tags) and not mlflow.runs_page([key], "", 1).rows:
            mlflow.post("experiments/delete", {"experiment_id": key})
    return len(samples)


def _remove_models(mlflow: MlflowApi) -> None:
    for version in _sample_versions(mlflow):
        if not version.aliases:
            mlflow.delete("model-versions/delete", {"name": version.name, "version": version.version})


def _sample_versions(mlflow: MlflowApi) -> list[_Version]:
    query: dict[str, Any] = {"filter": f"tags.`{SAMPLE_TAG}` = 'true'", "max_results": 1000}
    versions = validated(_Versions, mlflow.get_api("model-versions/search", query)).model_versions
    return [version for version in versions if any(tag.key == SAMPLE_TAG for tag in version.tags)]
