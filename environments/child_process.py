"""A process that runs copies of one environment, from the parent's side: queried over a socket, killed if necessary.

The protocol is in environments/wire.py.
"""

import contextlib
import math
import select
import signal
import socket
from typing import Final

from pydantic import ValidationError

from concurrency.process_deadline import ProcessDeadline
from domain.errors import ClewError
from domain.errors.environments.failures import EnvironmentFailed, EnvironmentMissing, EnvironmentRefused
from domain.errors.environments.playing import (
    AlreadyEnded,
    AnswerMakesNoSense,
    DidNotReturn,
    NeedsMoreMemory,
    ProcessEnded,
)
from domain.errors.policies import ExitStatus
from domain.errors.time_limits import SecondsOfComputing
from domain.messages import Message
from environments.fork_server import ForkServer
from environments.plan import CreationPlan
from environments.wire import HEAD, MAX_BYTES, PHASE, TROUBLE, TroubleReport

_KINDS: Final = {"refused": EnvironmentRefused, "missing": EnvironmentMissing}
_CALLS: Final = ("make", "reset", "step", "render")


class ChildProcess:
    """One process; after any failure it is ended."""

    def __init__(self, server: ForkServer, name: str, ends: float = math.inf) -> None:
        """Starts a child; `name` is the environment's name in messages. Raises ServiceUnavailable.

        No answer is awaited after `ends`, by `time.monotonic`.
        """
        self._server = server
        self._name = name
        self._ends = ends
        self._pid: int | None
        self._pid, self._socket = server.start(ends)
        self._socket.setblocking(False)
        self._memory_mib = 0

    @property
    def pid(self) -> int | None:
        """The id of the process; None once it has ended."""
        return self._pid

    def make(self, plan: CreationPlan) -> bytes:
        """Makes it create the environment; returns the facts as JSON.

        Raises as `request`, and EnvironmentRefused, -Missing.
        """
        self._memory_mib = plan.described.memory_mib
        return self.request(0, plan.model_dump_json().encode(), plan.described.make_seconds, "make")

    def request(self, kind: int, content: bytes, seconds: float, call: str) -> bytes:
        """Returns its answer; raises EnvironmentFailed if it reports trouble, or does not answer within `seconds`
        of computing.
        """
        pid = self._pid
        if pid is None:
            raise EnvironmentFailed(self._name, AlreadyEnded())
        deadline = ProcessDeadline(pid, seconds, self._ends)
        try:
            self._write(HEAD.pack(kind, len(content)) + content, deadline)
            while True:
                what, size = HEAD.unpack(self._read(HEAD.size, deadline))
                if size > MAX_BYTES:
                    raise self._broken(call)
                answer_bytes = self._read(size, deadline)
                if what == PHASE:
                    call = next((one for one in _CALLS if one.encode() == answer_bytes), call)
                elif what == TROUBLE:
                    raise self._trouble(answer_bytes, call)
                else:
                    return answer_bytes
        except TimeoutError as error:
            raise self._failed(DidNotReturn(call, deadline.limit)) from error
        except (OSError, EOFError) as error:
            raise self._failed(self._end_error(call, seconds)) from error

    def _write(self, content: bytes, deadline: ProcessDeadline) -> None:
        view = memoryview(content)
        while view:
            try:
                view = view[self._socket.send(view) :]
            except BlockingIOError:
                self._wait(select.POLLOUT, deadline)

    def _read(self, size: int, deadline: ProcessDeadline) -> bytes:
        content = bytearray()
        while len(content) < size:
            try:
                more = self._socket.recv(min(size - len(content), 2**20))
            except BlockingIOError:
                self._wait(select.POLLIN, deadline)
                continue
            if not more:
                raise EOFError
            content += more
        return bytes(content)

    def _wait(self, event: int, deadline: ProcessDeadline) -> None:
        if not deadline.can_use(self._socket.fileno(), event):
            raise TimeoutError

    def _trouble(self, answer_bytes: bytes, call: str) -> ClewError:
        try:
            report = TroubleReport.model_validate_json(answer_bytes)
        except ValidationError:
            return self._broken(call)
        self.end()
        return _KINDS.get(report.kind, EnvironmentFailed)(self._name, report.reason)

    def _broken(self, call: str) -> EnvironmentFailed:
        return self._failed(AnswerMakesNoSense(call))

    def _failed(self, reason: Message) -> EnvironmentFailed:
        self.end()
        return EnvironmentFailed(self._name, reason)

    def _end_error(self, call: str, seconds: float) -> Message:
        """Returns the error for a process that has ended, or whose answer is endless."""
        pid, self._pid = self._pid, None
        status = None if pid is None else self._server.end(pid, at_once=False)
        if status is None:
            return AlreadyEnded()
        if status == -signal.SIGXCPU:
            return DidNotReturn(call, SecondsOfComputing(seconds))
        if status == -signal.SIGKILL:
            # It was killed by the kernel, because the whole machine lacked memory.
            return NeedsMoreMemory(call, self._memory_mib)
        return ProcessEnded(call, str(signal.strsignal(-status)) if status < 0 else ExitStatus(status))

    def end(self) -> None:
        """Kills it with everything it started; may be called again, and from any thread."""
        pid, self._pid = self._pid, None
        if pid is not None:
            self._server.end(pid, at_once=True)
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)  # wakes a thread that waits for an answer

    def close(self) -> None:
        """Ends it and closes its socket; no call of `request` may be running."""
        self.end()
        self._socket.close()
