"""The last known status of an attempt on the cluster, from the thread that polls Ray to those that need it."""

import threading
from copy import copy
from typing import Final

from domain.errors import ClewError
from domain.errors.connections import TimedOut
from scheduler.backends.backend import Alive, Pending, Status
from scheduler.ray_jobs.jobs_api import SERVICE

PATIENCE_SECONDS: Final = 0.1


class LastStatus:
    """The status, or the failure of the last request, as it was reported last."""

    def __init__(self) -> None:
        self._reported: Status | ClewError | None = None
        self._is_known = threading.Event()

    @property
    def is_waiting(self) -> bool:
        """Whether the job waits on the cluster."""
        return isinstance(self._reported, Pending)

    @property
    def is_running(self) -> bool:
        """Whether its program runs."""
        return isinstance(self._reported, Alive)

    def get(self) -> Status:
        """Returns the status, waiting a moment for the first one; raises a ClewError if Ray did not answer."""
        if not self._is_known.wait(PATIENCE_SECONDS) or self._reported is None:
            raise TimedOut(SERVICE)
        if isinstance(self._reported, ClewError):
            raise copy(self._reported)  # raising the same object repeatedly would collect tracebacks
        return self._reported

    def report(self, status: Status | ClewError) -> None:
        """Replaces the last status."""
        self._reported = status
        self._is_known.set()

    def report_waiting(self) -> None:
        """Reports that the job waits, for the reason that is known, if any."""
        self.report(self._reported if isinstance(self._reported, Pending) else Pending())
