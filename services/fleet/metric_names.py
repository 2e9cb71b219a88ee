"""PromQL expressions for the metrics of Clew's own monitor and of NVIDIA's dcgm-exporter, and their labels."""

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
"""The samples in which a GPU was observed; Clew's own metric is 0 for a lost GPU, and a split GPU counts by its parts.
"""
SAMPLED: Final = '{__name__=~"clew_gpu_up|DCGM_FI_DEV_FB_USED"}[5m]'
"""The samples themselves, of a short window."""
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
    # Samples that were reserved, over all samples, summed over the owners and runs that `USERS` reports.
    Measure.RESERVED: "sum without(owner, run_id) (sum_over_time(clew_gpu_reserved[{window}]))"
    " / sum without(owner, run_id) (count_over_time(clew_gpu_reserved[{window}]))",
    # A counter, in mJ since the driver was loaded: its increase is computed from its values.
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
    """The Prometheus target that reported a series."""

    job: str
    instance: str


def reporter_of(labels: Mapping[str, str]) -> Reporter:
    """Returns the target that reported a series."""
    return Reporter(labels.get("job", ""), labels.get("instance", ""))


def identity_of(labels: Mapping[str, str]) -> GpuIdentity | None:
    """Returns the GPU of a series; None where its labels do not identify it."""
    uuid = labels.get("uuid") or labels.get("UUID") or None
    number = _first(labels, _GPU_LABELS) or uuid
    host = _first(labels, _HOST_LABELS) or re.sub(r":\d+$", "", labels.get("instance", ""))
    if not number or not host:
        return None
    number = number.removeprefix("nvidia")
    part = labels.get("GPU_I_ID")
    if part:  # an instance of a split GPU has the whole GPU's UUID
        number, uuid = f"{number}/{part}", f"{uuid}/{part}" if uuid else None
    return GpuIdentity(host, number, uuid, labels.get("name") or labels.get("modelName") or None)


def user_of(labels: Mapping[str, str]) -> GpuUser | None:
    """Returns the user of a GPU in a series of `clew_gpu_user`; None where its labels are invalid."""
    try:
        return GpuUser.model_validate({name: labels[name] for name in _USER_LABELS if labels.get(name)})
    except ValidationError:
        return None


def pod_of(labels: Mapping[str, str]) -> GpuUser | None:
    """Returns the pod or job that uses a GPU in a series of dcgm-exporter; None without one, or for the exporter
    itself.

    Prometheus prefixes a target's label with `exported_` where it has a label of that name itself.
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
