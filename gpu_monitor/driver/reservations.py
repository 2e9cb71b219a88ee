"""Finds the owner of each GPU: a living process that was given it, or one with memory on it.

A training that was given a GPU holds it from its start, even while it loads data and is in no driver's list.
"""

import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from domain.gpus import RESERVED_ABOVE_MIB, Gpu
from gpu_monitor.driver.proc_files import PROC, read_environment, user_of

_SHORTEST_UUID: Final = 8  # "GPU-" and a few digits
_EACH_SECONDS: Final = 5.0  # each time, all processes of the machine are read


class Reservation(NamedTuple):
    """A run, or another job, and the GPUs that its processes see, as CUDA_VISIBLE_DEVICES lists them."""

    owner: str | None
    run_id: str | None
    devices: tuple[str, ...]
    in_bus_order: bool

    def names(self, gpu: Gpu, *, alike: bool) -> bool:
        """Returns whether it includes that GPU.

        An index is unambiguous only if the process uses the order of the bus, or all GPUs are `alike`.
        """
        for device in self.devices:
            if device.isdigit():
                if gpu.mig is None and device == str(gpu.gpu_id) and (self.in_bus_order or alike):
                    return True
            elif gpu.uuid is not None and _is_uuid(device, gpu.uuid):
                return True
        return False


def _is_uuid(device: str, uuid: str) -> bool:
    """Returns whether it is a UUID or its beginning, which CUDA accepts, too, if it is unambiguous."""
    return device == uuid or (len(device) >= _SHORTEST_UUID and uuid.startswith(device))


class Reservations:
    """Reads the environments of all living processes that this user may read, every few seconds."""

    def __init__(self, proc: Path = PROC) -> None:
        self._proc = proc
        self._known: tuple[Reservation, ...] = ()
        self._due = 0.0

    def of(self, gpus: Sequence[Gpu]) -> list[Gpu]:
        """Returns the GPUs, each with its `owner`, `run_id` and `is_reserved`."""
        if time.monotonic() >= self._due:
            self._known = tuple(dict.fromkeys(self._given()))
            self._due = time.monotonic() + _EACH_SECONDS
        alike = len({gpu.name for gpu in gpus if gpu.mig is None}) <= 1
        return [with_holder(gpu, self._known, alike=alike) for gpu in gpus]

    def _given(self) -> Iterable[Reservation]:
        for folder in self._proc.iterdir():
            if not folder.name.isdigit():
                continue
            found = read_environment(folder)
            if found.is_job and found.devices:
                owner = found.owner or user_of(folder)
                yield Reservation(owner, found.run_id, found.devices, found.in_bus_order)


def with_holder(gpu: Gpu, given: Sequence[Reservation], *, alike: bool) -> Gpu:
    """Returns a GPU with its owner: if several were given it, the one whose process is on it."""
    holder = gpu.holder
    named = [one for one in given if one.names(gpu, alike=alike)]
    mine = next((one for one in named if holder and one.run_id == holder.run_id), named[0] if named else None)
    if mine is not None:
        return gpu.model_copy(update={"owner": mine.owner, "run_id": mine.run_id, "is_reserved": True})
    owner = {"owner": holder.user, "run_id": holder.run_id} if holder else {}
    return gpu.model_copy(update={**owner, "is_reserved": _is_kept(gpu)})


def _is_kept(gpu: Gpu) -> bool | None:
    if gpu.processes is None:
        return None
    if any((one.memory_used or 0) > RESERVED_ABOVE_MIB for one in gpu.processes):
        return True
    return None if any(one.memory_used is None for one in gpu.processes) else False
