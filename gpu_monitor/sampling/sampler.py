"""`python -m gpu_monitor.sampling.sampler`: reads the driver, and prints one reading a line on stdout.

It is a separate process because a driver can hang for ever, and some of its troubles last as long as the process.
"""

import os
import sys
import threading
import time
from typing import Protocol

from domain.gpus import HostState
from domain.logs import configure_logging
from gpu_monitor.driver.gpu_host import GpuHost
from gpu_monitor.readings import FRESH_PROCESS_NEEDED, Reading
from gpu_monitor.sampling.example_session import ExampleSession
from gpu_monitor.settings import read_settings


class Source(Protocol):
    """Where readings come from."""

    def read(self, interval_seconds: float) -> Reading:
        """Returns the GPUs now; `interval_seconds` is the time since the previous reading."""
        ...


def main() -> int:
    """Samples until stdin closes; returns the exit status."""
    settings = read_settings()
    configure_logging(settings.log_level)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    source: Source = ExampleSession() if settings.gpu_demo else GpuHost(settings.gpu_extended, settings.gpu_sys_path)
    return _sample(source, settings.gpu_sample_seconds)


def _sample(source: Source, period_seconds: float) -> int:
    last_at: float | None = None
    due = time.monotonic()
    while True:
        time.sleep(max(0.0, due - time.monotonic()))
        now = time.monotonic()
        interval = None if last_at is None else now - last_at
        last_at = now
        reading = source.read(interval or period_seconds).model_copy(update={"interval_seconds": interval})
        _write(reading)
        if HostState.DRIVER_CHANGED in {reading.state, *(one.state for one in reading.troubles or ())}:
            return FRESH_PROCESS_NEEDED  # the old library stays loaded as long as this process lives
        # On a fixed schedule: the duration of a reading does not shift the next one; missed ones are skipped.
        due = max(due + period_seconds, time.monotonic() - period_seconds)


def _write(reading: Reading) -> None:
    sys.stdout.write(reading.model_dump_json() + "\n")
    sys.stdout.flush()


def _end_with_parent() -> None:
    """Ends this process when its parent closes stdin, even while the driver blocks the main thread."""
    while os.read(0, 4096):
        pass
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
