"""What a training has to have of the one from whose checkpoint it goes on: for the form, the scheduler, the trainer."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from domain.errors.trainings.forks import AlreadyBehind, LearnedOtherwise
from domain.messages import Message
from domain.trainings.fields import Value

_LEARNED_BY: Final = ("algorithm", "net_arch", "env_id", "normalize", "use_sde")


class Done(NamedTuple):
    """What a training has behind it, as far as that is known."""

    episodes: int | None
    steps: int | None


def fork_misfits(had: Mapping[str, Value], asked: Mapping[str, Value], done: Done | None) -> dict[str, Message]:
    """Returns what is wrong with each field.

    `had` are the checkpoint's values, `done` is None where that does not count.
    """
    misfits: dict[str, Message] = {
        name: LearnedOtherwise(str(had[name])) for name in _LEARNED_BY if name in had and had[name] != asked.get(name)
    }
    counted = "steps" if asked.get("until") == "steps" else "episodes"
    wanted, behind = asked.get(counted), None if done is None else getattr(done, counted)
    if behind is not None and isinstance(wanted, int | float) and wanted <= behind:
        misfits[counted] = AlreadyBehind(behind)
    return misfits
