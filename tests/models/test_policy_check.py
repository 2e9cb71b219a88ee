"""Only a policy that loads, fits its environment and answers in numbers passes; whatever else it does is over soon."""

import hashlib
import os
import re
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("onnx")

import onnx
from onnx import helper

from domain.errors import PolicyFailed, PolicyRefused, ServiceUnavailable
from domain.inference.policies import TensorShape
from policies import policy_check
from policies.confinement import INHERITED_VARIABLES
from policies.policy_check import check_policy
from policies.policy_process import PolicyProcess
from policies.session import cause_of
from tests.models import policies
from tests.models.policies import BIAS, FLOAT, INT64, gemm, model, tensor, tensor_in_file, then

MAZE = "ClewMaze-10x10-v0"
GOOD = policies.q_values()


def refusal(onnx: bytes, env_id: str | None = MAZE) -> str:
    with pytest.raises(PolicyRefused) as refused:
        check_policy(onnx, env_id)
    message = str(refused.value)
    assert message.endswith(".")
    assert message.isprintable()
    assert len(message) < 600
    return message


@pytest.mark.parametrize(
    ("onnx", "output"),
    [(GOOD, "q_values"), (policies.action_probabilities(), "action_probabilities")],
    ids=["q_values", "action_probabilities"],
)
def test_a_good_policy_is_described(onnx: bytes, output: str) -> None:
    graph = check_policy(onnx, MAZE)
    assert graph.inputs == (TensorShape(name="observation", dtype="float32", shape=("batch", 25)),)
    assert graph.outputs == (TensorShape(name=output, dtype="float32", shape=("batch", 4)),)
    assert graph.size_bytes == len(onnx)
    assert graph.sha256 == hashlib.sha256(onnx).hexdigest()


@pytest.mark.parametrize(
    ("onnx", "message"),
    [
        (b"", "empty"),
        (b"Not Found: there is no such artifact", "not an ONNX file"),
        (GOOD[:-10], "cut short"),
        (GOOD[: len(GOOD) // 2], "cut short"),
        (b"\x08\x09", "cannot be loaded"),
        (model([gemm("q_values")], weights=[tensor_in_file("/etc/passwd"), BIAS]), "other files"),
        (model([gemm("q_values")], weights=[tensor_in_file("../x"), BIAS]), "other files"),
        (then("NoSuchOperator"), "cannot be loaded"),
        (GOOD.replace(b"weights", b"wei\n\x07ts", 1), "cannot be loaded"),
    ],
    ids=["empty", "text", "end cut off", "half", "no graph", "absolute", "relative", "operator", "odd letters"],
)
def test_a_file_that_is_no_model_is_refused(onnx: bytes, message: str) -> None:
    assert message in refusal(onnx)


def of_versions(opset: int = 17, ir: int = 9) -> bytes:
    """Returns a good policy that is written for these versions of ONNX."""
    whole = onnx.load_model_from_string(GOOD)
    whole.opset_import[0].version, whole.ir_version = opset, ir
    data: bytes = whole.SerializeToString()
    return data


@pytest.mark.parametrize(
    ("onnx_model", "numbers"),
    [
        (of_versions(opset=99), ["Opset 99", r"till opset \d+"]),
        (of_versions(opset=1000), ["Opset 1000", r"till opset \d+"]),
        (of_versions(ir=99), ["IR version: 99", r"max supported IR version: \d+"]),
        (of_versions(opset=1), ["Gemm"]),
    ],
    ids=["opset", "opset of four digits", "IR", "old"],
)
def test_a_file_for_other_versions_is_refused_with_the_numbers(onnx_model: bytes, numbers: list[str]) -> None:
    checked = refusal(onnx_model)
    with pytest.raises((PolicyFailed, PolicyRefused)) as ran, closing(PolicyProcess(onnx_model, MAZE)):
        pass
    for message in (checked, str(ran.value)):
        assert message.startswith("The policy cannot be loaded: ")
        assert "onnxruntime_src" not in message
        for number in numbers:
            assert re.search(number, message), message


@given(st.text(min_size=1, max_size=3000), st.integers(1, 999))
def test_the_shortened_cause_keeps_its_end(middle: str, number: int) -> None:
    place = (
        "/onnxruntime_src/onnxruntime/core/graph/model.cc:256 onnxruntime::Model::Model(onnx::ModelProto&&, f(int)) "
    )
    message = cause_of(f"[ONNXRuntimeError] : 1 : FAIL : {place}Unsupported: {middle} max supported version: {number}")
    assert message.startswith("Unsupported:")
    assert message.endswith(f"max supported version: {number}")
    assert message.isprintable()
    assert len(message) <= 500


INT_INPUT = [tensor("observation", ["batch", 25], INT64)]
TO_FLOAT = helper.make_node("Cast", ["observation"], ["cast"], to=FLOAT)
FROM_CAST = helper.make_node("Gemm", ["cast", "weights", "bias"], ["q_values"], transB=1)
FIXED = model([gemm("q_values")], [tensor("observation", [1, 25])], [tensor("q_values", [1, 4])])
TWO_OUTPUTS = model([gemm("q_values"), gemm("more")], outputs=[tensor("q_values", ["batch", 4]), tensor("more", None)])


@pytest.mark.parametrize(
    ("onnx", "message"),
    [
        (model([TO_FLOAT, FROM_CAST], INT_INPUT), "input is observation int64 [batch, 25]"),
        (FIXED, "input is observation float32 [1, 25]"),
        (model([gemm("scores")], outputs=[tensor("scores", ["batch", 4])]), "output is scores float32 [batch, 4]"),
        (TWO_OUTPUTS, "output is q_values float32 [batch, 4], more float32"),
    ],
    ids=["int64", "fixed batch", "other name", "two outputs"],
)
def test_unexpected_inputs_and_outputs_are_refused_by_name(onnx: bytes, message: str) -> None:
    assert message in refusal(onnx)


NOT_A_NUMBER = then("Mul", ("factor", np.float32("nan")))
INFINITE = then("Mul", ("factor", np.float32("inf")))
WRONG_SHAPE = then("Concat", ("row", np.zeros((1, 4), np.float32)), axis=0)


@pytest.mark.parametrize(
    ("onnx", "message"),
    [
        (NOT_A_NUMBER, "not all finite"),
        (INFINITE, "not all finite"),
        (WRONG_SHAPE, "returns scores of shape [2, 4] for a batch of 1"),
        (policies.for_batches_of(1), "cannot be run"),
    ],
    ids=["nan", "inf", "too many rows", "only a batch of 1"],
)
def test_invalid_scores_are_refused(onnx: bytes, message: str) -> None:
    assert message in refusal(onnx)


def test_a_policy_that_needs_too_much_memory_is_refused() -> None:
    assert refusal(policies.greedy()) == "The policy needs more memory than the allowed 2.0 GiB."


def test_a_policy_that_never_ends_is_refused_in_time() -> None:
    started = time.monotonic()
    # A machine that is very busy may not let it compute for ten seconds in thirty.
    took_longer = "Loading and running the policy took longer than"
    assert refusal(policies.endless()) in (f"{took_longer} 10 s of computing.", f"{took_longer} 30 s by the clock.")
    assert time.monotonic() - started < 40


def replace_check(monkeypatch: pytest.MonkeyPatch, code: str, *before: str) -> None:
    """Makes the child run this code in place of the check."""
    command: Sequence[str] = [*before, sys.executable, "-c", code]
    monkeypatch.setattr(policy_check, "_command", lambda: command)


@pytest.mark.parametrize("env_id", [None, "CartPole-v1"])
def test_an_unknown_environment_starts_no_child(env_id: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy_check, "_ask_child", None)
    assert "cannot be checked" in refusal(GOOD, env_id)


def test_a_file_of_70_mib_starts_no_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy_check, "_ask_child", None)
    assert "at most 64 MiB" in refusal(bytes(70 * 2**20))


def test_a_check_that_ignores_sigterm_is_killed_with_its_children(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pids = tmp_path / "pids"
    code = (
        "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); other = os.fork();"
        f"other and open({str(pids)!r}, 'w').write(f'{{os.getpid()}} {{other}}'); time.sleep(60)"
    )
    replace_check(monkeypatch, code)
    monkeypatch.setattr(policy_check, "CHECK_SECONDS", 3.0)
    assert refusal(GOOD) == "Loading and running the policy took longer than 10 s by the clock."
    deadline = time.monotonic() + 40
    while any(is_alive(int(pid)) for pid in pids.read_text().split()):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.parametrize("signal_name", ["SIGSEGV", "SIGABRT", "SIGKILL"])
def test_a_child_ended_by_a_signal_is_a_refusal(signal_name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    replace_check(monkeypatch, f"import os, signal; os.kill(os.getpid(), signal.{signal_name})")
    assert "crashed onnxruntime" in refusal(GOOD)


@pytest.mark.parametrize("code", ["", "print('x' * 10**7)", "print('{}')", "print('[' * 5000)", "1 / 0"])
def test_a_malformed_answer_of_the_child_is_a_refusal(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    replace_check(monkeypatch, code)
    assert refusal(GOOD) == "The policy check ended without a valid result."


def test_a_failure_of_the_machine_is_no_refusal_of_the_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    replace_check(monkeypatch, "raise SystemExit(3)")
    with pytest.raises(ServiceUnavailable, match="onnxruntime"):
        check_policy(GOOD, MAZE)
    replace_check(monkeypatch, "", "/no/such/program")
    with pytest.raises(ServiceUnavailable, match="could not start"):
        check_policy(GOOD, MAZE)


def test_the_child_gets_no_secrets_and_an_empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "secret")
    seen = tmp_path / "seen"
    replace_check(monkeypatch, f"import os; open({str(seen)!r}, 'w').write(f'{{sorted(os.environ)}} {{os.listdir()}}')")
    refusal(GOOD)
    names, _, folder = seen.read_text().partition("] ")
    assert folder == "[]"
    assert set(eval(names + "]")) <= {
        "PYTHONPATH",
        "OPENBLAS_NUM_THREADS",
        "OMP_NUM_THREADS",
        "LC_CTYPE",
        *INHERITED_VARIABLES,
    }


def test_a_check_leaves_no_file_and_no_descriptor(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(policy_check.tempfile, "tempdir", str(tmp_path))
    open_before = len(os.listdir("/proc/self/fd"))
    check_policy(GOOD, MAZE)
    refusal(GOOD[:-10])
    assert list(tmp_path.iterdir()) == []
    assert len(os.listdir("/proc/self/fd")) == open_before


def with_flipped_bits(positions: list[int]) -> bytes:
    data = bytearray(GOOD)
    for position in positions:
        data[position // 8] ^= 1 << position % 8
    return bytes(data)


BROKEN = st.one_of(
    st.binary(min_size=1, max_size=400),
    st.integers(1, len(GOOD) - 1).map(lambda size: GOOD[:size]),
    st.lists(st.integers(0, len(GOOD) * 8 - 1), min_size=1, max_size=3).map(with_flipped_bits),
)


@settings(max_examples=15)
@given(BROKEN)
def test_broken_files_are_refused_or_described_and_nothing_else(onnx: bytes) -> None:
    reason = ""
    try:
        assert check_policy(onnx, MAZE).size_bytes == len(onnx)
    except PolicyRefused as refused:
        reason = str(refused)
    assert reason.isprintable()
