"""Converts Gymnasium's spaces, and the values in them, to ours."""

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray
from pydantic import ValidationError

from domain.environments.spaces import (
    MAX_BOUNDS,
    WHOLE,
    Bounds,
    BoxSpace,
    DictSpace,
    DiscreteSpace,
    MultiBinarySpace,
    MultiDiscreteSpace,
    PlainSpace,
    Space,
    TupleSpace,
    leaves,
)
from domain.errors.environments.naming import SpaceUnknown
from domain.errors.environments.playing import AnObservation, GaveNoNumber, ObservationMisfit
from environments.child.trouble import FAILED, REFUSED, Trouble


def space_of(space: Any) -> Space:
    """Returns a space in our form; raises Trouble for an unsupported kind."""
    try:
        return _space_of(space)
    except (ValidationError, TypeError, AttributeError) as error:
        raise Trouble(REFUSED, SpaceUnknown(type(space).__name__)) from error


def _space_of(space: Any) -> Space:
    match space:
        case spaces.Box():
            low, high = _bounds(space.low), _bounds(space.high)
            return BoxSpace(shape=space.shape, dtype=str(space.dtype), low=low, high=high)
        case spaces.Discrete():
            return DiscreteSpace(n=int(space.n), start=int(space.start))
        case spaces.MultiDiscrete() if not np.any(space.start):
            return MultiDiscreteSpace(nvec=tuple(space.nvec.ravel().tolist()), shape=space.shape)
        case spaces.MultiBinary():
            return MultiBinarySpace(shape=space.shape)
        case spaces.Dict():
            return _of_parts(space)
        case spaces.Tuple():
            return TupleSpace(spaces=tuple(_space_of(one) for one in space.spaces))
    raise Trouble(REFUSED, SpaceUnknown(type(space).__name__))


def _of_parts(space: spaces.Dict) -> DictSpace:
    """Returns the space without text parts, such as the mission in MiniGrid."""
    parts, unknown = {}, None
    for name, one in space.spaces.items():
        try:
            parts[str(name)] = _space_of(one)
        except Trouble as trouble:
            unknown = trouble
    if not parts and unknown is not None:
        raise unknown
    return DictSpace(spaces=parts)


def _bounds(values: NDArray[Any]) -> Bounds:
    """Returns all bounds if they are few; else the one that all share, or none."""
    finite = np.isfinite(values)
    if not finite.any():
        return None
    if values.size > MAX_BOUNDS:
        return float(values.flat[0]) if (values == values.flat[0]).all() else None
    return tuple(float(value) if known else None for value, known in zip(values.ravel(), finite.ravel(), strict=True))


class ObservationReader:
    """Splits observations into parts, and reports those outside of their space."""

    def __init__(self, space: Space) -> None:
        self._space = space
        self._leaves = leaves(space)

    def parts(self, observation: Any, call: str) -> dict[str, NDArray[Any]]:
        """Returns the arrays by name, in the shapes and types of the space; raises Trouble."""
        found = {WHOLE: observation} if WHOLE in self._leaves else dict(_flat(self._space, observation, "", call))
        return {name: _array(found[name], leaf, name, call) for name, leaf in self._leaves.items()}


def _flat(space: Space, value: Any, path: str, call: str) -> list[tuple[str, Any]]:
    if isinstance(space, DictSpace):
        parts: Any = space.spaces.items()
        fits = hasattr(value, "keys") and {str(name) for name in value} >= set(space.spaces)
        given = {str(name): one for name, one in value.items()} if fits else {}
    elif isinstance(space, TupleSpace):
        parts = [(str(i), one) for i, one in enumerate(space.spaces)]
        fits = isinstance(value, list | tuple) and len(value) == len(space.spaces)
        given = {str(i): one for i, one in enumerate(value)} if fits else {}
    else:
        return [(path, value)]
    if not fits:
        raise Trouble(FAILED, ObservationMisfit(call, path or WHOLE, type(value).__name__, space.kind))
    return [one for name, part in parts for one in _flat(part, given[name], f"{path}.{name}" if path else name, call)]


def _array(value: Any, leaf: PlainSpace, name: str, call: str) -> NDArray[Any]:
    given, wanted = _as_array(value), np.dtype(leaf.dtype)
    if given is None or given.shape != tuple(leaf.shape):
        shape = type(value).__name__ if given is None else f"{given.dtype} {list(given.shape)}"
        raise Trouble(FAILED, ObservationMisfit(call, name, shape, f"{wanted} {list(leaf.shape)}"))
    if given.dtype.kind == "f" and np.isnan(given).any():
        raise Trouble(FAILED, GaveNoNumber(call, AnObservation()))
    cast = given.astype(wanted, copy=False)
    lost = wanted.kind != "f" and given.dtype != wanted and not np.array_equal(cast, given)
    outside = isinstance(leaf, DiscreteSpace) and not leaf.start <= int(cast) < leaf.start + leaf.n
    if lost or outside:
        shown = str(given.ravel()[:4].tolist())[:60]
        raise Trouble(FAILED, ObservationMisfit(call, name, shown, f"{leaf.kind} {wanted}"))
    return cast


def _as_array(value: Any) -> NDArray[Any] | None:
    """Returns a value as an array of numbers; None if that is impossible, as for nested lists of different lengths."""
    try:
        array = np.asarray(value)
    except (ValueError, TypeError):
        return None
    return array if array.dtype.kind in "biuf" else None
