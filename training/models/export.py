"""Writes a trained policy as one ONNX file and verifies that it gives the policy's answers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnxruntime
import torch
from gymnasium import spaces
from numpy.typing import NDArray
from stable_baselines3 import DQN
from stable_baselines3.common.base_class import BaseAlgorithm

from domain.errors.records import InvalidArgument
from domain.inference.evaluation import Policy
from domain.messages import Text
from training.agents.environment import MazeEnv
from training.models.observing import INPUT_NAME, Observations, as_given, as_seen
from training.models.policy_graph import graph_of, observed_space

_CHECKED_OBSERVATIONS: Final = 256
_TOLERANCE: Final = 1e-4

AnyPolicy = Callable[[Observations], dict[str, NDArray[np.float32]]]


class ExportMismatch(InvalidArgument):
    """The ONNX file gives other answers than the trained policy."""


def export_policy(agent: BaseAlgorithm, path: Path, seed: int = 0) -> Path:
    """Writes the policy as ONNX (opset 17, weights inside), from `observation` [batch, …] to [batch, n].

    An observation of several parts has an input `observation/<part>` for each. The outputs are `q_values` (DQN),
    `action_probabilities` or, for several actions at once, `logits` (PPO), `actions` (continuous ones); and PPO's
    `values`, except in the maze. Raises ExportMismatch if onnxruntime and the torch policy differ on random
    observations drawn from `seed`.
    """
    is_maze = isinstance(agent.get_env().envs[0].unwrapped, MazeEnv)
    path.write_bytes(graph_of(agent, with_values=not is_maze).model().SerializeToString())
    _check(agent, load_any_policy(path), _samples(observed_space(agent), seed))
    return path


def load_policy(path: Path) -> Policy:
    """Returns the exported policy as a callable that returns its first output, run by onnxruntime on one CPU thread."""
    infer = load_any_policy(path)
    return lambda observations: next(iter(infer({INPUT_NAME: observations}).values()))


def load_any_policy(path: Path) -> AnyPolicy:
    """Returns the exported policy as a callable from named inputs to named outputs."""
    session = _session(path)
    names = [output.name for output in session.get_outputs()]

    def infer(observations: Observations) -> dict[str, NDArray[np.float32]]:
        return dict(zip(names, session.run(None, dict(observations)), strict=True))

    return infer


def inputs_and_answers_of(path: Path) -> tuple[list[str], list[str]]:
    """Returns the names of the exported policy's inputs and outputs; a name also states the tensor's meaning."""
    session = _session(path)
    return [one.name for one in session.get_inputs()], [one.name for one in session.get_outputs()]


def _session(path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])


def actions_of(space: spaces.Space, answer: dict[str, NDArray[np.float32]]) -> NDArray[Any]:
    """Returns the greedy actions of a batch in the environment's format."""
    if "actions" in answer:
        return answer["actions"]
    if isinstance(space, spaces.Discrete):
        return np.asarray(next(iter(answer.values())).argmax(axis=1))
    logits = answer["logits"]
    if isinstance(space, spaces.MultiBinary):
        return np.asarray(logits > 0, np.int8)
    parts = np.split(logits, np.cumsum(space.nvec)[:-1], axis=1)
    return np.stack([part.argmax(axis=1) for part in parts], axis=1)


def _samples(space: spaces.Space, seed: int) -> list[Any]:
    space.seed(seed)
    return [space.sample() for _ in range(_CHECKED_OBSERVATIONS)]


def _check(agent: BaseAlgorithm, infer: AnyPolicy, samples: list[Any]) -> None:
    answer = infer(as_given(observed_space(agent), samples))
    observations = _as_learned(agent, as_seen(observed_space(agent), samples))
    expected, found = _scores(agent, observations), next(iter(answer.values()))
    if expected is not None and not np.allclose(expected, found, rtol=_TOLERANCE, atol=_TOLERANCE):
        _refuse(float(np.abs(expected - found).max()))
    chosen = actions_of(agent.action_space, answer)
    by_policy = agent.predict(observations, deterministic=True)[0]
    differs = ~np.isclose(by_policy, chosen, rtol=_TOLERANCE, atol=_TOLERANCE)
    if differs.any() and (expected is None or not _are_ties(found[differs])):
        _refuse(float(np.abs(by_policy - chosen).max()))


def _are_ties(scores: NDArray[np.float32]) -> bool:
    """Returns whether the best two are practically equal, so that either may be chosen."""
    best = np.sort(scores, axis=1)[:, -2:]
    return bool(np.allclose(best[:, 0], best[:, 1], rtol=_TOLERANCE, atol=_TOLERANCE))


def _refuse(worst: float) -> None:
    raise ExportMismatch(
        Text(f"The exported ONNX differs from the trained policy by up to {worst:.2g}; it is not kept.")
    )


def _as_learned(agent: BaseAlgorithm, observations: Any) -> Any:
    normalize = agent.get_vec_normalize_env()
    return observations if normalize is None else np.asarray(normalize.normalize_obs(observations))


def _scores(agent: BaseAlgorithm, observations: Any) -> NDArray[np.float32] | None:
    """Returns the output of the complete Stable-Baselines3 policy, not of the layers that the export picked from it.

    None if it does not choose one of several actions.
    """
    if not isinstance(agent.action_space, spaces.Discrete):
        return None
    with torch.no_grad():
        batch = agent.policy.obs_to_tensor(observations)[0]
        if isinstance(agent, DQN):
            answer = agent.policy.q_net(batch)
        else:
            answer = agent.policy.get_distribution(batch).distribution.probs
    scores: NDArray[np.float32] = answer.cpu().numpy()
    return scores
