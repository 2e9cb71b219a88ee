"""The one evaluation: deterministic, greedy, by the maze's rules."""

import numpy as np
import pytest
from numpy.typing import NDArray

from domain.errors import BadInput
from domain.inference.evaluation import HELD_OUT_SEEDS, evaluate
from domain.inference.maze import MOVES, Maze, generate_maze, observe, passages


def distances(maze: Maze) -> dict[tuple[int, int], int]:
    found, frontier = {maze.goal: 0}, [maze.goal]
    for x, y in frontier:
        for there in {(x + dx, y + dy) for dx, dy in MOVES} & set(passages(maze)) - set(found):
            found[there] = found[(x, y)] + 1
            frontier.append(there)
    return found


class Guide:
    """Chooses the right action for each observation. Only for mazes whose look-alike cells agree, such as the default
    one."""

    def __init__(self, maze: Maze) -> None:
        far = distances(maze)
        self._scores = {
            observe(maze, (x, y)).tobytes(): [-float(far.get((x + dx, y + dy), 1000)) for dx, dy in MOVES]
            for x, y in passages(maze)
        }

    def __call__(self, observations: NDArray[np.float32]) -> NDArray[np.float64]:
        return np.array([self._scores[row.tobytes()] for row in observations])


def always_up(observations: NDArray[np.float32]) -> NDArray[np.float64]:
    return np.tile([1.0, 0.0, 0.0, 0.0], (len(observations), 1))


def test_a_policy_that_knows_the_way_succeeds_in_every_episode() -> None:
    maze = generate_maze()
    result = evaluate(Guide(maze), maze)
    assert result.episodes == 100
    assert result.success_rate == 1.0
    assert result.mean_return == pytest.approx(1.0 - 0.01 * (result.mean_length - 1))
    assert 1 <= result.mean_length <= max(distances(maze).values())


def test_a_policy_that_walks_into_walls_fails_after_200_steps() -> None:
    result = evaluate(always_up, generate_maze(), [2**31 + 1])
    assert result.success_rate == 0.0
    assert result.mean_length == 200
    assert -10.0 <= result.mean_return < -8.0


def test_the_same_policy_gets_the_same_result() -> None:
    maze = generate_maze(7, 3)
    weights = np.random.default_rng(1).normal(size=(25, 4))
    assert evaluate(lambda seen: seen @ weights, maze) == evaluate(lambda seen: seen @ weights, maze)


def test_episodes_do_not_depend_on_each_other() -> None:
    maze = generate_maze(9, 2)
    weights = np.random.default_rng(5).normal(size=(25, 4))
    alone = [evaluate(lambda seen: seen @ weights, maze, [seed]) for seed in HELD_OUT_SEEDS[:20]]
    together = evaluate(lambda seen: seen @ weights, maze, HELD_OUT_SEEDS[:20])
    assert together.success_rate == pytest.approx(np.mean([each.success_rate for each in alone]))
    assert together.mean_length == pytest.approx(np.mean([each.mean_length for each in alone]))


def test_an_evaluation_without_seeds_is_refused() -> None:
    with pytest.raises(BadInput, match="at least one"):
        evaluate(always_up, generate_maze(), [])


@pytest.mark.parametrize("scores", [np.zeros((1, 3)), np.zeros(4), np.full((1, 4), np.nan)])
def test_invalid_scores_of_a_policy_are_refused(scores: NDArray[np.float64]) -> None:
    with pytest.raises(BadInput, match="policy returned"):
        evaluate(lambda seen: scores, generate_maze(), [2**31])
