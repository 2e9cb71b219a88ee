"""A policy that runs in a process of its own, under limits, and answers as long as it behaves."""

import hashlib
import json
import os
import select
import signal
import struct
import subprocess
import tempfile
import time
from contextlib import suppress
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from domain.errors import PolicyFailed, PolicyRefused, ServiceUnavailable
from domain.errors.names import PolicyProcess as PolicyProcessName
from domain.errors.policies import (
    AnswerTimedOut,
    AskedForTooMany,
    ComputedTooLong,
    Crashed,
    ExitStatus,
    LoadAnswerUnreadable,
    LoadTimedOut,
    SaidTooMuch,
    ScoresNotFinite,
    WrongNumberOfScores,
)
from domain.errors.policy_files import FileEmpty
from domain.errors.services import RuntimeMissing, StartFailed
from domain.inference.maze import ACTION_NAMES
from domain.inference.policies import (
    PolicyContract,
    PolicyGraph,
    TensorShape,
    contract_for,
    misfit,
    missing_contract,
    oversize,
)
from domain.message_data import MessageData
from domain.messages import Text
from policies.confinement import MEMORY_BYTES, command, environment
from policies.session import NOT_INSTALLED

LOAD_SECONDS: Final = 10.0
ANSWER_SECONDS: Final = 1.0
MOST_ASKED: Final = 256  # so that a question fits into a pipe, and asking never waits for the child to read

_ANSWER_BYTES: Final = 64 * 2**10
_CPU_SECONDS: Final = 5
_BACKGROUND_NICENESS: Final = 10
_EXIT_SECONDS: Final = 0.5  # between a process's last word and its end
_ACTIONS: Final = len(ACTION_NAMES)
_HEAD: Final = struct.Struct("=BI")
_NAME: Final = PolicyProcessName()
_Late = type[LoadTimedOut] | type[AnswerTimedOut]


class _Tensors(BaseModel):
    model_config = ConfigDict(extra="forbid")

    inputs: tuple[TensorShape, ...]
    outputs: tuple[TensorShape, ...]


class PolicyProcess:
    """One policy, loaded. One thread asks it at a time; whatever it does wrong, it is dead when the error is raised."""

    def __init__(self, onnx: bytes, env_id: str, *, in_background: bool = False) -> None:
        """Takes ten seconds at most; raises PolicyRefused, PolicyFailed, or ServiceUnavailable (no fault of its own).

        `in_background` lets everything else on this machine go first.
        """
        contract = contract_for(env_id)
        if contract is None:
            raise PolicyRefused(missing_contract(env_id))
        if reason := oversize(len(onnx)) if onnx else FileEmpty():
            raise PolicyRefused(reason)
        self._process = _start(onnx, contract, _BACKGROUND_NICENESS if in_background else 0)
        try:
            self.graph = self._load(onnx)
            if reason := misfit(self.graph, env_id):
                raise PolicyRefused(reason)
        except BaseException:
            self.close()
            raise

    @property
    def scores_name(self) -> str:
        """What the scores are: "q_values" or "action_probabilities"."""
        return self.graph.outputs[0].name

    def ask(self, observations: NDArray[np.float32]) -> NDArray[np.float32]:
        """The scores [n, 4] for n observations [n, 25], finite, within a second.

        Raises PolicyFailed, and BadInput for more observations than MOST_ASKED.
        """
        if len(observations) > MOST_ASKED:
            raise AskedForTooMany(MOST_ASKED, len(observations))
        question = np.ascontiguousarray(observations, np.float32)
        try:
            said = self._answer(struct.pack("=I", len(question)) + question.tobytes(), ANSWER_SECONDS, AnswerTimedOut)
            return self._scores(said, len(question))
        except BaseException:
            self.end()
            raise

    def end(self) -> None:
        """Kills it with whatever it started; may be called again, and from any thread."""
        if self._process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def close(self) -> None:
        """Ends it and gives its pipes back; nobody may be asking."""
        self.end()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _load(self, onnx: bytes) -> PolicyGraph:
        said = self._answer(b"", LOAD_SECONDS, LoadTimedOut)
        try:
            tensors = _Tensors.model_validate_json(said)
        except ValidationError as error:
            raise PolicyFailed(LoadAnswerUnreadable()) from error
        return PolicyGraph(
            inputs=tensors.inputs,
            outputs=tensors.outputs,
            size_bytes=len(onnx),
            sha256=hashlib.sha256(onnx).hexdigest(),
        )

    def _scores(self, said: bytes, count: int) -> NDArray[np.float32]:
        if len(said) != count * _ACTIONS * 4:
            raise PolicyFailed(WrongNumberOfScores(len(said) // 4, count))
        scores = np.frombuffer(said, np.float32).reshape(count, _ACTIONS)
        if not np.isfinite(scores).all():
            raise PolicyFailed(ScoresNotFinite())
        return scores

    def _answer(self, question: bytes, seconds: float, late: _Late) -> bytes:
        deadline = time.monotonic() + seconds
        assert self._process.stdin is not None
        if question:
            try:
                os.write(self._process.stdin.fileno(), question)
            except BrokenPipeError as error:
                raise self._death() from error
        kind, size = _HEAD.unpack(self._read(_HEAD.size, deadline, seconds, late))
        if size > _ANSWER_BYTES:
            raise PolicyFailed(SaidTooMuch())
        said = self._read(size, deadline, seconds, late)
        if kind:
            raise PolicyFailed(_reason_in(said))
        return said

    def _read(self, size: int, deadline: float, seconds: float, late: _Late) -> bytes:
        assert self._process.stdout is not None
        pipe, content = self._process.stdout.fileno(), b""
        poll = select.poll()
        poll.register(pipe, select.POLLIN)
        while len(content) < size:
            if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
                raise PolicyFailed(late(seconds))
            more = os.read(pipe, size - len(content))
            if not more:
                raise self._death()
            content += more
        return content

    def _death(self) -> PolicyFailed | ServiceUnavailable:
        """What is to be said of a process that has ended."""
        try:
            status = self._process.wait(_EXIT_SECONDS)
        except subprocess.TimeoutExpired:
            status = 0
        if status == NOT_INSTALLED:
            return RuntimeMissing(_NAME)
        if status == -signal.SIGXCPU:
            return PolicyFailed(ComputedTooLong())
        return PolicyFailed(Crashed(str(signal.strsignal(-status)) if status < 0 else ExitStatus(status)))


def _reason_in(said: bytes) -> MessageData:
    """What the child says is wrong; its own words, should it say anything else."""
    try:
        return MessageData.model_validate_json(said)
    except ValidationError:
        return MessageData(text=said.decode(errors="replace"))


def _start(onnx: bytes, contract: PolicyContract, niceness: int) -> "subprocess.Popen[bytes]":
    """The child, about to load the policy. Raises ServiceUnavailable."""
    try:
        # A file, not a pipe: 64 MiB do not fit into one, and the child need not read.
        with tempfile.TemporaryFile() as model:
            model.write(onnx)
            model.seek(0)
            plan = {
                "model_file": model.fileno(),
                "input": contract.input.name,
                "width": contract.input.shape[1],
                "memory_bytes": MEMORY_BYTES,
                "answer_bytes": _ANSWER_BYTES,
                "load_seconds": int(LOAD_SECONDS),
                "run_seconds": _CPU_SECONDS,
                "niceness": niceness,
            }
            return subprocess.Popen(
                [*command("policies.asking_child"), json.dumps(plan)],
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
