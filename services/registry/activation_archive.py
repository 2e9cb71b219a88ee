"""Moves old activations out of the registered model, which each list of models reads, into one beside it.

The newest `MOST_ACTIVATIONS` stay. What is older becomes a tag of the registered model that `archive_of` names, under
the same key: in MLflow, because the history is the team's and not this host's, and a tag each, because one tag holds
no more than 5,000 characters. A tag is written there before it is removed here, and to write it twice changes nothing:
so whoever else does the same meanwhile, and wherever one stops, each activation is in one of the two places at least.
"""

import logging
import threading
import time
from collections.abc import Iterator

from domain.errors import ClewError
from domain.registry.models import DELETED_TAG, MOST_ACTIVATIONS
from mlflow_api.registry import MlflowRegistry, Registered, Version, moment_of
from services.registry.mlflow_model_tags import activation_in, activation_keys

log = logging.getLogger(__name__)


class ActivationArchive:
    """The old activations of one registered model."""

    def __init__(self, registry: MlflowRegistry) -> None:
        self._registry = registry
        self._moving = threading.Lock()

    def catch_up(self) -> None:
        """Moves what is old in a thread of its own, unless one is at it; whoever activates waits for none of it."""
        if not self._moving.acquire(blocking=False):
            return
        try:
            threading.Thread(target=self._catch_up, name="activation-archive", daemon=True).start()
        except RuntimeError as error:  # no thread is to be had; the activation is done all the same
            self._moving.release()
            log.warning("old activations stay where they are", extra={"cause": str(error)})

    def move(self) -> int:
        """Moves all that is old; returns how many. Raises a `ServiceError`, and may then be called again."""
        return sum(1 for _key in self._moved())

    def _catch_up(self) -> None:
        try:
            began = time.monotonic()
            for _key in self._moved():
                time.sleep(time.monotonic() - began)  # half of MLflow's time is for others, however many there are
                began = time.monotonic()
        except ClewError as error:
            log.warning("old activations stay where they are", extra={"cause": str(error)})
        finally:
            self._moving.release()

    def _moved(self) -> Iterator[str]:
        registered = self._registry.registered()
        keys = activation_keys(registered)
        if len(keys) <= MOST_ACTIVATIONS:
            return
        needed = _needed(registered, self._registry.versions()[0])
        for key in reversed(keys[MOST_ACTIVATIONS:]):  # the oldest first
            if key not in needed:
                self._registry.archive_tag(key, registered.tags[key])
                self._registry.untag_model(key)
                yield key


def _needed(registered: Registered, versions: list[Version]) -> set[str]:
    """The activations by which the purge counts, however old: the last that replaced a version deleted before it.

    A version that is not deleted needs none: whoever deletes it later says a later moment.
    """
    deleted = {one.version: moment_of(one.tags[DELETED_TAG]) for one in versions if DELETED_TAG in one.tags}
    found: dict[str, str] = {}
    for key in activation_keys(registered):
        activation = activation_in(registered.tags[key])
        if activation is not None and activation.former_id in deleted:
            since = deleted[activation.former_id]
            if since is None or activation.at > since:
                found.setdefault(activation.former_id, key)  # the newest comes first
    return set(found.values())
