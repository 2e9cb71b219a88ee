"""All NVIDIA GPUs of this host, read through NVML."""

import logging
import time
from contextlib import suppress
from typing import Final

import pynvml

from domain.errors.gpus.answers import CountedTooMany
from domain.gpus import Gpu, HostState, trouble
from gpu_monitor.driver.nvml.calls import query_gpu, query_host
from gpu_monitor.driver.nvml.device import Device
from gpu_monitor.failures import HOST, GpuTrouble, HostTrouble, InvalidAnswer
from gpu_monitor.readings import Reading

_log = logging.getLogger(__name__)
_MAX_COUNTED: Final = 1024  # NVML itself has room for 64; a count such as 4294967295 is invalid


class NvmlHost:
    """Opens NVML on first use, and again after every trouble of the host as a whole."""

    def __init__(self, extended: bool) -> None:
        self._extended = extended
        self._is_open = False
        self._devices: dict[int, Device] = {}
        self._driver_version: str | None = None

    def read(self, interval_seconds: float) -> Reading:
        """Returns the GPUs now, or why they cannot be read."""
        taken_at = time.time_ns() // 1_000_000
        try:
            gpus = self._gpus(interval_seconds)
        except HostTrouble as failure:
            self._close()
            return Reading(taken_at=taken_at, state=failure.state, **trouble(*failure.advice))
        if gpus:
            return Reading(taken_at=taken_at, driver_version=self._driver_version, gpus=gpus)
        # Opened again next time: a library opened earlier does not always see a GPU that appears later.
        self._close()
        return Reading(taken_at=taken_at, state=HostState.NO_GPU, **trouble(*HOST[HostState.NO_GPU]))

    def _gpus(self, interval_seconds: float) -> list[Gpu]:
        if not self._is_open:
            query_host(pynvml.nvmlInit)
            self._is_open = True
            self._driver_version = _driver_version()
        if (count := query_host(pynvml.nvmlDeviceGetCount)) > _MAX_COUNTED:
            raise HostTrouble(HostState.FAILED, CountedTooMany(count))
        self._devices = {index: self._devices.get(index) or Device(index, self._extended) for index in range(count)}
        gpus = [gpu for device in self._devices.values() for gpu in device.read(interval_seconds)]
        troubles = [device.host_trouble for device in self._devices.values()]
        if troubles and all(troubles):  # a single GPU may report it for reasons of its own
            raise next(filter(None, troubles))
        return gpus

    def _close(self) -> None:
        if self._is_open:
            self._is_open = False
            # After a trouble the driver may refuse this, too; what matters is to open it again.
            with suppress(pynvml.NVMLError):
                pynvml.nvmlShutdown()


def _driver_version() -> str | None:
    """Returns the driver's version; None if it cannot be read, which does not keep GPUs from being read."""
    try:
        return query_gpu(pynvml.nvmlSystemGetDriverVersion)
    except InvalidAnswer as odd:
        _log.warning("The driver's version is not known", extra={"reason": str(odd)})
    except GpuTrouble as failure:
        if failure.host is not None:
            raise failure.host from failure
        _log.warning("The driver's version is not known", extra={"reason": str(failure)})
    return None
