"""The policies of a registered model's versions: files fetched once for all workers, and results of checks."""

import hashlib
import logging
import threading
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from pydantic import TypeAdapter

from concurrency.process_deadline import longest_wait
from concurrency.single_flight import SingleFlight
from concurrency.worker_pool import DaemonPool
from domain.errors import PolicyRefused, ServiceError
from domain.errors.names import PolicyCheckProcess
from domain.errors.services import BusyChecking
from domain.inference.policies import PolicyGraph
from mlflow_api.registry.registry import FILE_SECONDS, MlflowRegistry
from mlflow_api.registry.versions import Version
from policies.policy_check import CHECK_SECONDS
from services.registry.checks.played_environments import EnvironmentSamples
from services.registry.checks.policy_subjects import PolicySubject
from services.registry.version_files.fetching import FILE_TAG, VersionFetcher
from services.registry.version_files.pauses import FetchPauses
from services.registry.version_files.policy_cache import PolicyCacheEntry, PolicyFile, PolicyFileCache
from services.sharing.host_lock import host_lock
from services.sharing.shared_file import SharedFile
from services.sharing.value_forms import JsonForm

log = logging.getLogger(__name__)
COMPARE_AGAIN_AFTER: Final = timedelta(minutes=10)
"""A file is compared again after this time: versions do not change, but whoever can write to the store can change it.
"""
_MAX_CHECKS_AT_ONCE = 2
_MAX_FETCHES_AT_ONCE = 4
_GRAPH = JsonForm(TypeAdapter(PolicyGraph))


class _Fetched(NamedTuple):
    kept: PolicyCacheEntry
    content: bytes | None
    """Set if it was just fetched: the disk may not have stored it, or may evict it."""


class PolicyLimits:
    """Limits of concurrent fetches and checks, for all registered models together."""

    def __init__(self) -> None:
        # Each may take 64 MiB, and a page can request as many as it has models.
        self.fetches = DaemonPool(_MAX_FETCHES_AT_ONCE, "policy-files")
        # Each may take 2 GiB until it has computed for ten seconds, on a busy machine for thirty by the clock.
        self.checks = threading.BoundedSemaphore(_MAX_CHECKS_AT_ONCE)


class PolicyFiles:
    """The policies of one registered model. Files and check results are cached in `folder`, for all workers of the
    host.

    A file is fetched once, however many requests there are. Before an activation it is fetched again (`refetch`),
    because anyone may set the tag that names it, and whoever can write to the artifact store can replace it: the file
    that is served afterwards is exactly the one that was checked.
    """

    def __init__(
        self,
        registry: MlflowRegistry,
        folder: Path,
        limits: PolicyLimits | None = None,
        environments: EnvironmentSamples | None = None,
    ) -> None:
        self._address = registry.address
        self._fetcher = VersionFetcher(registry)
        self._folder = folder
        self._kept = PolicyFileCache(folder / "files")
        self._pauses = FetchPauses(folder / "files")
        limits = limits or PolicyLimits()
        self._fetches: SingleFlight[_Fetched] = SingleFlight("policy-file", start=limits.fetches.submit)
        self._free = limits.checks
        self._environments = environments or EnvironmentSamples()

    def check(self, version: Version, subject: PolicySubject) -> PolicyGraph:
        """Fetches the version's file again and returns its description after a check; raises as `file`, and
        `PolicyRefused`.
        """
        return self._remembered(self.file(version, refetch=True), subject)

    def known_check(self, version: Version, subject: PolicySubject) -> PolicyGraph:
        """Checks as `check` does, but may use the cached file."""
        return self._remembered(self.file(version), subject)

    def file(self, version: Version, *, refetch: bool = False) -> PolicyFile:
        """Returns the version's policy as one file; raises `PolicyRefused` where there is none, or a `ServiceError`.

        Unless `refetch`, it may be ten minutes old, and older if MLflow fails now.
        """
        key, now = self._key(version), datetime.now(UTC)
        kept = None if refetch else self._kept.find(key)
        if kept is not None and kept.is_newer_than(now - COMPARE_AGAIN_AFTER) and (file := self._kept.open(key, kept)):
            return file
        begin = self._fetches.fresh if refetch else self._fetches.join
        fetched = begin(key, partial(self._fetch, key, version, now, refetch=refetch)).result()
        return self._kept.open(key, fetched.kept) or PolicyFile.of(fetched.content or b"")

    def _key(self, version: Version) -> str:
        """Returns a cache key from everything that identifies the file."""
        named = [self._address, version.version, str(version.creation_timestamp), version.source]
        return hashlib.sha256(repr([*named, version.tags.get(FILE_TAG)]).encode()).hexdigest()

    def _fetch(self, key: str, version: Version, asked_at: datetime, *, refetch: bool) -> _Fetched:
        """Returns the cached file, after one worker of this host has compared it with MLflow; others wait for it."""
        with host_lock(self._folder / "files" / f"{key[:2]}.lock", 2 * FILE_SECONDS):
            kept = self._kept.find(key)
            if kept is not None and kept.is_newer_than(asked_at if refetch else asked_at - COMPARE_AGAIN_AFTER):
                return _Fetched(kept, None)
            try:
                if not refetch:
                    self._pauses.check(key)
                return self._compared(key, version, kept)
            except ServiceError as error:
                if kept is None or refetch:
                    raise
                log.warning("a policy file is as it was", extra={"model": version.version, "cause": str(error)})
                return _Fetched(kept, None)

    def _compared(self, key: str, version: Version, kept: PolicyCacheEntry | None) -> _Fetched:
        try:
            fetched = self._fetcher.fetch(version, () if kept is None else kept.parts)
        except (ServiceError, PolicyRefused) as error:
            self._pauses.failed(key, error)
            raise
        self._pauses.record_success(key)
        if fetched is None and kept is not None:
            return _Fetched(self._kept.mark_unchanged(key, kept), None)
        assert fetched is not None, "what was not known before has parts"
        return _Fetched(self._kept.keep(key, fetched), fetched.content)

    def _remembered(self, file: PolicyFile, subject: PolicySubject) -> PolicyGraph:
        """Checks as `_checked` does, or returns a cached result; if `folder` cannot be written, nothing is cached."""
        with file:
            return self._known(file, subject)

    def _known(self, file: PolicyFile, subject: PolicySubject) -> PolicyGraph:
        path = self._folder / subject.mark(file.sha256)
        passed = SharedFile(path.with_suffix(".json"), _GRAPH)
        if (known := passed.read()) is not None:
            return known
        # Waits for a concurrent check of the same file, and uses its result.
        with host_lock(path.with_suffix(".lock"), _longest_check()):
            if (known := passed.read()) is not None:
                return known
            graph = self._checked(file.content(), subject)
            if graph.unchecked is not None:
                return graph  # the environment may be installed at any time
            try:
                passed.write(graph)
            except OSError as error:
                log.warning("a check is not remembered", extra={"cause": str(error)})
        return graph

    def _checked(self, content: bytes, subject: PolicySubject) -> PolicyGraph:
        if not self._free.acquire(timeout=_longest_check()):
            raise BusyChecking(PolicyCheckProcess())
        try:
            return subject.check(content, self._environments)
        finally:
            self._free.release()


def _longest_check() -> float:
    """Returns how long to wait for another check: the policy's time, and as much for its environment."""
    return 2 * longest_wait(CHECK_SECONDS)
