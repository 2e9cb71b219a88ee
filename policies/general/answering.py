"""Interprets a policy's outputs by its signature: its greedy action, and the scores of all actions."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from domain.environments.facts import EnvironmentFacts
from domain.environments.spaces import BoxSpace, DiscreteSpace, MultiBinarySpace, MultiDiscreteSpace
from domain.errors import PolicyFailed
from domain.errors.policies import ActionOutside, AnswerUnlike, OutputNotFinite
from domain.inference.signature_reading.space_shapes import number_of_actions, number_of_scores, space_text
from domain.inference.signatures import Meaning, PolicyOutput, PolicySignature
from policies.general.feeding import PolicyState

_MEANS: Final = (Meaning.ACTIONS, Meaning.MEAN, Meaning.SCALED_ACTIONS, Meaning.MEAN_AND_SPREAD)
Action = int | NDArray[Any]


class PolicyAnswer(NamedTuple):
    """A policy's answer to one observation.

    `action` is in the environment's format. `scores` has one value per action, in order, for several discrete choices
    one after another; for continuous actions it is the action itself. `scores_kind` names their meaning, and `value`
    is the policy's estimate of the state's value; None if the file has none. `state` has to be passed with the next
    observation of the episode.
    """

    action: Action
    scores: tuple[float, ...] | None
    scores_kind: str | None
    value: float | None
    state: PolicyState


class OutputInterpreter:
    """Interprets the outputs of one policy."""

    def __init__(self, signature: PolicySignature, facts: EnvironmentFacts) -> None:
        self._signature = signature
        self._facts = facts
        self._space = facts.action_space

    @property
    def outputs(self) -> list[str]:
        """The names of the required outputs."""
        read = (self._signature.chooses, self._signature.scores, self._signature.values)
        names = [*(output.name for output in read if output is not None), *(pair.output for pair in self._states)]
        return list(dict.fromkeys(names))

    def answers(self, found: Mapping[str, NDArray[Any]], states: Sequence[PolicyState]) -> list[PolicyAnswer]:
        """Returns one answer for each observation; raises PolicyFailed if the outputs are invalid."""
        count = len(states)
        actions = self._actions(found, count)
        scored, kind = self._scored(found, actions, count)
        values = None if self._signature.values is None else self._rows(found, self._signature.values, count, 1)
        return [
            PolicyAnswer(
                action=actions[row],
                scores=None if scored is None else tuple(scored[row].tolist()),
                scores_kind=kind,
                value=None if values is None else float(values[row, 0]),
                state=states[row],
            )
            for row in range(count)
        ]

    @property
    def _states(self) -> Sequence[Any]:
        return self._signature.state

    def _actions(self, found: Mapping[str, NDArray[Any]], count: int) -> list[Action]:
        output = self._signature.chooses
        width = number_of_actions(self._space) if output.meaning in _MEANS else number_of_scores(self._space)
        assert width is not None, "a signature without an action is never made"
        rows = self._rows(found, output, count, width * (2 if output.meaning is Meaning.MEAN_AND_SPREAD else 1))
        if output.meaning in _MEANS:
            return self._as_chosen(rows[:, :width], output.meaning)
        return self._best(rows, output.meaning)

    def _as_chosen(self, rows: NDArray[Any], meaning: Meaning) -> list[Action]:
        """Returns the policy's own actions: existing choices, numbers within their bounds."""
        space = self._space
        if isinstance(space, BoxSpace):
            return list(_within(rows, space, is_scaled=meaning is Meaning.SCALED_ACTIONS))
        chosen = np.rint(rows)
        low, high = _range_of(space)
        if (chosen != rows).any() or (chosen < low).any() or (chosen > high).any():
            wrong = rows[((chosen != rows) | (chosen < low) | (chosen > high)).any(axis=1)][0]
            raise PolicyFailed(ActionOutside(_listed(wrong), self._facts.env_id, space_text(space)))
        return self._as_actions(chosen.astype(np.int64))

    def _best(self, rows: NDArray[Any], meaning: Meaning) -> list[Action]:
        """Returns the first of the highest scores; for binary actions, the more likely value."""
        space = self._space
        if isinstance(space, MultiBinarySpace):
            return self._as_actions((rows > (0.5 if meaning is Meaning.PROBABILITIES else 0.0)).astype(np.int64))
        if isinstance(space, MultiDiscreteSpace):
            parts = np.split(rows, np.cumsum(space.nvec)[:-1], axis=1)
            return self._as_actions(np.stack([part.argmax(axis=1) for part in parts], axis=1))
        start = space.start if isinstance(space, DiscreteSpace) else 0
        return self._as_actions(rows.argmax(axis=1)[:, None] + start)

    def _as_actions(self, chosen: NDArray[np.int64]) -> list[Action]:
        if isinstance(self._space, DiscreteSpace):
            return [int(one) for one in chosen[:, 0]]
        assert isinstance(self._space, MultiDiscreteSpace | MultiBinarySpace), "others are no choices"
        return [one.reshape(self._space.shape).astype(self._space.dtype) for one in chosen]

    def _scored(
        self, found: Mapping[str, NDArray[Any]], actions: list[Action], count: int
    ) -> tuple[NDArray[Any] | None, str | None]:
        output = self._signature.scores
        if output is not None:
            width = number_of_scores(self._space)
            assert width is not None, "scores are of choices"
            return self._rows(found, output, count, width), output.meaning.value
        if not isinstance(self._space, BoxSpace):
            return None, None
        width = number_of_actions(self._space) or 0
        return np.stack(actions).reshape(count, width), Meaning.ACTIONS.value

    def _rows(self, found: Mapping[str, NDArray[Any]], output: PolicyOutput, count: int, width: int) -> NDArray[Any]:
        """Returns an output as float64 [count, width]."""
        array = found[output.name]
        if array.size != count * width:
            shape = str(list(array.shape))
            raise PolicyFailed(AnswerUnlike(output.name[:40], shape, count, str(width)))
        rows = array.reshape(count, width).astype(np.float64)
        if not np.isfinite(rows).all():
            raise PolicyFailed(OutputNotFinite(output.meaning.value))
        return rows


def _within(rows: NDArray[Any], space: BoxSpace, *, is_scaled: bool) -> NDArray[Any]:
    """Returns continuous actions in the space's shape and type, clipped to its bounds, as in Stable-Baselines3."""
    low, high = (_bounds(bound, space, end) for bound, end in ((space.low, -np.inf), (space.high, np.inf)))
    if is_scaled:
        rows = np.where(np.isfinite(low) & np.isfinite(high), low + 0.5 * (rows + 1.0) * (high - low), rows)
    clipped = np.clip(rows, low, high)
    dtype = np.dtype(space.dtype)
    whole = np.rint(clipped) if dtype.kind in "iu" else clipped
    return np.asarray(whole, dtype).reshape(len(rows), *space.shape)


def _bounds(bound: tuple[float | None, ...] | float | None, space: BoxSpace, end: float) -> NDArray[np.float64]:
    """Returns a bound for each number of an action."""
    each = bound if isinstance(bound, tuple) else (bound,) * (number_of_actions(space) or 0)
    return np.array([end if one is None else one for one in each], np.float64)


def _range_of(space: object) -> tuple[NDArray[Any], NDArray[Any]]:
    """Returns the least and the greatest number of each choice."""
    if isinstance(space, DiscreteSpace):
        return np.array([space.start]), np.array([space.start + space.n - 1])
    if isinstance(space, MultiDiscreteSpace):
        return np.zeros(len(space.nvec)), np.array(space.nvec) - 1
    return np.zeros(1), np.ones(1)


def _listed(numbers: NDArray[Any]) -> str:
    shown = ", ".join(f"{number:g}" for number in numbers[:6].tolist())
    return f"[{shown}{', …' if len(numbers) > 6 else ''}]" if len(numbers) > 1 else shown
