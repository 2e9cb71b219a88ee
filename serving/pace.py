"""How slow a client may be: so many bytes in each stretch of time, in either direction."""

from typing import Final

WINDOW_SECONDS: Final = 10.0
WINDOW_BYTES: Final = 32 * 2**10
"""3 kB/s: less than any line that a person has the patience for, and more than is dripped to hold a connection."""


class Pace:
    """One transfer, in windows of time: what was moved fast earlier does not excuse who moves nothing now."""

    def __init__(self, now: float, done: int = 0) -> None:
        """Starts at `now` (of time.monotonic()), with `done` bytes moved before."""
        self._began, self._done = now, done

    def is_too_slow(self, now: float, done: int) -> bool:
        """Returns whether a window is over in which fewer than `WINDOW_BYTES` were moved, of `done` bytes in all."""
        if now - self._began < WINDOW_SECONDS:
            return False
        moved, self._began, self._done = done - self._done, now, done
        return moved < WINDOW_BYTES
