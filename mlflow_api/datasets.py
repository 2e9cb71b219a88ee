"""The datasets of a run: the list of runs does not include them, so each run needs a request."""

from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator

from domain.run_facts.datasets import Dataset
from mlflow_api.client import MlflowApi
from mlflow_api.schemas import validated

_CONTEXT: Final = "mlflow.data.context"


class _Tag(BaseModel):
    key: str
    value: str = ""


class _TaggedDataset(BaseModel):
    name: str = ""
    digest: str = ""
    source_type: str = ""
    source: str = ""


class _Input(BaseModel):
    dataset: _TaggedDataset
    tags: Annotated[list[_Tag], BeforeValidator(lambda tags: tags or [])] = []


class _Inputs(BaseModel):
    dataset_inputs: Annotated[list[_Input], BeforeValidator(lambda inputs: inputs or [])] = []


class _Run(BaseModel):
    inputs: Annotated[_Inputs, BeforeValidator(lambda inputs: inputs or {})] = _Inputs()


class _Answer(BaseModel):
    run: _Run


def datasets_of(mlflow: MlflowApi, run_id: str) -> list[Dataset]:
    """Returns the datasets of a run in MLflow's order; raises a `ServiceError`, or `NotFound`."""
    inputs = validated(_Answer, mlflow.get_api("runs/get", {"run_id": run_id})).run.inputs
    return [_dataset(one) for one in inputs.dataset_inputs]


def _dataset(given: _Input) -> Dataset:
    context = next((tag.value for tag in given.tags if tag.key == _CONTEXT and tag.value), None)
    return Dataset(**given.dataset.model_dump(), context=context)
