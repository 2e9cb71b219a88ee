"""The maze's rules, held for all sizes and many seeds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import BadInput
from domain.inference.evaluation import FIRST_HELD_OUT_SEED, HELD_OUT_SEEDS
from domain.inference.maze import (
    GOAL,
    MAX_SIZE,
    MAX_STEPS,
    MIN_SIZE,
    MOVES,
    WALL,
    Maze,
    draw_start,
    generate_maze,
    observe,
    passages,
    step,
)

sizes = st.integers(MIN_SIZE, MAX_SIZE)
seeds = st.integers(0, 2**32 - 1)
unhurried = settings(deadline=None)  # a busy machine is no failure


@st.composite
def mazes(draw: st.DrawFn) -> Maze:
    return generate_maze(draw(sizes), draw(seeds))


def open_cells(maze: Maze) -> set[tuple[int, int]]:
    return {*passages(maze), maze.goal}


def reachable(maze: Maze) -> set[tuple[int, int]]:
    cells, seen, frontier = open_cells(maze), {maze.goal}, [maze.goal]
    while frontier:
        x, y = frontier.pop()
        new = {(x + dx, y + dy) for dx, dy in MOVES} & cells - seen
        seen |= new
        frontier += new
    return seen


@unhurried
@given(mazes())
def test_a_maze_is_connected_without_loops(maze: Maze) -> None:
    cells = open_cells(maze)
    edges = sum((x + dx, y + dy) in cells for x, y in cells for dx, dy in ((0, 1), (1, 0)))
    assert reachable(maze) == cells  # connected: the goal can be reached from everywhere
    assert edges == len(cells) - 1  # and with connectedness: no loop


@unhurried
@given(mazes())
def test_no_row_or_column_is_all_wall(maze: Maze) -> None:
    walls = maze.cells == WALL
    assert not walls.all(axis=0).any()
    assert not walls.all(axis=1).any()


@unhurried
@given(mazes())
def test_every_edge_of_the_grid_has_rooms_in_both_corners(maze: Maze) -> None:
    last = maze.size - 1
    assert {(0, 0), (last, 0), (0, last), (last, last)} <= open_cells(maze)


@unhurried
@given(mazes())
def test_the_goal_is_the_lower_right_corner_and_the_only_one(maze: Maze) -> None:
    assert maze.goal == (maze.size - 1, maze.size - 1)
    assert np.argwhere(maze.cells == GOAL).tolist() == [[maze.size - 1, maze.size - 1]]


@unhurried
@given(sizes, seeds)
def test_the_same_size_and_seed_give_the_same_maze(size: int, seed: int) -> None:
    assert np.array_equal(generate_maze(size, seed).padded, generate_maze(size, seed).padded)


@unhurried
@given(mazes())
def test_an_observation_is_what_a_loop_over_the_cells_sees(maze: Maze) -> None:
    def cell(x: int, y: int) -> float:
        return float(maze.cells[y, x]) if 0 <= x < maze.size and 0 <= y < maze.size else float(WALL)

    for x, y in open_cells(maze):
        seen = observe(maze, (x, y))
        assert seen.dtype == np.float32
        assert seen.tolist() == [cell(x + dx, y + dy) for dy in range(-2, 3) for dx in range(-2, 3)]


@unhurried
@given(mazes(), st.data())
def test_a_step_has_the_position_and_reward_of_the_rules(maze: Maze, data: st.DataObject) -> None:
    position, action = data.draw(st.sampled_from(passages(maze))), data.draw(st.integers(0, 3))
    before = data.draw(st.integers(0, MAX_STEPS - 1))
    outcome = step(maze, position, action, before)
    there = (position[0] + MOVES[action][0], position[1] + MOVES[action][1])
    if there == maze.goal:
        assert (outcome.position, outcome.reward, outcome.terminated) == (there, 1.0, True)
    elif there in open_cells(maze):
        assert (outcome.position, outcome.reward, outcome.terminated) == (there, -0.01, False)
    else:
        assert (outcome.position, outcome.reward, outcome.terminated) == (position, -0.05, False)
    assert outcome.truncated == (before == MAX_STEPS - 1 and not outcome.terminated)


def test_actions_are_ordered_up_down_left_right() -> None:
    assert MOVES == ((0, -1), (0, 1), (-1, 0), (1, 0))


@unhurried
@given(mazes(), st.integers(0, 2**40))
def test_a_start_is_a_passage_and_belongs_to_its_seed(maze: Maze, start_seed: int) -> None:
    assert draw_start(maze, start_seed) in passages(maze)
    assert draw_start(maze, start_seed) == draw_start(maze, start_seed)


def test_starts_cover_the_whole_maze() -> None:
    maze = generate_maze()
    assert {draw_start(maze, seed) for seed in range(1000)} == set(passages(maze))


def test_held_out_seeds_begin_where_training_seeds_end() -> None:
    assert min(HELD_OUT_SEEDS) >= FIRST_HELD_OUT_SEED


def test_a_maze_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        generate_maze().padded[3, 3] = 0


@pytest.mark.parametrize(("size", "seed"), [(4, 0), (21, 0), (10, -1)])
def test_other_sizes_and_seeds_are_refused(size: int, seed: int) -> None:
    with pytest.raises(BadInput):
        generate_maze(size, seed)
