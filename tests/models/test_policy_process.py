"""A policy in its own process answers as onnxruntime here does, and is killed once it does anything else."""

import os
import signal
import threading
from collections.abc import Callable
from contextlib import closing

import numpy as np
import onnxruntime
import pytest

pytest.importorskip("onnx")

from domain.errors import BadInput, ClewError, PolicyFailed, PolicyRefused
from policies.policy_process import ANSWER_SECONDS, MAX_OBSERVATIONS, PolicyProcess
from tests.models import policies

MAZE = "ClewMaze-10x10-v0"
OBSERVATIONS = np.random.default_rng(0).integers(0, 3, (MAX_OBSERVATIONS, 25)).astype(np.float32)


@pytest.mark.parametrize("policy", [policies.q_values, policies.action_probabilities])
def test_the_process_gives_the_scores_of_onnxruntime(policy: Callable[[], bytes]) -> None:
    session = onnxruntime.InferenceSession(policy(), providers=["CPUExecutionProvider"])
    process = PolicyProcess(policy(), MAZE)
    assert process.scores_name == policy.__name__
    for count in (1, 100, MAX_OBSERVATIONS):
        (expected,) = session.run(None, {"observation": OBSERVATIONS[:count]})
        assert np.array_equal(process.infer(OBSERVATIONS[:count]), expected)
    with pytest.raises(BadInput):
        process.infer(np.zeros((MAX_OBSERVATIONS + 1, 25), np.float32))
    process.close()


OTHER_TENSORS = policies.model([policies.gemm("scores")], outputs=[policies.tensor("scores", ["batch", 4])])
TOO_WIDE = policies.then("Concat", ("column", np.zeros((1, 1), np.float32)), axis=1)


@pytest.mark.parametrize(
    ("policy", "kind", "message"),
    [
        (b"", PolicyRefused, "is empty"),
        (b"text", PolicyFailed, "is not an ONNX file"),
        (policies.q_values()[:-10], PolicyFailed, "cut short"),
        (OTHER_TENSORS, PolicyRefused, "output is scores"),
        (policies.then("NoSuchOperator"), PolicyFailed, "cannot be loaded"),
        (policies.for_batches_of(2), PolicyFailed, "cannot be run"),
        (TOO_WIDE, PolicyRefused, "needs exactly one"),
        (policies.then("Mul", ("factor", np.float32("inf"))), PolicyFailed, "not all finite"),
    ],
    ids=["empty", "text", "end cut off", "tensors", "operator", "batch", "width", "inf"],
)
def test_a_wrong_policy_is_reported(policy: bytes, kind: type[ClewError], message: str) -> None:
    with pytest.raises(kind, match=message), closing(PolicyProcess(policy, MAZE)) as process:
        process.infer(OBSERVATIONS[:1])


def test_a_crashed_process_is_reported_and_leaves_no_descriptor() -> None:
    before = len(os.listdir("/proc/self/fd"))
    process = PolicyProcess(policies.q_values(), MAZE)
    os.killpg(process._child.pid, signal.SIGKILL)
    with pytest.raises(PolicyFailed, match=r"crashed onnxruntime \(Killed\)"):
        process.infer(OBSERVATIONS[:1])
    process.close()
    process.close()
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_process_that_does_not_get_to_run_is_not_taken_for_a_slow_policy() -> None:
    """As on a machine that is busy with trainings: it is suspended for longer than its answer may take."""
    with closing(PolicyProcess(policies.q_values(), MAZE)) as process:
        expected = process.infer(OBSERVATIONS[:1])
        os.kill(process._child.pid, signal.SIGSTOP)
        resumed = threading.Timer(2 * ANSWER_SECONDS, os.kill, (process._child.pid, signal.SIGCONT))
        resumed.start()
        assert np.array_equal(process.infer(OBSERVATIONS[:1]), expected)
        resumed.join()


def test_an_unknown_environment_starts_no_process() -> None:
    with pytest.raises(PolicyRefused, match="cannot be checked"):
        PolicyProcess(policies.q_values(), "CartPole-v1")
