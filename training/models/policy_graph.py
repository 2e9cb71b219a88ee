"""A trained policy as a graph: from the environment's raw observation to the policy's outputs."""

import numpy as np
import torch
from gymnasium import spaces
from stable_baselines3 import DQN, PPO, SAC
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.preprocessing import is_image_space, is_image_space_channels_first
from stable_baselines3.common.vec_env import VecNormalize

from domain.environments.spaces import WHOLE
from domain.errors.records import InvalidArgument
from domain.messages import Text
from training.agents.parts import PartsExtractor
from training.models.graph import Graph
from training.models.observing import input_dtype, input_name, parts_of

Seen = dict[str, str]
"""The tensors of an observation's parts, by the parts' names."""


def observed_space(agent: BaseAlgorithm) -> spaces.Space:
    """Returns the environment's own space, before Stable-Baselines3 transposes images."""
    return agent.get_env().envs[0].observation_space


def graph_of(agent: BaseAlgorithm, *, with_values: bool) -> Graph:
    """Returns the policy's graph.

    `with_values` adds PPO's value estimate, in the environment's rewards.
    """
    graph = Graph()
    seen = _observation(agent, graph)
    if isinstance(agent, DQN):
        features = _features(graph, agent.policy.q_net.features_extractor, seen)
        scores = graph.through(agent.policy.q_net.q_net, features)
        graph.output("q_values", scores, int(agent.action_space.n))
    elif isinstance(agent, SAC):
        _squashed_actions(graph, agent, seen)
    elif isinstance(agent, PPO):
        features = _features(graph, agent.policy.features_extractor, seen)
        _ppo_actions(graph, agent, features)
        if with_values:
            _values(graph, agent, features)
    else:
        raise InvalidArgument(Text(f"There is no export for {type(agent).__name__}."))
    return graph


def _observation(agent: BaseAlgorithm, graph: Graph) -> Seen:
    """Returns the parts of an observation as the networks expect them: scaled, transposed, or one-hot."""
    normalize = agent.get_vec_normalize_env()
    seen = {}
    for part, space in parts_of(observed_space(agent)).items():
        tensor = graph.input(input_name(part), space.shape, input_dtype(space))
        seen[part] = _prepared(graph, tensor, space) if normalize is None else _normalized(graph, tensor, normalize)
    return seen


def _prepared(graph: Graph, tensor: str, space: spaces.Space) -> str:
    if isinstance(space, spaces.Discrete):
        return _ones_at(graph, tensor, int(space.n))
    if isinstance(space, spaces.MultiDiscrete):
        return _columns(graph, tensor, space.nvec.tolist())
    if is_image_space(space):
        scaled = graph.node("Div", graph.node("Cast", tensor, to=1), graph.constant(255.0))
        is_first = is_image_space_channels_first(space)
        return scaled if is_first else graph.node("Transpose", scaled, perm=[0, 3, 1, 2])
    return tensor if input_dtype(space) == "float32" else graph.node("Cast", tensor, to=1)


def _ones_at(graph: Graph, choices: str, number: int) -> str:
    """Returns one-hot rows."""
    ends = graph.constant(np.array([0.0, 1.0]))
    return graph.node("OneHot", choices, graph.constant(np.array(number)), ends, axis=-1)


def _columns(graph: Graph, choices: str, numbers: list[int]) -> str:
    """Returns one-hot rows of several discrete values, concatenated."""
    each = [graph.node("Gather", choices, graph.constant(np.array(i)), axis=1) for i in range(len(numbers))]
    rows = [_ones_at(graph, one, number) for one, number in zip(each, numbers, strict=True)]
    return graph.node("Concat", *rows, axis=1)


def _normalized(graph: Graph, tensor: str, known: VecNormalize) -> str:
    """Returns the observation normalised by the running mean and variance, so that the file needs no separate
    statistics.
    """
    spread = np.sqrt(known.obs_rms.var + known.epsilon)
    centred = graph.node("Sub", tensor, graph.constant(known.obs_rms.mean))
    scaled = graph.node("Div", centred, graph.constant(spread))
    return graph.node("Clip", scaled, graph.constant(-known.clip_obs), graph.constant(known.clip_obs))


def _features(graph: Graph, extractor: torch.nn.Module, seen: Seen) -> str:
    """Adds the feature extractor: numbers are flattened, parts are concatenated."""
    if not isinstance(extractor, PartsExtractor):
        return graph.through(extractor.children(), seen[WHOLE])
    pairs = zip(extractor.parts, extractor.networks, strict=True)
    rows = [graph.through([network], seen[part]) for part, network in pairs]
    return graph.node("Concat", *rows, axis=1)


def _ppo_actions(graph: Graph, agent: PPO, features: str) -> None:
    policy, space = agent.policy, agent.action_space
    answer = graph.through([policy.mlp_extractor.policy_net, policy.action_net], features)
    if isinstance(space, spaces.Discrete):
        graph.output("action_probabilities", graph.node("Softmax", answer, axis=1), int(space.n))
    elif isinstance(space, spaces.Box):
        # Stable-Baselines3 clips values outside the range before they reach the environment.
        low, high = graph.constant(space.low), graph.constant(space.high)
        graph.output("actions", graph.node("Min", graph.node("Max", answer, low), high), space.shape[0])
    else:
        graph.output("logits", answer, int(policy.action_net.out_features))


def _squashed_actions(graph: Graph, agent: SAC, seen: Seen) -> None:
    """Adds the scaling of SAC's actions: its network's range is -1 to 1, the environment's is its own."""
    actor, space = agent.policy.actor, agent.action_space
    features = _features(graph, actor.features_extractor, seen)
    squashed = graph.node("Tanh", graph.through([actor.latent_pi, actor.mu], features))
    half = graph.constant((space.high - space.low) / 2)
    scaled = graph.node("Mul", graph.node("Add", squashed, graph.constant(1.0)), half)
    graph.output("actions", graph.node("Add", scaled, graph.constant(space.low)), space.shape[0])


def _values(graph: Graph, agent: PPO, features: str) -> None:
    policy, normalize = agent.policy, agent.get_vec_normalize_env()
    value = graph.through([policy.mlp_extractor.value_net, policy.value_net], features)
    if normalize is not None and normalize.norm_reward:
        spread = float(np.sqrt(normalize.ret_rms.var + normalize.epsilon))
        value = graph.node("Mul", value, graph.constant(spread))
    graph.output("values", value, 1)
