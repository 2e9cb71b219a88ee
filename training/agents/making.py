"""Makes the environments for a training, in the same way as a viewer's, with seeds that no evaluation uses."""

import os
from pathlib import Path
from typing import Any, Final

import gymnasium
from stable_baselines3.common.base_class import BaseAlgorithm

from domain.environments.source import EnvironmentSource
from domain.errors import ClewError
from domain.errors.records import InvalidArgument
from domain.inference.evaluation import FIRST_HELD_OUT_SEED
from domain.messages import Text
from environments.child.making import make
from environments.child.success import succeeded
from environments.child.trouble import Trouble, reported_as
from environments.known import KnownEnvironments
from environments.well_known import success_of
from training.agents.parts import without_texts

_SUCCESS_KEY: Final = "is_success"


class EnvironmentMaker:
    """Makes copies of one environment; `file` is ENVIRONMENTS_FILE, for environments outside Gymnasium's registry.

    The environment's third-party code runs in the training's own process, which exists for that.
    """

    def __init__(self, env_id: str, file: Path | None = None) -> None:
        self.env_id = env_id
        os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
        try:
            source = EnvironmentSource(env_id=env_id)
            self._plan = KnownEnvironments.read(file).plan_for(source, copies=1, niceness=0)
        except ClewError as error:
            raise InvalidArgument(Text(f"env_id: {error}")) from error
        self._rule = self._plan.described.success or success_of(env_id)

    def __call__(self) -> gymnasium.Env:
        """Returns one environment; raises BadInput that names the field and what is missing."""
        try:
            with reported_as("make", self._plan.described.memory_mib):
                return without_texts(SuccessReport(make(self._plan), self._rule))
        except Trouble as trouble:
            raise InvalidArgument(Text(f"env_id: {self.env_id}: {trouble.reason}")) from trouble


class SuccessReport(gymnasium.Wrapper):  # type: ignore[misc]  # untyped to mypy here
    """Adds to `info` at the end of each episode whether it was a success, if that is known of the environment."""

    def __init__(self, env: gymnasium.Env, rule: str | None) -> None:
        super().__init__(env)
        self._rule = rule
        self._total = 0.0

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Starts an episode."""
        self._total = 0.0
        observation, info = super().reset(seed=seed, options=options)
        return observation, info

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Makes one step."""
        observation, reward, terminated, truncated, info = super().step(action)
        self._total += float(reward)
        if self._rule is not None and (terminated or truncated):
            threshold = self.env.spec.reward_threshold
            success = succeeded(self._rule, info, float(reward), self._total, bool(terminated), threshold)
            info = info if success is None else {**info, _SUCCESS_KEY: success}
        return observation, float(reward), bool(terminated), bool(truncated), info


class TrainingSeeds(gymnasium.Wrapper):  # type: ignore[misc]  # untyped to mypy here
    """Keeps episodes from starting with the seeds that are reserved for evaluation."""

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Starts an episode."""
        kept = None if seed is None else seed % FIRST_HELD_OUT_SEED
        observation, info = super().reset(seed=kept, options=options)
        return observation, info


def spec_of(agent: BaseAlgorithm) -> str | None:
    """Returns the environment's Gymnasium EnvSpec as JSON, from which it can be made again.

    None if it has none, as a maze.
    """
    environment = agent.get_env().envs[0]
    while isinstance(environment, gymnasium.Wrapper) and not isinstance(environment, SuccessReport):
        environment = environment.env
    return str(environment.env.spec.to_json()) if isinstance(environment, SuccessReport) else None
