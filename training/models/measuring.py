"""Evaluates an exported policy in its environment: greedy episodes with held-out seeds."""

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
MAX_SECONDS: Final = 60.0
STOPPED_SECONDS: Final = 1.0  # a stopped training has to end five seconds after its episode
MAX_STEPS: Final = 10_000
"""The limit for an episode that does not end by itself."""

log = logging.getLogger(__name__)
Make = Callable[[], gymnasium.Env]


class EvaluationResult(BaseModel):
    """The results of greedy episodes; `success_rate` is None if the environment does not report success."""

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
        self.is_over = terminated or truncated or self.length >= MAX_STEPS
        self.success = next(iter(success_of(info)), self.success)


def measure(
    policy: AnyPolicy,
    make: Make,
    alive: Callable[[], None],
    seeds: Sequence[int] = HELD_OUT_SEEDS,
    stop: StopRequest | None = None,
) -> EvaluationResult | None:
    """Plays an episode per seed, ten at a time; in a slow environment as many as a minute allows, but at least ten.

    After a stop request it plays one at a time, as many as end within a second; None if there are none.
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
        log.info("Stopped: no further episodes are measured", extra={"episodes": len(episodes)})
    finally:
        for environment in environments:
            environment.close()
    return _measured(episodes) if episodes else None


class _Stopped(Exception):
    """Unfinished episodes are discarded: counting only those that end soon would bias the result."""


class _Time:
    """The time limit of the evaluation: a minute, or one second after a stop request."""

    def __init__(self, stop: StopRequest) -> None:
        self._stop = stop
        self._began = time.monotonic()

    @property
    def is_over(self) -> bool:
        return time.monotonic() > self._began + MAX_SECONDS

    def check_stop(self) -> None:
        """Raises _Stopped once the time after a stop request is over."""
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


def _measured(episodes: Sequence[_Episode]) -> EvaluationResult:
    successes = [episode.success for episode in episodes if episode.success is not None]
    return EvaluationResult(
        episodes=len(episodes),
        mean_return=sum(episode.reward for episode in episodes) / len(episodes),
        mean_length=sum(episode.length for episode in episodes) / len(episodes),
        success_rate=sum(successes) / len(episodes) if successes else None,
    )
