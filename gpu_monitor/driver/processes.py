"""Who uses a GPU: what /proc says of a pid that the driver named."""

import os
import pwd
from pathlib import Path

from domain.gpus import GpuProcess

PROC = Path("/proc")
_START_TICKS_FIELD = 22


def describe(pid: int, memory_used_mib: float | None) -> GpuProcess:
    """A process of this machine; what cannot be read of it is None: it may have ended, or be in another container."""
    folder = PROC / str(pid)
    return GpuProcess(
        pid=pid,
        user=_user(folder),
        command=_command(folder),
        memory_used=memory_used_mib,
        start_ticks=_start_ticks(folder),
        ns_pid=_innermost_pid(folder),
    )


def boot_id() -> str | None:
    """What tells this boot of this machine from all others, also from inside a container."""
    return _read(PROC / "sys/kernel/random/boot_id").strip() or None


def _user(folder: Path) -> str | None:
    try:
        uid = folder.stat().st_uid
    except OSError:
        return None
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:  # a user of a container, without a name here
        return str(uid)


def _command(folder: Path) -> str | None:
    """The program's name. A process that names itself puts its arguments into argv[0] too: these are cut off."""
    words = _read(folder / "cmdline").partition("\0")[0].split()
    return (os.path.basename(words[0]) if words else _read(folder / "comm").strip()) or None


def _start_ticks(folder: Path) -> int | None:
    # The second field, the name in brackets, may hold spaces and brackets itself: count from its end.
    fields = _read(folder / "stat").rpartition(")")[2].split()
    return int(fields[_START_TICKS_FIELD - 3]) if len(fields) > _START_TICKS_FIELD - 3 else None


def _innermost_pid(folder: Path) -> int | None:
    for line in _read(folder / "status").splitlines():
        if line.startswith("NSpid:"):
            return int(line.split()[-1])
    return None


def _read(file: Path) -> str:
    """A file's text; empty where it cannot be read, which is all that /proc says of a process that has ended."""
    try:
        return file.read_text(errors="replace")
    except OSError:
        return ""
