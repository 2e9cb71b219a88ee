"""The last sample in Prometheus's text format: base units, and no line for what a GPU does not support."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final, NamedTuple

from domain.fleet.kept_history import GpuUser
from domain.gpus import Disk, Gpu, GpuReport, GpuState, HostState, Machine
from gpu_monitor.history.buckets import users_of

_MIB: Final = 2**20
_MAX_USERS: Final = 16  # each is a separate series
# Other states, such as split or partly readable, count as up: the driver answers for the GPU.
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
    """Returns the whole text; GPU lines are left out if the sample is too old, or comes from the example session.

    Prometheus stores values as measured, but the example session was not measured.
    """
    gpus = report.gpus if report.state == HostState.OK and not report.recording else []
    lines = [*_of_the_monitor(report, viewers, restarts), *_of_the_machine(report.machine)]
    for metric in _OF_A_GPU:
        values = [(gpu, value) for gpu in gpus if (value := metric.value(gpu)) is not None]
        if values:
            lines += _head(metric.name, metric.meaning)
            lines += [f"{metric.name}{_labels(gpu)} {value!r}" for gpu, value in values]
    if gpus:
        lines += [*_states(gpus), *_kinds(gpus), *_reservations(gpus), *_users(gpus, report.boot_id)]
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


def _of_the_machine(machine: Machine | None) -> Iterator[str]:
    if machine is None:
        return
    for name, meaning, value in (
        ("cpu_ratio", "Share of all processors that was busy.", _times(machine.cpu, 0.01)),
        ("cpus", "Processors.", machine.cpus),
        ("memory_used_bytes", "Memory that programs cannot have.", _times(machine.memory_used, _MIB)),
        ("memory_total_bytes", "Memory in all.", _times(machine.memory_total, _MIB)),
    ):
        if value is not None:
            yield from _head(f"clew_host_{name}", meaning)
            yield f"clew_host_{name} {value!r}"
    if machine.disk is not None:
        yield from _of_the_disk(machine.disk)


def _of_the_disk(disk: Disk) -> Iterator[str]:
    for name, meaning, value in (
        ("used", "In use on the disk of this folder.", disk.used),
        ("free", "What may still be written there by who is not root.", disk.free),
        ("total", "What the disk of this folder holds in all.", disk.total),
    ):
        if value is not None:
            yield from _head(f"clew_host_disk_{name}_bytes", meaning)
            yield f'clew_host_disk_{name}_bytes{{folder="{_escaped(disk.path)}"}} {_times(value, _MIB)!r}'


def _states(gpus: list[Gpu]) -> Iterator[str]:
    yield from _head("clew_gpu_state", "1 for the state in which the GPU is, 0 for all others.")
    for gpu in gpus:
        for state in GpuState:
            yield f"clew_gpu_state{_labels(gpu, state=state)} {int(state == gpu.state)}"


def _kinds(gpus: list[Gpu]) -> Iterator[str]:
    yield from _head("clew_gpu_info", "1; its vendor, the GPU it is part of, and whether its memory is the host's.")
    for gpu in gpus:
        parent = "" if gpu.parent_id is None else str(gpu.parent_id)
        profile = (gpu.mig and gpu.mig.profile) or ""
        kind = {"place": gpu.place, "parent": parent, "mig_profile": profile, "unified": str(gpu.unified).lower()}
        yield f"clew_gpu_info{_labels(gpu, vendor=gpu.vendor or '', **kind)} 1"


def _reservations(gpus: list[Gpu]) -> Iterator[str]:
    known = [gpu for gpu in gpus if gpu.is_reserved is not None]
    if known:
        yield from _head("clew_gpu_reserved", "Whether somebody has the GPU, busy or not, and who, for which run.")
    for gpu in known:
        labels = _labels(gpu, owner=gpu.owner or "", run_id=gpu.run_id or "")
        yield f"clew_gpu_reserved{labels} {int(bool(gpu.is_reserved))}"


def _users(gpus: list[Gpu], boot_id: str | None) -> Iterator[str]:
    """Yields a line for each user of a GPU.

    Its labels are the owner, the run, and the fields that join a process with its run.
    """
    lines = [
        f"clew_gpu_user{_labels(gpu, **_labels_of(user))} 1"
        for gpu in gpus
        # Users without any known field are merged.
        for user in islice(dict.fromkeys(users_of(gpu, boot_id)), _MAX_USERS)
    ]
    if lines:
        yield from _head("clew_gpu_user", f"1 for each process on the GPU, of the {_MAX_USERS} with the most memory.")
        yield from lines


def _labels_of(user: GpuUser) -> dict[str, str]:
    return {name: str(value) for name, value in user if value is not None}


def _head(name: str, meaning: str, kind: str = "gauge") -> Iterator[str]:
    yield f"# HELP {name} {meaning}"
    yield f"# TYPE {name} {kind}"


def _labels(gpu: Gpu, **more: str) -> str:
    labels = {"gpu": str(gpu.gpu_id), "uuid": gpu.uuid or "", "name": gpu.name or "", **more}
    if gpu.mig is not None:
        labels.setdefault("place", gpu.place)  # the id of an instance means nothing to people
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items()) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else round(value * factor, 6)
