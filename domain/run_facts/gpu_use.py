"""The GPUs that a run's own process uses, by the reports of the hosts' monitors."""

from typing import NamedTuple

from domain.gpus import Gpu, GpuProcess, GpuReport
from domain.tracking.runs import Run, RunStatus


class GpuUse(NamedTuple):
    """A process of a run on a GPU of a host, by the name of the host's monitor."""

    host: str
    gpu: Gpu
    process: GpuProcess


def gpus_of(run: Run, host: str, report: GpuReport) -> list[GpuUse]:
    """Returns the GPUs of one host; none for a finished run, whose pid may belong to another process by now."""
    if run.status is not RunStatus.RUNNING or report.boot_id is None or run.tags.get("clew.boot_id") != report.boot_id:
        return []
    return [
        GpuUse(host, gpu, process) for gpu in report.gpus for process in gpu.processes or () if _is_of(run, process)
    ]


def _is_of(run: Run, process: GpuProcess) -> bool:
    """Returns whether it is the run's process.

    A pid alone may be reused, and differs between a container and its host.
    """
    started, pid = run.tags.get("clew.start_ticks"), run.tags.get("clew.pid")
    return (
        process.start_ticks is not None
        and started == str(process.start_ticks)
        and pid in {str(process.pid), str(process.ns_pid)}
    )
