"""Suggests groupings for runs without logged seeds."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from domain.grouping.group_ref import ALL_RUNS, GroupRef
from domain.tracking.runs import Run
from domain.tracking.vocabulary import Vocabulary

# A name without the number at its end, as `ppo-cartpole-3` or `dqn_seed7`; the number must be separated, or `v1` and
# `resnet50` would lose theirs.
NAME_WITHOUT_NUMBER: Final = r"(?i)^(.+?)(?:[-_. #/]+(?:seed|run|trial|rep|s)?[-_=. #:]*\d+)*$"
_WAYS: Final = ("experiment", "algorithm", "environment", f"name:{NAME_WITHOUT_NUMBER}", ALL_RUNS)


class Suggestion(NamedTuple):
    """A grouping by one ref: how many groups it makes, and the size and value of the largest."""

    ref: GroupRef
    groups: int
    largest: int
    value: str | None


def suggestions(runs: Sequence[Run], vocabulary: Vocabulary) -> list[Suggestion]:
    """Returns the common groupings that put runs together; the one that joins all runs comes last."""
    found = [_suggestion(GroupRef.parse(way), runs, vocabulary) for way in _WAYS]
    return [
        each for each in found if each.largest > 1 and (each.groups > 1 or each.ref.kind == "name" or _is_all(each))
    ]


def _is_all(suggestion: Suggestion) -> bool:
    return suggestion.ref.key == ALL_RUNS


def _suggestion(ref: GroupRef, runs: Sequence[Run], vocabulary: Vocabulary) -> Suggestion:
    values = [ref.value(run, vocabulary) for run in runs]
    counts = {value: values.count(value) for value in dict.fromkeys(values)}
    largest = max(counts, key=lambda value: counts[value], default=None)
    return Suggestion(ref, len(counts), counts.get(largest, 0), largest)
