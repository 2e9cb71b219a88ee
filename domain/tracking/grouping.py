"""Groups runs by the refs a user chose, and labels the groups by what distinguishes them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain, count
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from domain.grouping.candidates import default_grouping
from domain.grouping.group_ref import GroupRef, group_ref
from domain.tracking.runs import Run
from domain.tracking.vocabulary import Vocabulary

_MISSING = "–"


class Group(BaseModel):
    """Runs with the same values of the refs they are grouped by; None is "not logged", which is a value.

    `label` names what distinguishes the group; it is empty if there is only one group, except for a name that was
    found. `repeated_seeds` are seeds that several of its runs share: those runs may not be independent.
    """

    model_config = ConfigDict(frozen=True)

    label: str
    values: dict[str, str | None]
    run_ids: tuple[str, ...]
    repeated_seeds: tuple[str, ...]


class GroupingOptions(Protocol):
    """Whether runs should be grouped, and by which refs; by `default_grouping` where `group` is empty."""

    @property
    def grouped(self) -> bool: ...

    @property
    def group(self) -> tuple[str, ...]: ...


def grouping(runs: Sequence[Run], options: GroupingOptions, vocabulary: Vocabulary) -> list[Group] | None:
    """Returns the requested groups; None where none are requested, or no default grouping exists."""
    by = grouped_by(runs, options, vocabulary)
    return None if by is None else group_runs(runs, by, vocabulary)


def grouped_by(runs: Sequence[Run], options: GroupingOptions, vocabulary: Vocabulary) -> tuple[str, ...] | None:
    """Returns the refs that the runs are grouped by; None where they are not."""
    if not options.grouped:
        return None
    return options.group or default_grouping(runs, vocabulary)


def group_runs(runs: Sequence[Run], by: Sequence[str], vocabulary: Vocabulary) -> list[Group]:
    """Returns the runs grouped by the refs `by`, in order of each group's first run; raises as GroupRef.parse does."""
    refs = [group_ref(text) for text in dict.fromkeys(by)]
    members: dict[tuple[str | None, ...], list[Run]] = {}
    for run in runs:
        members.setdefault(tuple(ref.value(run, vocabulary) for ref in refs), []).append(run)
    distinguishing = _distinguishing(refs, list(members), vocabulary)
    labels = [" · ".join(_value_text(refs[at], values[at], vocabulary) for at in distinguishing) for values in members]
    return [
        Group(
            label=label,
            values={str(ref): value for ref, value in zip(refs, values, strict=True)},
            run_ids=tuple(run.run_id for run in group),
            repeated_seeds=_repeated_seeds(group, vocabulary),
        )
        for label, (values, group) in zip(_numbered(labels), members.items(), strict=True)
    ]


def differing_parameters(parameters: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str | None]]:
    """Returns the parameters that differ between runs, by name, with each run's value; None where it was not logged.

    `parameters` maps run ids to their parameters. Values are compared as logged: "0.10" is not "0.1".
    """
    keys = sorted({key for logged in parameters.values() for key in logged})
    table = {key: {run_id: logged.get(key) for run_id, logged in parameters.items()} for key in keys}
    return {key: values for key, values in table.items() if len(set(values.values())) > 1}


def _distinguishing(
    refs: Sequence[GroupRef], values: Sequence[tuple[str | None, ...]], vocabulary: Vocabulary
) -> list[int]:
    """Returns which refs a label names: self-explanatory ones that differ, and as few others as distinguish all groups.

    Two algorithms differ in most of their hyperparameters: naming all of them would be less clear.
    """
    if len(values) == 1:
        # A user who groups by name wants to see the match, even if all runs have the same.
        return [at for at, ref in enumerate(refs) if ref.kind == "name" and values[0][at] is not None]
    columns = dict(enumerate(zip(*values, strict=True)))
    differing = [at for at, column in columns.items() if len(set(column)) > 1]
    distinguishing = [at for at in differing if refs[at].is_self_explanatory(vocabulary)]
    while _distinguished(distinguishing, columns) < len(values):
        others = [at for at in differing if at not in distinguishing]
        distinguishing.append(max(others, key=lambda at: _distinguished([*distinguishing, at], columns)))
    return distinguishing


def _distinguished(distinguishing: Sequence[int], columns: Mapping[int, tuple[str | None, ...]]) -> int:
    """Returns how many groups have a unique label with these refs."""
    return len(set(zip(*(columns[at] for at in distinguishing), strict=True))) if distinguishing else 1


def _numbered(labels: Sequence[str]) -> list[str]:
    """Appends a number to labels that another group already has, since different values may look the same, as "–" and
    none.
    """
    taken: set[str] = set()
    labels_with_numbers = []
    for label in labels:
        numbered = (f"{label} ({n})" for n in count(2))
        labels_with_numbers.append(next(each for each in chain([label], numbered) if each not in taken))
        taken.add(labels_with_numbers[-1])
    return labels_with_numbers


def _value_text(ref: GroupRef, value: str | None, vocabulary: Vocabulary) -> str:
    shown = _MISSING if value is None else value
    return shown if value and value.strip() and ref.is_self_explanatory(vocabulary) else f"{ref.key}={shown}"


def _repeated_seeds(group: Sequence[Run], vocabulary: Vocabulary) -> tuple[str, ...]:
    seeds = Counter(seed for run in group if (seed := run.parameter("seed", vocabulary)) is not None)
    return tuple(seed for seed, times in seeds.items() if times > 1)
