"""Moves old activations from the registered model, which each list of models reads, to an archive model.

The newest `MAX_ACTIVATIONS` stay, and some more, so that the rest is moved in packs: the more tags a registered model
has, the slower MLflow's writes are. A pack is a tag of the registered model that `archive_of` returns: in MLflow,
because the history belongs to the team and not to this host; its value is JSON that maps the old tags' keys to their
values, up to the size of one tag.

A pack is written before its tags are removed: whatever happens concurrently or fails in between, each activation is in
at least one of the two places; packs may overlap, and equal keys are the same activation.
"""

import hashlib
import json
import logging
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from domain.errors import ClewError
from domain.registry.models import DELETED_TAG, MAX_ACTIVATIONS
from mlflow_api.registry.registry import MlflowRegistry
from mlflow_api.registry.versions import Registered, Version, moment_of
from services.registry.activations.tags import HISTORY_TAG, activation_in, activation_keys

PACK_TAG: Final = "clew.activations."
MAX_WAITING: Final = 50
_MAX_CHARACTERS: Final = 5_000  # MLflow's databases limit the value of a tag
log = logging.getLogger(__name__)


class ActivationArchive:
    """The archive of one registered model: activations beyond the newest `kept`, moved once there are more than
    `waiting`.
    """

    def __init__(self, registry: MlflowRegistry, kept: int = MAX_ACTIVATIONS, waiting: int = MAX_WAITING) -> None:
        self._registry = registry
        self._kept = kept
        self._waiting = waiting
        self._moving = threading.Lock()

    def catch_up(self) -> None:
        """Moves old activations in a background thread, unless one is running; activations do not wait for it."""
        if not self._moving.acquire(blocking=False):
            return
        try:
            threading.Thread(target=self._catch_up, name="activation-archive", daemon=True).start()
        except RuntimeError as error:  # no thread is available; the activation is done anyway
            self._moving.release()
            log.warning("old activations stay where they are", extra={"cause": str(error)})

    def move(self) -> int:
        """Moves all old activations; returns their number. Raises a `ServiceError`, and may then be called again."""
        return sum(1 for _key in self._moved())

    def _catch_up(self) -> None:
        try:
            began = time.monotonic()
            for _key in self._moved():
                time.sleep(time.monotonic() - began)  # half of MLflow's time is left to others
                began = time.monotonic()
        except ClewError as error:
            log.warning("old activations stay where they are", extra={"cause": str(error)})
        finally:
            self._moving.release()

    def _moved(self) -> Iterator[str]:
        registered = self._registry.registered()
        if len(activation_keys(registered)) <= self._kept + self._waiting:
            return
        needed = _needed(registered, self._registry.versions()[0])
        old = [key for key in activation_keys(registered)[self._kept :] if key not in needed]
        if len(old) <= self._waiting:
            return
        for pack in _packs(registered.tags, reversed(old)):
            text = _text(pack)
            first = next(iter(pack)).removeprefix(HISTORY_TAG)[:60]
            self._registry.archive_tag(f"{PACK_TAG}{first}-{hashlib.sha256(text.encode()).hexdigest()[:8]}", text)
            for key in pack:
                self._registry.untag_model(key)
                yield key


def _packs(tags: Mapping[str, str], keys: Iterable[str]) -> Iterator[dict[str, str]]:
    """Yields the tags of these keys in that order, as many together as fit into one tag.

    A single one that does not fit stays where it is.
    """
    pack: dict[str, str] = {}
    for key in keys:
        one = {key: tags[key]}
        if len(_text(one)) > _MAX_CHARACTERS:
            continue
        if len(_text(pack | one)) > _MAX_CHARACTERS:
            yield pack
            pack = {}
        pack |= one
    if pack:
        yield pack


def _text(pack: Mapping[str, str]) -> str:
    return json.dumps(pack, ensure_ascii=False)


def _needed(registered: Registered, versions: list[Version]) -> set[str]:
    """Returns the activations that the purge needs, however old: the last one that replaced each deleted version.

    A version that is not deleted needs none: a later deletion is newer.
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
