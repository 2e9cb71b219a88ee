"""What is done ahead of its first use while nothing else is to be done: all that are forked later have it."""

import importlib
from collections.abc import Iterator
from contextlib import suppress

from environments.well_known import EARLY


def pieces() -> Iterator[None]:
    """Does one piece each time that it is asked; each takes a fraction of a second."""
    for package in EARLY:
        with suppress(ImportError, OSError):
            importlib.import_module(package)
        yield
    with suppress(ImportError, AttributeError, TypeError):
        yield from _tiles_of_minigrid()


def _tiles_of_minigrid() -> Iterator[None]:
    """Warms MiniGrid's tiles: it draws each kind of cell once, in a tenth of a second, and keeps it."""
    from minigrid.core.grid import Grid
    from minigrid.core.world_object import Goal, Wall

    kinds = [*((None, direction) for direction in range(4)), *((thing, None) for thing in (None, Goal(), Wall()))]
    for thing, direction in kinds:
        for highlight in (True, False):
            Grid.render_tile(thing, agent_dir=direction, highlight=highlight, tile_size=32)
            yield
