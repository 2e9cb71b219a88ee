"""Which registered models are the team's: the first one, those that the settings name, and those that carry the tag."""

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
    """The names, the first one first; and why those by the tag are not among them, where this MLflow does not tell."""

    names: list[str]
    missing: ClewError | None = None


class RegisteredModels:
    """The registered models `first` and `listed` of one MLflow, and with `by_tag` all that carry `MODEL_TAG`."""

    def __init__(self, mlflow: MlflowApi, first: str, listed: Sequence[str] = (), *, by_tag: bool = False) -> None:
        self._mlflow = mlflow
        self.first = first
        self._listed = [name for name in dict.fromkeys(listed) if name != first]
        self._by_tag = by_tag

    @classmethod
    def of(cls, mlflow: MlflowApi, settings: Settings) -> "RegisteredModels":
        """Returns those that `settings` name."""
        return cls(mlflow, settings.model_name, settings.model_names_listed, by_tag=settings.models_by_tag)

    def find(self) -> NamesFound:
        """Returns all names; raises `ServiceUnavailable` where MLflow does not answer."""
        known = [self.first, *self._listed]
        if not self._by_tag:
            return NamesFound(known)
        try:
            return NamesFound(list(dict.fromkeys([*known, *tagged_names(self._mlflow, MODEL_TAG)])))
        except (AccessDenied, BadInput, BadResponse, NotFound) as error:  # what is named goes on all the same
            log.warning("registered models cannot be found by their tag", extra={"cause": str(error)})
            return NamesFound(known, error)

    def has(self, name: str) -> bool:
        """Returns whether this is one of them, as it is now."""
        if name == self.first or name in self._listed:
            return True
        return self._by_tag and self.registry(name).registered().tags.get(MODEL_TAG, "false") != "false"

    def ids_of(self, name: str) -> VersionIds:
        """Returns how the versions of one of them are called."""
        return VersionIds(None if name == self.first else name)

    def registry(self, name: str) -> MlflowRegistry:
        """Returns the one of this name, whether it is there or not."""
        return MlflowRegistry(self._mlflow, name)
