"""One episode in any environment but the maze; the environment runs in a process of its own for this viewer."""

import base64
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np

from domain.errors.environments.failures import EnvironmentFailed
from domain.errors.walks import EpisodeNotRestored
from domain.inference.watching import (
    MAX_LISTED,
    MAX_PASSED,
    FrameView,
    PassedStep,
    ScoresView,
    WatchedStep,
    first_choice,
    view_of,
)
from environments.environment import Environment, Observation, Outcome
from inference.latencies import Latencies
from inference.policy_pool import SharedPolicy
from inference.viewers.screen import FrameRequest
from inference.viewers.walks import Rate
from policies.general.answering import PolicyAnswer
from policies.general.general_policy import GeneralPolicy

_FASTEST: Final = 100.0
"""Steps per second of one viewer, at any pace: the engine serves others, too."""

_MAX_KEPT: Final = 50_000
"""Up to so many actions are kept to play the episode again."""


class PlayingModel(NamedTuple):
    """The model that plays."""

    model_id: str
    name: str | None
    is_active: bool


class EpisodeResources(NamedTuple):
    """Where an episode gets its resources.

    A shared policy, and the function that provides an environment for this viewer.
    """

    policy: SharedPolicy[GeneralPolicy]
    take: Callable[[], Environment]
    person: str


class EnvironmentWalk:
    """An episode from a seed; raises the errors of the environment and of `SharedPolicy.use`."""

    reports_each_step = False

    def __init__(
        self,
        played: EpisodeResources,
        environment: Environment,
        shown: PlayingModel,
        seed: int,
        episode: int,
        latencies: Latencies,
    ) -> None:
        self._played, self._latencies = played, latencies
        self._environment: Environment | None = environment
        self._view, self._shown, self.seed, self.episode = view_of(environment.facts), shown, seed, episode
        self._first = first_choice(environment.facts.action_space)
        self._action: Any = None
        self._actions: list[Any] = []
        self._steps = 0
        self._reward = self._total = 0.0
        self._is_over = self._is_truncated = False
        self._success: bool | None = None
        self._passed: deque[PassedStep] = deque(maxlen=MAX_PASSED)
        self._is_reported = False
        self._state: Any = None

    @property
    def is_over(self) -> bool:
        """Whether the environment has ended the episode."""
        return self._is_over

    def seconds_a_step(self, rate: Rate) -> float:
        """Returns seconds between steps; the viewer's pace is a multiple of the environment's own rate."""
        return 1 / min(_FASTEST, self._view.steps_per_second * rate.pace)

    def begin(self) -> None:
        """Resets the environment, and gets the policy's first action."""
        assert self._environment is not None
        self._infer(self._environment.reset(self.seed))

    def advance(self) -> None:
        """Makes one step with the policy's last action."""
        environment, action = self._awake(), self._answer.action
        if not self._is_reported:
            self._passed.append(self._here())
        self._is_reported, self._action = False, action
        if len(self._actions) < _MAX_KEPT:
            self._actions.append(action)
        self._apply_outcome(environment.step(action))

    def message(self, view: FrameRequest, *, running: bool) -> WatchedStep:
        """Returns the current state, with the steps since the last message."""
        frame = None if view.side is None else self._frame(view.side)
        recent, passed = self._latencies.percentiles(), list(self._passed)
        self._passed.clear()
        self._is_reported = True
        return WatchedStep(
            **dict(self._here()),
            episode=self.episode,
            number=view.number,
            seed=self.seed,
            action=self._listed(self._action) if self._steps else None,
            next_action=None if self._is_over else self._listed(self._answer.action),
            done=self._is_over,
            success=self._success,
            truncated=self._is_truncated,
            running=running,
            server_ts=time.time() * 1000,
            scores=self._scores(),
            value=self._answer.value,
            model_id=self._shown.model_id,
            model_name=self._shown.name,
            is_active=self._shown.is_active,
            latency_ms=round(self._latency, 3),
            latency_p50_ms=recent.p50,
            latency_p95_ms=recent.p95,
            environment=None if self._steps else self._view,
            passed=passed,
            frame=frame,
        )

    def release(self) -> None:
        """Releases the environment; the next step first replays the episode in another one."""
        environment, self._environment = self._environment, None
        if environment is not None:
            environment.close()

    def close(self) -> None:
        """Releases the same as `release`."""
        self.release()

    def _awake(self) -> Environment:
        """Returns the environment in the current state of the episode."""
        if self._environment is None:
            self._environment = self._played.take()
            self._environment.reset(self.seed)
            total = sum(self._environment.step(action).reward for action in self._actions)
            if len(self._actions) < self._steps or not np.isclose(total, self._total):
                raise EnvironmentFailed(self._view.env_id, EpisodeNotRestored())
        return self._environment

    def _apply_outcome(self, outcome: Outcome) -> None:
        self._steps += 1
        self._reward = outcome.reward
        self._total += outcome.reward
        self._is_over = outcome.terminated or outcome.truncated
        if self._is_over:
            self._success, self._is_truncated = outcome.success, outcome.truncated
        else:
            self._infer(outcome.observation)

    def _infer(self, observation: Observation) -> None:
        began = time.perf_counter()
        self._answer: PolicyAnswer = self._played.policy.use(
            lambda one: one.infer(observation, self._state), self._played.person
        )
        self._latency = (time.perf_counter() - began) * 1000
        self._latencies.add(self._latency)
        self._state = self._answer.state

    def _here(self) -> PassedStep:
        return PassedStep(step=self._steps, reward=self._reward, cumulative_reward=self._total)

    def _scores(self) -> ScoresView | None:
        scores = self._answer.scores
        if scores is None:
            return None
        return ScoresView(kind=str(self._answer.scores_kind), values=list(scores[:MAX_LISTED]))

    def _frame(self, side: int) -> FrameView | None:
        frame = self._awake().render(side) if self._view.can_render else None
        if frame is None:
            return None
        return FrameView(webp=base64.b64encode(frame.webp).decode(), width=frame.width, height=frame.height)

    def _listed(self, action: Any) -> int | list[float]:
        """Returns an action as JSON: the index of a discrete one, else a list."""
        values = np.asarray(action)
        if values.ndim == 0 and values.dtype.kind in "iu":
            return int(values) - self._first
        return [float(one) for one in values.ravel()[:MAX_LISTED]]
