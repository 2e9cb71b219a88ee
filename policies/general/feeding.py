"""Builds a policy's inputs: observations in each input's format, and the recurrent state."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from domain.environments.facts import EnvironmentFacts
from domain.environments.spaces import DiscreteSpace, MultiDiscreteSpace, PlainSpace, leaves
from domain.errors.policies import ObservationUnlike
from domain.inference.signatures import ALL_PARTS, Layout, PolicyInput, PolicySignature, Role

Observations = Mapping[str, NDArray[Any]]
"""Arrays by the names of their parts; several observations add a first dimension."""
PolicyState = tuple[NDArray[Any], ...]
"""The recurrent state of one episode, in the order of the pairs in the signature.

Empty if the policy is not recurrent.
"""

_ORDERS: Final = {Layout.CHANNELS_FIRST: (0, 3, 1, 2), Layout.CHANNELS_LAST: (0, 2, 3, 1)}


class InputBuilder:
    """Builds the inputs of one policy."""

    def __init__(self, signature: PolicySignature, facts: EnvironmentFacts) -> None:
        self._signature = signature
        self._facts = facts
        self._parts = leaves(facts.observation_space)
        self._order = [pair.input for pair in signature.state]

    def feeds(self, observations: Observations, states: Sequence[PolicyState | None]) -> dict[str, NDArray[Any]]:
        """Returns the arrays by input name, one observation per state; a state of None starts an episode."""
        return {one.name: self._feed(one, observations, states) for one in self._signature.inputs}

    def single_feeds(self, observations: Observations, states: Sequence[PolicyState | None]) -> dict[str, NDArray[Any]]:
        """Returns them as `feeds` does, for a file without a batch dimension.

        The first dimension counts the runs.
        """
        found = {}
        for one in self._signature.inputs:
            if one.role is Role.STATE:
                found[one.name] = np.stack(self._each_remembered(one, states))
                continue
            alone = one.model_copy(update={"batch_axis": 0, "shape": (None, *_alone(one))})
            found[one.name] = self._feed(alone, observations, states)
        return found

    def checked(self, observations: Observations) -> dict[str, NDArray[Any]]:
        """Returns the parts as arrays with a batch dimension.

        Raises BadInput if one does not have its space's shape.
        """
        found = {}
        for part, space in self._parts.items():
            array = np.asarray(observations.get(part, ()))
            fits = array.ndim > 0 and array.shape[1:] == tuple(space.shape) and array.dtype.kind in "biuf"
            if not fits or not _are_choices(array, space):
                raise ObservationUnlike(self._facts.env_id, f"{array.dtype} {list(array.shape)}", part)
            found[part] = array
        return found

    def _feed(self, one: PolicyInput, observations: Observations, states: Sequence[PolicyState | None]) -> NDArray[Any]:
        count = len(states)
        match one.role:
            case Role.OBSERVATION:
                return self._shown(one, observations, count)
            case Role.STATE:
                return self._remembered(one, states)
            case Role.EPISODE_START | Role.MASK:
                begins = np.array([state is None for state in states])
                return _for_each(begins if one.role is Role.EPISODE_START else ~begins, one)
        return _for_each(np.ones(count), one)

    def _shown(self, one: PolicyInput, observations: Observations, count: int) -> NDArray[Any]:
        if one.part == ALL_PARTS:
            rows = [_row(observations[part], space) for part, space in self._parts.items()]
            array = np.concatenate(rows, axis=1)
        else:
            part = one.part or ""
            array = _laid_out(observations[part], self._parts[part], one.layout)
        if one.scale != 1.0:
            array = array * one.scale
        return _in_place(array, one, count)

    def _remembered(self, one: PolicyInput, states: Sequence[PolicyState | None]) -> NDArray[Any]:
        each = self._each_remembered(one, states)
        return each[0] if len(each) == 1 else np.concatenate(each, axis=one.batch_axis or 0)

    def _each_remembered(self, one: PolicyInput, states: Sequence[PolicyState | None]) -> list[NDArray[Any]]:
        place = self._order.index(one.name)
        empty = np.zeros([size or 1 for size in one.shape], one.dtype)
        return [empty if not state else state[place] for state in states]


def _alone(one: PolicyInput) -> tuple[int | None, ...]:
    """Returns an input's shape for one observation."""
    return tuple(1 if axis == one.batch_axis else size for axis, size in enumerate(one.shape))


def _in_place(array: NDArray[Any], one: PolicyInput, count: int) -> NDArray[Any]:
    """Returns observations in the input's type and number of dimensions.

    Dimensions in between, such as that of a sequence, are 1.
    """
    array = np.asarray(array, one.dtype)
    if one.batch_axis is None:
        return array.reshape(array.shape[1:])
    between = len(one.shape) - array.ndim
    return array.reshape(count, *[1] * max(between, 0), *array.shape[1:])


def _for_each(numbers: NDArray[Any], one: PolicyInput) -> NDArray[Any]:
    """Returns a number for each observation, in the input's type and shape."""
    shape = [len(numbers) if axis == one.batch_axis else size or 1 for axis, size in enumerate(one.shape)]
    return np.asarray(numbers, one.dtype).reshape(shape)


def _are_choices(array: NDArray[Any], space: PlainSpace) -> bool:
    """Returns whether the numbers are valid choices of the space."""
    if isinstance(space, DiscreteSpace):
        return bool(((array >= space.start) & (array < space.start + space.n)).all())
    if isinstance(space, MultiDiscreteSpace):
        rows = array.reshape(len(array), -1)
        return bool(((rows >= 0) & (rows < np.array(space.nvec))).all())
    return True


def _laid_out(array: NDArray[Any], space: PlainSpace, layout: Layout) -> NDArray[Any]:
    if layout is Layout.AS_GIVEN:
        return array
    if layout is Layout.ONE_HOT:
        return _row(array, space)
    return array.reshape(len(array), -1) if layout is Layout.FLAT else array.transpose(_ORDERS[layout])


def _row(array: NDArray[Any], space: PlainSpace) -> NDArray[Any]:
    """Returns each observation as one row of numbers; choices are one-hot."""
    if isinstance(space, DiscreteSpace):
        return _ones_at(array.astype(int) - space.start, space.n)
    if isinstance(space, MultiDiscreteSpace):
        choices = array.reshape(len(array), -1).T.astype(int)
        rows = [_ones_at(one, n) for n, one in zip(space.nvec, choices, strict=True)]
        return np.concatenate(rows, axis=1)
    return array.reshape(len(array), -1)


def _ones_at(places: NDArray[Any], width: int) -> NDArray[Any]:
    """Returns one-hot rows."""
    return np.asarray(places[:, None] == np.arange(width), np.float32)
