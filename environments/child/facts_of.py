"""The facts of a newly created environment."""

from enum import IntEnum
from typing import Any

from gymnasium import spaces

from domain.environments.facts import EnvironmentFacts
from domain.environments.spaces import MAX_BOUNDS
from domain.errors.environments.naming import ObservationTooLarge
from domain.errors.environments.playing import DrawsElsewhere, DrawsNothing
from domain.message_data import MessageData
from environments.arrays import Arrays
from environments.child.making import undrawable_modes
from environments.child.spaces_of import space_of
from environments.child.trouble import REFUSED, Trouble
from environments.plan import MAX_OBSERVATION_BYTES, CreationPlan
from environments.well_known import action_names

_LONGEST_NAME = 60


def facts_of(env: Any, plan: CreationPlan, success: str | None) -> EnvironmentFacts:
    """Returns its facts; raises Trouble if its spaces are of an unsupported kind."""
    observation_space, modes = space_of(env.observation_space), undrawable_modes(env)
    size = Arrays(observation_space).item_bytes
    if size > MAX_OBSERVATION_BYTES:
        raise Trouble(REFUSED, ObservationTooLarge(size >> 20, MAX_OBSERVATION_BYTES >> 20))
    return EnvironmentFacts(
        env_id=plan.described.id,
        observation_space=observation_space,
        action_space=space_of(env.action_space),
        action_names=_action_names(env, plan),
        render_fps=_rate(env),
        can_render=modes is None,
        undrawable=None if modes is None else _why_not_drawn(modes),
        most_steps=env.spec.max_episode_steps,
        reward_threshold=env.spec.reward_threshold,
        success=success,
        variants=tuple(plan.described.variants),
    )


def _why_not_drawn(modes: list[str]) -> MessageData:
    return MessageData.of(DrawsElsewhere(", ".join(modes)) if modes else DrawsNothing())


def _rate(env: Any) -> float | None:
    rate = env.metadata.get("render_fps")
    return float(rate) if isinstance(rate, int | float) and rate > 0 else None


def _action_names(env: Any, plan: CreationPlan) -> tuple[str, ...] | None:
    """Returns the operator's names; else the environment's own, as Atari games and MiniGrid have them.

    Else those of a well-known environment.
    """
    number = _number_of_actions(env.action_space)
    if number is None:
        return None
    own = plan.described.action_names or _declared_by(env.unwrapped)
    if own is not None and len(own) == number:
        return tuple(str(name)[:_LONGEST_NAME] for name in own)
    return action_names(plan.described.id, number)


def _declared_by(env: Any) -> list[str] | None:
    meanings, kinds = getattr(env, "get_action_meanings", None), getattr(env, "actions", None)
    if callable(meanings):
        return [str(one).replace("_", " ").lower() for one in meanings()]
    if isinstance(kinds, type) and issubclass(kinds, IntEnum):
        return [one.name.replace("_", " ") for one in kinds]
    return None


def _number_of_actions(space: Any) -> int | None:
    """Counts the actions of a discrete space, or the numbers of one action."""
    if isinstance(space, spaces.Discrete):
        return int(space.n)
    is_list = isinstance(space, spaces.Box | spaces.MultiBinary | spaces.MultiDiscrete) and len(space.shape) == 1
    return space.shape[0] if is_list and space.shape[0] <= MAX_BOUNDS else None
