"""The check of a policy before its activation: it is loaded and run in a process of its own, under limits.

Anyone who can register a version can provide a policy file. Whatever it does (loop for ever, fill the memory, crash
onnxruntime) happens to the child, and is over once that has computed for ten seconds, or after thirty by the clock.
"""

import hashlib
import json
import os
import signal
import subprocess
import tempfile
from contextlib import suppress
from typing import IO, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from concurrency.process_deadline import ProcessDeadline
from domain.errors import PolicyRefused
from domain.errors.names import PolicyCheckProcess
from domain.errors.policies import (
    CannotBeLoaded,
    CheckAnswerUnreadable,
    CrashedWhileChecked,
    TooSlow,
)
from domain.errors.policy_files import FileEmpty
from domain.errors.services import RuntimeMissing, StartFailed
from domain.errors.time_limits import SecondsOfComputing
from domain.inference.policies import (
    PolicyContract,
    PolicyGraph,
    TensorShape,
    contract_for,
    misfit,
    missing_contract,
    oversize,
)
from domain.inference.probe_observations import Probes, probe_observations
from domain.message_data import MessageField
from domain.messages import Text
from policies.confinement import MEMORY_BYTES, command, environment
from policies.probing import Answer, batches, wrong_answers
from policies.session import NOT_INSTALLED

CHECK_SECONDS: Final = 10.0
ANSWER_BYTES: Final = 64 * 2**10


class _Report(BaseModel):
    model_config = ConfigDict(extra="forbid")

    trouble: MessageField | None
    inputs: tuple[TensorShape, ...] | None = None
    outputs: tuple[TensorShape, ...] | None = None
    answers: list[Answer] = []


def check_policy(onnx: bytes, env_id: str | None) -> PolicyGraph:
    """Loads the policy, runs it in batches of several sizes, and returns its description.

    It computes for ten seconds at most, which takes up to thirty by the clock where the machine is busy.

    Raises PolicyRefused with the reason if it must not be activated, and ServiceUnavailable if this machine could not
    check it.
    """
    contract = contract_for(env_id)
    if contract is None or env_id is None:
        raise PolicyRefused(missing_contract(env_id))
    if reason := oversize(len(onnx)) if onnx else FileEmpty():
        raise PolicyRefused(reason)
    probes = probe_observations(env_id)
    report = _ask_child(onnx, contract, probes)
    if report.inputs is None or report.outputs is None:
        raise PolicyRefused(report.trouble or CannotBeLoaded())
    graph = PolicyGraph(
        inputs=report.inputs,
        outputs=report.outputs,
        size_bytes=len(onnx),
        sha256=hashlib.sha256(onnx).hexdigest(),
    )
    wrong = misfit(graph, env_id) or report.trouble
    wrong = wrong or wrong_answers(report.answers, probes, graph.outputs[0].name, _actions(contract))
    if wrong:
        raise PolicyRefused(wrong)
    return graph


def _actions(contract: PolicyContract) -> int:
    width = contract.outputs[0].shape[1]
    assert isinstance(width, int), "the number of an environment's actions is fixed"
    return width


def _ask_child(onnx: bytes, contract: PolicyContract, probes: Probes) -> _Report:
    """Returns the child's report on the policy. Raises PolicyRefused, ServiceUnavailable."""
    rows, width = probes.observations.shape
    plan = {
        "input": contract.input.name,
        "rows": rows,
        "width": width,
        "actions": _actions(contract),
        "batches": batches(rows),
        "memory_bytes": MEMORY_BYTES,
        "cpu_seconds": int(CHECK_SECONDS),
        "answer_bytes": ANSWER_BYTES,
    }
    try:
        # Files, not pipes: parent and child need not alternate, so a child that does not read or write blocks
        # nothing.
        with (
            tempfile.TemporaryFile() as question,
            tempfile.TemporaryFile() as answer,
            tempfile.TemporaryDirectory(prefix="clew-policy-") as folder,
        ):
            question.write(probes.observations.tobytes())
            question.write(onnx)
            question.seek(0)
            _run([*_command(), json.dumps(plan)], question, answer, folder)
            answer.seek(0)
            content = answer.read(ANSWER_BYTES + 1)
    except OSError as error:
        raise StartFailed(PolicyCheckProcess(), Text(error.strerror)) from error
    try:
        return _Report.model_validate_json(content)
    except ValidationError as error:
        raise PolicyRefused(CheckAnswerUnreadable()) from error


def _command() -> list[str]:
    return command("policies.policy_child")


def _run(command: list[str], question: IO[bytes], answer: IO[bytes], folder: str) -> None:
    """Runs the child until it ends or its time is up. Raises PolicyRefused if it failed."""
    process = subprocess.Popen(
        command,
        stdin=question,
        stdout=answer,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env=environment(),
        start_new_session=True,
    )
    try:
        status = _status(process)
    finally:
        if process.returncode is None:
            # SIGKILL cannot be ignored; the group includes everything the child started.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    if status == -signal.SIGXCPU:
        raise PolicyRefused(TooSlow(SecondsOfComputing(CHECK_SECONDS)))
    if status < 0:
        raise PolicyRefused(CrashedWhileChecked(str(signal.strsignal(-status))))
    if status == NOT_INSTALLED:
        raise RuntimeMissing(PolicyCheckProcess())


def _status(process: "subprocess.Popen[bytes]") -> int:
    """Waits for its end and returns its exit status. Raises PolicyRefused after its time."""
    deadline = ProcessDeadline(process.pid, CHECK_SECONDS)
    while (left := deadline.left()) > 0:
        with suppress(subprocess.TimeoutExpired):
            return process.wait(left)
    raise PolicyRefused(TooSlow(deadline.limit))
