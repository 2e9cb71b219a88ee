"""Calls to MLflow that wait while it is unreachable, and are given up if only they keep failing."""

import logging
import math
import time
from collections.abc import Callable
from threading import Event
from typing import Final, TypeVar

from domain.errors import ClewError, ServiceUnavailable
from domain.errors.connections import NotAsked
from domain.errors.services import KeepsFailing

_FIRST_SECONDS: Final = 0.5
_MAX_SECONDS: Final = 5.0
_GIVES_UP_SECONDS: Final = 120.0
_SOON_SECONDS: Final = 10.0
"""How long a call is retried if another was given up and none has succeeded since."""
_log = logging.getLogger(__name__)
T = TypeVar("T")


class Stopped(Exception):
    """The import was stopped while it waited."""


class RetryingCalls:
    """Repeats calls until it is stopped; they have to be idempotent.

    `probe` is a cheap read: if it succeeds, the server is reachable, and a call that fails for `gives_up_seconds`
    although each probe succeeds will keep failing.
    """

    def __init__(
        self, stop: Event, probe: Callable[[], object], *, gives_up_seconds: float = _GIVES_UP_SECONDS
    ) -> None:
        self._stop = stop
        self._probe = probe
        self._gives_up_seconds = self._tried_seconds = gives_up_seconds
        self._is_unavailable = False

    def call(self, request: Callable[[], T]) -> T:
        """Returns the result of `request`, once MLflow answers.

        Raises Stopped, KeepsFailing, and all errors but `ServiceUnavailable`.
        """
        pause, refused_since, has_failed = _FIRST_SECONDS, math.inf, False
        while True:
            if self._stop.is_set():
                raise Stopped
            try:
                answer = request()
            except ServiceUnavailable as error:
                has_failed = True
                self._report_unavailable(error)
                self._stop.wait(pause)
                pause = min(_MAX_SECONDS, pause * 2)
                refused_since = self._refused_since(refused_since)
                self._give_up_failing_call(error, time.monotonic() - refused_since)
            else:
                if has_failed:
                    self._report_back()
                return answer

    def renew(self) -> None:
        """Allows long retries again: a call succeeded."""
        self._tried_seconds = self._gives_up_seconds

    def _give_up_failing_call(self, error: ServiceUnavailable, seconds: float) -> None:
        if seconds < self._tried_seconds or self._stop.is_set():
            return
        self._is_unavailable = False
        self._tried_seconds = min(_SOON_SECONDS, self._gives_up_seconds)
        raise KeepsFailing(error.service, round(seconds), error) from error

    def _refused_since(self, known: float) -> float:
        """Returns since when all probes have succeeded, of time.monotonic(); infinity if MLflow is unreachable."""
        try:
            self._probe()
        except NotAsked:  # the circuit breaker is open, so nothing is known
            return known
        except ClewError:
            return math.inf
        return min(known, time.monotonic())

    def _report_unavailable(self, error: ServiceUnavailable) -> None:
        if not self._is_unavailable:
            self._is_unavailable = True
            _log.warning("MLflow is away; waiting for it: %s", error)

    def _report_back(self) -> None:
        if self._is_unavailable:
            self._is_unavailable = False
            _log.info("MLflow is back; going on")
