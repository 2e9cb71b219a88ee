"""The history of one registered model's activations."""

import logging
import secrets
from collections.abc import Callable

from domain.errors import ClewError
from domain.registry.model_ids import VersionIds
from domain.registry.models import MAX_ACTIVATIONS, Activation
from mlflow_api.registry.registry import MlflowRegistry
from services.registry.activations.tags import HISTORY_TAG, activations, with_ids, with_versions

log = logging.getLogger(__name__)


class ActivationHistory:
    """Former activations, with the model ids from `ids` and the registered model's `name`.

    `kept` is called after each attempt to store one, and must return quickly.
    """

    def __init__(self, registry: MlflowRegistry, ids: VersionIds, name: str | None, kept: Callable[[], object]) -> None:
        self._registry, self._ids, self._name, self._kept = registry, ids, name, kept

    def newest(self) -> list[Activation]:
        """Returns the newest `MAX_ACTIVATIONS`, newest first; raises a ServiceError."""
        found = sorted(activations(self._registry.registered()), key=lambda activation: activation.at, reverse=True)
        return [with_ids(activation, self._ids, self._name) for activation in found[:MAX_ACTIVATIONS]]

    def keep(self, activation: Activation) -> None:
        """Stores an activation by version numbers, since another Clew may have other ids for this registered model."""
        moment = activation.at.strftime("%Y%m%dT%H%M%S%f")
        # one tag each: concurrent updates of a list would lose entries
        key = f"{HISTORY_TAG}{moment}-{secrets.token_hex(3)}"
        try:
            self._registry.tag_model(key, with_versions(activation, self._ids).model_dump_json())
        except ClewError as error:
            # The model is already active, so this must not be reported as a failure.
            log.warning("an activation is missing from the history", extra={"cause": str(error)})
        self._kept()
