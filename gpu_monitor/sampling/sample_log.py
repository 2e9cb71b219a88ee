"""Samples as log lines, one for each GPU."""

import logging
import time

from domain.gpus import Gpu, HostState
from gpu_monitor.readings import Reading

_log = logging.getLogger(__name__)


class SampleLog:
    """Logs each GPU's sample, at most one in `every_seconds`, and the host's messages when they change."""

    def __init__(self, every_seconds: float) -> None:
        self._every = every_seconds
        self._due = 0.0
        self._state = ""

    def write(self, reading: Reading) -> None:
        """Logs a reading."""
        if reading.state != self._state:
            self._state = reading.state
            level = logging.INFO if reading.error is None else logging.WARNING
            calm = "No GPU is plugged in" if reading.state == HostState.NO_GPU else "The GPUs can be read"
            _log.log(level, reading.error or calm, extra={"state": reading.state})
        now = time.monotonic()
        if now >= self._due:
            self._due = now + self._every
            for gpu in reading.gpus:
                _log.info("gpu sample", extra=_fields(gpu, reading.interval_seconds))


def _fields(gpu: Gpu, interval_seconds: float | None) -> dict[str, object]:
    named = gpu.model_dump(include={"gpu_id", "utilization", "memory_used", "memory_total", "temperature"})
    trouble = {} if gpu.error is None else {"state": gpu.state, "error": gpu.error}
    return named | trouble | {"interval_seconds": None if interval_seconds is None else round(interval_seconds, 3)}
