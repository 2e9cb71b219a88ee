"""Can a maze be learned at all without memory? `python -m training.learnability` counts the cells that look the same.

The 5x5 view is partial: two cells can look alike and need different actions. A greedy memoryless policy gives both
the same one. In a perfect maze exactly one action of a cell leads toward the goal, and a policy that once steps away
comes back to the same view and does it again: a start succeeds only if every cell on its way gets its right action.
"""

import argparse
import itertools
import math
import sys
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from domain.inference.maze import DEFAULT_SIZE, MOVES, Maze, Position, generate_maze, observe, passages, step

_MAX_CHOICES = 100_000


@dataclass(frozen=True)
class Learnability:
    """`aliased`: cells that share their view with another; `conflicting`: those whose twin needs another action.

    `best_rate` is the share of start cells from which the best memoryless greedy policy reaches the goal, None if
    there are too many choices to try.
    """

    cells: int
    aliased: int
    conflicting: int
    best_rate: float | None


def measure_learnability(maze: Maze) -> Learnability:
    """Counts look-alike cells and tries every way to settle their conflicts."""
    right = optimal_actions(maze)
    twins: dict[bytes, list[Position]] = defaultdict(list)
    for cell in passages(maze):
        twins[observe(maze, cell).tobytes()].append(cell)
    wanted = {view: sorted({right[cell] for cell in cells}) for view, cells in twins.items()}
    return Learnability(
        cells=len(right),
        aliased=sum(len(cells) for cells in twins.values() if len(cells) > 1),
        conflicting=sum(len(twins[view]) for view, actions in wanted.items() if len(actions) > 1),
        best_rate=_best_rate(maze, right, wanted),
    )


def optimal_actions(maze: Maze) -> dict[Position, int]:
    """Returns the one action of every cell that leads toward the goal, found by walking outward from the goal."""
    right: dict[Position, int] = {}
    seen, frontier = {maze.goal}, [maze.goal]
    while frontier:
        here = frontier.pop()
        for action, (dx, dy) in enumerate(MOVES):
            there = (here[0] - dx, here[1] - dy)
            if there not in seen and 0 <= min(there) <= max(there) < maze.size and not maze.cells[there[1], there[0]]:
                right[there] = action
                seen.add(there)
                frontier.append(there)
    return right


def _best_rate(maze: Maze, right: Mapping[Position, int], wanted: Mapping[bytes, list[int]]) -> float | None:
    if math.prod(len(actions) for actions in wanted.values()) > _MAX_CHOICES:
        return None
    views = {cell: observe(maze, cell).tobytes() for cell in right}
    policies = (dict(zip(wanted, actions, strict=True)) for actions in itertools.product(*wanted.values()))
    return max(_reached(maze, right, {cell: policy[views[cell]] for cell in right}) for policy in policies) / len(right)


def _reached(maze: Maze, right: Mapping[Position, int], chosen: Mapping[Position, int]) -> int:
    """Returns how many cells reach the goal; `right` lists cells after the cell they lead to, so one pass is enough."""
    good = {maze.goal}
    for cell, action in right.items():
        if chosen[cell] == action and step(maze, cell, action, 0).position in good:
            good.add(cell)
    return len(good) - 1


def main() -> None:
    """Prints one line per maze seed: cells, look-alikes, conflicts, best memoryless rate."""
    parser = argparse.ArgumentParser(prog="python -m training.learnability", description=main.__doc__)
    parser.add_argument("--size", type=int, default=DEFAULT_SIZE)
    parser.add_argument("--seeds", type=int, default=100, help="maze seeds 0 to this number minus one")
    arguments = parser.parse_args()
    sys.stdout.write("seed cells aliased conflicting best_rate\n")
    for seed in range(arguments.seeds):
        found = measure_learnability(generate_maze(arguments.size, seed))
        rate = "?" if found.best_rate is None else f"{found.best_rate:.3f}"
        sys.stdout.write(f"{seed:4} {found.cells:5} {found.aliased:7} {found.conflicting:11} {rate:>9}\n")


if __name__ == "__main__":
    main()
