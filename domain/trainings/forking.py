"""Checks a training that continues from another one's checkpoint: for the form, the scheduler and the trainer."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from domain.errors.trainings.forks import AlreadyBehind, LearnedOtherwise
from domain.messages import Message
from domain.trainings.fields import Value

_LEARNED_BY: Final = ("algorithm", "net_arch", "env_id", "normalize", "use_sde")


class TrainedLength(NamedTuple):
    """The episodes and steps that a training has completed, None if unknown."""

    episodes: int | None
    steps: int | None


def fork_misfits(
    had: Mapping[str, Value], requested: Mapping[str, Value], done: TrainedLength | None
) -> dict[str, Message]:
    """Returns what is wrong with each field; `had` are the checkpoint's values, `done` is None to skip the budget
    check.
    """
    misfits: dict[str, Message] = {
        name: LearnedOtherwise(str(had[name]))
        for name in _LEARNED_BY
        if name in had and had[name] != requested.get(name)
    }
    counted = "steps" if requested.get("until") == "steps" else "episodes"
    wanted, behind = requested.get(counted), None if done is None else getattr(done, counted)
    if behind is not None and isinstance(wanted, int | float) and wanted <= behind:
        misfits[counted] = AlreadyBehind(behind)
    return misfits
