"""Writes a trained policy as one ONNX file and proves that it answers like the policy itself."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from stable_baselines3 import DQN, PPO
from stable_baselines3.common.base_class import BaseAlgorithm

from domain.errors.records import InvalidArgument
from domain.inference.evaluation import Policy
from domain.inference.maze import GOAL, OBSERVATION_SIZE
from domain.messages import Text

OPSET: Final = 17
IR_VERSION: Final = 9  # as old as opset 17 allows to be safe, so that older runtimes (the Go server's) load it too
INPUT_NAME: Final = "observation"

_CHECKED_OBSERVATIONS: Final = 256
_TOLERANCE: Final = 1e-4


class ExportMismatch(InvalidArgument):
    """The ONNX file does not answer what the trained policy answers."""


def export_policy(agent: BaseAlgorithm, path: Path, seed: int = 0) -> Path:
    """Writes the policy as ONNX (opset 17, weights inside): `observation` float32 [batch, 25] → [batch, 4].

    The output is `q_values` (DQN) or `action_probabilities` (PPO). Raises ExportMismatch when onnxruntime and the torch
    policy differ on random observations drawn from `seed`.
    """
    name, layers = _layers(agent)
    model = helper.make_model(
        _graph(name, layers), opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION
    )
    onnx.checker.check_model(model, full_check=True)
    path.write_bytes(model.SerializeToString())
    _check(agent, path, seed)
    return path


def load_policy(path: Path) -> Policy:
    """The exported policy as a callable, run by onnxruntime on one CPU thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])

    def policy(observations: NDArray[np.float32]) -> NDArray[np.float32]:
        scores: NDArray[np.float32] = session.run(None, {INPUT_NAME: observations})[0]
        return scores

    return policy


def _layers(agent: BaseAlgorithm) -> tuple[str, list[torch.nn.Module]]:
    """The output's name and the layers from observation to it."""
    if isinstance(agent, DQN):
        return "q_values", list(agent.policy.q_net.q_net)
    if isinstance(agent, PPO):
        trunk = list(agent.policy.mlp_extractor.policy_net)
        return "action_probabilities", [*trunk, agent.policy.action_net, torch.nn.Softmax(dim=1)]
    raise InvalidArgument(Text(f"There is no export for {type(agent).__name__}."))


def _graph(output: str, layers: Sequence[torch.nn.Module]) -> onnx.GraphProto:
    # Node by node: torch's old exporter is deprecated, its new one needs a further package, and this is all it takes.
    nodes, weights, tensor = [], [], INPUT_NAME
    for index, layer in enumerate(layers):
        inputs, result = [tensor], output if index == len(layers) - 1 else f"hidden_{index}"
        if isinstance(layer, torch.nn.Linear):
            arrays = {f"weight_{index}": layer.weight, f"bias_{index}": layer.bias}
            weights += [numpy_helper.from_array(array.detach().cpu().numpy(), name) for name, array in arrays.items()]
            inputs += arrays
        nodes.append(_node(layer, inputs, result))
        tensor = result
    return helper.make_graph(nodes, "policy", [_tensor(INPUT_NAME, OBSERVATION_SIZE)], [_tensor(output, 4)], weights)


def _node(layer: torch.nn.Module, inputs: list[str], result: str) -> onnx.NodeProto:
    match layer:
        case torch.nn.Linear():
            return helper.make_node("Gemm", inputs, [result], transB=1)
        case torch.nn.Tanh():
            return helper.make_node("Tanh", inputs, [result])
        case torch.nn.ReLU():
            return helper.make_node("Relu", inputs, [result])
        case torch.nn.Softmax():
            return helper.make_node("Softmax", inputs, [result], axis=1)
    raise InvalidArgument(Text(f"There is no export for a layer of type {type(layer).__name__}."))


def _tensor(name: str, width: int) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", width])


def _check(agent: BaseAlgorithm, path: Path, seed: int) -> None:
    shape = (_CHECKED_OBSERVATIONS, OBSERVATION_SIZE)
    observations = np.random.default_rng(seed).integers(0, GOAL + 1, shape).astype(np.float32)
    expected, found = _ask_torch(agent, observations), load_policy(path)(observations)
    if not np.allclose(expected, found, rtol=_TOLERANCE, atol=_TOLERANCE):
        worst = float(np.abs(expected - found).max())
        raise ExportMismatch(
            Text(f"The exported ONNX differs from the trained policy by up to {worst:.2g}; it is not kept.")
        )


def _ask_torch(agent: BaseAlgorithm, observations: NDArray[np.float32]) -> NDArray[np.float32]:
    """What the whole Stable-Baselines3 policy answers, not the layers that the export picked from it."""
    with torch.no_grad():
        batch = torch.as_tensor(observations, device=agent.device)
        if isinstance(agent, DQN):
            answer = agent.policy.q_net(batch)
        else:
            answer = agent.policy.get_distribution(batch).distribution.probs
    scores: NDArray[np.float32] = answer.cpu().numpy()
    return scores
