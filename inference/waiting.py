"""Waiting for a service that may be starting: a Clew that does not answer yet, or whose MLflow does not."""

import time
from collections.abc import Callable
from typing import Final

from domain.errors import ClewError
from domain.errors.services import passes_by_itself

WAIT_SECONDS: Final = 180.0
"""Enough time for a dashboard and an MLflow to start on a slow machine."""
_FIRST_PAUSE, _LAST_PAUSE = 0.5, 3.0


class Waiting:
    """The time waited since the first failure, and when to try again."""

    def __init__(self, seconds: float = WAIT_SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = clock()
        self._seconds = seconds
        self._pause = _FIRST_PAUSE
        self.try_at = self._began
        """By the given clock."""

    @property
    def waited_seconds(self) -> float:
        """The seconds since the start."""
        return self._clock() - self._began

    def should_retry(self, error: ClewError) -> bool:
        """Returns whether to try again after this failure, at `try_at`: it may pass, and there is time left."""
        if not passes_by_itself(error) or self.waited_seconds >= self._seconds:
            return False
        # From now, not from the start of the last attempt, which may have taken its whole deadline.
        self.try_at = self._clock() + self._pause
        self._pause = min(2 * self._pause, _LAST_PAUSE)
        return True
