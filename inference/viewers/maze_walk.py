"""One episode in the maze, in which the policy takes its best action at each step."""

import time
from collections import deque

import numpy as np

from domain.inference.maze import Maze, Position, observe, step
from domain.inference.messages import MAX_TRAIL, InferenceStep, MazeView, PastStep, Scores
from inference.latencies import Latencies
from inference.policy_pool import SharedPolicy
from inference.viewers.screen import FrameRequest
from inference.viewers.walks import Rate
from policies.policy_process import PolicyProcess


class MazeWalk:
    """An episode from the upper-left corner.

    Each step runs the policy once and raises the errors of `SharedPolicy.use`.
    """

    reports_each_step = True

    def __init__(
        self,
        policy: SharedPolicy[PolicyProcess],
        maze: Maze,
        model_id: str,
        is_active: bool,
        latencies: Latencies,
        person: str,
    ) -> None:
        self._policy = policy
        self._person = person
        self._maze = maze
        self._model_id = model_id
        self._is_active = is_active
        self._latencies = latencies
        self._position: Position = (0, 0)
        self._action: int | None = None
        self._steps = 0
        self._reward = 0.0
        self._total = 0.0
        self._success: bool | None = None
        self._trail: deque[PastStep] = deque(maxlen=MAX_TRAIL + 1)

    @property
    def is_over(self) -> bool:
        """Whether the goal was reached, or no steps are left."""
        return self._success is not None

    def seconds_a_step(self, rate: Rate) -> float:
        """Returns seconds between steps; the viewer's speed is in steps per second."""
        return 1 / rate.speed

    def begin(self) -> None:
        """Runs the policy at the start."""
        self._infer()

    def advance(self) -> None:
        """Makes the next step with the best action at the agent's cell."""
        action = int(np.argmax(self._scores))
        outcome = step(self._maze, self._position, action, self._steps)
        self._action, self._position, self._reward = action, outcome.position, outcome.reward
        self._steps += 1
        self._total += outcome.reward
        if outcome.terminated or outcome.truncated:
            self._success = outcome.terminated
        self._infer()

    def message(self, _view: FrameRequest, *, running: bool) -> InferenceStep:
        """Returns the message about the step; at the start it includes the maze, later the previous steps."""
        recent = self._latencies.percentiles()
        return InferenceStep(
            **dict(self._trail[-1]),
            reward=self._reward,
            action=self._action,
            done=self.is_over,
            server_ts=time.time() * 1000,
            success=self._success,
            running=running and not self.is_over,
            scores="q_values" if self._scores_name == "q_values" else "action_probabilities",
            model_id=self._model_id,
            is_active=self._is_active,
            latency_ms=round(self._latency, 3),
            latency_p50_ms=recent.p50,
            latency_p95_ms=recent.p95,
            maze=None if self._steps else MazeView.of(self._maze),
            trail=list(self._trail)[:-1],
        )

    def release(self) -> None:
        """Does nothing: the policy is shared, and the maze uses no resources."""

    def close(self) -> None:
        """Releases the same as `release`."""

    def _infer(self) -> None:
        """Computes the policy's scores for the agent's cell, and records the duration in ms."""
        seen = observe(self._maze, self._position)[None]
        began = time.perf_counter()
        self._scores_name, scores = self._policy.use(lambda one: (one.scores_name, one.infer(seen)[0]), self._person)
        self._latency = (time.perf_counter() - began) * 1000
        self._latencies.add(self._latency)
        up, down, left, right = scores.tolist()
        self._scores: Scores = (up, down, left, right)
        self._trail.append(
            PastStep(step=self._steps, position=self._position, q_values=self._scores, cumulative_reward=self._total)
        )
