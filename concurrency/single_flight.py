"""Work that is done once for all threads that request it at the same time."""

import logging
import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future, wait
from typing import Generic, TypeVar

from cachetools import TLRUCache

from domain.errors import ClewError

T = TypeVar("T")
_MAX_KEPT = 256
log = logging.getLogger(__name__)


def has_ended(future: Future[T], within_seconds: float) -> bool:
    """Returns whether `future` ends, with a result or an error, within `within_seconds`."""
    return not wait([future], timeout=max(0.0, within_seconds)).not_done


class _Flight(Generic[T]):
    def __init__(self, work: Callable[[], T]) -> None:
        self.work = work
        self.future: Future[T] = Future()
        self.has_begun = False


class SingleFlight(Generic[T]):
    """One execution per key at a time, in the background; all waiting callers get its result or its error.

    Each key has a daemon thread while there is work for it; `start` hands the work to other threads instead, for
    example to those of a `DaemonPool`. A result is kept for as many seconds as `keep_seconds` returns for its error
    (None for success); without that function, not at all.
    """

    def __init__(
        self,
        name: str,
        *,
        start: Callable[[Callable[[], None]], object] | None = None,
        keep_seconds: Callable[[BaseException | None], float] | None = None,
    ) -> None:
        self._name = name
        self._start = start or self._start_thread
        self._keep_seconds = keep_seconds
        self._lock = threading.Lock()
        self._current: dict[Hashable, _Flight[T]] = {}
        self._next: dict[Hashable, _Flight[T]] = {}
        self._kept: TLRUCache[Hashable, Future[T]] = TLRUCache(_MAX_KEPT, ttu=self._kept_until)

    def join(self, key: Hashable, work: Callable[[], T]) -> Future[T]:
        """Joins the running or kept work on `key`, or starts it; returns at once."""
        with self._lock:
            flight = self._current.get(key)
            if flight is not None:
                return flight.future
            return self._kept.get(key) or self._begin(key, work)

    def fresh(self, key: Hashable, work: Callable[[], T]) -> Future[T]:
        """Joins only work that begins after this call: all callers during one execution share the next.

        It runs the `work` of the last caller.
        """
        with self._lock:
            current = self._current.get(key)
            if current is None:
                return self._begin(key, work)
            flight = self._next.setdefault(key, _Flight(work)) if current.has_begun else current
            flight.work = work
            return flight.future

    def get(self, key: Hashable, work: Callable[[], T]) -> T:
        """Waits for the work that `fresh` starts, and returns its result or raises its error."""
        return self.fresh(key, work).result()

    def _begin(self, key: Hashable, work: Callable[[], T]) -> Future[T]:
        """Starts the work; the lock must be held."""
        flight = self._current[key] = _Flight(work)
        try:
            self._start(lambda: self._run(key))
        except BaseException:
            del self._current[key]  # no thread could be started: the next caller tries again
            raise
        return flight.future

    def _run(self, key: Hashable) -> None:
        flight: _Flight[T] | None = self._current[key]
        while flight is not None:
            with self._lock:
                flight.has_begun = True
            done: Future[T] = Future()
            self._execute(key, flight.work, done)
            flight = self._settle(key, flight, done)

    def _execute(self, key: Hashable, work: Callable[[], T], done: Future[T]) -> None:
        try:
            done.set_result(work())
        except ClewError as error:
            done.set_exception(error)
        except BaseException as error:
            log.exception("work that others may wait for broke off", extra={"work": self._name, "key": str(key)})
            done.set_exception(error)

    def _settle(self, key: Hashable, flight: _Flight[T], done: Future[T]) -> _Flight[T] | None:
        """Makes room for new callers, and only then resolves the old future; returns the next flight."""
        with self._lock:
            following = self._next.pop(key, None)
            if following is None:
                del self._current[key]
            else:
                self._current[key] = following
            if self._keep_seconds is not None:
                self._kept[key] = done
        if (error := done.exception()) is not None:
            flight.future.set_exception(error)
        else:
            flight.future.set_result(done.result())
        return following

    def _kept_until(self, _key: Hashable, done: Future[T], now: float) -> float:
        return now + (self._keep_seconds(done.exception()) if self._keep_seconds else 0.0)

    def _start_thread(self, run: Callable[[], None]) -> None:
        threading.Thread(target=run, name=self._name, daemon=True).start()
