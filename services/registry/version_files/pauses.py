"""Pauses between failed fetches that grow with each failure, shared by the workers of this host."""

import contextlib
import logging
import math
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cachetools import LRUCache
from pydantic import BaseModel, ConfigDict, TypeAdapter

from domain.errors import ClewError, PolicyRefused, ServiceError, ServiceUnavailable
from domain.errors.policy_checks.files import AskedAgainWithin, StillUnreadable
from domain.message_data import MessageField
from domain.moments import utc_now
from mlflow_api.schemas import SERVICE
from services.sharing.shared_file import SharedFile
from services.sharing.value_forms import JsonForm

FIRST_SECONDS: Final = 5.0
LONGEST_SECONDS: Final = 600.0
LONGEST_PASSING_SECONDS: Final = 30.0
_MAX_REMEMBERED: Final = 1024
log = logging.getLogger(__name__)


class Failed(BaseModel):
    """How often a fetch failed in a row, when last and why; `refused` if the file was at fault, not the service.

    `passes` if the failure is likely to end soon, as the service may only be starting.
    """

    model_config = ConfigDict(frozen=True)

    times: int
    at: datetime
    pause_seconds: float
    refused: bool
    passes: bool
    reason: MessageField

    @property
    def ends_at(self) -> datetime:
        """When the fetch may be tried again."""
        return self.at + timedelta(seconds=self.pause_seconds)


_FAILED: Final = JsonForm(TypeAdapter(Failed))


class FetchPauses:
    """The failures of fetches by key, in `folder` for all workers, or in memory if the disk cannot be written."""

    def __init__(self, folder: Path, now: Callable[[], datetime] = utc_now) -> None:
        self._folder = folder
        self._now = now
        self._lock = threading.Lock()
        self._own: LRUCache[str, Failed] = LRUCache(_MAX_REMEMBERED)

    def check(self, key: str) -> None:
        """Raises the last failure of a fetch while its pause lasts."""
        failed = self._last(key)
        left = 0.0 if failed is None else (failed.ends_at - self._now()).total_seconds()
        # A longer time than the pause itself means that the clock was set back.
        if failed is None or not 0 < left <= failed.pause_seconds:
            return
        if failed.refused:
            raise PolicyRefused(failed.reason)
        waiting = AskedAgainWithin if failed.passes else StillUnreadable
        raise waiting(SERVICE, failed.reason.without("service"), math.ceil(left))

    def failed(self, key: str, error: ClewError) -> None:
        """Records a failure; if the service was not reached at all, the next caller may try at once."""
        longest = _longest_pause(error)
        if longest is None:
            return
        last = self._last(key)
        times = 1 if last is None else last.times + 1
        pause = min(longest, FIRST_SECONDS * 2.0 ** min(times - 1, 20))
        refused = isinstance(error, PolicyRefused)
        self._note(
            key,
            Failed(
                times=times,
                at=self._now(),
                pause_seconds=pause,
                refused=refused,
                passes=isinstance(error, ServiceUnavailable),
                reason=error.reason if isinstance(error, PolicyRefused) else error,
            ),
        )

    def record_success(self, key: str) -> None:
        """Deletes the record of failures."""
        with self._lock:
            self._own.pop(key, None)
        with contextlib.suppress(OSError):
            self._path(key).unlink(missing_ok=True)

    def _last(self, key: str) -> Failed | None:
        shared = SharedFile(self._path(key), _FAILED).read()
        with self._lock:
            own: Failed | None = self._own.get(key)
        known = [one for one in (shared, own) if one is not None]
        return max(known, key=lambda one: one.at) if known else None

    def _note(self, key: str, failed: Failed) -> None:
        try:
            SharedFile(self._path(key), _FAILED).write(failed)
        except (OSError, ValueError) as error:
            log.debug("a failure is not shared", extra={"cause": str(error)})
            with self._lock:
                self._own[key] = failed

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}-failed.json"


def _longest_pause(error: ClewError) -> float | None:
    """Returns the longest pause after such a failure, in seconds; None if there should be none."""
    if isinstance(error, ServiceUnavailable):
        return LONGEST_PASSING_SECONDS if error.was_sent else None
    return LONGEST_SECONDS if isinstance(error, ServiceError) else LONGEST_PASSING_SECONDS
