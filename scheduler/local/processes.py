"""Child processes, and facts from the kernel. For the keeper: standard library only."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path


def send(pid: int, number: signal.Signals, *, whole_group: bool = True) -> None:
    """Sends a signal to a program or to its whole group."""
    with suppress(ProcessLookupError, PermissionError):
        (os.killpg if whole_group else os.kill)(pid, number)


def end_all_below() -> None:
    """Kills what the program left behind in process groups of its own."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and (left := list(children())):
        for pid in left:
            send(pid, signal.SIGKILL, whole_group=False)
        reap_all_but(0)
        time.sleep(0.02)


def children() -> Iterator[int]:
    """Yields the child processes of this one, including orphans of its program."""
    for task in Path("/proc/self/task").iterdir():
        with suppress(OSError):
            yield from map(int, (task / "children").read_text().split())


def reap_all_but(program: int) -> None:
    """Reaps orphans of the program that have ended."""
    for pid in children():
        if pid != program:
            with suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)


def boot_id() -> str:
    """Returns the id of this boot of the machine."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def oom_kills() -> int:
    """Returns how many processes the kernel has killed for lack of memory since the machine booted."""
    with suppress(OSError, ValueError):
        for line in Path("/proc/vmstat").read_text().splitlines():
            if line.startswith("oom_kill "):
                return int(line.split()[1])
    return 0
