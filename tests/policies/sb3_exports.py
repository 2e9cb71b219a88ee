"""Writes policies as Stable-Baselines3 and sb3-contrib do, untrained: `python -m tests.policies.sb3_exports`.

They lie in files/, for torch takes longer to begin than all tests with them.
By the code of the documentation,

https://stable-baselines3.readthedocs.io/en/master/guide/export.html as of version 2.9. Its `torch.onnx.export` is
given `dynamo=False`: torch's newer exporter, its default, refuses these policies.
"""

import io
import json
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import gymnasium as gym
import numpy as np
import torch as th
from gymnasium.wrappers import AtariPreprocessing, FrameStackObservation
from minigrid.wrappers import ImgObsWrapper
from sb3_contrib import RecurrentPPO
from stable_baselines3 import DQN, PPO, SAC
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor
from stable_baselines3.common.vec_env import VecTransposeImage

from domain.environments.spaces import WHOLE
from environments.child.spaces_of import space_of

FOLDER: Final = Path(__file__).parent / "files"
SMALL = {"net_arch": [16]}


class OnnxableSB3Policy(th.nn.Module):
    """Exports PPO and A2C as documented: actions, values, log_prob."""

    def __init__(self, policy: Any) -> None:
        super().__init__()
        self.policy = policy

    def forward(self, observation: th.Tensor) -> Any:
        """Runs the policy alone."""
        return self.policy(observation, deterministic=True)


class OnnxablePolicy(th.nn.Module):
    """Exports SAC as documented: the actor alone, whose actions are from -1 to 1."""

    def __init__(self, actor: Any) -> None:
        super().__init__()
        self.actor = actor

    def forward(self, observation: th.Tensor) -> Any:
        """Runs the actor alone."""
        return self.actor(observation, deterministic=True)


class OnnxableParts(th.nn.Module):
    """Exports as documented, for observations of several parts."""

    def __init__(self, policy: Any, names: Sequence[str]) -> None:
        super().__init__()
        self.policy, self.names = policy, names

    def forward(self, *parts: th.Tensor) -> Any:
        """Runs the policy alone."""
        return self.policy(dict(zip(self.names, parts, strict=True)), deterministic=True)


class OnnxableRecurrent(th.nn.Module):
    """Exports one step of sb3-contrib's LSTM: the state is an input and an output."""

    def __init__(self, policy: Any) -> None:
        super().__init__()
        self.policy = policy

    def forward(self, observation: th.Tensor, hidden: th.Tensor, cell: th.Tensor, starts: th.Tensor) -> Any:
        """Carries the actor's state; the critic has one of its own here, which is not exported."""
        actions, (hidden, cell) = self.policy._predict(observation, (hidden, cell), starts, deterministic=True)
        return actions, hidden, cell


def exported(module: th.nn.Module, *inputs: th.Tensor, **options: Any) -> bytes:
    """Returns the ONNX file of a module."""
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        th.onnx.export(module, inputs, file, **({"input_names": ["input"]} | options), opset_version=17, dynamo=False)
    return file.getvalue()


def exported_as_documented(agent: BaseAlgorithm) -> bytes:
    """Returns the file of a PPO agent, exported by the code in the documentation."""
    return exported(OnnxableSB3Policy(agent.policy), th.randn(1, *agent.observation_space.shape))


class SmallPictures(BaseFeaturesExtractor):
    """Extracts features as in MiniGrid's documentation, with fewer channels."""

    def __init__(self, space: Any) -> None:
        super().__init__(space, 8)
        self.cnn = th.nn.Sequential(th.nn.Conv2d(space.shape[0], 4, 2), th.nn.ReLU(), th.nn.Flatten())
        self.linear = th.nn.Linear(4 * (space.shape[1] - 1) * (space.shape[2] - 1), 8)

    def forward(self, pictures: th.Tensor) -> th.Tensor:
        """Returns eight features."""
        return self.linear(self.cnn(pictures))


class CoarsePictures(BaseFeaturesExtractor):
    """Extracts coarse features of large pictures: only the input matters."""

    def __init__(self, space: Any) -> None:
        super().__init__(space, 36)
        self.cnn = th.nn.Sequential(th.nn.Conv2d(space.shape[0], 4, 24, stride=24), th.nn.ReLU(), th.nn.Flatten())

    def forward(self, pictures: th.Tensor) -> th.Tensor:
        """Returns four features for each of nine places."""
        return self.cnn(pictures)


class SpacesOnly(gym.Env[Any, Any]):
    """Has spaces and nothing else."""

    def __init__(self, observation_space: gym.Space[Any], action_space: gym.Space[Any]) -> None:
        self.observation_space, self.action_space = observation_space, action_space


def ppo(env: Any, policy: str = "MlpPolicy", **kwargs: Any) -> BaseAlgorithm:
    """Returns an untrained agent."""
    return PPO(policy, env, device="cpu", seed=0, policy_kwargs=SMALL | kwargs)


def of_choices() -> BaseAlgorithm:
    """Returns an agent with several choices as input and as output."""
    return ppo(SpacesOnly(gym.spaces.MultiDiscrete([3, 2]), gym.spaces.MultiDiscrete([2, 4])))


def of_switches() -> BaseAlgorithm:
    """Returns an agent with zeros and ones as input and as output."""
    return ppo(SpacesOnly(gym.spaces.MultiBinary(3), gym.spaces.MultiBinary(4)))


def of_parts() -> BaseAlgorithm:
    """Returns an agent for observations of two parts."""
    parts = {"position": gym.spaces.Box(-1, 1, (2,)), "goal": gym.spaces.Box(-1, 1, (3,))}
    return ppo(SpacesOnly(gym.spaces.Dict(parts), gym.spaces.Discrete(3)), "MultiInputPolicy")


def of_pictures() -> BaseAlgorithm:
    """Returns an agent for MiniGrid's pictures, which Stable-Baselines3 turns to channels first."""
    env = ImgObsWrapper(gym.make("MiniGrid-Empty-5x5-v0"))
    return ppo(env, "CnnPolicy", features_extractor_class=SmallPictures)


def of_pong() -> BaseAlgorithm:
    """Returns an agent for four grey pictures at once, by wrappers of Gymnasium's; needs ale-py."""
    import ale_py

    gym.register_envs(ale_py)
    env = AtariPreprocessing(gym.make("ALE/Pong-v5", frameskip=1))
    return ppo(FrameStackObservation(env, 4), "CnnPolicy", features_extractor_class=CoarsePictures)


def of_cartpole_by_dqn() -> BaseAlgorithm:
    """Returns an agent whose Q network is exported."""
    return DQN("MlpPolicy", "CartPole-v1", device="cpu", seed=0, policy_kwargs={**SMALL}, buffer_size=1)


def of_pendulum_by_sac() -> BaseAlgorithm:
    """Returns an agent whose actions are from -1 to 1, for an environment whose range is from -2 to 2."""
    return SAC("MlpPolicy", "Pendulum-v1", device="cpu", seed=0, policy_kwargs={**SMALL}, buffer_size=1)


def recurrent() -> RecurrentPPO:
    """Returns an agent for CartPole with an LSTM of four cells."""
    kwargs = SMALL | {"lstm_hidden_size": 4}
    return RecurrentPPO("MlpLstmPolicy", "CartPole-v1", device="cpu", seed=0, policy_kwargs=kwargs)


def file_of_recurrent(agent: RecurrentPPO, *, named: bool) -> bytes:
    """Returns the file of a recurrent agent; unless `named`, torch makes up the names of the outputs."""
    state = th.zeros(1, 1, 4)
    inputs = (th.randn(1, 4), state, state, th.ones(1))
    names = ["observation", "hidden_in", "cell_in", "episode_starts"]
    outputs = {"output_names": ["actions", "hidden_out", "cell_out"]} if named else {}
    return exported(OnnxableRecurrent(agent.policy), *inputs, input_names=names, **outputs)


def file_of_parts(agent: BaseAlgorithm) -> bytes:
    """Returns a file with an input for each part, by its name."""
    example = {name: th.zeros(1, *space.shape) for name, space in agent.observation_space.spaces.items()}
    names = sorted(example)
    return exported(OnnxableParts(agent.policy, names), *(example[name] for name in names), input_names=names)


FILES: Final[dict[str, tuple[Callable[[], Any], Callable[[Any], bytes]]]] = {
    "cartpole_ppo": (lambda: ppo("CartPole-v1"), exported_as_documented),
    "pendulum_ppo": (lambda: ppo("Pendulum-v1"), exported_as_documented),
    "pendulum_sac": (
        of_pendulum_by_sac,
        lambda agent: exported(OnnxablePolicy(agent.policy.actor), th.randn(1, *agent.observation_space.shape)),
    ),
    "cartpole_dqn": (
        of_cartpole_by_dqn,
        lambda agent: exported(agent.policy.q_net, th.randn(1, *agent.observation_space.shape)),
    ),
    "cartpole_lstm": (recurrent, lambda agent: file_of_recurrent(agent, named=True)),
    "cartpole_lstm_unnamed": (recurrent, lambda agent: file_of_recurrent(agent, named=False)),
    "frozen_lake_ppo": (lambda: ppo("FrozenLake-v1"), exported_as_documented),
    "minigrid_cnn": (of_pictures, exported_as_documented),
    "pong_cnn": (of_pong, exported_as_documented),
    "choices_ppo": (of_choices, exported_as_documented),
    "switches_ppo": (of_switches, exported_as_documented),
    "parts_ppo": (of_parts, file_of_parts),
}
_QUESTIONS: Final = 6


def record(name: str) -> None:
    """Writes a file, its spaces, some observations one after another, and the agent's own actions for them."""
    make, export = FILES[name]
    agent = make()
    (FOLDER / f"{name}.onnx").write_bytes(export(agent))
    space = _as_given(agent)
    space.seed(1)
    observations = [space.sample() for _question in range(_QUESTIONS)]
    description = {
        "observation_space": space_of(space).model_dump(mode="json"),
        "action_space": space_of(agent.action_space).model_dump(mode="json"),
        "observations": [_listed(one) for one in observations],
        "actions": [np.asarray(action).tolist() for action in _actions(agent, observations)],
    }
    (FOLDER / f"{name}.json").write_text(json.dumps(description) + "\n")


def spec_of(agent: BaseAlgorithm) -> str:
    """Returns what a run would record of the environment that the agent was made for."""
    env = agent.get_env()
    assert env is not None
    (noted,) = env.get_attr("spec")
    return str(noted.to_json())


def episode_of(agent: BaseAlgorithm, seed: int) -> tuple[float, int]:
    """Returns return and length of an episode by Stable-Baselines3's own evaluate_policy; of several it seeds the
    first alone."""
    env = agent.get_env()
    assert env is not None
    env.seed(seed)
    returns, lengths = evaluate_policy(agent, env, n_eval_episodes=1, return_episode_rewards=True, warn=False)
    return returns[0], lengths[0]  # type: ignore[index]


def _as_given(agent: BaseAlgorithm) -> Any:
    """Returns the space as the environment has it: the agent's own has pictures turned to channels first."""
    env = agent.get_env()
    assert env is not None
    return env.venv.observation_space if isinstance(env, VecTransposeImage) else env.observation_space


def _actions(agent: Any, observations: Sequence[Any]) -> Iterator[Any]:
    state, start = None, np.ones(1, bool)
    for observation in observations:
        seen = (
            np.transpose(observation, (2, 0, 1))
            if agent.observation_space.shape != _shape(observation)
            else observation
        )
        action, state = agent.predict(seen, state=state, episode_start=start, deterministic=True)
        start = np.zeros(1, bool)
        yield action


def _shape(observation: Any) -> Any:
    return None if isinstance(observation, dict) else np.shape(observation)


def _listed(observation: Any) -> dict[str, Any]:
    parts = observation if isinstance(observation, dict) else {WHOLE: observation}
    return {name: np.asarray(part).tolist() for name, part in parts.items()}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for each in set(FILES) - {"pong_cnn"}:  # of observations that would fill a megabyte
        record(each)
