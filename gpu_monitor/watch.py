"""The current state of this host's GPUs, published with every sample, and every period without one."""

import logging
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from domain.gpus import HISTORY_SAMPLES, GpuReport, HostState, Machine, PastSample
from gpu_monitor.driver.processes import boot_id
from gpu_monitor.readings import Reading
from gpu_monitor.sampling.machine_reader import MachineReader
from gpu_monitor.sampling.sample_log import SampleLog
from gpu_monitor.sampling.sampler_keeper import SamplerSupervisor
from gpu_monitor.settings import GpuMonitorSettings

_log = logging.getLogger(__name__)
_MAX_SLACK_SECONDS: Final = 0.5


class ReadingPublisher:
    """Runs the sampler in a thread of its own, and passes each report as JSON to `publish` and each reading to
    `keep`.

    A report without a new sample, a heartbeat, is sent when a sample is late by a quarter of its period (half a
    second at most), and then each period.
    """

    def __init__(
        self, settings: GpuMonitorSettings, publish: Callable[[str], None], keep: Callable[[Reading], None]
    ) -> None:
        self._settings = settings
        self._keep = keep
        self._publish = publish
        self._period = settings.gpu_sample_seconds
        self._keeper = SamplerSupervisor(self._period)
        self._history: deque[PastSample] = deque(maxlen=HISTORY_SAMPLES)
        self._sample_log = SampleLog(settings.gpu_log_seconds)
        self._boot_id = boot_id()
        self._machine_reader = MachineReader(settings.gpu_disk_folder.absolute())
        self._machine: Machine | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)
        self.last: Reading | None = None
        self._last_at = 0.0
        self._missing: HostState | None = None

    @property
    def state(self) -> HostState:
        """The current state of the host."""
        return self._keeper.state

    @property
    def restarts(self) -> int:
        """How many samplers had to be replaced."""
        return self._keeper.restarts

    @property
    def age_seconds(self) -> float | None:
        """The age of the last sample; None before the first."""
        return None if self.last is None else time.monotonic() - self._last_at

    def start(self) -> None:
        """Starts sampling."""
        self._machine_reader.start()
        self._thread.start()

    def stop(self) -> None:
        """Ends the sampler; returns at once."""
        self._stopping.set()
        self._keeper.stop()
        self._machine_reader.stop()

    def report(self, with_history: bool = False) -> GpuReport:
        """Returns the current report."""
        known, state = self.last, self._keeper.state
        age = self.age_seconds
        return GpuReport(
            host=self._settings.host_name,
            boot_id=self._boot_id,
            sent_at=time.time_ns() // 1_000_000,
            sample_seconds=self._period,
            state=state,
            **({} if state == HostState.OK else self._keeper.trouble),
            age_seconds=None if age is None else round(age, 3),
            recording=known is not None and known.recording,
            driver_version=known and known.driver_version,
            gpus=known.gpus if known else [],
            troubles=known and known.troubles,
            machine=self._machine,
            history=list(self._history) if with_history else None,
        )

    def _run(self) -> None:
        try:
            self._keep_sending()
        except Exception:
            # A service that answers without data would look healthy: end this process, and gunicorn starts another.
            _log.exception("The watch over the GPUs ended")
            os.kill(os.getpid(), signal.SIGTERM)
            raise

    def _keep_sending(self) -> None:
        slack = min(_MAX_SLACK_SECONDS, self._period / 4)
        due = time.monotonic() + self._period + slack
        while not self._stopping.is_set():
            reading = self._keeper.next(max(0.0, due - time.monotonic()))
            if reading is not None:
                self._take(reading)
                due = time.monotonic() + self._period + slack
            elif time.monotonic() >= due:
                self._miss()
                due += self._period
            else:
                continue
            self._machine = self._machine_reader.read()
            self._publish(self.report().model_dump_json())

    def _take(self, reading: Reading) -> None:
        self.last, self._last_at, self._missing = reading, time.monotonic(), None
        values = {gpu.gpu_id: gpu.utilization for gpu in reading.gpus}
        self._history.append(PastSample(at=reading.taken_at, utilization=values))
        self._sample_log.write(reading)
        self._keep(reading)

    def _miss(self) -> None:
        if self.last is not None:
            self._history.append(PastSample(at=time.time_ns() // 1_000_000))
        if self._missing != self._keeper.state:  # log each state once, not once per period
            self._missing = self._keeper.state
            _log.warning("No sample in time", extra={"state": self._missing, "age_seconds": self.age_seconds})
