"""One AMD GPU, and all values that the stream sends about it."""

from collections.abc import Callable
from types import ModuleType
from typing import Any, Final

from domain.gpus import Gpu, GpuVendor
from gpu_monitor.driver.amd.calls import query_gpu
from gpu_monitor.driver.gpu_queries import GpuQueries
from gpu_monitor.driver.processes import ListedProcess, describe_all
from gpu_monitor.failures import HostTrouble

_MICRO: Final = 1_000_000
_FASTEST_FAN: Final = 255


class AmdDevice:
    """The GPU behind a handle of amdsmi's."""

    def __init__(self, amdsmi: ModuleType, handle: Any, extended: bool) -> None:
        self._amdsmi: Any = amdsmi
        self._handle = handle
        self._extended = extended
        self.host_trouble: HostTrouble | None = None
        """A trouble of the whole host that this GPU reported at the last reading.

        It counts if the other GPUs report it, too.
        """

    def read(self, gpu_id: int) -> Gpu:
        """Returns the GPU now; unsupported values are None, and problems are in `state` and `misfits`."""
        queries = GpuQueries(query_gpu)
        amdsmi, query = self._amdsmi, self._querying(queries)
        fields = {
            "name": _of(query("name", amdsmi.amdsmi_get_gpu_asic_info), "market_name"),
            "uuid": query("uuid", amdsmi.amdsmi_get_gpu_device_uuid),
            "utilization": _of(query("utilization", amdsmi.amdsmi_get_gpu_activity), "gfx_activity"),
            **_memory(query("memory_used", amdsmi.amdsmi_get_gpu_vram_usage)),
            **self._temperatures(query),
            "power": _power(query("power", amdsmi.amdsmi_get_power_info)),
            "power_limit": _scaled(_of(query("power_limit", amdsmi.amdsmi_get_power_cap_info), "power_cap"), _MICRO),
            "sm_clock": _of(query("sm_clock", amdsmi.amdsmi_get_clock_info, amdsmi.AmdSmiClkType.GFX), "clk"),
            "fan": _share(query("fan", amdsmi.amdsmi_get_gpu_fan_speed, 0)),
            **_processes(queries, query("processes", amdsmi.amdsmi_get_gpu_process_list)),
        }
        if self._extended:
            errors = query("ecc_errors", amdsmi.amdsmi_get_gpu_total_ecc_count)
            fields["ecc_errors"] = _of(errors, "uncorrectable_count")
        self.host_trouble = queries.host_trouble
        return queries.gpu(gpu_id=gpu_id, vendor=GpuVendor.AMD, **fields)

    def _querying(self, queries: GpuQueries) -> Callable[..., Any]:
        return lambda field, call, *arguments: queries.query(field, call, self._handle, *arguments)

    def _temperatures(self, query: Callable[..., Any]) -> dict[str, float | None]:
        """Reads the edge temperature, else the hotspot's, and the temperature at which the GPU slows down."""
        amdsmi = self._amdsmi
        kinds, metrics = amdsmi.AmdSmiTemperatureType, amdsmi.AmdSmiTemperatureMetric
        for kind in (kinds.EDGE, kinds.HOTSPOT):
            now = query("temperature", amdsmi.amdsmi_get_temp_metric, kind, metrics.CURRENT)
            if _number(now) is not None:
                limit = query("temperature_limit", amdsmi.amdsmi_get_temp_metric, kind, metrics.CRITICAL)
                return {"temperature": now, "temperature_limit": _number(limit)}
        return {}


def _number(value: Any) -> Any:
    """Returns None for amdsmi's "N/A", and for a 0 where 0 is impossible."""
    return None if isinstance(value, str) or value is None else value


def _of(answer: Any, name: str) -> Any:
    value = None if answer is None else answer.get(name)
    return None if value == "N/A" else value


def _memory(answer: Any) -> dict[str, Any]:
    return {"memory_used": _of(answer, "vram_used"), "memory_total": _of(answer, "vram_total")}


def _power(answer: Any) -> Any:
    """Reads the power of the whole socket: which field has it depends on the GPU and on ROCm's version."""
    for name in ("socket_power", "current_socket_power", "average_socket_power"):
        if value := _of(answer, name):
            return value
    return None


def _share(speed: Any) -> float | None:
    return None if _number(speed) is None else 100 * speed / _FASTEST_FAN


def _scaled(value: Any, divisor: float) -> float | None:
    return value / divisor if _number(value) else None


def _processes(queries: GpuQueries, listed: Any) -> dict[str, Any]:
    if listed is None:
        return {}
    found = describe_all(
        ListedProcess(one["pid"], _of(one["memory_usage"], "vram_mem") or one["mem"]) for one in listed
    )
    queries.misfits += found.misfits
    return {"processes": found.processes, "processes_left_out": found.left_out or None}
