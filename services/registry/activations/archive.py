"""Moves old activations out of the registered model, which each list of models reads, into one beside it.

The newest `MOST_ACTIVATIONS` stay, and some more, so that the rest moves in packs: a write costs MLflow the more, the
more tags a registered model has. A pack is a tag of the registered model that `archive_of` names: in MLflow, because
the history is the team's and not this host's; JSON, the old tags' keys to their values, up to what one tag holds.

A pack is written before its tags are removed: so whoever else does the same meanwhile, and wherever one stops, each
activation is in one of the two places at least; and where packs overlap, a key says that it is the same.
"""

import hashlib
import json
import logging
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from domain.errors import ClewError
from domain.registry.models import DELETED_TAG, MOST_ACTIVATIONS
from mlflow_api.registry.registry import MlflowRegistry
from mlflow_api.registry.versions import Registered, Version, moment_of
from services.registry.activations.tags import HISTORY_TAG, activation_in, activation_keys

PACK_TAG: Final = "clew.activations."
MOST_WAITING: Final = 50
_MOST_CHARACTERS: Final = 5_000  # MLflow's databases take no longer value of a tag
log = logging.getLogger(__name__)


class ActivationArchive:
    """The old activations of one registered model: beyond the newest `kept`, once they are more than `waiting`."""

    def __init__(self, registry: MlflowRegistry, kept: int = MOST_ACTIVATIONS, waiting: int = MOST_WAITING) -> None:
        self._registry = registry
        self._kept = kept
        self._waiting = waiting
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
    """Yields the tags of these keys in that order, as many together as one tag holds.

    One that is too long alone stays.
    """
    pack: dict[str, str] = {}
    for key in keys:
        one = {key: tags[key]}
        if len(_text(one)) > _MOST_CHARACTERS:
            continue
        if len(_text(pack | one)) > _MOST_CHARACTERS:
            yield pack
            pack = {}
        pack |= one
    if pack:
        yield pack


def _text(pack: Mapping[str, str]) -> str:
    return json.dumps(pack, ensure_ascii=False)


def _needed(registered: Registered, versions: list[Version]) -> set[str]:
    """Returns the activations by which the purge counts, however old: the last that replaced a version deleted before
    it.

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
