"""One GPU, and all values that the stream sends about it."""

from typing import Any, Final

import pynvml

from domain.errors.gpus.answers import CountedNotKnown
from domain.errors.gpus.throttling import (
    ClocksSet,
    DisplayClock,
    DriverTemperature,
    HardwareSlowdown,
    HardwareTemperature,
    PowerBrake,
    PowerLimit,
    SyncBoost,
    ThrottleReason,
)
from domain.gpus import Gpu, GpuState, GpuVendor, trouble
from gpu_monitor.driver.gpu_queries import GpuQueries
from gpu_monitor.driver.nvml.calls import query_gpu
from gpu_monitor.driver.nvml.memory import memory_of
from gpu_monitor.driver.nvml.mig import Instances, instances_of
from gpu_monitor.driver.nvml.nvlink import NvLink
from gpu_monitor.driver.nvml.process_lists import processes_of
from gpu_monitor.driver.nvml.utilization import Utilization
from gpu_monitor.failures import GPU, GpuTrouble, HostTrouble

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
    """The GPU with one index; it stores its name and up to when its utilisation was read, but no handle."""

    def __init__(self, index: int, extended: bool) -> None:
        self._index = index
        self._extended = extended
        self._known: dict[str, Any] = {}
        self._utilization = Utilization()
        self._nvlink = NvLink()
        self.host_trouble: HostTrouble | None = None
        """A trouble of the whole host that this GPU reported at the last reading.

        It counts if the other GPUs report it, too.
        """

    def read(self, interval_seconds: float) -> list[Gpu]:
        """Returns the GPU now, followed by its MIG instances if it is split.

        Unsupported values are None, and problems are in `state` and `misfits`.
        """
        queries = GpuQueries(query_gpu)
        # The handle is fetched each time: that of a lost GPU stays invalid when the GPU is back.
        handle = queries.query("handle", pynvml.nvmlDeviceGetHandleByIndex, self._index)
        fields: dict[str, Any] = {}
        instances = Instances()
        if handle is not None:
            self._introduce(queries, handle)
            instances = instances_of(queries, self._index, handle)
            fields = self._fields(queries, handle, interval_seconds, instances)
        elif queries.trouble is None:
            queries.note(GpuTrouble(GpuState.FAILED, CountedNotKnown()))
        self.host_trouble = queries.host_trouble
        if instances.is_split and queries.trouble is None:
            fields |= _split(instances)
        whole = queries.gpu(gpu_id=self._index, vendor=GpuVendor.NVIDIA, **self._known, **fields)
        return [whole, *instances.units]

    def _introduce(self, queries: GpuQueries, handle: Any) -> None:
        """Reads name and UUID, which a lost GPU no longer reports.

        They are read for each sample, because another GPU may have taken its place.
        """
        name = queries.query("name", pynvml.nvmlDeviceGetName, handle)
        uuid = queries.query("uuid", pynvml.nvmlDeviceGetUUID, handle)
        if queries.trouble is None or uuid is not None:
            self._known = {"name": name, "uuid": uuid}

    def _fields(
        self, queries: GpuQueries, handle: Any, interval_seconds: float, instances: Instances
    ) -> dict[str, Any]:
        query = queries.query
        fields = {
            "utilization": query("utilization", self._utilization.read, handle, interval_seconds),
            **memory_of(queries, handle, may_be_unified=not instances.is_split),
            "temperature": queries.first(
                "temperature",
                (pynvml.nvmlDeviceGetTemperatureV, handle, pynvml.NVML_TEMPERATURE_GPU),
                (pynvml.nvmlDeviceGetTemperature, handle, pynvml.NVML_TEMPERATURE_GPU),
            ),
            "temperature_limit": query(
                "temperature_limit",
                pynvml.nvmlDeviceGetTemperatureThreshold,
                handle,
                pynvml.NVML_TEMPERATURE_THRESHOLD_SLOWDOWN,
            ),
            "power": _scaled(query("power", pynvml.nvmlDeviceGetPowerUsage, handle), 1000),
            "power_limit": _scaled(query("power_limit", pynvml.nvmlDeviceGetEnforcedPowerLimit, handle), 1000),
            "sm_clock": query("sm_clock", pynvml.nvmlDeviceGetClockInfo, handle, pynvml.NVML_CLOCK_SM),
            "fan": query("fan", pynvml.nvmlDeviceGetFanSpeed, handle),
            **_throttle_reasons(queries, handle),
            **processes_of(queries, handle, counted_elsewhere=instances.pids),
        }
        return fields | (self._extended_fields(queries, handle) if self._extended else {})

    def _extended_fields(self, queries: GpuQueries, handle: Any) -> dict[str, Any]:
        query = queries.query
        links = query("nvlink", self._nvlink.read, handle)
        return {
            "nvlink_rx": links and links.received,
            "nvlink_tx": links and links.sent,
            "ecc_errors": query(
                "ecc_errors",
                pynvml.nvmlDeviceGetTotalEccErrors,
                handle,
                pynvml.NVML_MEMORY_ERROR_TYPE_UNCORRECTED,
                pynvml.NVML_VOLATILE_ECC,
            ),
            "pcie_rx": query("pcie_rx", pynvml.nvmlDeviceGetPcieThroughput, handle, pynvml.NVML_PCIE_UTIL_RX_BYTES),
            "pcie_tx": query("pcie_tx", pynvml.nvmlDeviceGetPcieThroughput, handle, pynvml.NVML_PCIE_UTIL_TX_BYTES),
        }


def _split(instances: Instances) -> dict[str, Any]:
    """Returns the state of a GPU that is split by MIG; it is a trouble only without any instances."""
    advice = {} if instances.units else trouble(*GPU[GpuState.MIG])
    return {"state": GpuState.MIG, **advice}


def _throttle_reasons(queries: GpuQueries, handle: Any) -> dict[str, list[str] | None]:
    bits = queries.first(
        "throttle_reasons",
        (pynvml.nvmlDeviceGetCurrentClocksEventReasons, handle),
        (pynvml.nvmlDeviceGetCurrentClocksThrottleReasons, handle),
    )
    reasons = None if bits is None else [reason for bit, reason in _THROTTLE_REASONS.items() if bits & bit]
    return {
        "throttle_reasons": None if reasons is None else [str(reason) for reason in reasons],
        "throttle_codes": None if reasons is None else [reason.code for reason in reasons],
    }


def _scaled(value: float | None, divisor: float) -> float | None:
    return None if value is None else value / divisor
