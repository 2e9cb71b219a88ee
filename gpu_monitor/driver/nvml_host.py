"""All GPUs of this host, read through NVML."""

import time
from contextlib import suppress

import pynvml

from domain.gpus import Gpu, HostState, trouble
from gpu_monitor.driver.device import Device
from gpu_monitor.driver.nvml import ask_host
from gpu_monitor.failures import HOST, HostTrouble
from gpu_monitor.readings import Reading


class NvmlHost:
    """Opens NVML when first asked, and again after every trouble that the host as a whole had."""

    def __init__(self, extended: bool) -> None:
        self._extended = extended
        self._is_open = False
        self._devices: dict[int, Device] = {}
        self._driver_version: str | None = None

    def read(self, interval_seconds: float) -> Reading:
        """The GPUs now, or why they cannot be read."""
        taken_at = time.time_ns() // 1_000_000
        try:
            gpus = self._gpus(interval_seconds)
        except HostTrouble as failure:
            self._close()
            return Reading(taken_at=taken_at, state=failure.state, **trouble(*failure.advice))
        if gpus:
            return Reading(taken_at=taken_at, driver_version=self._driver_version, gpus=gpus)
        # Opened anew next time: a GPU that comes later is not always seen by a library that was opened before.
        self._close()
        return Reading(taken_at=taken_at, state=HostState.NO_GPU, **trouble(*HOST[HostState.NO_GPU]))

    def _gpus(self, interval_seconds: float) -> list[Gpu]:
        if not self._is_open:
            ask_host(pynvml.nvmlInit)
            self._is_open = True
            self._driver_version = ask_host(pynvml.nvmlSystemGetDriverVersion)
        count = ask_host(pynvml.nvmlDeviceGetCount)
        self._devices = {index: self._devices.get(index) or Device(index, self._extended) for index in range(count)}
        return [device.read(interval_seconds) for device in self._devices.values()]

    def _close(self) -> None:
        if self._is_open:
            self._is_open = False
            with suppress(
                pynvml.NVMLError
            ):  # after a trouble the driver may refuse this too; opening anew is what counts
                pynvml.nvmlShutdown()
