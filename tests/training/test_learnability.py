"""What a memoryless agent can reach, counted; compared with a policy that is played."""

import numpy as np
import pytest

from domain.inference.maze import generate_maze, observe, passages, step
from training.learnability import measure_learnability, optimal_actions


def test_every_start_in_the_default_maze_can_succeed() -> None:
    found = measure_learnability(generate_maze())
    assert (found.cells, found.aliased, found.conflicting, found.best_rate) == (54, 5, 0, 1.0)


@pytest.mark.parametrize("seed", range(5))
def test_right_actions_lead_from_every_cell_to_the_goal(seed: int) -> None:
    maze = generate_maze(9, seed)
    right = optimal_actions(maze)
    assert set(right) == set(passages(maze))
    for position in right:
        for steps in range(200):
            if position == maze.goal:
                break
            position = step(maze, position, right[position], steps).position
        assert position == maze.goal


def test_cells_that_look_alike_but_need_different_actions_lower_the_best_rate() -> None:
    maze = generate_maze(10, 60)  # found by `python -m training.learnability`
    found = measure_learnability(maze)
    views = {observe(maze, cell).tobytes() for cell in passages(maze)}
    assert len(views) < found.cells
    assert found.conflicting == 3
    assert found.best_rate == pytest.approx(0.75)
    assert np.isclose(found.best_rate * found.cells, 42)
