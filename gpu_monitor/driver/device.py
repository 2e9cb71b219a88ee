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
from domain.errors.schema import SchemaMore
from domain.gpus import MOST_MISFITS, Gpu, GpuMisfit, GpuState, trouble
from gpu_monitor.driver.nvlink import NvLink
from gpu_monitor.driver.nvml import ask_gpu
from gpu_monitor.driver.odd_values import fit, misfit
from gpu_monitor.driver.processes import describe_all
from gpu_monitor.driver.utilization import Utilization
from gpu_monitor.failures import GpuTrouble, HostTrouble, OddAnswer

Answer = TypeVar("Answer")
_MIB: Final = 2**20
# Who computes, who draws, and who computes through MPS: three lists, each by its newest name that the library knows.
# Not by the unversioned one: with an old library that raises an error of pynvml's own, which is no NVMLError.
_PROCESS_LISTS: Final = (
    (pynvml.nvmlDeviceGetComputeRunningProcesses_v3, pynvml.nvmlDeviceGetComputeRunningProcesses_v2),
    (pynvml.nvmlDeviceGetGraphicsRunningProcesses_v3, pynvml.nvmlDeviceGetGraphicsRunningProcesses_v2),
    (pynvml.nvmlDeviceGetMPSComputeRunningProcesses_v3, pynvml.nvmlDeviceGetMPSComputeRunningProcesses_v2),
)
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
        """The GPU now; what it does not support is None, and what is wrong with it is in `state` and `misfits`.

        What concerns the whole host, where the other GPUs say it, too, is then in `host_trouble`.
        """
        self._trouble: GpuTrouble | None = None
        self._misfits: list[GpuMisfit] = []
        self.host_trouble: HostTrouble | None = None
        # A handle is taken anew each time: one of a GPU that was lost stays lost when the GPU is back.
        handle = self._ask("handle", pynvml.nvmlDeviceGetHandleByIndex, self._index)
        fields: dict[str, Any] = {}
        if handle is not None:
            fields = self._fields(handle, interval_seconds)
        elif self._trouble is None:
            self._note(GpuTrouble(GpuState.FAILED, CountedNotKnown()))
        fitted = fit(Gpu, {"gpu_id": self._index, "timestamp": time.time_ns() // 1_000_000, **self._known, **fields})
        misfits = (self._misfits + fitted.misfits)[:MOST_MISFITS]
        return Gpu(**fitted.values, **self._state(), misfits=misfits or None)

    def _fields(self, handle: Any, interval_seconds: float) -> dict[str, Any]:
        self._introduce(handle)
        mig = self._ask("mig", pynvml.nvmlDeviceGetMigMode, handle)
        if mig is not None and mig[0] == pynvml.NVML_DEVICE_MIG_ENABLE:
            self._note(GpuTrouble(GpuState.MIG))
        fields = {
            "utilization": self._ask("utilization", self._utilization.read, handle, interval_seconds),
            **self._memory(handle),
            "temperature": self._first(
                "temperature",
                (pynvml.nvmlDeviceGetTemperatureV, handle, pynvml.NVML_TEMPERATURE_GPU),
                (pynvml.nvmlDeviceGetTemperature, handle, pynvml.NVML_TEMPERATURE_GPU),
            ),
            "temperature_limit": self._ask(
                "temperature_limit",
                pynvml.nvmlDeviceGetTemperatureThreshold,
                handle,
                pynvml.NVML_TEMPERATURE_THRESHOLD_SLOWDOWN,
            ),
            "power": _scaled(self._ask("power", pynvml.nvmlDeviceGetPowerUsage, handle), 1000),
            "power_limit": _scaled(self._ask("power_limit", pynvml.nvmlDeviceGetEnforcedPowerLimit, handle), 1000),
            "sm_clock": self._ask("sm_clock", pynvml.nvmlDeviceGetClockInfo, handle, pynvml.NVML_CLOCK_SM),
            "fan": self._ask("fan", pynvml.nvmlDeviceGetFanSpeed, handle),
            **self._throttle_reasons(handle),
            **self._processes(handle),
        }
        return fields | (self._extended_fields(handle) if self._extended else {})

    def _introduce(self, handle: Any) -> None:
        """Learns name and UUID, which a lost GPU cannot tell any more. Anew each time: another may be in its place."""
        name = self._ask("name", pynvml.nvmlDeviceGetName, handle)
        uuid = self._ask("uuid", pynvml.nvmlDeviceGetUUID, handle)
        if self._trouble is None or uuid is not None:
            self._known = {"name": name, "uuid": uuid}

    def _memory(self, handle: Any) -> dict[str, float | None]:
        # Version 1 counts what the driver keeps for itself as used.
        memory = self._first(
            "memory_used",
            (pynvml.nvmlDeviceGetMemoryInfo, handle, pynvml.nvmlMemory_v2),
            (pynvml.nvmlDeviceGetMemoryInfo, handle),
        )
        if memory is None:
            return {}
        used, total = memory.used / _MIB, memory.total / _MIB
        if used > total:
            self._misfits.append(misfit("memory_used", SchemaMore(total), used))
            return {"memory_total": total}
        return {"memory_used": used, "memory_total": total}

    def _throttle_reasons(self, handle: Any) -> dict[str, list[str] | None]:
        bits = self._first(
            "throttle_reasons",
            (pynvml.nvmlDeviceGetCurrentClocksEventReasons, handle),
            (pynvml.nvmlDeviceGetCurrentClocksThrottleReasons, handle),
        )
        reasons = None if bits is None else [reason for bit, reason in _THROTTLE_REASONS.items() if bits & bit]
        return {
            "throttle_reasons": None if reasons is None else [str(reason) for reason in reasons],
            "throttle_codes": None if reasons is None else [reason.code for reason in reasons],
        }

    def _processes(self, handle: Any) -> dict[str, Any]:
        computing, *others = [
            self._first("processes", *((call, handle) for call in versions)) for versions in _PROCESS_LISTS
        ]
        running = [one for listed in (computing, *others) for one in listed or []]
        if computing is None and not running:  # that nobody draws says nothing of who computes
            return {}
        found = describe_all(running)
        self._misfits += found.misfits
        return {"processes": found.processes, "processes_left_out": found.left_out or None}

    def _extended_fields(self, handle: Any) -> dict[str, Any]:
        links = self._ask("nvlink", self._nvlink.read, handle)
        return {
            "nvlink_rx": links and links.received,
            "nvlink_tx": links and links.sent,
            "ecc_errors": self._ask(
                "ecc_errors",
                pynvml.nvmlDeviceGetTotalEccErrors,
                handle,
                pynvml.NVML_MEMORY_ERROR_TYPE_UNCORRECTED,
                pynvml.NVML_VOLATILE_ECC,
            ),
            "pcie_rx": self._ask("pcie_rx", pynvml.nvmlDeviceGetPcieThroughput, handle, pynvml.NVML_PCIE_UTIL_RX_BYTES),
            "pcie_tx": self._ask("pcie_tx", pynvml.nvmlDeviceGetPcieThroughput, handle, pynvml.NVML_PCIE_UTIL_TX_BYTES),
        }

    def _ask(self, field: str, call: Callable[..., Answer], *arguments: Any) -> Answer | None:
        """The answer, or None; a lost GPU is asked nothing more, since each question may take seconds."""
        if self._trouble is not None and self._trouble.state == GpuState.LOST:
            return None
        try:
            return ask_gpu(call, *arguments)
        except OddAnswer as odd:
            self._misfits.append(misfit(field, odd.why))
        except GpuTrouble as failure:
            self._note(failure)
        return None

    def _first(self, field: str, *questions: tuple[Any, ...]) -> Any:
        """The answer to the first question that the driver knows."""
        for call, *arguments in questions:
            if (answer := self._ask(field, call, *arguments)) is not None:
                return answer
        return None

    def _note(self, found: GpuTrouble) -> None:
        """The first trouble names the GPU's state, unless a later one is that it is gone."""
        self.host_trouble = self.host_trouble or found.host
        if self._trouble is None or found.state == GpuState.LOST:
            self._trouble = found

    def _state(self) -> dict[str, Any]:
        if self._trouble is None:
            return {}
        return {"state": self._trouble.state, **trouble(*self._trouble.advice)}


def _scaled(value: float | None, divisor: float) -> float | None:
    return None if value is None else value / divisor
