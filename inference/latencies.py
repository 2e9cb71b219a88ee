"""The durations of the engine's recent inferences, for messages and the log."""

import logging
import threading
import time
from collections import deque
from typing import Final, NamedTuple

import numpy as np

_log = logging.getLogger(__name__)
_KEPT: Final = 2_000
_STALE_SECONDS: Final = 0.5
_LOG_SECONDS: Final = 60.0


class Percentiles(NamedTuple):
    """The median and the 95th percentile in ms; None before the first inference."""

    p50: float | None
    p95: float | None


class Latencies:
    """The last 2,000 inferences; their statistics are at most half a second old, and logged once a minute."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._recent: deque[float] = deque(maxlen=_KEPT)
        self._known = Percentiles(None, None)
        self._known_at = 0.0
        self._logged_at = time.monotonic()
        self._since_logged = 0

    def add(self, ms: float) -> None:
        """Adds the duration of an inference."""
        with self._lock:
            self._recent.append(ms)
            self._since_logged += 1

    def percentiles(self) -> Percentiles:
        """Returns the percentiles of the recent ones."""
        now = time.monotonic()
        with self._lock:
            if self._recent and (self._known.p50 is None or now - self._known_at > _STALE_SECONDS):
                low, high = np.percentile(self._recent, [50, 95]).tolist()
                self._known, self._known_at = Percentiles(round(low, 3), round(high, 3)), now
                self._log(now)
            return self._known

    def _log(self, now: float) -> None:
        if now - self._logged_at >= _LOG_SECONDS:
            fields = {"inferences": self._since_logged, "p50_ms": self._known.p50, "p95_ms": self._known.p95}
            _log.info("inference latency", extra=fields)
            self._logged_at, self._since_logged = now, 0
