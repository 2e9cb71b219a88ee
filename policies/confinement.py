"""Starts a process for an untrusted policy, and sets the limits of that process before it loads one."""

import os
import resource
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

MEMORY_BYTES: Final = 2 * 2**30
"""Address space: Python, numpy and onnxruntime reserve about 0.2 GiB before a policy is loaded, and a policy with
many weights about three times its size.
"""

_ROOT: Final = Path(__file__).parents[1]
# What Python may need to start. Nothing else is passed on: the environment holds the credentials of MLflow.
INHERITED_VARIABLES: Final = ("LD_LIBRARY_PATH", "PYTHONHOME")


def command(module: str) -> list[str]:
    """Returns the command that runs a module of this package in a separate process."""
    # -P: the working directory is not searched for modules. -B: its limits allow no file to be written.
    return [sys.executable, "-P", "-B", "-m", module]


def environment() -> Mapping[str, str]:
    """Returns the environment variables that are passed to the process."""
    inherited = {name: os.environ[name] for name in INHERITED_VARIABLES if name in os.environ}
    # Unused threads would each reserve address space, which is limited.
    return inherited | {"PYTHONPATH": str(_ROOT), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def confine(memory_bytes: int, file_bytes: int) -> None:
    """Limits this process's memory, and the size of files it writes, permanently."""
    if sys.platform == "linux":  # macOS has the limit on memory, but refuses to set it
        lower(resource.RLIMIT_AS, memory_bytes)
    lower(resource.RLIMIT_FSIZE, file_bytes)
    lower(resource.RLIMIT_CORE, 0)


def lower(limit: int, most: int) -> None:
    """Lowers a limit of this process to `most`, unless it is lower already."""
    hard = resource.getrlimit(limit)[1]
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(limit, (most, most))


def allow_cpu(seconds: int) -> None:
    """Allows this process so many further seconds of CPU; then the kernel ends it, even without its parent."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    most = int(spent.ru_utime + spent.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
