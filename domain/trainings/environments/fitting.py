"""Checks whether an algorithm can learn in an environment, by the environment's facts: for the form and the trainer."""

from math import prod
from typing import Final

from domain.environments.facts import EnvironmentFacts
from domain.environments.spaces import (
    BoxSpace,
    DictSpace,
    DiscreteSpace,
    MultiBinarySpace,
    MultiDiscreteSpace,
    Space,
    TupleSpace,
    leaves,
)
from domain.errors.misfits import InvalidValue
from domain.errors.trainings.fitting import (
    ActionsBeginElsewhere,
    ActionsUnbounded,
    ExplorationNeedsContinuousActions,
    NormalisedWithoutNumbers,
    ObservationsBeginElsewhere,
    ObservationsShapeless,
    PartBeginsElsewhere,
    PartShapeless,
    PartsNested,
    ReplayBufferTooLarge,
    SpaceNotLearned,
)
from domain.messages import Message
from domain.trainings.environments.known import ACTS_IN
from domain.trainings.environments.ppo import PpoEnvironmentRequest
from domain.trainings.environments.requests import EnvironmentRequest

Misfit = tuple[str, Message]
"""The field of a request, and what is wrong with it."""
_SEPARATE: Final = (DiscreteSpace, MultiDiscreteSpace, MultiBinarySpace)
_GIB: Final = 2**30


def misfit(request: EnvironmentRequest, facts: EnvironmentFacts, memory_bytes: int) -> Misfit | None:
    """Returns the first misfit on a machine with this much memory; None if everything fits."""
    return (
        _of_actions(request, facts)
        or _of_observations(facts.observation_space)
        or _of_options(request, facts, memory_bytes)
    )


def _of_actions(request: EnvironmentRequest, facts: EnvironmentFacts) -> Misfit | None:
    acted, kinds = facts.action_space, ACTS_IN[request.algorithm]
    if isinstance(acted, _SEPARATE):
        if "discrete" not in kinds:
            return "algorithm", InvalidValue("needs_continuous_actions", {"env_id": facts.env_id})
        if request.algorithm == "DQN" and not isinstance(acted, DiscreteSpace):
            return "algorithm", InvalidValue("needs_one_action", {"env_id": facts.env_id})
        return _of_separate_actions(acted)
    if not isinstance(acted, BoxSpace):
        return "env_id", SpaceNotLearned(acted.kind)
    if "continuous" not in kinds:
        return "algorithm", InvalidValue("needs_separate_actions", {"env_id": facts.env_id})
    return None if len(acted.shape) == 1 and _is_bounded(acted) else ("env_id", ActionsUnbounded())


def _of_separate_actions(acted: DiscreteSpace | MultiDiscreteSpace | MultiBinarySpace) -> Misfit | None:
    if isinstance(acted, DiscreteSpace):
        return None if acted.start == 0 else ("env_id", ActionsBeginElsewhere(acted.start))
    return None if len(acted.shape) == 1 else ("env_id", SpaceNotLearned(acted.kind))


def _is_bounded(acted: BoxSpace) -> bool:
    return all(
        bounds is not None and not (isinstance(bounds, tuple) and None in bounds) for bounds in (acted.low, acted.high)
    )


def _of_observations(seen: Space) -> Misfit | None:
    """Finds observation spaces that Stable-Baselines3 refuses only after the training has begun."""
    if not isinstance(seen, DictSpace):
        return _of_observation(seen)
    for name, part in seen.spaces.items():
        if isinstance(part, DictSpace | TupleSpace):
            return "env_id", PartsNested(name)
        if (found := _of_observation(part, name)) is not None:
            return found
    return None


def _of_observation(seen: Space, part: str | None = None) -> Misfit | None:
    match seen:
        case DiscreteSpace(start=0):
            return None
        case DiscreteSpace(start=start, n=n):
            reach = (start, start + n - 1)
            return "env_id", ObservationsBeginElsewhere(*reach) if part is None else PartBeginsElsewhere(part, *reach)
        case BoxSpace(shape=()):
            return "env_id", ObservationsShapeless() if part is None else PartShapeless(part)
        case MultiDiscreteSpace() if len(seen.shape) == 1:
            return None
        case BoxSpace() | MultiBinarySpace() if len(seen.shape) > 0:
            return None
    return "env_id", SpaceNotLearned(seen.kind)


def _of_options(request: EnvironmentRequest, facts: EnvironmentFacts, memory_bytes: int) -> Misfit | None:
    seen = facts.observation_space
    if isinstance(request, PpoEnvironmentRequest):
        if request.use_sde and not isinstance(facts.action_space, BoxSpace):
            return "use_sde", ExplorationNeedsContinuousActions(facts.env_id)
        if request.normalize and (not isinstance(seen, BoxSpace) or is_image(seen)):
            return "normalize", NormalisedWithoutNumbers(facts.env_id)
        return None
    size = 2 * request.buffer_size * _bytes_of(seen)  # each step's observation and the next one
    if size <= memory_bytes // 2:
        return None
    return "buffer_size", ReplayBufferTooLarge(facts.env_id, round(size / _GIB, 1), round(memory_bytes / 2 / _GIB, 1))


def is_image(space: Space) -> bool:
    """Returns whether Stable-Baselines3 treats a box as an image: bytes of the full range, in three dimensions."""
    if not (isinstance(space, BoxSpace) and space.dtype == "uint8" and len(space.shape) == 3):
        return False
    return all(_are_all(bounds, bound) for bounds, bound in ((space.low, 0), (space.high, 255)))


def _are_all(bounds: tuple[float | None, ...] | float | None, bound: float) -> bool:
    return set(bounds) == {bound} if isinstance(bounds, tuple) else bounds == bound


def _bytes_of(seen: Space) -> int:
    sizes = {
        "uint8": 1,
        "int8": 1,
        "bool": 1,
        "uint16": 2,
        "int16": 2,
        "float16": 2,
        "float32": 4,
        "int32": 4,
        "uint32": 4,
    }
    return sum(prod(part.shape) * sizes.get(part.dtype, 8) for part in leaves(seen).values())
