"""Measures a policy in greedy episodes from held-out starts; every success rate of a model comes from here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from domain.errors.policies import ScoresInfinite, ScoresOfShape
from domain.errors.records import InvalidArgument
from domain.inference.maze import Maze, Position, draw_start, generate_maze, observe, step
from domain.messages import Text

Policy = Callable[[NDArray[np.float32]], NDArray[np.floating]]

# Training draws its start seeds below this number and evaluation from it on, so they never overlap. The seeds are held
# out, the cells are not: a 10x10 maze has about 50 of them, and training has started from nearly all.
FIRST_HELD_OUT_SEED: Final = 2**31
EVALUATION_EPISODES: Final = 100
HELD_OUT_SEEDS: Final = range(FIRST_HELD_OUT_SEED, FIRST_HELD_OUT_SEED + EVALUATION_EPISODES)
UNSEEN_MAZES: Final = 20


class Evaluation(BaseModel):
    """The result of greedy episodes; means are over all episodes, successful or not, and finite as rewards are."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    episodes: int = Field(ge=1)
    success_rate: float = Field(ge=0, le=1, description="share of episodes that reached the goal")
    mean_return: float = Field(description="mean sum of rewards")
    mean_length: float = Field(ge=1, description="mean number of steps")


@dataclass
class _Episode:
    position: Position
    reward: float = 0.0
    length: int = 0
    success: bool = False
    over: bool = False


def _ignore_progress(played: int) -> None:
    """Ignores progress."""


def evaluate(
    policy: Policy,
    maze: Maze,
    start_seeds: Sequence[int] = HELD_OUT_SEEDS,
    *,
    played: Callable[[int], None] = _ignore_progress,
) -> Evaluation:
    """Plays one greedy episode per start seed and returns the result, which is deterministic.

    `policy` maps observations float32 [n, 25] to scores [n, 4]; the highest wins, the first of equals. `played` is
    called after each step with the number of finished episodes; its exceptions end the evaluation. Raises BadInput
    without start seeds, and for a policy whose scores have another shape or are not finite.
    """
    if not start_seeds:
        raise InvalidArgument(Text("An evaluation needs at least one start seed."))
    episodes = [_Episode(draw_start(maze, seed)) for seed in start_seeds]
    while playing := [episode for episode in episodes if not episode.over]:
        observations = np.stack([observe(maze, episode.position) for episode in playing])
        for episode, action in zip(playing, _choose(policy, observations), strict=True):
            _advance(episode, maze, action)
        played(sum(episode.over for episode in episodes))
    return Evaluation(
        episodes=len(episodes),
        success_rate=sum(episode.success for episode in episodes) / len(episodes),
        mean_return=sum(episode.reward for episode in episodes) / len(episodes),
        mean_length=sum(episode.length for episode in episodes) / len(episodes),
    )


def unseen_mazes(trained_on: Maze) -> list[Maze]:
    """Returns the mazes of the same size that test a policy's generalisation; they are the same for all policies."""
    seeds = range(FIRST_HELD_OUT_SEED, FIRST_HELD_OUT_SEED + UNSEEN_MAZES + 1)
    return [generate_maze(trained_on.size, seed) for seed in seeds if seed != trained_on.seed][:UNSEEN_MAZES]


def evaluate_unseen(
    policy: Policy, trained_on: Maze, *, played: Callable[[int], None] = _ignore_progress
) -> Evaluation:
    """Evaluates over mazes that the policy never saw: equally many episodes in each of `unseen_mazes`."""
    starts = HELD_OUT_SEEDS[: EVALUATION_EPISODES // UNSEEN_MAZES]
    parts: list[Evaluation] = []

    def played_so_far(here: int) -> None:
        played(len(parts) * len(starts) + here)

    for maze in unseen_mazes(trained_on):
        parts.append(evaluate(policy, maze, starts, played=played_so_far))
    return Evaluation(
        episodes=sum(part.episodes for part in parts),
        success_rate=sum(part.success_rate for part in parts) / len(parts),
        mean_return=sum(part.mean_return for part in parts) / len(parts),
        mean_length=sum(part.mean_length for part in parts) / len(parts),
    )


def _choose(policy: Policy, observations: NDArray[np.float32]) -> list[int]:
    scores = np.asarray(policy(observations))
    if scores.shape != (len(observations), 4):
        raise ScoresOfShape(str(scores.shape), str((len(observations), 4)))
    if not np.isfinite(scores).all():
        raise ScoresInfinite
    return [int(action) for action in scores.argmax(axis=1)]


def _advance(episode: _Episode, maze: Maze, action: int) -> None:
    outcome = step(maze, episode.position, action, episode.length)
    episode.position = outcome.position
    episode.reward += outcome.reward
    episode.length += 1
    episode.success = outcome.terminated
    episode.over = outcome.terminated or outcome.truncated
