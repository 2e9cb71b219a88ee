"""How long another process may take: counted by its own computing, since on a busy machine it may not get to run."""

import time
from typing import Final

import psutil

_LONGEST: Final = 3
_AT_LEAST_SECONDS: Final = 10.0
_SHORTEST_WAIT: Final = 0.01  # the kernel counts computing in steps of that


class ProcessDeadline:
    """The end of a process's time: once it has computed for `seconds` from now on.

    A process that waits, or never gets to run, has three times as long by the clock, but at least ten seconds.
    """

    def __init__(self, pid: int, seconds: float) -> None:
        self.seconds = seconds
        self._pid = pid
        self._before = _computed_by(pid)
        self._begun = time.monotonic()

    def left(self) -> float:
        """Returns for how many seconds to wait before the next call of this; 0 once the time is over."""
        passed = time.monotonic() - self._begun
        if passed < self.seconds:
            return self.seconds - passed
        computed = _computed_by(self._pid)
        if computed is None or self._before is None:
            return 0.0
        left = min(self.seconds - (computed - self._before), longest_wait(self.seconds) - passed)
        return max(_SHORTEST_WAIT, left) if left > 0 else 0.0


def longest_wait(seconds: float) -> float:
    """Returns how long, by the clock, to wait for a process that may compute for `seconds`."""
    return max(_AT_LEAST_SECONDS, _LONGEST * seconds)


def _computed_by(pid: int) -> float | None:
    """Returns for how many seconds it has computed; None for a process that has ended."""
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error:
        return None
    return float(times.user + times.system)
