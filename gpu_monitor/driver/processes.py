"""Describes the processes on a GPU: looks up in /proc each pid that the driver lists."""

import heapq
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, NamedTuple

from domain.gpus import MAX_PROCESSES, GpuMisfit, GpuProcess
from gpu_monitor.driver.odd_values import fit
from gpu_monitor.driver.proc_files import PROC, read_environment, read_text, user_of

_START_TICKS_FIELD = 22
_LONGEST_COMMAND: Final = 200
_MIB: Final = 2**20


class ListedProcess(NamedTuple):
    """A process as a driver lists it: pid 0 means unknown; memory in bytes."""

    pid: int
    memory: int | None


class DescribedProcesses(NamedTuple):
    """The processes of a GPU, if too many those with the most memory; how many more there are; and invalid values."""

    processes: list[GpuProcess]
    left_out: int
    misfits: list[GpuMisfit]


def describe_all(running: Iterable[ListedProcess]) -> DescribedProcesses:
    """Describes the listed processes, each pid once: one that computes and draws is in several lists."""
    held: dict[object, int | None] = {}
    for place, one in enumerate(running):
        key = one.pid or f"unknown {place}"  # each 0 is another unknown process
        held[key] = max(filter(None, (held.get(key), one.memory)), default=None)
    processes: list[GpuProcess] = []
    misfits: list[GpuMisfit] = []
    for place, (pid, memory) in enumerate(_largest(held)):
        described, odd = _describe(pid if isinstance(pid, int) else None, memory, f"processes.{place}.")
        processes.append(described)
        misfits += odd
    return DescribedProcesses(processes, len(held) - len(processes), misfits)


def _largest(held: dict[object, int | None]) -> list[tuple[object, int | None]]:
    if len(held) <= MAX_PROCESSES:
        return list(held.items())
    return heapq.nlargest(MAX_PROCESSES, held.items(), key=lambda item: item[1] or 0)


def _describe(pid: int | None, memory: int | None, inside: str) -> tuple[GpuProcess, list[GpuMisfit]]:
    """Returns a process of this machine.

    Fields that cannot be read are None: it may have ended, or be in another container.
    """
    values: dict[str, Any] = {"pid": pid, "memory_used": None if memory is None else memory / _MIB}
    if pid is not None:
        folder = PROC / str(pid)
        values |= {
            "user": user_of(folder),
            "command": _command(folder),
            "start_ticks": _start_ticks(folder),
            "ns_pid": _innermost_pid(folder),
            "run_id": read_environment(folder).run_id,
        }
    fitted = fit(GpuProcess, values, inside)
    return GpuProcess(**fitted.values), fitted.misfits


def boot_id() -> str | None:
    """Returns the id of this boot of this machine, which is the same inside containers."""
    return read_text(PROC / "sys/kernel/random/boot_id").strip() or None


def _command(folder: Path) -> str | None:
    """Returns the process's name.

    Processes that rename themselves put their arguments into argv[0], too: these are cut off.
    """
    words = read_text(folder / "cmdline").partition("\0")[0].split()
    return (os.path.basename(words[0]) if words else read_text(folder / "comm").strip())[:_LONGEST_COMMAND] or None


def _start_ticks(folder: Path) -> int | None:
    # The second field, the name in brackets, may contain spaces and brackets itself: count from the end.
    fields = read_text(folder / "stat").rpartition(")")[2].split()
    return int(fields[_START_TICKS_FIELD - 3]) if len(fields) > _START_TICKS_FIELD - 3 else None


def _innermost_pid(folder: Path) -> int | None:
    for line in read_text(folder / "status").splitlines():
        if line.startswith("NSpid:"):
            return int(line.split()[-1])
    return None
