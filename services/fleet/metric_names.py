"""What Clew's own monitor and NVIDIA's dcgm-exporter call the same things, as PromQL, and by which labels."""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from pydantic import ValidationError

from domain.fleet.kept_history import GpuUser
from domain.fleet.series import GpuIdentity, Measure

_MIB: Final = 2**20
_MEAN: Final = "avg_over_time"

PRESENT: Final = (
    "sum_over_time(clew_gpu_up[{window}])"
    ' unless on(job, instance, gpu) max_over_time(clew_gpu_state{{state="mig"}}[{window}]) == 1'
    " or count_over_time(DCGM_FI_DEV_FB_USED[{window}])"
)
"""In how many samples a GPU was heard; Clew's own line is 0 while it is lost, and one that is split is its parts."""
SAMPLED: Final = '{__name__=~"clew_gpu_up|DCGM_FI_DEV_FB_USED"}[5m]'
"""The samples themselves, of a short while."""
USERS: Final = "sum_over_time(clew_gpu_user[{window}])"
EXPRESSIONS: Final[Mapping[Measure, str]] = {
    Measure.UTILIZATION: "avg_over_time(clew_gpu_utilization_ratio[{window}]) * 100"
    " or avg_over_time(DCGM_FI_DEV_GPU_UTIL[{window}])"
    " or avg_over_time(DCGM_FI_PROF_GR_ENGINE_ACTIVE[{window}]) * 100",
    Measure.MEMORY_USED: f"avg_over_time(clew_gpu_memory_used_bytes[{{window}}]) / {_MIB}"
    " or avg_over_time(DCGM_FI_DEV_FB_USED[{window}])",
    Measure.TEMPERATURE: "avg_over_time(clew_gpu_temperature_celsius[{window}])"
    " or avg_over_time(DCGM_FI_DEV_GPU_TEMP[{window}])",
    Measure.POWER: "avg_over_time(clew_gpu_power_watts[{window}]) or avg_over_time(DCGM_FI_DEV_POWER_USAGE[{window}])",
    # A series for each owner and run, of which `USERS` tells: in how many of all of their samples it was reserved.
    Measure.RESERVED: "sum without(owner, run_id) (sum_over_time(clew_gpu_reserved[{window}]))"
    " / sum without(owner, run_id) (count_over_time(clew_gpu_reserved[{window}]))",
    # A counter, in mJ since the driver was loaded: what it rose by is worked out from its values.
    Measure.ENERGY: "last_over_time(DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION[{window}]) / 1000",
}
BOUNDS: Final[Mapping[Measure, tuple[float, float]]] = {
    Measure.UTILIZATION: (0, 100),
    Measure.MEMORY_USED: (0, 2**30),
    Measure.TEMPERATURE: (-50, 250),
    Measure.POWER: (0, 20_000),
    Measure.RESERVED: (0, 1),
    Measure.ENERGY: (0, 2**53),
}
_HOST_LABELS: Final = ("host", "Hostname", "hostname", "exported_host", "node", "kubernetes_node", "nodename")
_GPU_LABELS: Final = ("place", "gpu", "minor_number", "device")
_EXPORTER: Final = re.compile(r"(nvidia-)?dcgm-exporter")
_USER_LABELS: Final = tuple(GpuUser.model_fields)


class Reporter(NamedTuple):
    """Who was asked for a series: a target of Prometheus."""

    job: str
    instance: str


def reporter_of(labels: Mapping[str, str]) -> Reporter:
    """Returns the target that a series came from."""
    return Reporter(labels.get("job", ""), labels.get("instance", ""))


def identity_of(labels: Mapping[str, str]) -> GpuIdentity | None:
    """Returns which GPU a series is of; None where its labels do not say so."""
    uuid = labels.get("uuid") or labels.get("UUID") or None
    number = _first(labels, _GPU_LABELS) or uuid
    host = _first(labels, _HOST_LABELS) or re.sub(r":\d+$", "", labels.get("instance", ""))
    if not number or not host:
        return None
    number = number.removeprefix("nvidia")
    part = labels.get("GPU_I_ID")
    if part:  # an instance of one that is split has its UUID
        number, uuid = f"{number}/{part}", f"{uuid}/{part}" if uuid else None
    return GpuIdentity(host, number, uuid, labels.get("name") or labels.get("modelName") or None)


def user_of(labels: Mapping[str, str]) -> GpuUser | None:
    """Returns who has the GPU of a series of `clew_gpu_user`; None where its labels are odd."""
    try:
        return GpuUser.model_validate({name: labels[name] for name in _USER_LABELS if labels.get(name)})
    except ValidationError:
        return None


def pod_of(labels: Mapping[str, str]) -> GpuUser | None:
    """Returns whose pod, or job, has the GPU of a series of dcgm-exporter; None where none has, and for the exporter
    itself.

    Prometheus puts `exported_` before what the target said where it knows a label of that name by itself.
    """
    for prefix in ("exported_", ""):
        pod = labels.get(f"{prefix}pod")
        if pod:
            is_exporter = _EXPORTER.match(pod) or _EXPORTER.search(labels.get(f"{prefix}container", ""))
            return None if is_exporter else GpuUser(owner=labels.get(f"{prefix}namespace") or None, workload=pod)
    job = labels.get("hpc_job")
    return GpuUser(workload=job) if job else None


def _first(labels: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((labels[name] for name in names if labels.get(name)), None)
