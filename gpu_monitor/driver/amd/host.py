"""All AMD GPUs of this host, read through ROCm's amdsmi."""

import time
from contextlib import suppress
from types import ModuleType
from typing import Any, Final

from domain.errors.gpus.answers import CountedTooMany
from domain.gpus import Gpu, HostState, trouble
from gpu_monitor.driver.amd.calls import load, query_gpu, query_host
from gpu_monitor.driver.amd.device import AmdDevice
from gpu_monitor.failures import AMD_HOST, GpuTrouble, HostTrouble, InvalidAnswer
from gpu_monitor.readings import Reading

_MAX_COUNTED: Final = 1024
_LOAD_AGAIN_SECONDS: Final = 30.0


class AmdHost:
    """Opens amdsmi on first use, and again after every trouble of the host as a whole."""

    def __init__(self, extended: bool) -> None:
        self._extended = extended
        self._amdsmi: Any = None
        self._is_open = False
        self._driver_version: str | None = None
        self._load_at = 0.0

    def read(self, first_id: int) -> Reading:
        """Returns the GPUs now, numbered from `first_id` on, or why they cannot be read."""
        taken_at = time.time_ns() // 1_000_000
        try:
            gpus = self._gpus(first_id)
        except HostTrouble as failure:
            self._close()
            return Reading(taken_at=taken_at, state=failure.state, **trouble(*failure.advice))
        if gpus:
            return Reading(taken_at=taken_at, driver_version=self._driver_version, gpus=gpus)
        self._close()  # it enumerates the GPUs only when opened
        return Reading(taken_at=taken_at, state=HostState.NO_GPU, **trouble(*AMD_HOST[HostState.NO_GPU]))

    def _gpus(self, first_id: int) -> list[Gpu]:
        amdsmi: Any = self._loaded()
        if not self._is_open:
            query_host(amdsmi.amdsmi_init)
            self._is_open = True
        handles = query_host(amdsmi.amdsmi_get_processor_handles)
        if len(handles) > _MAX_COUNTED:
            raise HostTrouble(HostState.FAILED, CountedTooMany(len(handles)), AMD_HOST)
        self._driver_version = self._driver_version or _driver_version(amdsmi, handles)
        devices = [AmdDevice(amdsmi, handle, self._extended) for handle in handles]
        gpus = [device.read(first_id + place) for place, device in enumerate(devices)]
        troubles = [device.host_trouble for device in devices]
        if troubles and all(troubles):  # a single GPU may report it for reasons of its own
            raise next(filter(None, troubles))
        return gpus

    def _loaded(self) -> ModuleType:
        if self._amdsmi is None:
            if time.monotonic() < self._load_at:
                raise HostTrouble(HostState.NO_LIBRARY, advices=AMD_HOST)
            self._load_at = time.monotonic() + _LOAD_AGAIN_SECONDS
            self._amdsmi = load()
        amdsmi: ModuleType = self._amdsmi
        return amdsmi

    def _close(self) -> None:
        self._driver_version = None
        if self._is_open:
            self._is_open = False
            # After a trouble the driver may refuse this, too; what matters is to open it again.
            with suppress(HostTrouble):
                query_host(self._amdsmi.amdsmi_shut_down)


def _driver_version(amdsmi: Any, handles: list[Any]) -> str | None:
    """Returns the driver's version; None if it cannot be read, which does not keep GPUs from being read."""
    with suppress(GpuTrouble, InvalidAnswer):
        answer = query_gpu(amdsmi.amdsmi_get_gpu_driver_info, handles[0]) if handles else None
        version = (answer or {}).get("driver_version")
        return None if version == "N/A" else version
    return None
