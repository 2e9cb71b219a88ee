"""What an output can mean, judging by its shape, its element type and the operator that produces it."""

import re
from math import prod
from typing import Final

from domain.environments.spaces import BoxSpace, DiscreteSpace, MultiBinarySpace, PlainSpace, Space
from domain.inference.policies import TensorShape
from domain.inference.signature_reading.input_fits import FEEDABLE, dimensions
from domain.inference.signature_reading.space_shapes import number_of_actions, number_of_scores
from domain.inference.signatures import SCORING, Meaning

_VALUE_BASED: Final = re.compile(r"dqn|c51|iqn|fqf|rainbow|q-?learning|r2d2|double_?q", re.IGNORECASE)
_BY_OPERATOR: Final = {"Softmax": Meaning.PROBABILITIES, "Sigmoid": Meaning.PROBABILITIES, "LogSoftmax": Meaning.LOGITS}
_POLICY_GRADIENT: Final = re.compile(r"ppo|a2c|a3c|appo|impala|trpo|reinforce|vpg|acer|pg|ppg", re.IGNORECASE)


def width_of(tensor: TensorShape) -> int | None:
    """Returns how many numbers it has per observation, the first dimension being the batch; None if that is open."""
    sizes = dimensions(tensor)
    own = sizes[1:] if len(sizes) > 1 else ()
    return None if None in own else prod(size or 1 for size in own)


def can_be(meaning: Meaning, tensor: TensorShape, space: Space) -> bool:
    """Returns whether an output of that shape and type can have that meaning."""
    if tensor.dtype not in FEEDABLE:
        return meaning is Meaning.IGNORED
    actions, scores = number_of_actions(space), number_of_scores(space)
    is_continuous = isinstance(space, BoxSpace)
    match meaning:
        case Meaning.ACTIONS:
            return _has(tensor, actions)
        case Meaning.SCALED_ACTIONS | Meaning.MEAN:
            return is_continuous and _has(tensor, actions)
        case Meaning.MEAN_AND_SPREAD:
            return is_continuous and _has(tensor, 2 * (actions or 0))
        case Meaning.Q_VALUES | Meaning.PROBABILITIES | Meaning.LOGITS:
            return tensor.dtype.startswith("float") and scores is not None and _has(tensor, scores)
        case Meaning.VALUES | Meaning.LOG_PROB:
            return _has(tensor, 1)
    return True


def possible(tensor: TensorShape, space: Space) -> list[Meaning]:
    """Returns all meanings that the shape and type of the only output allow."""
    if isinstance(space, BoxSpace):
        fitting = [Meaning.ACTIONS, Meaning.SCALED_ACTIONS]
        if can_be(Meaning.MEAN_AND_SPREAD, tensor, space) and not can_be(Meaning.ACTIONS, tensor, space):
            return [Meaning.MEAN_AND_SPREAD]
    elif not tensor.dtype.startswith("float"):
        fitting = [Meaning.ACTIONS]
    elif isinstance(space, DiscreteSpace):
        fitting = [*SCORING] if can_be(Meaning.Q_VALUES, tensor, space) else [Meaning.ACTIONS]
    elif isinstance(space, MultiBinarySpace):
        fitting = [Meaning.PROBABILITIES, Meaning.LOGITS, Meaning.ACTIONS]
    else:
        fitting = [*SCORING, Meaning.ACTIONS]
    return [meaning for meaning in fitting if can_be(meaning, tensor, space)]


def likely(tensor: TensorShape, space: Space, algorithm: str | None) -> list[Meaning]:
    """Returns the meaning suggested by the operator or the algorithm; empty if there is none."""
    found: Meaning | None
    if isinstance(space, BoxSpace):
        found = Meaning.SCALED_ACTIONS if tensor.operator == "Tanh" else None
        if has_unit_bounds(space):
            found = Meaning.ACTIONS  # scaled or not, they are the same
    else:
        found = _BY_OPERATOR.get(tensor.operator or "") or _by_algorithm(algorithm)
    return [found] if found is not None and can_be(found, tensor, space) else []


def has_unit_bounds(space: PlainSpace) -> bool:
    """Returns whether all its bounds are -1 and 1."""
    if not isinstance(space, BoxSpace):
        return False
    bounds = ((space.low, -1.0), (space.high, 1.0))
    return all(set(bound) == {wanted} if isinstance(bound, tuple) else bound == wanted for bound, wanted in bounds)


def _by_algorithm(algorithm: str | None) -> Meaning | None:
    if algorithm is None:
        return None
    if _VALUE_BASED.search(algorithm):
        return Meaning.Q_VALUES
    return Meaning.LOGITS if _POLICY_GRADIENT.fullmatch(algorithm) else None


def _has(tensor: TensorShape, width: int | None) -> bool:
    """Returns whether it has, or may have, `width` numbers per observation, also without a batch dimension."""
    sizes = dimensions(tensor)
    return width_of(tensor) in (None, width) or sizes == (width,)
