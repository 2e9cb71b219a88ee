"""Activations and deletions in all registered models at once."""

from collections.abc import Iterator
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ValidationError

from mlflow_api.client import CALL_SECONDS, MlflowApi
from mlflow_api.registry.versions import Registered, Version
from mlflow_api.schemas import validated

_PAGE: Final = 1_000
_ALL_SECONDS: Final = 20.0


class NamedModel(Registered):
    """A registered model with its name."""

    name: str


class NamedVersion(Version):
    """A version with the name of its registered model."""

    name: str


class _Models(BaseModel):
    registered_models: Annotated[list[Any], BeforeValidator(lambda value: value or [])] = []
    next_page_token: str = ""


class _Versions(BaseModel):
    model_versions: Annotated[list[Any], BeforeValidator(lambda value: value or [])] = []
    next_page_token: str = ""


def registered_models(mlflow: MlflowApi) -> Iterator[NamedModel]:
    """Yields all registered models with their aliases and tags; invalid ones are skipped."""
    for raw in _rows(mlflow, "registered-models/search", _Models, "registered_models", {"order_by": "name ASC"}):
        yield from _valid(NamedModel, raw)


def versions_tagged(mlflow: MlflowApi, tag: str) -> Iterator[NamedVersion]:
    """Yields all versions, of any registered model, that have a tag."""
    query = {"filter": f"tags.`{tag}` != ''"}
    for raw in _rows(mlflow, "model-versions/search", _Versions, "model_versions", query):
        yield from _valid(NamedVersion, raw)


def _rows(mlflow: MlflowApi, path: str, shape: type[Any], field: str, query: dict[str, Any]) -> Iterator[Any]:
    within, token = mlflow.within(_ALL_SECONDS, each_seconds=CALL_SECONDS), ""
    while True:
        page = validated(shape, within.get_api(path, query | {"max_results": _PAGE, "page_token": token}))
        yield from getattr(page, field)
        token = page.next_page_token
        if not token:
            return


def _valid(shape: type[Any], raw: object) -> Iterator[Any]:
    try:
        yield shape.model_validate(raw)
    except ValidationError:
        return
