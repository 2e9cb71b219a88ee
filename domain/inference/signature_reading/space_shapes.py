"""Shapes of an environment's spaces as a policy's tensors use them, and as text for messages."""

from math import prod
from typing import Final

from domain.environments.facts import EnvironmentFacts
from domain.environments.spaces import (
    BoxSpace,
    DiscreteSpace,
    MultiBinarySpace,
    MultiDiscreteSpace,
    PlainSpace,
    Space,
    leaves,
)
from domain.inference.signatures import ALL_PARTS

_MAX_SHOWN: Final = 4
_MAX_NUMBERS: Final = 6


def parts_of(facts: EnvironmentFacts) -> dict[str, PlainSpace]:
    """Returns the arrays of an observation, by the names of its parts."""
    return leaves(facts.observation_space)


def shape_of(space: PlainSpace) -> tuple[int, ...]:
    """Returns the shape of one observation's array."""
    return tuple(space.shape)


def one_hot_width(space: PlainSpace) -> int | None:
    """Returns the width of the one-hot encoding; None if the space is not discrete."""
    if isinstance(space, DiscreteSpace):
        return space.n
    return sum(space.nvec) if isinstance(space, MultiDiscreteSpace) else None


def flat_width(space: PlainSpace) -> int:
    """Returns the length of the flattened space; discrete values are one-hot encoded, as Gymnasium does it."""
    return one_hot_width(space) or prod(shape_of(space))


def whole_width(parts: dict[str, PlainSpace]) -> int:
    """Returns the length of all parts flattened."""
    return sum(flat_width(space) for space in parts.values())


def is_image(space: PlainSpace) -> bool:
    """Returns whether the space consists of pixels from 0 to 255."""
    return isinstance(space, BoxSpace) and space.dtype == "uint8" and len(space.shape) in (2, 3)


def number_of_actions(space: Space) -> int | None:
    """Returns how many numbers an action has: 1 for a discrete one; None for actions of several parts."""
    if isinstance(space, DiscreteSpace):
        return 1
    if isinstance(space, BoxSpace | MultiDiscreteSpace | MultiBinarySpace):
        return prod(space.shape)
    return None


def number_of_scores(space: Space) -> int | None:
    """Returns how many scores a policy has for all actions; None where actions are not discrete."""
    if isinstance(space, DiscreteSpace):
        return space.n
    if isinstance(space, MultiDiscreteSpace):
        return sum(space.nvec)
    return prod(space.shape) if isinstance(space, MultiBinarySpace) else None


def parts_text(parts: dict[str, PlainSpace]) -> str:
    """Formats the names and spaces of the first few parts."""
    shown = [f"{name} {space_text(space)}" for name, space in list(parts.items())[:_MAX_SHOWN]]
    return ", ".join([*shown, *(["…"] if len(parts) > _MAX_SHOWN else [])])


def space_text(space: Space) -> str:
    """Formats a space as Gymnasium does, in short: Box(84, 84, 3) uint8, Discrete(2)."""
    match space:
        case BoxSpace():
            return f"Box{_listed(space.shape)} {space.dtype}"
        case DiscreteSpace():
            return f"Discrete({space.n})"
        case MultiDiscreteSpace():
            return f"MultiDiscrete{_listed(space.nvec)}"
        case MultiBinarySpace():
            return f"MultiBinary{_listed(space.shape)}"
    return f"{type(space).__name__.removesuffix('Space')}({parts_text(leaves(space))})"


def known_parts(parts: dict[str, PlainSpace]) -> str:
    """Returns the part names that a tag may use."""
    return ", ".join([*list(parts)[: 2 * _MAX_SHOWN], *([ALL_PARTS] if len(parts) > 1 else [])])


def _listed(numbers: tuple[int, ...]) -> str:
    shown = [str(number) for number in numbers[:_MAX_NUMBERS]]
    return f"({', '.join([*shown, *(['…'] if len(numbers) > _MAX_NUMBERS else [])])})"
