"""Purges models that were deleted long ago: `python -m services.registry.purge`, from a timer or by hand.

It takes two runs, an hour or more apart. The first marks a version, which can then be neither restored nor activated. A
later one checks again and removes it. Requests that read the version before it was marked have ended by then, since no
request lasts an hour: so nothing is removed while it is being restored.

Then it moves activations that are not among the newest to the archive.
"""

import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from domain.errors import NotFound, ReadOnly
from domain.errors.models.records import PurgedElsewhere
from domain.moments import utc_now
from domain.registry.model_ids import VersionIds
from domain.registry.models import DELETED_TAG, PURGING_TAG, ModelState, archive_of, state_of
from mlflow_api.client import MlflowApi
from mlflow_api.registry.registry import MlflowRegistry
from mlflow_api.registry.versions import Registered, Version, moment_of
from services.registry.activations.archive import ActivationArchive
from services.registry.activations.tags import activations
from services.registry.registered_models import RegisteredModels
from settings.command import run_command
from settings.settings import Settings

BETWEEN_RUNS = timedelta(hours=1)


class PurgeResult(NamedTuple):
    """The result of a run, by versions, or by ids if there are several registered models."""

    marked: list[str]
    removed: list[str]
    spared: list[str]

    def with_ids(self, ids: VersionIds) -> "PurgeResult":
        """Returns the result by ids."""
        return PurgeResult(*([ids.id_of(version) for version in versions] for versions in self))

    def __str__(self) -> str:
        outcome = {"marked for removal": self.marked, "removed for good": self.removed, "spared": self.spared}
        return "; ".join(f"{words}: {', '.join(ids) or 'none'}" for words, ids in outcome.items())


class ModelPurge:
    """Purges the versions of one registered model deleted longer than `retention` ago; it may stop anywhere."""

    def __init__(self, registry: MlflowRegistry, retention: timedelta, now: Callable[[], datetime] = utc_now) -> None:
        self._registry = registry
        self._retention = retention
        self._now = now

    def run(self) -> PurgeResult:
        """Marks, removes or spares each version; raises a `ServiceError`, and may then be run again."""
        done = PurgeResult([], [], [])
        registered = self._registry.registered()
        for version in self._registry.versions()[0]:
            try:
                self._process_version(version, registered, done)
            except NotFound:
                continue  # it was removed meanwhile
        return done

    def _process_version(self, version: Version, registered: Registered, done: PurgeResult) -> None:
        due, marked_at = self._is_due(version, registered), moment_of(version.tags.get(PURGING_TAG))
        if PURGING_TAG not in version.tags:
            if due:
                self._mark(version.version, done)
        elif not due or marked_at is None:  # a mark without a valid moment is set again by the next run
            self._unmark(version.version, done)
        elif self._now() - marked_at >= BETWEEN_RUNS:
            self._remove(version.version, done)

    def _mark(self, version: str, done: PurgeResult) -> None:
        self._registry.tag_version(version, PURGING_TAG, self._now().isoformat())
        if self._is_still_due(version):  # else it was restored between the first check and the mark
            done.marked.append(version)
        else:
            self._unmark(version, done)

    def _unmark(self, version: str, done: PurgeResult) -> None:
        self._registry.untag_version(version, PURGING_TAG)
        done.spared.append(version)

    def _remove(self, version: str, done: PurgeResult) -> None:
        if self._is_still_due(version):  # the list may be minutes old
            self._registry.delete_version(version)
            done.removed.append(version)

    def _is_still_due(self, version: str) -> bool:
        found = self._registry.version(version)
        return self._is_due(found, self._registry.registered())

    def _is_due(self, version: Version, registered: Registered) -> bool:
        if state_of(version.version, version.tags, registered.active) is not ModelState.DELETED:
            return False
        deleted_at = moment_of(version.tags[DELETED_TAG])
        if deleted_at is None:  # a tag of another program: the moment is unknown
            return False
        # A model that was activated during its deletion counts as deleted only since another one replaced it.
        replaced = [one.at for one in activations(registered) if one.former_id == version.version]
        return self._now() - max([deleted_at, *replaced]) >= self._retention


def main() -> int:
    """Purges and archives once, as the settings say; returns the exit status."""
    return run_command(_lines)


def _lines(settings: Settings) -> Iterator[str]:
    """Yields a line for the purge, and one for each registered model whose old activations were moved."""
    yield str(purge(settings))
    registered = _registered(settings)
    for name in registered.find().names:
        moved = ActivationArchive(registered.registry(name)).move()
        if moved:
            yield f"old activations, moved to {archive_of(name)}: {moved}"


def purge(settings: Settings) -> PurgeResult:
    """Purges each configured registered model once, by its own alias and history."""
    if settings.read_only:
        raise ReadOnly
    if settings.model_server_url is not None:
        raise PurgedElsewhere
    registered, retention = _registered(settings), timedelta(days=settings.model_retention_days)
    done = PurgeResult([], [], [])
    for name in registered.find().names:
        found = ModelPurge(registered.registry(name), retention).run().with_ids(registered.ids_of(name))
        done = PurgeResult(*(before + now for before, now in zip(done, found, strict=True)))
    return done


def _registered(settings: Settings) -> RegisteredModels:
    return RegisteredModels.of(MlflowApi.from_settings(settings), settings)


if __name__ == "__main__":
    sys.exit(main())
