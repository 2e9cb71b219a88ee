"""Marks runs that are about to be removed for good: tags of a registered model, since deleted runs accept no tags."""

from contextlib import suppress
from typing import Final

from pydantic import BaseModel

from domain.errors import BadInput, Conflict, NotFound
from mlflow_api.client import MlflowApi
from mlflow_api.registry.versions import Registered
from mlflow_api.schemas import validated

HOLDER: Final = "clew-run-purge"
_PREFIX: Final = "clew.purging."
_ABOUT: Final = "The runs that Clew is about to remove for good: each tag is one, and says since when."


class _Model(BaseModel):
    registered_model: Registered


class PurgeMarks:
    """The marks in one MLflow; each call raises a `ServiceError`, or MLflow's refusal."""

    def __init__(self, mlflow: MlflowApi) -> None:
        self._mlflow = mlflow

    def all(self) -> dict[str, str]:
        """Returns the time of marking by run id; empty if there never was a purge."""
        try:
            answer = self._mlflow.get_api("registered-models/get", {"name": HOLDER})
        except NotFound:
            return {}
        tags = validated(_Model, answer).registered_model.tags
        return {key.removeprefix(_PREFIX): value for key, value in tags.items() if key.startswith(_PREFIX)}

    def mark(self, run_id: str, moment: str) -> None:
        """Marks a run."""
        body = {"name": HOLDER, "key": f"{_PREFIX}{run_id}", "value": moment}
        try:
            self._mlflow.write("registered-models/set-tag", body)
        except NotFound:
            self._make()
            self._mlflow.write("registered-models/set-tag", body)

    def unmark(self, run_id: str) -> None:
        """Removes a mark, if it exists."""
        with suppress(NotFound):
            self._mlflow.delete("registered-models/delete-tag", {"name": HOLDER, "key": f"{_PREFIX}{run_id}"})

    def _make(self) -> None:
        """Creates the registered model as a prompt, which MLflow does not show among its models."""
        body = {"name": HOLDER, "description": _ABOUT, "tags": [{"key": "mlflow.prompt.is_prompt", "value": "true"}]}
        with suppress(BadInput, Conflict):  # another process created it first
            self._mlflow.post("registered-models/create", body, writes=True)
