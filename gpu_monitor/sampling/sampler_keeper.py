"""Keeps a sampler running, and provides the message about the driver while none gets an answer."""

import logging
import queue
import time
from typing import Final

from domain.errors.gpus.causes import SamplerEnded
from domain.gpus import SILENT_PERIODS, HostState, Troubled, trouble
from gpu_monitor.failures import HOST
from gpu_monitor.readings import FRESH_PROCESS_NEEDED, Reading
from gpu_monitor.sampling.sampler_child import SamplerChild

_log = logging.getLogger(__name__)
_START_SECONDS: Final = 5.0  # for the first reading: drivers without persistence mode take a second or two for each GPU
_LONGEST_SECONDS: Final = 60.0
_MAX_UNREAPED: Final = 2
_EXIT_SECONDS: Final = 0.3  # between a process's last output and its end
_PROVEN_READINGS: Final = 3  # after so many readings of one child, earlier failures are forgotten


class SamplerSupervisor:
    """Returns readings; a sampler that is silent for three periods is killed and replaced, with growing delays.

    It is used by one thread, and never waits for a killed child, which may hang in the kernel. While two of them
    hang, no new one is started.
    """

    def __init__(self, period_seconds: float) -> None:
        self._silence = SILENT_PERIODS * period_seconds
        self._readings: queue.SimpleQueue[tuple[SamplerChild, Reading | None]] = queue.SimpleQueue()
        self._child: SamplerChild | None = None
        self._unreaped: list[SamplerChild] = []
        self._failures = 0
        self._start_at = 0.0
        self._patient_until = 0.0
        self.restarts = 0
        self.state = HostState.STARTING
        self.trouble = trouble(*HOST[HostState.STARTING])
        """The current trouble and its remedy, as the fields of `Troubled`."""

    def next(self, wait_seconds: float) -> Reading | None:
        """Returns the next reading; None if none arrived in time, or the state of the sampler changed."""
        now = time.monotonic()
        self._supervise(now)
        until = min(now + wait_seconds, self._patient_until if self._child else max(self._start_at, now + 0.2))
        try:
            child, reading = self._readings.get(timeout=max(0.0, until - now))
        except queue.Empty:
            return None
        if child is not self._child:  # late output of a sampler that was given up
            return None
        if reading is None:
            self._has_ended(child)
        else:
            self._handle_reading(child, reading)
        return reading

    def stop(self) -> None:
        """Ends the sampler without waiting for it."""
        for child in [*self._unreaped, *filter(None, [self._child])]:
            child.kill()
        self._child, self._start_at = None, float("inf")

    def _supervise(self, now: float) -> None:
        self._unreaped = [child for child in self._unreaped if child.exit_status() is None]
        if self._child is None:
            if now >= self._start_at and len(self._unreaped) < _MAX_UNREAPED:
                self._start(now)
        elif now >= self._patient_until and self._readings.empty():  # otherwise this process itself was suspended
            self._give_up(self._child)

    def _start(self, now: float) -> None:
        self._child = SamplerChild(lambda child, reading: self._readings.put((child, reading)))
        # More patience after each failure: a driver that needs long to wake up must not be interrupted for ever.
        patience = min(_LONGEST_SECONDS, _START_SECONDS * 2 ** max(0, self._failures - 1))
        self._patient_until = now + max(self._silence, patience)

    def _handle_reading(self, child: SamplerChild, reading: Reading) -> None:
        child.readings += 1
        self._patient_until = time.monotonic() + self._silence
        self.state = reading.state
        self.trouble = reading.model_dump(include=set(Troubled.model_fields))
        if child.readings >= _PROVEN_READINGS:
            self._failures = 0

    def _give_up(self, child: SamplerChild) -> None:
        """Kills a sampler that hangs in the driver."""
        child.kill()
        self._set(HostState.NOT_ANSWERING if self._failures else HostState.STALE)
        _log.error("The sampler was silent for too long and was killed", extra={"sampler_pid": child.pid})
        self._replace(child)

    def _has_ended(self, child: SamplerChild) -> None:
        """Handles a sampler that ended by itself: because only a fresh process can help, or by an accident."""
        status = child.exit_status(wait_seconds=_EXIT_SECONDS)
        if status != FRESH_PROCESS_NEEDED:
            self.state = HostState.FAILED
            self.trouble = trouble(SamplerEnded(status), HOST[HostState.FAILED].remedy)
            _log.error("The sampler ended by itself", extra={"sampler_pid": child.pid, "exit_status": status})
        child.kill()
        self._replace(child)

    def _replace(self, child: SamplerChild) -> None:
        """Starts another: the first at once, then after 1, 2, 4 … 60 s."""
        self._child = None
        self._unreaped.append(child)
        self._start_at = time.monotonic() + (
            min(_LONGEST_SECONDS, 2.0 ** (self._failures - 1)) if self._failures else 0
        )
        self._failures = min(self._failures + 1, 10)
        self.restarts += 1

    def _set(self, state: HostState) -> None:
        self.state, self.trouble = state, trouble(*HOST[state])
