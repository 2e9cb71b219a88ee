"""Policies that misbehave are refused in a sentence; the check ends within its time limit, whatever they do."""

import time
from typing import Any

import numpy as np
import pytest

pytest.importorskip("onnx")

from onnx import TensorProto, helper, numpy_helper

from domain.environments.facts import EnvironmentFacts
from domain.environments.spaces import BoxSpace, DiscreteSpace
from domain.errors import PolicyRefused
from policies.general.checking import check_general_policy

FACTS = EnvironmentFacts(
    env_id="Cart-v0",
    observation_space=BoxSpace(shape=(4,), dtype="float32"),
    action_space=DiscreteSpace(n=2),
)
FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64


def file(
    *nodes: Any,
    output: tuple[str, int, Any] = ("logits", FLOAT, ["batch", 2]),
    constants: dict[str, Any] | None = None,
    states: tuple[Any, Any] | None = None,
) -> bytes:
    """Returns a file with observations "x"; "hidden" are good logits for them."""
    numbers = {"weights": np.ones((2, 4), np.float32) * [[1], [-1]], **(constants or {})}
    weights = [numpy_helper.from_array(np.asarray(one, np.asarray(one).dtype), name) for name, one in numbers.items()]
    weights[0] = numpy_helper.from_array(numbers["weights"].astype(np.float32), "weights")
    inputs = [helper.make_tensor_value_info("x", FLOAT, ["batch", 4])]
    outputs = [helper.make_tensor_value_info(*output)]
    if states is not None:
        inputs.append(helper.make_tensor_value_info("hidden_in", FLOAT, states[0]))
        outputs.append(helper.make_tensor_value_info("hidden_out", FLOAT, states[1]))
    gemm = helper.make_node("Gemm", ["x", "weights"], ["hidden"], transB=1)
    made = helper.make_graph([gemm, *nodes], "policy", inputs, outputs, weights)
    return bytes(helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=9).SerializeToString())


def endless() -> bytes:
    body = helper.make_graph(
        [helper.make_node("Identity", ["on"], ["goes"]), helper.make_node("Add", ["s", "s"], ["t"])],
        "body",
        [
            helper.make_tensor_value_info("round", INT64, []),
            helper.make_tensor_value_info("on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("s", FLOAT, None),
        ],
        [helper.make_tensor_value_info("goes", TensorProto.BOOL, []), helper.make_tensor_value_info("t", FLOAT, None)],
    )
    loop = helper.make_node("Loop", ["rounds", "true", "hidden"], ["logits"], body=body)
    return file(loop, constants={"rounds": np.array(2**62), "true": np.array(True)})


HOSTILE = {
    "NaN": (file(helper.make_node("Sqrt", ["hidden"], ["logits"])), "logits are not all finite numbers"),
    "dice": (
        file(
            helper.make_node("RandomUniformLike", ["hidden"], ["noise"]),
            helper.make_node("Add", ["hidden", "noise"], ["logits"]),
        ),
        "returns a different result each time",
    ),
    "batch": (
        file(
            helper.make_node("ReduceMax", ["hidden"], ["all"], keepdims=1),
            helper.make_node("Add", ["hidden", "all"], ["logits"]),
        ),
        "depends on the other observations of the batch",
    ),
    "action": (
        file(
            helper.make_node("ReduceSum", ["x", "axis"], ["sum"], keepdims=0),
            helper.make_node("Cast", ["sum"], ["actions"], to=INT64),
            output=("actions", INT64, ["batch"]),
            constants={"axis": np.array([1])},
        ),
        r"which is not an action of Cart-v0: Discrete\(2\)",
    ),
    "shape": (
        file(
            helper.make_node("Concat", ["hidden", "hidden"], ["logits"], axis=0),
            output=("logits", FLOAT, ["rows", 2]),
        ),
        "for 1 observations",
    ),
    "memory": (
        file(
            helper.make_node("Identity", ["hidden"], ["logits"]),
            helper.make_node("Concat", ["hidden_in", "hidden_in"], ["hidden_out"], axis=1),
            states=(["batch", 3], ["batch", "more"]),
        ),
        "does not fit its input hidden_in",
    ),
    "length": (
        file(
            helper.make_node("Identity", ["hidden"], ["logits"]),
            helper.make_node("Expand", ["hidden_in", "huge"], ["hidden_out"]),
            states=(["batch", 1], ["batch", "more"]),
            constants={"huge": np.array([1, 10**7])},
        ),
        "returns more than 2 MiB",
    ),
    "no file": (b"", "is empty"),
    "text": (b"text", "not an ONNX file"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_misbehaving_policy_is_refused_with_its_fault(name: str) -> None:
    onnx, message = HOSTILE[name]
    with pytest.raises(PolicyRefused, match=message):
        check_general_policy(onnx, FACTS, None)


@pytest.mark.thorough  # ten seconds; the maze's check tests the same code
def test_a_policy_that_never_returns_is_ended_in_time() -> None:
    began = time.monotonic()
    with pytest.raises(
        PolicyRefused, match=r"longer than (10 s of computing|30 s by the clock)|took too long to compute"
    ):
        check_general_policy(endless(), FACTS, None)
    assert time.monotonic() - began < 90
