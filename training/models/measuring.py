"""How good an exported policy is in its environment: greedy episodes from held-out seeds."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import gymnasium
import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from domain.inference.evaluation import HELD_OUT_SEEDS
from training.agents.episodes import success_of
from training.models.export import AnyPolicy, actions_of
from training.models.observing import as_given
from training.stopping import StopRequest

TOGETHER: Final = 10
MOST_SECONDS: Final = 60.0
STOPPED_SECONDS: Final = 1.0  # a stopped training is to be gone five seconds after its episode
MOST_STEPS: Final = 10_000
"""Of an episode that does not end by itself."""

log = logging.getLogger(__name__)
Make = Callable[[], gymnasium.Env]


class Measured(BaseModel):
    """What greedy episodes came to; `success_rate` is None where the environment tells of no success."""

    model_config = ConfigDict(frozen=True)

    episodes: int = Field(ge=1)
    mean_return: float
    mean_length: float = Field(ge=1)
    success_rate: float | None = Field(None, ge=0, le=1)


@dataclass
class _Episode:
    environment: gymnasium.Env
    observation: Any
    reward: float = 0.0
    length: int = 0
    success: bool | None = None
    is_over: bool = False

    def step(self, action: Any) -> None:
        space = self.environment.action_space
        chosen = int(action) if isinstance(space, gymnasium.spaces.Discrete) else np.asarray(action, space.dtype)
        self.observation, reward, terminated, truncated, info = self.environment.step(chosen)
        self.reward += float(reward)
        self.length += 1
        self.is_over = terminated or truncated or self.length >= MOST_STEPS
        self.success = next(iter(success_of(info)), self.success)


def measure(
    policy: AnyPolicy,
    make: Make,
    alive: Callable[[], None],
    seeds: Sequence[int] = HELD_OUT_SEEDS,
    stop: StopRequest | None = None,
) -> Measured | None:
    """Plays an episode per seed, ten at a time; of a slow environment as many as a minute allows, ten at least.

    Once it is told to stop, as many as end within a second, one at a time: None where that is none.
    """
    stop = stop or StopRequest()
    environments = [make() for _ in range(min(1 if stop else TOGETHER, len(seeds)))]
    episodes: list[_Episode] = []
    time_left = _Time(stop)
    try:
        for first in range(0, len(seeds), len(environments)):
            if episodes and time_left.is_over:
                break
            episodes += _played(policy, environments, seeds[first : first + len(environments)], alive, time_left)
    except _Stopped:
        log.info("Told to stop, it measures no more", extra={"episodes": len(episodes)})
    finally:
        for environment in environments:
            environment.close()
    return _measured(episodes) if episodes else None


class _Stopped(Exception):
    """Episodes that had begun are left: if only those counted that end soon, they would not be like the others."""


class _Time:
    """How long measuring takes: a minute, and one second from when it is told to stop."""

    def __init__(self, stop: StopRequest) -> None:
        self._stop = stop
        self._began = time.monotonic()

    @property
    def is_over(self) -> bool:
        return time.monotonic() > self._began + MOST_SECONDS

    def check_stop(self) -> None:
        """Raises _Stopped."""
        if self._stop and time.monotonic() > max(self._stop.asked_at, self._began) + STOPPED_SECONDS:
            raise _Stopped


def _played(
    policy: AnyPolicy,
    environments: list[gymnasium.Env],
    seeds: Sequence[int],
    alive: Callable[[], None],
    time_left: _Time,
) -> list[_Episode]:
    episodes = [_Episode(one, one.reset(seed=seed)[0]) for one, seed in zip(environments, seeds, strict=False)]
    alive_at = 0.0
    while playing := [episode for episode in episodes if not episode.is_over]:
        seen = [episode.observation for episode in playing]
        answer = policy(as_given(environments[0].observation_space, seen))
        for episode, action in zip(playing, actions_of(environments[0].action_space, answer), strict=True):
            episode.step(action)
        time_left.check_stop()
        if time.monotonic() > alive_at + 1.0:
            alive_at = time.monotonic()
            alive()
    return episodes


def _measured(episodes: Sequence[_Episode]) -> Measured:
    successes = [episode.success for episode in episodes if episode.success is not None]
    return Measured(
        episodes=len(episodes),
        mean_return=sum(episode.reward for episode in episodes) / len(episodes),
        mean_length=sum(episode.length for episode in episodes) / len(episodes),
        success_rate=sum(successes) / len(episodes) if successes else None,
    )
