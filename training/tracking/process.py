"""Identifies the training process, so that another process can find it: boot, pid and start time."""

import getpass
import os
import socket
from contextlib import suppress
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_STAT = Path("/proc/self/stat")


def process_tags(gpu_uuid: str | None = None) -> dict[str, str]:
    """Returns tags of this process: `clew.boot_id`, `.host`, `.pid`, `.start_ticks`, and `.gpu_uuid` if it trains on
    one.

    A pid alone is not enough: containers and reboots reuse it. Values that the system does not provide are omitted.
    """
    tags = {"clew.host": socket.gethostname(), "clew.pid": str(os.getpid())}
    with suppress(OSError):
        tags["clew.boot_id"] = _BOOT_ID.read_text(encoding="ascii").strip()
        tags["clew.start_ticks"] = start_ticks(_STAT.read_text(encoding="utf-8", errors="replace"))
    if gpu_uuid is not None:
        tags["clew.gpu_uuid"] = f"GPU-{gpu_uuid}"  # NVML's format
    return tags


def start_ticks(stat: str) -> str:
    """Reads field 22 of /proc/<pid>/stat: the clock tick, counted from boot, at which the process started."""
    # The second field is the program's name in parentheses and may hold spaces and parentheses itself.
    return stat.rpartition(")")[2].split()[22 - 3]


def user_name() -> str:
    """Returns the name of the current user, "unknown" if the system has none (as in many containers)."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
