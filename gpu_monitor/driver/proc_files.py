"""Reads facts about a process from /proc: its user, its run, and the GPUs that it was given."""

import pwd
import re
from pathlib import Path
from typing import Final, NamedTuple

PROC = Path("/proc")
_MAX_BYTES: Final = 4096  # per file in /proc: a command line may have a megabyte
_MAX_ENVIRONMENT_BYTES: Final = 2**18
_RUN_ID: Final = re.compile(r"[\w-]{1,256}", re.ASCII)


class Environment(NamedTuple):
    """The run and the GPUs in a process's environment; other variables, above all tokens, are never read.

    `devices` is the list in CUDA_VISIBLE_DEVICES; empty if it lists none.
    """

    run_id: str | None = None
    owner: str | None = None
    devices: tuple[str, ...] = ()
    in_bus_order: bool = False
    is_job: bool = False


def read_environment(folder: Path) -> Environment:
    """Reads the environment in a folder of /proc; empty if this user may not read it, or the process has ended."""
    try:
        with (folder / "environ").open("rb") as opened:
            whole = opened.read(_MAX_ENVIRONMENT_BYTES)
    except OSError:
        return Environment()
    if b"MLFLOW_RUN_ID=" not in whole and b"SLURM_JOB_ID=" not in whole:
        return Environment()
    found = dict(one.partition("=")[::2] for one in whole.decode(errors="replace").split("\0"))
    run_id, owner = found.get("MLFLOW_RUN_ID", ""), found.get("CLEW_TRAINING_OWNER", "")
    return Environment(
        run_id=run_id if _RUN_ID.fullmatch(run_id) else None,
        owner=owner[:256] or None,
        devices=_devices(found.get("CUDA_VISIBLE_DEVICES", "")),
        in_bus_order=found.get("CUDA_DEVICE_ORDER") == "PCI_BUS_ID",
        is_job=bool(run_id or found.get("SLURM_JOB_ID")),
    )


def _devices(listed: str) -> tuple[str, ...]:
    """Reads a list as CUDA does: the first invalid entry ends it."""
    devices: list[str] = []
    for one in (part.strip() for part in listed.split(",")):
        if not one or one.startswith("-"):
            break
        devices.append(one)
    return tuple(devices)


def user_of(folder: Path) -> str | None:
    """Returns the user of a process by its folder in /proc; None if it has ended."""
    try:
        uid = folder.stat().st_uid
    except OSError:
        return None
    try:
        # Python represents bytes that are no UTF-8 by characters that JSON cannot hold.
        return pwd.getpwuid(uid).pw_name.encode(errors="replace").decode()
    except KeyError:  # a user of a container, without a name here
        return str(uid)


def read_text(file: Path) -> str:
    """Reads a file; empty if it cannot be read, as for a process that has ended."""
    try:
        with file.open("rb") as opened:
            return opened.read(_MAX_BYTES).decode(errors="replace")
    except OSError:
        return ""
