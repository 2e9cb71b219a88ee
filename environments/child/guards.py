"""The limits that a process of an environment sets itself before it imports any of the environment's code."""

import ctypes
import os
import random
import resource
import signal
import sys
from contextlib import suppress
from typing import Any, Final

from domain.errors.environments.playing import StartsProcesses, UsesNetwork
from environments.child.trouble import Forbidden
from environments.plan import CreationPlan
from policies.confinement import confine

_MAX_FILE_BYTES: Final = 16 * 2**20
_DIE_WITH_PARENT: Final = 1  # PR_SET_PDEATHSIG
_PROCESSES: Final = frozenset(
    {"os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.exec", "os.system", "subprocess.Popen", "pty.spawn"}
)
_NETWORK: Final = frozenset({"socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo"})


def limit(plan: CreationPlan) -> None:
    """Limits memory, files, processes and network of this process, permanently."""
    os.nice(plan.niceness)
    confine(plan.described.memory_mib << 20, _MAX_FILE_BYTES)
    _reseed()
    forbidden = (frozenset() if plan.described.may_start_processes else _PROCESSES) | (
        frozenset() if plan.described.may_use_network else _NETWORK
    )
    sys.addaudithook(lambda event, arguments: _refuse(event, forbidden))


def _refuse(event: str, forbidden: frozenset[str]) -> None:
    """Raises Forbidden for audit events of Python.

    Native code is restricted by the limits and the kill of the process group.
    """
    if event in forbidden:
        raise Forbidden(StartsProcesses if event in _PROCESSES else UsesNetwork)


def _reseed() -> None:
    """Sets new seeds: forked processes would otherwise all draw the same numbers."""
    import numpy as np

    random.seed()
    np.random.seed()


def end_with_parent() -> None:
    """Makes the kernel end this process when its parent ends, in whatever way."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)


def allow_cpu(seconds: float) -> None:
    """Allows this process so many further seconds of CPU: a limit that holds even without the parent."""
    spent: Any = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    # Twice, for work in threads of its own; the caller waits for `seconds`.
    most = int(spent.ru_utime + spent.ru_stime + 2 * seconds) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
