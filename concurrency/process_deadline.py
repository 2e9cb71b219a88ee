"""How long another process may take: counted by its own computing, since on a busy machine it may not get to run."""

import math
import select
import time
from typing import Final

import psutil

from domain.errors.time_limits import SecondsByTheClock, SecondsOfComputing, TimeLimit

_LONGEST: Final = 3
_AT_LEAST_SECONDS: Final = 10.0
_SHORTEST_WAIT: Final = 0.01  # the kernel counts computing in steps of that
_RETRY_SECONDS: Final = 0.5  # until its computing can be read, perhaps
_CLOSING_SECONDS: Final = 2.0  # until the pipe of a process that has ended closes: its own children may hold it


class ProcessDeadline:
    """The end of a process's time: once it has computed for `seconds` from now on.

    A process that waits, or never gets to run, has three times as long by the clock, but at least ten seconds; and none
    has longer than until `ends`, a moment of `time.monotonic`.
    """

    def __init__(self, pid: int, seconds: float, ends: float = math.inf) -> None:
        self._pid = pid
        self._seconds = seconds
        self._begun = time.monotonic()
        self._before = _computed_before(pid)
        self._by_the_clock = min(longest_wait(seconds), max(0.0, ends - self._begun))
        self._is_by_the_clock = False
        self._has_ended = False

    @property
    def limit(self) -> TimeLimit:
        """What it had, once its time is over: the limit that ended it."""
        if self._is_by_the_clock:
            return SecondsByTheClock(round(self._by_the_clock, 1))
        return SecondsOfComputing(self._seconds)

    def left(self) -> float:
        """Returns for how many seconds to wait before the next call of this; 0 once the time is over."""
        by_the_clock = self._by_the_clock - (time.monotonic() - self._begun)
        computing = self._computing_left()
        self._is_by_the_clock = by_the_clock <= 0
        left = min(by_the_clock, computing)
        return max(_SHORTEST_WAIT, left) if left > 0 else 0.0

    def can_use(self, pipe: int, event: int) -> bool:
        """Returns whether a pipe or socket to the process is ready (select.POLLIN, POLLOUT) before the time is over.

        The end of the process makes it ready, too: reading then returns nothing, and writing fails.
        """
        poll = select.poll()
        poll.register(pipe, event)
        while not poll.poll((left := self.left()) * 1000):
            if left <= 0:
                return self._has_ended and bool(poll.poll(_CLOSING_SECONDS * 1000))
        return True

    def _computing_left(self) -> float:
        """Returns for how long it may still compute, which is the shortest time in which that can be over."""
        passed = time.monotonic() - self._begun
        if passed < self._seconds:
            return self._seconds - passed
        try:
            computed = _computed_by(self._pid)
        except psutil.NoSuchProcess:
            self._has_ended = True
            return 0.0
        if computed is None:
            return _RETRY_SECONDS
        if self._before is None:
            self._before = computed
        return self._seconds - (computed - self._before)


def longest_wait(seconds: float) -> float:
    """Returns how long, by the clock, to wait for a process that may compute for `seconds`."""
    return max(_AT_LEAST_SECONDS, _LONGEST * seconds)


def _computed_before(pid: int) -> float | None:
    """Returns for how many seconds it has computed so far; None if that cannot be read now."""
    try:
        return _computed_by(pid)
    except psutil.NoSuchProcess:
        return None


def _computed_by(pid: int) -> float | None:
    """Returns for how many seconds it has computed; None if that cannot be read now, as without a free descriptor.

    Raises psutil.NoSuchProcess once it has ended.
    """
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.NoSuchProcess:
        raise
    except (psutil.Error, OSError):
        return None
    return float(times.user + times.system)
