"""The processes on a GPU, or on a part of one, as NVML lists them."""

from collections.abc import Set
from typing import Any, Final

import pynvml

from gpu_monitor.driver.gpu_queries import GpuQueries
from gpu_monitor.driver.processes import ListedProcess, describe_all

# Compute, graphics, and MPS compute processes: three lists, each by the newest function that the library has. Not the
# unversioned one: with an old library it raises an exception of pynvml's own that is no NVMLError.
_LISTS: Final = (
    (pynvml.nvmlDeviceGetComputeRunningProcesses_v3, pynvml.nvmlDeviceGetComputeRunningProcesses_v2),
    (pynvml.nvmlDeviceGetGraphicsRunningProcesses_v3, pynvml.nvmlDeviceGetGraphicsRunningProcesses_v2),
    (pynvml.nvmlDeviceGetMPSComputeRunningProcesses_v3, pynvml.nvmlDeviceGetMPSComputeRunningProcesses_v2),
)


def processes_of(queries: GpuQueries, handle: Any, *, counted_elsewhere: Set[int] = frozenset()) -> dict[str, Any]:
    """Returns the fields `processes` and `processes_left_out`.

    For a GPU that is split, without those of its instances.
    """
    computing, *others = [queries.first("processes", *((call, handle) for call in names)) for names in _LISTS]
    running = [
        ListedProcess(one.pid, one.usedGpuMemory)
        for listed in (computing, *others)
        for one in listed or []
        if one.pid not in counted_elsewhere
    ]
    if computing is None and not running:  # an empty graphics list alone does not mean that no process computes
        return {}
    found = describe_all(running)
    queries.misfits += found.misfits
    return {"processes": found.processes, "processes_left_out": found.left_out or None}
