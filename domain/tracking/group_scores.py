"""The final scores of a group of runs of which some diverged: a result, too, which is counted as the reader says.

To leave out what diverged is to ask only those who survived: two settings then look alike of which one fails each third
time.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from math import inf
from typing import NamedTuple

from domain.tracking.scores import Scores


class DivergedRuns(StrEnum):
    """How runs that diverged count in the scores of their group."""

    WORST = "worst"
    LEFT_OUT = "left_out"


class RunScore(NamedTuple):
    """A run's final score in an environment; None where the run diverged."""

    environment: str
    value: float | None


def lowest_scores(groups: Iterable[Sequence[RunScore]]) -> dict[str, float]:
    """Returns the lowest score that any run has, by environment; none for one where every run diverged."""
    lowest: dict[str, float] = {}
    for environment, value in (score for group in groups for score in group):
        if value is not None:
            lowest[environment] = min(value, lowest.get(environment, inf))
    return lowest


def counted_scores(group: Iterable[RunScore], how: DivergedRuns, lowest: Mapping[str, float]) -> Scores:
    """Returns the scores of a group by environment.

    As the worst, a run that diverged has the `lowest` of its environment.
    """
    instead = lowest if how is DivergedRuns.WORST else {}
    return _by_environment(group, instead)


def ranked_scores(group: Sequence[RunScore], how: DivergedRuns) -> Scores:
    """Returns the scores where only their order counts; as the worst, a run that diverged is worse than all others."""
    instead = {score.environment: -inf for score in group} if how is DivergedRuns.WORST else {}
    return _by_environment(group, instead)


def _by_environment(group: Iterable[RunScore], instead: Mapping[str, float]) -> Scores:
    found: dict[str, list[float]] = {}
    for environment, value in group:
        counted = instead.get(environment) if value is None else value
        if counted is not None:
            found.setdefault(environment, []).append(counted)
    return found
