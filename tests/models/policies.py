"""ONNX files for the tests: good ones, and ones with a single fault."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

FLOAT, INT64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL
WEIGHTS = numpy_helper.from_array(np.linspace(-1, 1, 100, dtype=np.float32).reshape(4, 25), "weights")
BIAS = numpy_helper.from_array(np.array([1, 2, 3, 4], np.float32), "bias")

Dimensions = Sequence[int | str] | None


def tensor(name: str, dimensions: Dimensions, dtype: int = FLOAT) -> Any:
    """Returns a declared input or output."""
    return helper.make_tensor_value_info(name, dtype, dimensions)


def gemm(result: str, weights: str = "weights") -> Any:
    """Returns the node observation × weightsᵀ + bias."""
    return helper.make_node("Gemm", ["observation", weights, "bias"], [result], transB=1)


def model(
    nodes: Sequence[Any],
    inputs: Sequence[Any] = (tensor("observation", ["batch", 25]),),
    outputs: Sequence[Any] = (tensor("q_values", ["batch", 4]),),
    weights: Sequence[Any] = (WEIGHTS, BIAS),
    functions: Sequence[Any] = (),
) -> bytes:
    """Returns a file of these parts as the trainer writes it."""
    graph = helper.make_graph(list(nodes), "policy", list(inputs), list(outputs), list(weights))
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]
    whole = helper.make_model(graph, opset_imports=opsets, ir_version=9, functions=list(functions))
    data: bytes = whole.SerializeToString()
    return data


def q_values() -> bytes:
    """Returns a good policy such as DQN's."""
    return model([gemm("q_values")])


def action_probabilities() -> bytes:
    """Returns a good policy such as PPO's."""
    nodes = [gemm("hidden"), helper.make_node("Softmax", ["hidden"], ["action_probabilities"], axis=1)]
    return model(nodes, outputs=[tensor("action_probabilities", ["batch", 4])])


def then(operator: str, *constants: tuple[str, Any], **attributes: Any) -> bytes:
    """Returns a good policy whose scores pass through one more operator, with these constants."""
    arrays = [numpy_helper.from_array(np.asarray(value), name) for name, value in constants]
    more = helper.make_node(operator, ["hidden", *(name for name, _ in constants)], ["q_values"], **attributes)
    return model([gemm("hidden"), more], weights=[WEIGHTS, BIAS, *arrays])


def for_batches_of(batch: int) -> bytes:
    """Returns a policy that fails for any other batch size; this shows only when it runs, as its shape depends on
    numbers."""
    nodes = [
        gemm("hidden"),
        helper.make_node("ReduceSum", ["observation"], ["sum"], keepdims=0),
        helper.make_node("Cast", ["sum"], ["whole"], to=INT64),
        helper.make_node("Add", ["whole", "shape"], ["dimensions"]),
        helper.make_node("Reshape", ["hidden", "dimensions"], ["q_values"]),
    ]
    return model(nodes, weights=[WEIGHTS, BIAS, numpy_helper.from_array(np.array([batch, 4]), "shape")])


def endless() -> bytes:
    """Returns a policy that adds its scores up 2^62 times."""
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
    """Returns a file of some hundred bytes that allocates 16 GB."""
    constants = [numpy_helper.from_array(np.array([4, 10**9]), "shape")]
    nodes = [
        gemm("hidden"),
        helper.make_node("ConstantOfShape", ["shape"], ["ones"]),
        helper.make_node("ReduceSum", ["ones"], ["sum"], keepdims=0),
        helper.make_node("Add", ["hidden", "sum"], ["q_values"]),
    ]
    return model(nodes, weights=[WEIGHTS, BIAS, *constants])


def tensor_in_file(location: str) -> Any:
    """Returns a tensor whose numbers are in another file."""
    away = TensorProto(name="weights", data_type=FLOAT, dims=[4, 25], data_location=TensorProto.EXTERNAL)
    away.external_data.add(key="location", value=location)
    away.external_data.add(key="length", value="400")
    return away


def spoiled(*condition: Any, bad: float, constants: Sequence[tuple[str, Any]] = ()) -> bytes:
    """Returns a good policy whose scores are times `bad` where `condition`, nodes that compute a bool [batch, 1]
    "met", holds."""
    nodes = [
        gemm("hidden"),
        *condition,
        helper.make_node("Where", ["met", "bad", "one"], ["factor"]),
        helper.make_node("Mul", ["hidden", "factor"], ["q_values"]),
    ]
    numbers = [("bad", np.float32(bad)), ("one", np.float32(1)), *constants]
    arrays = [numpy_helper.from_array(np.asarray(value), name) for name, value in numbers]
    return model(nodes, weights=[WEIGHTS, BIAS, *arrays])


def spoiled_where_all_of(cells: Sequence[tuple[int, float]], bad: float = float("nan")) -> bytes:
    """Returns a policy that is good except for observations with these values in these cells."""
    wanted = np.array([value for _cell, value in cells], np.float32)
    return spoiled(
        helper.make_node("Gather", ["observation", "cells"], ["seen"], axis=1),
        helper.make_node("Sub", ["seen", "wanted"], ["off"]),
        helper.make_node("Abs", ["off"], ["distance"]),
        helper.make_node("ReduceMax", ["distance"], ["farthest"], axes=[1], keepdims=1),
        helper.make_node("Less", ["farthest", "close"], ["met"]),
        bad=bad,
        constants=[("cells", np.array([cell for cell, _ in cells])), ("wanted", wanted), ("close", np.float32(0.1))],
    )


def spoiled_by(operator: str, limit: float, bad: float = float("nan")) -> bytes:
    """Returns a policy that is good unless the greatest number in its input is so, such as `Greater` than `limit`."""
    return spoiled(
        helper.make_node("ReduceMax", ["observation"], ["greatest"], axes=[1], keepdims=1),
        helper.make_node(operator, ["greatest", "limit"], ["met"]),
        bad=bad,
        constants=[("limit", np.float32(limit))],
    )


def busy_when_it_sees() -> bytes:
    """Returns a policy that is fast for zeros, and adds its scores up some 2^40 times for anything else."""
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["go_on"], ["goes_on"]),
            helper.make_node("Add", ["scores", "scores"], ["summed"]),
        ],
        "body",
        [tensor("round", [], INT64), tensor("go_on", [], BOOL), tensor("scores", None)],
        [tensor("goes_on", [], BOOL), tensor("summed", None)],
    )
    nodes = [
        gemm("hidden"),
        helper.make_node("ReduceMax", ["observation"], ["greatest"], keepdims=0),
        helper.make_node("Ceil", ["greatest"], ["rounded"]),
        helper.make_node("Cast", ["rounded"], ["whole"], to=INT64),
        helper.make_node("Mul", ["whole", "many"], ["rounds"]),
        helper.make_node("Loop", ["rounds", "true", "hidden"], ["q_values"], body=body),
    ]
    constants = [numpy_helper.from_array(np.array(2**40), "many"), numpy_helper.from_array(np.array(True), "true")]
    return model(nodes, weights=[WEIGHTS, BIAS, *constants])


def normalised_by_its_batch() -> bytes:
    """Returns a policy whose scores are shifted by the mean of its batch, as a normalisation left in training mode
    does."""
    nodes = [
        gemm("hidden"),
        helper.make_node("ReduceMean", ["hidden"], ["mean"], axes=[0], keepdims=1),
        helper.make_node("Sub", ["hidden", "mean"], ["moved"]),
        helper.make_node("Add", ["moved", "bias"], ["q_values"]),
    ]
    return model(nodes)


def noisy() -> bytes:
    """Returns a policy with random noise, as a dropout left in training mode has."""
    nodes = [
        gemm("hidden"),
        helper.make_node("RandomUniformLike", ["hidden"], ["noise"]),
        helper.make_node("Add", ["hidden", "noise"], ["q_values"]),
    ]
    return model(nodes)


def called_probabilities(operator: str, **attributes: Any) -> bytes:
    """Returns a policy whose scores, through one more operator, are named probabilities."""
    nodes = [gemm("hidden"), helper.make_node(operator, ["hidden"], ["action_probabilities"], **attributes)]
    return model(nodes, outputs=[tensor("action_probabilities", ["batch", 4])])
