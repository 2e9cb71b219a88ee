"""Forks a process for each environment: `python -m environments.child.serving SOCKET`, an open descriptor.

It has imported what all of them need, so that another one starts in milliseconds and shares that memory. Requests
over SOCKET (a byte and an int32) are START, with the descriptor of the new process's own socket, which is answered
with its process id; and END, or KILL to kill it first, which are answered with how it ended: an exit status, or less
than 0 for a signal; UNKNOWN for one that it never started. It ends, and ends all of them, when SOCKET closes, and
when it has been idle for a minute.
"""

import gc
import os
import select
import signal
import socket
import sys
import tempfile
import time
from contextlib import suppress
from typing import Final

from environments.child.guards import end_with_parent
from environments.child.playing import play
from environments.child.warming import pieces
from environments.control import KILL, START, UNKNOWN, WORD

_IDLE_SECONDS: Final = 60.0
_SWEEP_SECONDS: Final = 0.5
_END_SECONDS: Final = 0.5  # between a process's last output and its end


class _Server:
    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._running: set[int] = set()
        self._ended: dict[int, int] = {}
        self._early_work = pieces()

    def serve(self) -> None:
        """Handles requests until the connection closes, or it has been idle for long."""
        last_request = time.monotonic()
        while self._running or time.monotonic() - last_request < _IDLE_SECONDS:
            if not select.select([self._control], [], [], _SWEEP_SECONDS)[0]:
                next(self._early_work, None)
            else:
                word, descriptors, *_ = socket.recv_fds(self._control, WORD.size, 1)
                if len(word) < WORD.size:
                    break
                last_request = time.monotonic()
                what, pid = WORD.unpack(word)
                self._do(what, pid, descriptors)
            self._sweep()
        for pid in self._running:
            _kill(pid)

    def _do(self, what: int, pid: int, descriptors: list[int]) -> None:
        if what == START:
            self._send(self._started(socket.socket(fileno=descriptors[0])))
        else:
            self._send(self._end(pid, at_once=what == KILL))

    def _send(self, number: int) -> None:
        self._control.sendall(WORD.pack(0, number))

    def _started(self, connection: socket.socket) -> int:
        parent = os.getpid()
        try:
            pid = os.fork()
        except OSError as error:
            connection.close()
            return -int(error.errno or 1)
        if pid == 0:
            self._control.close()
            _run_child(connection, parent)
        connection.close()
        self._running.add(pid)
        return pid

    def _end(self, pid: int, at_once: bool) -> int:
        if at_once and pid in self._running:
            _kill(pid)
        deadline = time.monotonic() + _END_SECONDS
        while pid in self._running and time.monotonic() < deadline:
            self._sweep()
            time.sleep(0.001)
        if pid in self._running:
            _kill(pid)
        return self._ended.pop(pid, UNKNOWN)

    def _sweep(self) -> None:
        """Ends the process groups of ended processes, and records how they ended."""
        for pid in list(self._running):
            if (status := _status_of(pid)) is not None:
                self._running.discard(pid)
                self._ended[pid] = status
                while len(self._ended) > 1000:
                    del self._ended[next(iter(self._ended))]


def _status_of(pid: int) -> int | None:
    """Returns how a process ended, after ending its group; None if it still runs."""
    if hasattr(os, "waitid"):  # macOS has it since Python 3.13
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            return None
        _kill(pid)  # until it is reaped, its id is not reused
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    ended, status = os.waitpid(pid, os.WNOHANG)
    if ended == 0:
        return None
    _kill(pid)
    return os.waitstatus_to_exitcode(status)


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _run_child(connection: socket.socket, parent: int) -> None:
    """Runs as a child; never returns."""
    status = 1
    try:
        os.setsid()
        end_with_parent()
        if os.getppid() == parent:
            play(connection)
            status = 0
    finally:
        os._exit(status)


def _import_common_modules() -> None:
    import gymnasium  # noqa: F401
    import PIL.WebPImagePlugin  # noqa: F401

    if sys.platform == "linux":  # elsewhere it uses frameworks that do not survive a fork
        with suppress(ImportError):
            import pygame  # noqa: F401


def main() -> None:
    """Serves until it is no longer needed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _import_common_modules()
    gc.collect()
    gc.freeze()
    with tempfile.TemporaryDirectory(prefix="clew-environments-", ignore_cleanup_errors=True) as folder:
        os.chdir(folder)
        os.environ["HOME"] = folder
        _Server(socket.socket(fileno=int(sys.argv[1]))).serve()


if __name__ == "__main__":
    main()
