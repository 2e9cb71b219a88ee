"""The MIG instances of a GPU: units of their own, each with its memory and its processes."""

import re
from typing import Any, Final, NamedTuple

import pynvml
from pydantic import ValidationError

from domain.errors.gpus.answers import InstanceNotKnown, InstanceTwice
from domain.errors.schema import SchemaMore
from domain.gpus import MAX_INSTANCES, Gpu, GpuVendor, MigInstance
from gpu_monitor.driver.gpu_queries import GpuQueries
from gpu_monitor.driver.nvml.calls import query_gpu
from gpu_monitor.driver.nvml.memory import memory_of
from gpu_monitor.driver.nvml.process_lists import processes_of

_PROFILE: Final = re.compile(r"\bMIG (\S+)")


class Instances(NamedTuple):
    """Whether MIG is on, and the existing instances."""

    is_split: bool = False
    units: tuple[Gpu, ...] = ()

    @property
    def pids(self) -> frozenset[int]:
        """The pids of the processes that are listed with an instance."""
        return frozenset(one.pid for unit in self.units for one in unit.processes or () if one.pid is not None)


def instances_of(queries: GpuQueries, index: int, handle: Any) -> Instances:
    """Returns the instances of the GPU with this index.

    Invalid values of an instance are among the whole GPU's misfits.
    """
    mode = queries.query("mig", pynvml.nvmlDeviceGetMigMode, handle)
    if mode is None or mode[0] != pynvml.NVML_DEVICE_MIG_ENABLE:
        return Instances()
    units: dict[int, Gpu] = {}
    for place in range(_count(queries, handle)):
        part = queries.query("instances", pynvml.nvmlDeviceGetMigDeviceHandleByIndex, handle, place)
        if part is None or (unit := _read(queries, index, place, part)) is None:
            continue  # nothing at that index, or no longer: instances come and go
        if unit.gpu_id in units:
            queries.add_misfit(f"instances.{place}", InstanceTwice())
        else:
            units[unit.gpu_id] = unit
    return Instances(True, tuple(units.values()))


def _count(queries: GpuQueries, handle: Any) -> int:
    count = queries.query("instances", pynvml.nvmlDeviceGetMaxMigDeviceCount, handle) or 0
    if count > MAX_INSTANCES:
        queries.add_misfit("instances", SchemaMore(MAX_INSTANCES), count)
    return min(count, MAX_INSTANCES)


def _read(whole: GpuQueries, index: int, place: int, handle: Any) -> Gpu | None:
    queries = GpuQueries(query_gpu)
    numbers = [
        queries.query("mig", call, handle)
        for call in (pynvml.nvmlDeviceGetGpuInstanceId, pynvml.nvmlDeviceGetComputeInstanceId)
    ]
    if None in numbers:
        if queries.trouble is not None:
            whole.add_misfit(f"instances.{place}", queries.trouble.advice.cause)
        return None
    name = queries.query("name", pynvml.nvmlDeviceGetName, handle)
    try:
        mig = MigInstance(gpu_instance=numbers[0], compute_instance=numbers[1], profile=_profile(name))
    except ValidationError:
        whole.add_misfit(f"instances.{place}", InstanceNotKnown())
        return None
    return queries.gpu(
        gpu_id=mig.unit_id(index),
        parent_id=index,
        mig=mig,
        vendor=GpuVendor.NVIDIA,
        name=name,
        uuid=queries.query("uuid", pynvml.nvmlDeviceGetUUID, handle),
        **memory_of(queries, handle),
        **processes_of(queries, handle),
    )


def _profile(name: str | None) -> str | None:
    found = _PROFILE.search(name or "")
    return found and found.group(1)
