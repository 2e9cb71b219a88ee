"""Final scores of a group of runs in which some diverged, counted as the user chose.

Leaving out diverged runs compares only the survivors: a setting that fails every third time would look as good as one
that never fails.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from math import inf
from typing import NamedTuple

from domain.tracking.scores import Scores


class DivergedRuns(StrEnum):
    """How diverged runs count in the scores of their group."""

    WORST = "worst"
    LEFT_OUT = "left_out"


class RunScore(NamedTuple):
    """A run's final score in an environment; None where the run diverged."""

    environment: str
    value: float | None


def lowest_scores(groups: Iterable[Sequence[RunScore]]) -> dict[str, float]:
    """Returns the lowest score of any run, by environment; an environment where all diverged has none."""
    lowest: dict[str, float] = {}
    for environment, value in (score for group in groups for score in group):
        if value is not None:
            lowest[environment] = min(value, lowest.get(environment, inf))
    return lowest


def counted_scores(group: Iterable[RunScore], how: DivergedRuns, lowest: Mapping[str, float]) -> Scores:
    """Returns the scores of a group by environment; with WORST, a diverged run gets the `lowest` of its environment."""
    instead = lowest if how is DivergedRuns.WORST else {}
    return _by_environment(group, instead)


def ranked_scores(group: Sequence[RunScore], how: DivergedRuns) -> Scores:
    """Returns scores for comparing ranks; with WORST, a diverged run ranks below all others."""
    instead = {score.environment: -inf for score in group} if how is DivergedRuns.WORST else {}
    return _by_environment(group, instead)


def _by_environment(group: Iterable[RunScore], instead: Mapping[str, float]) -> Scores:
    found: dict[str, list[float]] = {}
    for environment, value in group:
        counted = instead.get(environment) if value is None else value
        if counted is not None:
            found.setdefault(environment, []).append(counted)
    return found
