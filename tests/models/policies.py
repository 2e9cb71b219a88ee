"""ONNX files as the tests need them: good ones, and ones that are wrong in one way."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

FLOAT, INT64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL
WEIGHTS = numpy_helper.from_array(np.linspace(-1, 1, 100, dtype=np.float32).reshape(4, 25), "weights")
BIAS = numpy_helper.from_array(np.array([1, 2, 3, 4], np.float32), "bias")

Dimensions = Sequence[int | str] | None


def tensor(name: str, dimensions: Dimensions, dtype: int = FLOAT) -> Any:
    """A declared input or output."""
    return helper.make_tensor_value_info(name, dtype, dimensions)


def gemm(result: str, weights: str = "weights") -> Any:
    """observation × weightsᵀ + bias."""
    return helper.make_node("Gemm", ["observation", weights, "bias"], [result], transB=1)


def model(
    nodes: Sequence[Any],
    inputs: Sequence[Any] = (tensor("observation", ["batch", 25]),),
    outputs: Sequence[Any] = (tensor("q_values", ["batch", 4]),),
    weights: Sequence[Any] = (WEIGHTS, BIAS),
    functions: Sequence[Any] = (),
) -> bytes:
    """A file as the trainer writes it, of these parts."""
    graph = helper.make_graph(list(nodes), "policy", list(inputs), list(outputs), list(weights))
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]
    whole = helper.make_model(graph, opset_imports=opsets, ir_version=9, functions=list(functions))
    data: bytes = whole.SerializeToString()
    return data


def q_values() -> bytes:
    """A good policy such as DQN's."""
    return model([gemm("q_values")])


def action_probabilities() -> bytes:
    """A good policy such as PPO's."""
    nodes = [gemm("hidden"), helper.make_node("Softmax", ["hidden"], ["action_probabilities"], axis=1)]
    return model(nodes, outputs=[tensor("action_probabilities", ["batch", 4])])


def then(operator: str, *constants: tuple[str, Any], **attributes: Any) -> bytes:
    """A good policy whose scores go through one more operator, with these constants."""
    arrays = [numpy_helper.from_array(np.asarray(value), name) for name, value in constants]
    more = helper.make_node(operator, ["hidden", *(name for name, _ in constants)], ["q_values"], **attributes)
    return model([gemm("hidden"), more], weights=[WEIGHTS, BIAS, *arrays])


def for_batches_of(batch: int) -> bytes:
    """A policy that fails for any other batch; nobody can tell before it runs, since its shape depends on numbers."""
    nodes = [
        gemm("hidden"),
        helper.make_node("ReduceSum", ["observation"], ["sum"], keepdims=0),
        helper.make_node("Cast", ["sum"], ["whole"], to=INT64),
        helper.make_node("Add", ["whole", "shape"], ["dimensions"]),
        helper.make_node("Reshape", ["hidden", "dimensions"], ["q_values"]),
    ]
    return model(nodes, weights=[WEIGHTS, BIAS, numpy_helper.from_array(np.array([batch, 4]), "shape")])


def endless() -> bytes:
    """A policy that adds its scores up 2^62 times."""
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["go_on"], ["goes_on"]),
            helper.make_node("Add", ["scores", "scores"], ["summed"]),
        ],
        "body",
        [tensor("round", [], INT64), tensor("go_on", [], BOOL), tensor("scores", None)],
        [tensor("goes_on", [], BOOL), tensor("summed", None)],
    )
    rounds = [numpy_helper.from_array(np.array(2**62), "rounds"), numpy_helper.from_array(np.array(True), "true")]
    loop = helper.make_node("Loop", ["rounds", "true", "hidden"], ["q_values"], body=body)
    return model([gemm("hidden"), loop], weights=[WEIGHTS, BIAS, *rounds])


def greedy() -> bytes:
    """A file of some hundred bytes that asks for 16 GB."""
    constants = [numpy_helper.from_array(np.array([4, 10**9]), "shape")]
    nodes = [
        gemm("hidden"),
        helper.make_node("ConstantOfShape", ["shape"], ["ones"]),
        helper.make_node("ReduceSum", ["ones"], ["sum"], keepdims=0),
        helper.make_node("Add", ["hidden", "sum"], ["q_values"]),
    ]
    return model(nodes, weights=[WEIGHTS, BIAS, *constants])


def elsewhere(location: str) -> Any:
    """A tensor whose numbers are in another file."""
    away = TensorProto(name="weights", data_type=FLOAT, dims=[4, 25], data_location=TensorProto.EXTERNAL)
    away.external_data.add(key="location", value=location)
    away.external_data.add(key="length", value="400")
    return away
