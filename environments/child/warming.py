"""Prepares things ahead of their first use while the process is idle: all later forks share the result."""

import importlib
from collections.abc import Iterator
from contextlib import suppress

from environments.well_known import EARLY


def pieces() -> Iterator[None]:
    """Does one piece of work per iteration; each takes a fraction of a second."""
    for package in EARLY:
        with suppress(ImportError, OSError):
            importlib.import_module(package)
        yield
    with suppress(ImportError, AttributeError, TypeError):
        yield from _tiles_of_minigrid()


def _tiles_of_minigrid() -> Iterator[None]:
    """Warms MiniGrid's tile cache: it draws each kind of cell once, which takes a tenth of a second each."""
    from minigrid.core.grid import Grid
    from minigrid.core.world_object import Goal, Wall

    kinds = [*((None, direction) for direction in range(4)), *((thing, None) for thing in (None, Goal(), Wall()))]
    for thing, direction in kinds:
        for highlight in (True, False):
            Grid.render_tile(thing, agent_dir=direction, highlight=highlight, tile_size=32)
            yield
