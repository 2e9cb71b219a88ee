"""Polls Ray about jobs in the background, so that callers never wait for it."""

import threading
import time
from collections.abc import Callable
from copy import copy
from typing import Final

from concurrency.rounds import PeriodicTask
from domain.errors import ClewError
from domain.errors.connections import TimedOut
from scheduler.ray_jobs.jobs_api import SERVICE, JobsApi
from scheduler.ray_jobs.last_status import PATIENCE_SECONDS
from scheduler.ray_jobs.watched_job import WatchedJob

EACH_SECONDS: Final = 1.0
LOGS_EACH_SECONDS: Final = 0.5
FORGET_SECONDS: Final = 120.0
Key = tuple[str, int]


class JobWatch:
    """Two threads, which start with the first call: one reads the states of jobs, the other their logs."""

    def __init__(self, jobs: JobsApi, made: Callable[[str, int], WatchedJob]) -> None:
        self._jobs, self._made = jobs, made
        self._watched: dict[Key, WatchedJob] = {}
        self._asked: dict[Key, float] = {}
        self._lock = threading.Lock()
        self._polling = PeriodicTask("ray-jobs", EACH_SECONDS, self._poll)
        self._reading = PeriodicTask("ray-logs", LOGS_EACH_SECONDS, self._read)
        self._has_begun = False
        self._reach: ClewError | None = None
        self._is_reach_known = threading.Event()

    def of(self, run_id: str, attempt: int) -> WatchedJob:
        """Returns the job of an attempt, which is polled from now on."""
        key = (run_id, attempt)
        with self._lock:
            self._begin()
            self._asked[key] = time.monotonic()
            if key not in self._watched:
                self._watched[key] = self._made(run_id, attempt)
                self._polling.wake()
            return self._watched[key]

    def check_reach(self) -> None:
        """Raises a ClewError if Ray did not answer the last request."""
        with self._lock:
            self._begin()
        if not self._is_reach_known.wait(PATIENCE_SECONDS):
            raise TimedOut(SERVICE)
        if self._reach is not None:
            raise copy(self._reach)

    def waiting(self) -> int:
        """Returns how many jobs wait on the cluster."""
        return sum(one.is_waiting for one in self._all())

    def withdraw(self, run_id: str) -> None:
        """Notes that a training is not wanted now: if a job of it appears, it is stopped at once."""
        for one in self._all():
            if one.run_id == run_id:
                one.withdraw()
        self._polling.wake()

    def poll_soon(self) -> None:
        """Polls at once."""
        self._polling.wake()

    def close(self) -> None:
        """Ends both threads, without waiting for them."""
        self._polling.stop()
        self._reading.stop()

    def _begin(self) -> None:
        if not self._has_begun:
            self._has_begun = True
            self._polling.start()
            self._reading.start()

    def _poll(self) -> None:
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
        """Drops jobs that were not asked about for a while, unless they have to be stopped."""
        before = time.monotonic() - FORGET_SECONDS
        with self._lock:
            for key, one in list(self._watched.items()):
                if self._asked[key] < before and not one.is_needed:
                    del self._watched[key], self._asked[key]
