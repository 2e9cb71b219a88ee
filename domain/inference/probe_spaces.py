"""The observations with which a policy of any environment is checked: samples of its spaces, and from episodes.

They are the same at each check, so that a policy that passed passes again.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from domain.environments.facts import EnvironmentFacts
from domain.environments.spaces import (
    WHOLE,
    BoxSpace,
    DictSpace,
    DiscreteSpace,
    MultiDiscreteSpace,
    PlainSpace,
    Space,
    TupleSpace,
    leaves,
)
from domain.errors.policy_checks.answers import (
    BoundaryObservation,
    PlayedObservation,
    RandomObservation,
    ZeroObservation,
)
from domain.messages import Message

Observation = Mapping[str, NDArray[Any]]
Probe = tuple[Observation, Message]
"""An observation, and its kind."""

_SEED: Final = 17
_FAR: Final = 10.0
"""Used where a box has no bound, or one that is never reached: networks are made for numbers about 1."""
_UNREACHED: Final = 1e6
_MAX_BYTES: Final = 2 * 2**20
_CORNERS, _DRAWN = 8, 64
_MIN_DRAWN: Final = 4


def probes_of(facts: EnvironmentFacts, played: Sequence[Observation] = ()) -> list[Probe]:
    """Returns zeros, bounds, corners and random points of the spaces, and the `played` observations, without
    duplicates.
    """
    parts = leaves(facts.observation_space)
    found: dict[bytes, Probe] = {}
    for observation, kind in (*_of_spaces(parts), *((one, PlayedObservation()) for one in played)):
        found.setdefault(b"".join(observation[part].tobytes() for part in parts), (observation, kind))
    return list(found.values())


def drawn_action(space: Space, chance: np.random.Generator) -> Any:
    """Draws a random action of the space; for a space with parts, their arrays by name."""
    parts = {name: _drawn_from(part, chance) for name, part in leaves(space).items()}
    return parts if isinstance(space, DictSpace | TupleSpace) else parts[WHOLE]


def stacked(observations: Sequence[Observation]) -> dict[str, NDArray[Any]]:
    """Stacks observations to a batch, part by part."""
    return {part: np.stack([one[part] for one in observations]) for part in observations[0]}


def _of_spaces(parts: Mapping[str, PlainSpace]) -> Iterator[Probe]:
    chance = np.random.default_rng(_SEED)
    each = sum(prod(space.shape) * np.dtype(space.dtype).itemsize for space in parts.values())
    drawn = int(np.clip(_MAX_BYTES // max(1, each), _MIN_DRAWN, _DRAWN))
    yield {part: _within(np.zeros(space.shape), space) for part, space in parts.items()}, ZeroObservation()
    for end in (0, 1):
        yield {part: _ends(space)[end] for part, space in parts.items()}, BoundaryObservation()
    for _corner in range(min(_CORNERS, drawn)):
        yield {part: _corner_of(space, chance) for part, space in parts.items()}, BoundaryObservation()
    for _draw in range(drawn):
        yield {part: _drawn_from(space, chance) for part, space in parts.items()}, RandomObservation()


def _ends(space: PlainSpace) -> tuple[NDArray[Any], NDArray[Any]]:
    """Returns the lowest and the highest values of a part, or plausible ones where it has no bounds."""
    if isinstance(space, BoxSpace):
        low, high = (_reached(bound, space) for bound in (space.low, space.high))
        low = np.where(np.isnan(low), np.where(np.isnan(high), -_FAR, np.fmin(high, 0) - _FAR), low)
        high = np.where(np.isnan(high), np.fmax(low, 0) + _FAR, high)
        return _typed(_in_type(low, space), space), _typed(_in_type(high, space), space)
    if isinstance(space, DiscreteSpace):
        return _typed(space.start, space), _typed(space.start + space.n - 1, space)
    if isinstance(space, MultiDiscreteSpace):
        return _typed(np.zeros(space.shape), space), _typed(np.array(space.nvec).reshape(space.shape) - 1, space)
    return _typed(np.zeros(space.shape), space), _typed(np.ones(space.shape), space)


def _in_type(array: NDArray[np.float64], space: BoxSpace) -> NDArray[np.float64]:
    """Clips numbers to the range of the box's element type."""
    dtype = np.dtype(space.dtype)
    if dtype.kind == "b":
        return np.clip(array, 0, 1)
    return np.clip(array, np.iinfo(dtype).min, np.iinfo(dtype).max) if dtype.kind in "iu" else array


def _reached(bound: tuple[float | None, ...] | float | None, space: BoxSpace) -> NDArray[np.float64]:
    """Returns a bound for each number, NaN where there is none or it is never reached."""
    each = np.array(bound if isinstance(bound, tuple) else (bound,) * prod(space.shape), np.float64)
    return np.where(np.abs(each) > _UNREACHED, np.nan, each).reshape(space.shape)


def _corner_of(space: PlainSpace, chance: np.random.Generator) -> NDArray[Any]:
    low, high = _ends(space)
    return _typed(np.where(chance.random(space.shape) < 0.5, low, high), space)


def _drawn_from(space: PlainSpace, chance: np.random.Generator) -> NDArray[Any]:
    low, high = (end.astype(np.float64) for end in _ends(space))
    whole = np.dtype(space.dtype).kind in "biu"
    drawn = low + chance.random(space.shape) * (high - low + whole)
    return _typed(np.minimum(np.floor(drawn), high) if whole else drawn, space)


def _within(array: NDArray[Any], space: PlainSpace) -> NDArray[Any]:
    low, high = _ends(space)
    return _typed(np.clip(array, low.astype(np.float64), high.astype(np.float64)), space)


def _typed(array: object, space: PlainSpace) -> NDArray[Any]:
    found: NDArray[Any] = np.asarray(array).astype(space.dtype)
    return found
