"""The last sample in Prometheus's text format: base units, and no line at all for what a GPU does not support."""

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from domain.gpus import Gpu, GpuReport, GpuState, HostState

_MIB: Final = 2**20
# A GPU that is split, or that this user may not read in full, is neither of these: the driver answers for it.
_DOWN: Final = (GpuState.LOST, GpuState.FAILED)


class _Metric(NamedTuple):
    name: str
    meaning: str
    value: Callable[[Gpu], float | None]


_OF_A_GPU: Final = (
    _Metric(
        "clew_gpu_utilization_ratio",
        "Share of the last period in which the GPU was busy.",
        lambda gpu: _times(gpu.utilization, 0.01),
    ),
    _Metric("clew_gpu_memory_used_bytes", "Memory in use.", lambda gpu: _times(gpu.memory_used, _MIB)),
    _Metric("clew_gpu_memory_total_bytes", "Memory in all.", lambda gpu: _times(gpu.memory_total, _MIB)),
    _Metric("clew_gpu_temperature_celsius", "Temperature.", lambda gpu: gpu.temperature),
    _Metric(
        "clew_gpu_temperature_limit_celsius", "Where the GPU starts to slow down.", lambda gpu: gpu.temperature_limit
    ),
    _Metric("clew_gpu_power_watts", "Power drawn.", lambda gpu: gpu.power),
    _Metric("clew_gpu_power_limit_watts", "Power limit in force.", lambda gpu: gpu.power_limit),
    _Metric("clew_gpu_sm_clock_hertz", "Clock of the multiprocessors.", lambda gpu: _times(gpu.sm_clock, 1e6)),
    _Metric("clew_gpu_fan_ratio", "Fan speed as a share of the fastest.", lambda gpu: _times(gpu.fan, 0.01)),
    _Metric(
        "clew_gpu_ecc_errors", "Uncorrected memory errors since the driver was loaded.", lambda gpu: gpu.ecc_errors
    ),
    _Metric("clew_gpu_pcie_received_bytes_per_second", "PCIe, to the GPU.", lambda gpu: _times(gpu.pcie_rx, 1024)),
    _Metric("clew_gpu_pcie_sent_bytes_per_second", "PCIe, from the GPU.", lambda gpu: _times(gpu.pcie_tx, 1024)),
    _Metric("clew_gpu_nvlink_received_bytes_per_second", "To the GPU.", lambda gpu: _times(gpu.nvlink_rx, 1024)),
    _Metric("clew_gpu_nvlink_sent_bytes_per_second", "From the GPU.", lambda gpu: _times(gpu.nvlink_tx, 1024)),
    _Metric(
        "clew_gpu_processes",
        "Processes on the GPU.",
        lambda gpu: None if gpu.processes is None else len(gpu.processes) + (gpu.processes_left_out or 0),
    ),
    _Metric("clew_gpu_up", "0 while the GPU is lost, or fails.", lambda gpu: float(gpu.state not in _DOWN)),
)


def metrics(report: GpuReport, *, viewers: int, restarts: int) -> str:
    """The whole text; GPU lines are left out where the sample is too old to be the GPU's state."""
    gpus = report.gpus if report.state == HostState.OK else []
    lines = [*_of_the_monitor(report, viewers, restarts)]
    for metric in _OF_A_GPU:
        values = [(gpu, value) for gpu in gpus if (value := metric.value(gpu)) is not None]
        if values:
            lines += _head(metric.name, metric.meaning)
            lines += [f"{metric.name}{_labels(gpu)} {value!r}" for gpu, value in values]
    if gpus:
        lines += _states(gpus)
    return "\n".join(lines) + "\n"


def _of_the_monitor(report: GpuReport, viewers: int, restarts: int) -> Iterator[str]:
    yield from _head("clew_gpu_host_state", "1 for the state in which the host is, 0 for all others.")
    for state in HostState:
        yield f'clew_gpu_host_state{{state="{state}"}} {int(state == report.state)}'
    if report.age_seconds is not None:
        yield from _head("clew_gpu_sample_age_seconds", "Age of the last sample.")
        yield f"clew_gpu_sample_age_seconds {report.age_seconds}"
    yield from _head("clew_gpu_viewers", "Open sockets.")
    yield f"clew_gpu_viewers {viewers}"
    yield from _head("clew_gpu_sampler_restarts_total", "Samplers that had to be replaced.", "counter")
    yield f"clew_gpu_sampler_restarts_total {restarts}"


def _states(gpus: list[Gpu]) -> Iterator[str]:
    yield from _head("clew_gpu_state", "1 for the state in which the GPU is, 0 for all others.")
    for gpu in gpus:
        for state in GpuState:
            yield f"clew_gpu_state{_labels(gpu, state=state)} {int(state == gpu.state)}"


def _head(name: str, meaning: str, kind: str = "gauge") -> Iterator[str]:
    yield f"# HELP {name} {meaning}"
    yield f"# TYPE {name} {kind}"


def _labels(gpu: Gpu, **more: str) -> str:
    labels = {"gpu": str(gpu.gpu_id), "uuid": gpu.uuid or "", "name": gpu.name or "", **more}
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items()) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else round(value * factor, 6)
