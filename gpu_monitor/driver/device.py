"""One GPU, asked all that the stream tells of it."""

import time
from collections.abc import Callable
from typing import Any, Final, TypeVar

import pynvml

from domain.errors.gpus import (
    ClocksSet,
    CountedNotKnown,
    DisplayClock,
    DriverTemperature,
    HardwareSlowdown,
    HardwareTemperature,
    PowerBrake,
    PowerLimit,
    SyncBoost,
    ThrottleReason,
)
from domain.gpus import Gpu, GpuProcess, GpuState, trouble
from gpu_monitor.driver.nvlink import NvLink
from gpu_monitor.driver.nvml import ask_gpu
from gpu_monitor.driver.processes import describe
from gpu_monitor.driver.utilization import Utilization
from gpu_monitor.failures import GpuTrouble

Answer = TypeVar("Answer")
_MIB: Final = 2**20
# "Idle" is among NVML's reasons, but slows nothing down.
_THROTTLE_REASONS: Final[dict[int, ThrottleReason]] = {
    pynvml.nvmlClocksThrottleReasonApplicationsClocksSetting: ClocksSet(),
    pynvml.nvmlClocksThrottleReasonSwPowerCap: PowerLimit(),
    pynvml.nvmlClocksThrottleReasonHwSlowdown: HardwareSlowdown(),
    pynvml.nvmlClocksThrottleReasonSyncBoost: SyncBoost(),
    pynvml.nvmlClocksThrottleReasonSwThermalSlowdown: DriverTemperature(),
    pynvml.nvmlClocksThrottleReasonHwThermalSlowdown: HardwareTemperature(),
    pynvml.nvmlClocksThrottleReasonHwPowerBrakeSlowdown: PowerBrake(),
    pynvml.nvmlClocksThrottleReasonDisplayClockSetting: DisplayClock(),
}


class Device:
    """The GPU of one index; remembers its name and how far its utilisation was read, and no handle."""

    def __init__(self, index: int, extended: bool) -> None:
        self._index = index
        self._extended = extended
        self._known: dict[str, Any] = {}
        self._utilization = Utilization()
        self._nvlink = NvLink()

    def read(self, interval_seconds: float) -> Gpu:
        """The GPU now; what it does not support is None, and what is wrong with it is in `state`.

        Raises HostTrouble where the answer concerns all GPUs.
        """
        self._trouble: GpuTrouble | None = None
        # A handle is taken anew each time: one of a GPU that was lost stays lost when the GPU is back.
        handle = self._ask(pynvml.nvmlDeviceGetHandleByIndex, self._index)
        fields: dict[str, Any] = {}
        if handle is not None:
            fields = self._fields(handle, interval_seconds)
        elif self._trouble is None:
            self._note(GpuTrouble(GpuState.FAILED, CountedNotKnown()))
        return Gpu(gpu_id=self._index, timestamp=time.time_ns() // 1_000_000, **self._known, **fields, **self._state())

    def _fields(self, handle: Any, interval_seconds: float) -> dict[str, Any]:
        self._introduce(handle)
        mig = self._ask(pynvml.nvmlDeviceGetMigMode, handle)
        if mig is not None and mig[0] == pynvml.NVML_DEVICE_MIG_ENABLE:
            self._note(GpuTrouble(GpuState.MIG))
        fields = {
            "utilization": self._ask(self._utilization.read, handle, interval_seconds),
            **self._memory(handle),
            "temperature": self._first(
                (pynvml.nvmlDeviceGetTemperatureV, handle, pynvml.NVML_TEMPERATURE_GPU),
                (pynvml.nvmlDeviceGetTemperature, handle, pynvml.NVML_TEMPERATURE_GPU),
            ),
            "temperature_limit": self._ask(
                pynvml.nvmlDeviceGetTemperatureThreshold, handle, pynvml.NVML_TEMPERATURE_THRESHOLD_SLOWDOWN
            ),
            "power": _scaled(self._ask(pynvml.nvmlDeviceGetPowerUsage, handle), 1000),
            "power_limit": _scaled(self._ask(pynvml.nvmlDeviceGetEnforcedPowerLimit, handle), 1000),
            "sm_clock": self._ask(pynvml.nvmlDeviceGetClockInfo, handle, pynvml.NVML_CLOCK_SM),
            "fan": self._ask(pynvml.nvmlDeviceGetFanSpeed, handle),
            **self._throttle_reasons(handle),
            "processes": self._processes(handle),
        }
        return fields | (self._extended_fields(handle) if self._extended else {})

    def _introduce(self, handle: Any) -> None:
        """Learns name and UUID, which a lost GPU cannot tell any more. Anew each time: another may be in its place."""
        name, uuid = self._ask(pynvml.nvmlDeviceGetName, handle), self._ask(pynvml.nvmlDeviceGetUUID, handle)
        if self._trouble is None or uuid is not None:
            self._known = {"name": name, "uuid": uuid}

    def _memory(self, handle: Any) -> dict[str, float | None]:
        # Version 1 counts what the driver keeps for itself as used.
        memory = self._first(
            (pynvml.nvmlDeviceGetMemoryInfo, handle, pynvml.nvmlMemory_v2), (pynvml.nvmlDeviceGetMemoryInfo, handle)
        )
        if memory is None:
            return {}
        return {"memory_used": memory.used / _MIB, "memory_total": memory.total / _MIB}

    def _throttle_reasons(self, handle: Any) -> dict[str, list[str] | None]:
        bits = self._first(
            (pynvml.nvmlDeviceGetCurrentClocksEventReasons, handle),
            (pynvml.nvmlDeviceGetCurrentClocksThrottleReasons, handle),
        )
        reasons = None if bits is None else [reason for bit, reason in _THROTTLE_REASONS.items() if bits & bit]
        return {
            "throttle_reasons": None if reasons is None else [str(reason) for reason in reasons],
            "throttle_codes": None if reasons is None else [reason.code for reason in reasons],
        }

    def _processes(self, handle: Any) -> list[GpuProcess] | None:
        # Not the unversioned name: with an old library that raises an error of pynvml's own, which is no NVMLError.
        running = self._first(
            (pynvml.nvmlDeviceGetComputeRunningProcesses_v3, handle),
            (pynvml.nvmlDeviceGetComputeRunningProcesses_v2, handle),
        )
        if running is None:
            return None
        return [describe(one.pid, _scaled(one.usedGpuMemory, _MIB)) for one in running]

    def _extended_fields(self, handle: Any) -> dict[str, Any]:
        links = self._ask(self._nvlink.read, handle)
        return {
            "nvlink_rx": links and links.received,
            "nvlink_tx": links and links.sent,
            "ecc_errors": self._ask(
                pynvml.nvmlDeviceGetTotalEccErrors,
                handle,
                pynvml.NVML_MEMORY_ERROR_TYPE_UNCORRECTED,
                pynvml.NVML_VOLATILE_ECC,
            ),
            "pcie_rx": self._ask(pynvml.nvmlDeviceGetPcieThroughput, handle, pynvml.NVML_PCIE_UTIL_RX_BYTES),
            "pcie_tx": self._ask(pynvml.nvmlDeviceGetPcieThroughput, handle, pynvml.NVML_PCIE_UTIL_TX_BYTES),
        }

    def _ask(self, call: Callable[..., Answer], *arguments: Any) -> Answer | None:
        """The answer, or None; a lost GPU is asked nothing more, since each question may take seconds."""
        if self._trouble is not None and self._trouble.state == GpuState.LOST:
            return None
        try:
            return ask_gpu(call, *arguments)
        except GpuTrouble as failure:
            self._note(failure)
            return None

    def _first(self, *questions: tuple[Any, ...]) -> Any:
        """The answer to the first question that the driver knows."""
        for call, *arguments in questions:
            if (answer := self._ask(call, *arguments)) is not None:
                return answer
        return None

    def _note(self, found: GpuTrouble) -> None:
        """The first trouble names the GPU's state, unless a later one is that it is gone."""
        if self._trouble is None or found.state == GpuState.LOST:
            self._trouble = found

    def _state(self) -> dict[str, Any]:
        if self._trouble is None:
            return {}
        return {"state": self._trouble.state, **trouble(*self._trouble.advice)}


def _scaled(value: float | None, divisor: float) -> float | None:
    return None if value is None else value / divisor
