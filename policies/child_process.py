"""A process that runs one policy, from the parent's side: started under limits, queried over pipes, killed if
necessary.

The protocol is in policies/child_protocol.py.
"""

import json
import math
import os
import select
import signal
import struct
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from pydantic import ValidationError

from concurrency.process_deadline import ProcessDeadline
from domain.errors import PolicyFailed, ServiceUnavailable
from domain.errors.names import PolicyProcess as PolicyProcessName
from domain.errors.policies import (
    AnswerTimedOut,
    ComputedTooLong,
    Crashed,
    ExitStatus,
    LoadTimedOut,
    SaidTooMuch,
)
from domain.errors.services import RuntimeMissing, StartFailed
from domain.message_data import MessageData
from domain.messages import Text
from policies.confinement import MEMORY_BYTES, command, environment
from policies.session import NOT_INSTALLED

LOAD_SECONDS: Final = 10.0
_ANSWER_BYTES: Final = 64 * 2**10
_CPU_SECONDS: Final = 5
_EXIT_SECONDS: Final = 0.5  # between a process's last output and its end
_HEAD: Final = struct.Struct("=BI")
_NAME: Final = PolicyProcessName()
Late = type[LoadTimedOut] | type[AnswerTimedOut]


class ChildProcess:
    """One child process that is loading its policy: its first answer describes the file."""

    def __init__(
        self,
        onnx: bytes,
        module: str,
        plan: Mapping[str, object],
        niceness: int,
        answer_bytes: int = _ANSWER_BYTES,
        ends: float = math.inf,
    ) -> None:
        """Starts `module`, with `plan` added to its limits; raises ServiceUnavailable if it cannot be started.

        No answer is awaited after `ends`, by `time.monotonic`.
        """
        self._answer_bytes = answer_bytes
        self._ends = ends
        limits = {
            "memory_bytes": MEMORY_BYTES,
            "answer_bytes": answer_bytes,
            "load_seconds": int(LOAD_SECONDS),
            "run_seconds": _CPU_SECONDS,
            "niceness": niceness,
        }
        self._process = _started(onnx, module, {**plan, **limits})
        assert self._process.stdin is not None
        os.set_blocking(self._process.stdin.fileno(), False)

    @property
    def pid(self) -> int:
        """The id of the process, and of the process group of everything that it starts."""
        return self._process.pid

    def deadline(self, seconds: float) -> ProcessDeadline:
        """Returns the end of so many seconds of computing from now on."""
        return ProcessDeadline(self.pid, seconds, self._ends)

    def answer(self, question: bytes, deadline: ProcessDeadline, late: Late) -> bytes:
        """Returns the answer to `question`, or the first answer if that is empty.

        Raises PolicyFailed, with `late` after the deadline.
        """
        if question:
            self._write(question, deadline, late)
        kind, size = _HEAD.unpack(self._read(_HEAD.size, deadline, late))
        if size > self._answer_bytes:
            raise PolicyFailed(SaidTooMuch())
        content = self._read(size, deadline, late)
        if kind:
            raise PolicyFailed(_reason_in(content))
        return content

    def _write(self, question: bytes, deadline: ProcessDeadline, late: Late) -> None:
        """Writes as much at a time as the pipe accepts, so that a child that reads nothing cannot block the caller."""
        assert self._process.stdin is not None
        pipe, left = self._process.stdin.fileno(), memoryview(question)
        while left:
            _wait(pipe, select.POLLOUT, deadline, late)
            try:
                left = left[os.write(pipe, left) :]
            except BlockingIOError:
                continue  # the pipe had no room for the smallest write
            except BrokenPipeError as error:
                raise self._end_error() from error

    def _read(self, size: int, deadline: ProcessDeadline, late: Late) -> bytes:
        assert self._process.stdout is not None
        pipe, content = self._process.stdout.fileno(), bytearray()
        while len(content) < size:
            _wait(pipe, select.POLLIN, deadline, late)
            more = os.read(pipe, size - len(content))
            if not more:
                raise self._end_error()
            content += more
        return bytes(content)

    def _end_error(self) -> PolicyFailed | ServiceUnavailable:
        """Returns the error for a process that has ended."""
        try:
            status = self._process.wait(_EXIT_SECONDS)
        except subprocess.TimeoutExpired:
            status = 0
        if status == NOT_INSTALLED:
            return RuntimeMissing(_NAME)
        if status == -signal.SIGXCPU:
            return PolicyFailed(ComputedTooLong())
        return PolicyFailed(Crashed(str(signal.strsignal(-status)) if status < 0 else ExitStatus(status)))

    def end(self) -> None:
        """Kills it with everything it started; may be called again, and from any thread."""
        if self._process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def close(self) -> None:
        """Ends it and closes its pipes; no call of `answer` may be running."""
        self.end()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


def _wait(pipe: int, event: int, deadline: ProcessDeadline, late: Late) -> None:
    """Returns once the pipe can be used; raises PolicyFailed with `late` after the deadline."""
    if not deadline.can_use(pipe, event):
        raise PolicyFailed(late(deadline.limit))


def _reason_in(content: bytes) -> MessageData:
    """Returns the child's error message; its raw text if that has another format."""
    try:
        return MessageData.model_validate_json(content)
    except ValidationError:
        return MessageData(text=content.decode(errors="replace"))


def _started(onnx: bytes, module: str, plan: Mapping[str, object]) -> "subprocess.Popen[bytes]":
    """Returns the child process, which is about to load the policy. Raises ServiceUnavailable."""
    try:
        # A file, not a pipe: 64 MiB do not fit into one, and the child need not read.
        with tempfile.TemporaryFile() as model:
            model.write(onnx)
            model.seek(0)
            return subprocess.Popen(
                [*command(module), json.dumps({**plan, "model_file": model.fileno()})],
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env=environment(),
                pass_fds=[model.fileno()],
                start_new_session=True,
            )
    except OSError as error:
        raise StartFailed(_NAME, Text(error.strerror)) from error
