"""The process that forks environments, from the parent's side: started on demand, and again after it ended."""

import math
import os
import select
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Final

from concurrency.process_deadline import ProcessDeadline
from domain.errors.names import Environments
from domain.errors.services import StartFailed
from domain.errors.time_limits import NoAnswerWithin, SecondsByTheClock, TimeLimit
from domain.messages import Text
from environments.control import END, KILL, START, UNKNOWN, WORD
from policies.confinement import command, environment

_ANSWER_SECONDS: Final = 10.0  # of its computing: for its first answer it imports some 50 MB
_INHERITED_VARIABLES: Final = ("MUJOCO_GL", "PYOPENGL_PLATFORM")


class _Unanswered(TimeoutError):
    def __init__(self, limit: TimeLimit) -> None:
        super().__init__(f"no answer within {limit}")
        self.limit = limit


class ForkServer:
    """Starts and ends processes of environments; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._is_closed = False
        self._late = 0  # answers that may still come, to requests that were given up
        self._received = b""

    def warm_up(self) -> None:
        """Starts it in advance, so that the first environment need not wait; returns at once."""
        with self._lock, suppress(StartFailed, OSError):
            self._running()

    def start(self, ends: float = math.inf) -> tuple[int, socket.socket]:
        """Returns the process id of a new process, and the socket to it; raises ServiceUnavailable.

        It waits at most until `ends`, by `time.monotonic`.
        """
        ours, its = socket.socketpair()
        with its:
            try:
                return self._forked(its, ends), ours
            except BaseException:
                ours.close()
                raise

    def _forked(self, its: socket.socket, ends: float) -> int:
        with self._locked_before(ends):
            for is_last in (False, True):
                try:
                    process, control = self._running()
                    socket.send_fds(control, [WORD.pack(START, 0)], [its.fileno()])
                    pid = self._answer(control, process.pid, ends)
                    break
                except _Unanswered as error:
                    if time.monotonic() >= ends:
                        self._late += 1  # only this caller has no time left: the environments of others go on
                    else:
                        self._discard()
                    raise StartFailed(Environments(), NoAnswerWithin(error.limit)) from error
                except (OSError, EOFError) as error:
                    self._discard()  # it may just have ended because it was idle
                    if is_last:
                        raise StartFailed(Environments(), Text(str(error) or type(error).__name__)) from error
        if pid < 0:
            raise StartFailed(Environments(), Text(os.strerror(-pid)))
        return pid

    @contextmanager
    def _locked_before(self, ends: float) -> Iterator[None]:
        seconds = max(0.0, ends - time.monotonic())
        if not self._lock.acquire(timeout=min(seconds, threading.TIMEOUT_MAX)):
            raise StartFailed(Environments(), NoAnswerWithin(SecondsByTheClock(round(seconds, 1))))
        try:
            yield
        finally:
            self._lock.release()

    def end(self, pid: int, at_once: bool) -> int | None:
        """Ends a process, and everything it started; returns how it ended: below 0 by a signal, None if unknown.

        With `at_once` it is killed; else it has a moment to end by itself.
        """
        with self._lock:
            if self._process is None or self._control is None:
                return None  # its processes ended with it
            try:
                self._control.sendall(WORD.pack(KILL if at_once else END, pid))
                status = self._answer(self._control, self._process.pid)
            except (OSError, EOFError):
                self._discard()
                return None
        return None if status == UNKNOWN else status

    def _running(self) -> "tuple[subprocess.Popen[bytes], socket.socket]":
        """Returns the process and the connection to it, starting it if it does not run. The lock must be held."""
        if self._is_closed:
            raise StartFailed(Environments(), Text(os.strerror(107)))
        if self._process is not None and self._process.poll() is not None:
            self._discard()
        if self._process is None or self._control is None:
            ours, its = socket.socketpair()
            with its:
                self._process = subprocess.Popen(
                    [*command("environments.child.serving"), str(its.fileno())],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    cwd="/",
                    env=_environment(),
                    pass_fds=[its.fileno()],
                    start_new_session=True,
                )
            self._control = ours
        return self._process, self._control

    def _discard(self) -> None:
        """Drops the connection, and ends the process with everything it started."""
        if self._control is not None:
            self._control.close()
            self._control = None
        self._late, self._received = 0, b""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answer(self, control: socket.socket, pid: int, ends: float = math.inf) -> int:
        """Returns the answer of the process `pid` to the last request; raises _Unanswered.

        Late answers come before it. A late new process has ended, or will: its socket here is closed.
        """
        deadline, size = ProcessDeadline(pid, _ANSWER_SECONDS, ends), WORD.size * (self._late + 1)
        while len(self._received) < size:
            if not deadline.can_use(control.fileno(), select.POLLIN):
                raise _Unanswered(deadline.limit)
            more = control.recv(size - len(self._received))
            if not more:
                raise EOFError
            self._received += more
        word, self._late, self._received = self._received[-WORD.size :], 0, b""
        return int(WORD.unpack(word)[1])

    def close(self) -> None:
        """Ends it and all its processes, permanently."""
        with self._lock:
            self._is_closed = True
            process, self._process = self._process, None
            if self._control is not None:
                self._control.close()  # it then ends its processes, and itself
                self._control = None
            if process is not None:
                _wait_or_kill(process)


def _wait_or_kill(process: "subprocess.Popen[bytes]") -> None:
    try:
        process.wait(2)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _environment() -> Mapping[str, str]:
    """Returns the environment variables for environments: no credentials, no display, no sound."""
    inherited = {name: os.environ[name] for name in _INHERITED_VARIABLES if name in os.environ}
    return {
        **environment(),
        "PATH": os.defpath,
        "SDL_VIDEODRIVER": "dummy",
        "SDL_AUDIODRIVER": "dummy",
        "PYGAME_HIDE_SUPPORT_PROMPT": "1",
        "MPLBACKEND": "Agg",
        "MUJOCO_GL": "egl",
        **inherited,
    }
