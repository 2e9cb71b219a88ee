"""A value that is shown while it is refreshed: the newest one of this host, its age, and the last failure."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

from concurrency.single_flight import SingleFlight, has_ended
from domain.errors import ClewError, Name
from domain.errors.services import BrokeOff
from services.failures import Failure
from services.sharing.host_lock import host_lock
from services.sharing.reading import Attempt, Reading, past
from services.sharing.shared_reading import SharedReading
from services.sharing.value_forms import ValueForm
from services.sharing.version_token import VersionToken

RETRY_EVERY = timedelta(seconds=5)
_DUE = "due"
log = logging.getLogger(__name__)
T = TypeVar("T")


class Snapshot(Generic[T]):
    """One value, as any worker of this host read it last; if the disk cannot be written, it is kept in memory.

    `read` gets what is known and returns the value, or raises a `ClewError`; it is never called by several threads at
    once. A due refresh is done by one worker of the host, and others do not wait for its lock; if a user waits, the
    worker that got the request reads itself, because another may hang. With a `token`, a value from before its last
    change is outdated.
    """

    def __init__(
        self,
        folder: Path,
        name: str,
        form: ValueForm[T],
        read: Callable[[Reading[T]], T],
        *,
        service: Name,
        due_after: timedelta,
        token: VersionToken | None = None,
    ) -> None:
        self._name = name
        self._read_value = read
        self._service = service
        self._due_after = due_after
        self._token = token
        self._lock_path = folder / f"{name}.lock"
        self._shared = SharedReading(folder, name, form)
        self._unshared = 0  # number of this worker's unshared changes before its last reading
        self._reading = threading.Lock()
        self._began_at: datetime | None = None  # of the present reading
        self._read_until: datetime | None = None  # the time of its value, if it succeeds
        self._flights: SingleFlight[None] = SingleFlight(name)

    @property
    def disk_failure(self) -> str | None:
        """Why this worker's readings cannot be written to disk; None if they can."""
        return self._shared.disk_failure

    def newest(self) -> Reading[T]:
        """Returns what is known, without a refresh."""
        return self._shared.newest()

    def view(
        self, wait_seconds: float = 0.0, worth_waiting: Callable[[Reading[T]], bool] = lambda reading: reading.is_empty
    ) -> Reading[T]:
        """Returns what is known at once; refreshes in the background where that is due.

        If the value is outdated, or what is known is `worth_waiting` to replace, it waits up to `wait_seconds`.
        """
        ends = time.monotonic() + wait_seconds
        for _read in range(2):  # the first reading may have begun before a change
            known = self.newest()
            if not (worth_waiting(known) or self.is_outdated(known)):
                if self.is_due(known):
                    self.start_if_due()
                break
            has_ended(self._flights.join("", self._read), ends - time.monotonic())
        return self.newest()

    def refreshed(self, wait_seconds: float) -> Reading[T]:
        """Reads the value again, on a user's request; returns what is known after at most `wait_seconds`."""
        has_ended(self._flights.fresh("", self._read), wait_seconds)
        return self.newest()

    def is_due(self, known: Reading[T]) -> bool:
        """Returns whether the value should be read again; after a failure soon, but not at once."""
        attempt = known.attempt
        if attempt is None or (known.as_of is None and attempt.failure is None) or self.is_outdated(known):
            return True
        pause = self._due_after
        if attempt.failure is not None:
            # An attempt that failed after a minute cost the service a minute; it gets as long to recover.
            pause = max(min(pause, RETRY_EVERY), timedelta(seconds=attempt.took_seconds))
        # A clock that was set back must not stop the readings.
        return not timedelta() <= datetime.now(UTC) - attempt.ended_at < pause

    def start_if_due(self) -> Future[None]:
        """Reads in the background, unless another worker is reading or has just done so."""
        reads = partial(self._read, unless=self._is_recent)
        return self._flights.join(_DUE, partial(self._read_alone, reads, self._is_recent))

    def start_shared(
        self,
        scope: str,
        read: Callable[[Reading[T]], T],
        answers: Callable[[Attempt], bool],
        lock_seconds: float,
    ) -> Future[None]:
        """Reads `scope` after this call; if another worker is reading, waits for it first.

        An attempt of any worker that began after this call, and that `answers` it, is used instead.
        """
        asked_at = datetime.now(UTC)

        def is_answered() -> bool:
            last = self.newest().attempt
            return last is not None and past(last.began_at) >= asked_at and answers(last)

        reads = partial(self._read, read, scope)
        return self._flights.fresh(scope, partial(self._read_alone, reads, is_answered, lock_seconds))

    def show(self, value: T, as_of: datetime | None = None) -> None:
        """Shares the partial value of the present reading; it is shown until the reading has ended, whether it fails or
        not.

        Without `as_of` it has no time: a due refresh stays due, and after a crash the next reading starts from the
        beginning.
        """
        now = datetime.now(UTC)
        began_at = self._began_at or now
        self._read_until = began_at if as_of is None else now
        took = (now - began_at).total_seconds()
        self._shared.keep(Reading(value, Attempt(began_at=began_at, ended_at=now, took_seconds=took, as_of=as_of)))

    def is_outdated(self, known: Reading[T]) -> bool:
        """Returns whether something was changed since `known` was read, so that it should be read again."""
        if self._token is None:
            return False
        token = None if known.attempt is None else known.attempt.token
        return token != self._token.current() or self._unshared != self._token.unshared

    def _read_alone(self, read: Callable[[], None], is_done: Callable[[], bool], lock_seconds: float = 0.0) -> None:
        with host_lock(self._lock_path, lock_seconds) as won:
            if won and not is_done():
                read()

    def _is_recent(self) -> bool:
        return not self.is_due(self.newest())

    def _read(
        self,
        read: Callable[[Reading[T]], T] | None = None,
        scope: str = "",
        unless: Callable[[], bool] | None = None,
    ) -> None:
        with self._reading:
            if unless is not None and unless():  # another thread of this worker has read while this one waited
                return
            token, unshared = (self._token.current(), self._token.unshared) if self._token else (None, 0)
            known, began_at, began = self.newest(), datetime.now(UTC), time.monotonic()
            self._began_at = self._read_until = began_at
            value, failure = self._outcome(read or self._read_value, known)
            if failure is not None:
                failure = failure.model_copy(
                    update={"since": began_at if known.failure is None else known.failure.since}
                )
            attempt = Attempt(
                began_at=began_at,
                ended_at=datetime.now(UTC),
                took_seconds=time.monotonic() - began,
                scope=scope,
                as_of=self._read_until if failure is None else self.newest().as_of,
                failure=failure,
                token=token,
            )
            self._shared.keep(Reading(self.newest().value if value is None else value, attempt))
            self._unshared = unshared

    def _outcome(self, read: Callable[[Reading[T]], T], known: Reading[T]) -> tuple[T | None, Failure | None]:
        try:
            return read(known), None
        except ClewError as error:
            failure = Failure.of(error, self._service)
            log.warning("%s could not be read", self._name, extra=failure.log_fields)
        except Exception:
            log.exception("%s could not be read", self._name)
            failure = Failure.of(BrokeOff(self._service), self._service)
        return None, failure
