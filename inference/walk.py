"""One episode that is watched: a policy that takes its best action, step by step."""

import time
from collections import deque

import numpy as np

from domain.inference.maze import Maze, Position, observe, step
from domain.inference.messages import MOST_TRAIL, InferenceStep, MazeView, PastStep, Scores
from inference.latencies import Latencies
from inference.policy_pool import SharedPolicy


class Walk:
    """An episode from the upper-left corner; each call asks the policy once and raises what `SharedPolicy.ask` does."""

    def __init__(
        self, policy: SharedPolicy, maze: Maze, model_id: str, is_active: bool, latencies: Latencies, person: str
    ) -> None:
        self._policy = policy
        self._person = person
        self._maze = maze
        self._model_id = model_id
        self._is_active = is_active
        self._latencies = latencies
        self._position: Position = (0, 0)
        self._steps = 0
        self._total = 0.0
        self._best = 0
        self._success: bool | None = None
        self._trail: deque[PastStep] = deque(maxlen=MOST_TRAIL)

    @property
    def is_over(self) -> bool:
        """Whether the goal was reached, or the steps ran out."""
        return self._success is not None

    def begin(self, *, running: bool) -> InferenceStep:
        """Step 0, at the start."""
        return self._told(None, 0.0, running).model_copy(update={"maze": MazeView.of(self._maze)})

    def advance(self) -> InferenceStep:
        """The next step, by the action that was best where the agent was."""
        action = self._best
        outcome = step(self._maze, self._position, action, self._steps)
        self._position = outcome.position
        self._steps += 1
        self._total += outcome.reward
        if outcome.terminated or outcome.truncated:
            self._success = outcome.terminated
        return self._told(action, outcome.reward, running=not self.is_over)

    def _told(self, action: int | None, reward: float, running: bool) -> InferenceStep:
        scores, latency = self._look()
        recent = self._latencies.percentiles()
        trail = list(self._trail)
        here = PastStep(step=self._steps, position=self._position, q_values=scores, cumulative_reward=self._total)
        self._trail.append(here)
        return InferenceStep(
            **dict(here),
            reward=reward,
            action=action,
            done=self.is_over,
            server_ts=time.time() * 1000,
            success=self._success,
            running=running,
            scores="q_values" if self._policy.scores_name == "q_values" else "action_probabilities",
            model_id=self._model_id,
            is_active=self._is_active,
            latency_ms=round(latency, 3),
            latency_p50_ms=recent.p50,
            latency_p95_ms=recent.p95,
            trail=trail,
        )

    def _look(self) -> tuple[Scores, float]:
        """The policy's scores where the agent is, and how many ms they took."""
        seen = observe(self._maze, self._position)[None]
        began = time.perf_counter()
        scores = self._policy.ask(seen, self._person)[0]
        latency = (time.perf_counter() - began) * 1000
        self._latencies.add(latency)
        self._best = int(np.argmax(scores))
        up, down, left, right = scores.tolist()
        return (up, down, left, right), latency
