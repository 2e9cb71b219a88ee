"""Finds the registered models that have a tag."""

from typing import Any

from pydantic import BaseModel

from mlflow_api.client import CALL_SECONDS, MlflowApi
from mlflow_api.schemas import validated

_PAGE = 1_000
_ALL_SECONDS = 20.0


class _Named(BaseModel):
    name: str


class _Page(BaseModel):
    registered_models: list[_Named] = []
    next_page_token: str = ""


def tagged_names(mlflow: MlflowApi, tag: str) -> list[str]:
    """Returns the names of all registered models with this tag, unless its value is "false", sorted.

    Raises a `ServiceError`, and `BadInput` if this MLflow does not support searches by tag.
    """
    query: dict[str, Any] = {"filter": f"tags.`{tag}` != 'false'", "max_results": _PAGE, "order_by": "name ASC"}
    within = mlflow.within(_ALL_SECONDS, each_seconds=CALL_SECONDS)
    found: list[str] = []
    token = ""
    while True:
        page = validated(_Page, within.get_api("registered-models/search", query | {"page_token": token}))
        found += [one.name for one in page.registered_models]
        token = page.next_page_token
        if not token:
            return found
