"""Asks Ray about all jobs that somebody wants to know of, so that nobody waits for it."""

import logging
import threading
import time
from collections.abc import Callable
from copy import copy
from typing import Final

from domain.errors import ClewError
from domain.errors.connections import TimedOut
from scheduler.ray_jobs.jobs_api import SERVICE, JobsApi
from scheduler.ray_jobs.watched_job import PATIENCE_SECONDS, WatchedJob

EACH_SECONDS: Final = 1.0
FORGET_SECONDS: Final = 120.0
_log = logging.getLogger(__name__)
Key = tuple[str, int]


class JobWatch:
    """Two threads, which begin with the first question: one asks what jobs do, the other reads their logs."""

    def __init__(self, jobs: JobsApi, made: Callable[[str, int], WatchedJob]) -> None:
        self._jobs, self._made = jobs, made
        self._watched: dict[Key, WatchedJob] = {}
        self._asked: dict[Key, float] = {}
        self._lock = threading.Lock()
        self._wake, self._ended = threading.Event(), threading.Event()
        self._threads: list[threading.Thread] = []
        self._reach: ClewError | None = None
        self._is_reach_known = threading.Event()

    def of(self, run_id: str, attempt: int) -> WatchedJob:
        """The job of an attempt, which is looked after from now on."""
        key = (run_id, attempt)
        with self._lock:
            self._begin()
            self._asked[key] = time.monotonic()
            if key not in self._watched:
                self._watched[key] = self._made(run_id, attempt)
                self._wake.set()
            return self._watched[key]

    def check_reach(self) -> None:
        """Raises a ClewError where Ray did not answer when it was last asked."""
        with self._lock:
            self._begin()
        if not self._is_reach_known.wait(PATIENCE_SECONDS):
            raise TimedOut(SERVICE)
        if self._reach is not None:
            raise copy(self._reach)

    def waiting(self) -> int:
        """How many jobs the cluster has that it has not begun."""
        return sum(one.is_waiting for one in self._all())

    def look_soon(self) -> None:
        """Asks anew at once."""
        self._wake.set()

    def close(self) -> None:
        """Ends both threads, without waiting for them."""
        self._ended.set()
        self._wake.set()

    def _begin(self) -> None:
        if self._threads:
            return
        self._threads = [
            threading.Thread(target=self._each, args=(work,), name=name, daemon=True)
            for name, work in (("ray-jobs", self._look), ("ray-logs", self._read))
        ]
        for thread in self._threads:
            thread.start()

    def _each(self, work: Callable[[], None]) -> None:
        while not self._ended.is_set():
            try:
                work()
            except Exception:
                _log.exception("A look at the cluster broke off")
            self._wake.wait(EACH_SECONDS)

    def _look(self) -> None:
        self._wake.clear()
        self._forget()
        self._reach = self._trouble()
        self._is_reach_known.set()
        for one in self._all():
            if self._reach is None:
                one.refresh()
            else:
                one.fail(self._reach)

    def _trouble(self) -> ClewError | None:
        try:
            self._jobs.check()
        except ClewError as error:
            return error
        return None

    def _read(self) -> None:
        for one in self._all():
            if one.is_running:
                one.log.refresh()

    def _all(self) -> list[WatchedJob]:
        with self._lock:
            return list(self._watched.values())

    def _forget(self) -> None:
        """Those that nobody asked about for a while, unless they are to be stopped."""
        before = time.monotonic() - FORGET_SECONDS
        with self._lock:
            for key, one in list(self._watched.items()):
                if self._asked[key] < before and not one.is_needed:
                    del self._watched[key], self._asked[key]
