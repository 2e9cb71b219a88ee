"""The team's registered models: the first one, those named in the settings, and those with the tag."""

import logging
from collections.abc import Sequence
from typing import NamedTuple

from domain.errors import AccessDenied, BadInput, BadResponse, ClewError, NotFound
from domain.registry.model_ids import VersionIds
from domain.registry.models import MODEL_TAG
from mlflow_api.client import MlflowApi
from mlflow_api.registry.registry import MlflowRegistry
from mlflow_api.registry.tagged_names import tagged_names
from settings.settings import Settings

log = logging.getLogger(__name__)


class NamesFound(NamedTuple):
    """The names, the first one first; `missing` is why those with the tag could not be listed."""

    names: list[str]
    missing: ClewError | None = None


class RegisteredModels:
    """The registered models `first` and `listed` of one MLflow, and with `by_tag` all that have `MODEL_TAG`."""

    def __init__(self, mlflow: MlflowApi, first: str, listed: Sequence[str] = (), *, by_tag: bool = False) -> None:
        self._mlflow = mlflow
        self.first = first
        self._listed = [name for name in dict.fromkeys(listed) if name != first]
        self._by_tag = by_tag

    @classmethod
    def of(cls, mlflow: MlflowApi, settings: Settings) -> "RegisteredModels":
        """Builds them from the settings."""
        return cls(mlflow, settings.model_name, settings.model_names_listed, by_tag=settings.models_by_tag)

    def find(self) -> NamesFound:
        """Returns all names; raises `ServiceUnavailable` where MLflow does not answer."""
        known = [self.first, *self._listed]
        if not self._by_tag:
            return NamesFound(known)
        try:
            return NamesFound(list(dict.fromkeys([*known, *tagged_names(self._mlflow, MODEL_TAG)])))
        except (AccessDenied, BadInput, BadResponse, NotFound) as error:  # the named models are still usable
            log.warning("registered models cannot be found by their tag", extra={"cause": str(error)})
            return NamesFound(known, error)

    def has(self, name: str) -> bool:
        """Returns whether this is one of them, by MLflow's present tags."""
        if name == self.first or name in self._listed:
            return True
        return self._by_tag and self.registry(name).registered().tags.get(MODEL_TAG, "false") != "false"

    def ids_of(self, name: str) -> VersionIds:
        """Returns the scheme of model ids for one of them."""
        return VersionIds(None if name == self.first else name)

    def registry(self, name: str) -> MlflowRegistry:
        """Returns the registry for this name, whether it exists or not."""
        return MlflowRegistry(self._mlflow, name)
