"""The memory of a GPU, or of a part of one."""

from typing import Any, Final

import psutil
import pynvml

from domain.errors.schema import SchemaMore
from gpu_monitor.driver.gpu_queries import GpuQueries
from gpu_monitor.driver.nvml.calls import is_unsupported

_MIB: Final = 2**20


def memory_of(queries: GpuQueries, handle: Any, *, may_be_unified: bool = False) -> dict[str, Any]:
    """Returns the fields `memory_used` and `memory_total` in MiB, and `unified`.

    A GPU that does not support the call has no memory of its own, as in GB10 and Jetson: it uses the machine's.
    """
    # Version 1 counts what the driver reserves for itself as used.
    memory = queries.first(
        "memory_used",
        (pynvml.nvmlDeviceGetMemoryInfo, handle, pynvml.nvmlMemory_v2),
        (pynvml.nvmlDeviceGetMemoryInfo, handle),
    )
    if memory is not None:
        return _checked(queries, memory.used / _MIB, memory.total / _MIB)
    if may_be_unified and queries.trouble is None and is_unsupported(pynvml.nvmlDeviceGetMemoryInfo, handle):
        whole = psutil.virtual_memory()
        return {"memory_used": (whole.total - whole.available) / _MIB, "memory_total": whole.total / _MIB} | {
            "unified": True
        }
    return {}


def _checked(queries: GpuQueries, used: float, total: float) -> dict[str, Any]:
    if used > total:
        queries.add_misfit("memory_used", SchemaMore(total), used)
        return {"memory_total": total}
    return {"memory_used": used, "memory_total": total}
