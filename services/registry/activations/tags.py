"""Former activations as tags of their registered model, one tag each, whose key begins with the moment."""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from pydantic import ValidationError

from domain.registry.model_ids import VersionIds
from domain.registry.models import ACTIVATION_TAG, Activation
from mlflow_api.registry.versions import Registered

HISTORY_TAG: Final = ACTIVATION_TAG
_HISTORY_KEY: Final = re.compile(re.escape(HISTORY_TAG) + r"\d{8}T\d{12}-[0-9a-f]{6}", re.ASCII)


def activations(registered: Registered) -> Iterator[Activation]:
    """Yields the stored history; invalid tags of other programs are skipped."""
    for key in activation_keys(registered):
        activation = activation_in(registered.tags[key])
        if activation is not None:
            yield activation


def activation_keys(registered: Registered) -> list[str]:
    """Returns the tags of the history, newest first by the moment in the key; malformed keys come last."""
    keys = [key for key in registered.tags if key.startswith(HISTORY_TAG)]
    return sorted(keys, key=lambda key: (_HISTORY_KEY.fullmatch(key) is not None, key), reverse=True)


def activation_in(tag: str) -> Activation | None:
    """Parses a tag of the history; None if it is invalid."""
    with suppress(ValidationError):
        return Activation.model_validate_json(tag)
    return None


def with_ids(activation: Activation, ids: VersionIds, name: str | None) -> Activation:
    """Converts a stored activation, with version numbers, to one with model ids and the registered model's name."""
    former = activation.former_id
    former_id = None if former is None else ids.id_of(former)
    return activation.model_copy(
        update={"name": name, "model_id": ids.id_of(activation.model_id), "former_id": former_id}
    )


def with_versions(activation: Activation, ids: VersionIds) -> Activation:
    """Converts an activation to its stored form, with version numbers."""
    former = None if activation.former_id is None else ids.version_of(activation.former_id)
    return activation.model_copy(
        update={"model_id": ids.version_of(activation.model_id), "former_id": former, "name": None}
    )
