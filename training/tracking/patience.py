"""How long the end of a training waits for an unreachable MLflow."""

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from domain.errors import ClewError, ServiceError
from domain.errors.services import UnavailableBecause, last_error
from domain.messages import Text
from training.stopping import StopRequest

END_SECONDS: Final = 600.0
STOPPED_SECONDS: Final = 25.0
"""A training that is stopped is killed a minute later."""
PAUSE_SECONDS: Final = 1.0
Answer = TypeVar("Answer")

log = logging.getLogger(__name__)


class MlflowStayedUnavailable(UnavailableBecause):
    """MLflow did not come back in time; what it lacks is on disk."""


class MlflowRetries:
    """Ten minutes for everything that remains to be sent, from the first failure on.

    25 seconds after a stop request.
    """

    def __init__(
        self, stop: StopRequest, folder: Path, alive: Callable[[], None], seconds: float = END_SECONDS
    ) -> None:
        self._stop = stop
        self._folder = folder
        self._alive = alive
        self._seconds = seconds
        self._failed_first: float | None = None

    def until_done(self, action: Callable[[], Answer]) -> Answer:
        """Calls `action` until MLflow is reachable, and returns its result; raises MlflowStayedUnavailable."""
        while True:
            self._alive()
            try:
                return action()
            except ServiceError as error:
                if self._is_over(last_error(error)):
                    raise self._unavailable_error(last_error(error)) from error
            time.sleep(PAUSE_SECONDS)

    def _is_over(self, error: ClewError) -> bool:
        now = time.monotonic()
        if self._failed_first is None:
            self._failed_first = now
            log.warning("MLflow is away; the end of the training waits for it", extra={"cause": str(error)})
        most = min(self._seconds, STOPPED_SECONDS) if self._stop else self._seconds
        return now - self._failed_first >= most

    def _unavailable_error(self, error: ClewError) -> MlflowStayedUnavailable:
        what = f"it stayed away when the training ended; what it lacks is in {self._folder} ({error})"
        return MlflowStayedUnavailable("MLflow", Text(what))
