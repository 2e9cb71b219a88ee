"""Runs that belong together: grouped by parameters, and named by what sets the groups apart."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from pydantic import BaseModel, ConfigDict

from domain.tracking.runs import Run
from domain.tracking.vocabulary import ParameterWord, Vocabulary

_MISSING = "–"
_TOLD_BY_ITS_VALUE: Final[tuple[ParameterWord, ...]] = ("algorithm", "environment")


class Group(BaseModel):
    """Runs with the same values of the grouping parameters; None is "not logged", which is a value.

    `label` names parameters that tell the groups apart, and is empty when there is one group only.
    `repeated_seeds` are seeds that several of its runs share: those runs may not be independent.
    """

    model_config = ConfigDict(frozen=True)

    label: str
    parameters: dict[str, str | None]
    run_ids: tuple[str, ...]
    repeated_seeds: tuple[str, ...]


def default_grouping(runs: Sequence[Run], vocabulary: Vocabulary) -> tuple[str, ...] | None:
    """Every parameter but the seed, by name; None when no run logged a seed, as nothing says then what is repeated."""
    seeds = {key for run in runs if (key := vocabulary.parameter_key("seed", run.params)) is not None}
    return tuple(sorted({key for run in runs for key in run.params} - seeds)) if seeds else None


def group_runs(runs: Sequence[Run], by: Sequence[str], vocabulary: Vocabulary) -> list[Group]:
    """The runs grouped by the parameters `by`, in order of each group's first run."""
    members: dict[tuple[str | None, ...], list[Run]] = {}
    for run in runs:
        members.setdefault(tuple(run.params.get(key) for key in by), []).append(run)
    telling = _telling(by, list(members), vocabulary)
    return [
        Group(
            label=" · ".join(_said(key, values[by.index(key)], vocabulary) for key in telling),
            parameters=dict(zip(by, values, strict=True)),
            run_ids=tuple(run.run_id for run in group),
            repeated_seeds=_repeated_seeds(group, vocabulary),
        )
        for values, group in members.items()
    ]


def differing_parameters(parameters: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str | None]]:
    """The parameters that differ between runs, by name, with each run's value; None where a run did not log it.

    `parameters` maps run ids to their parameters. Values are compared as logged: "0.10" is not "0.1".
    """
    keys = sorted({key for logged in parameters.values() for key in logged})
    table = {key: {run_id: logged.get(key) for run_id, logged in parameters.items()} for key in keys}
    return {key: values for key, values in table.items() if len(set(values.values())) > 1}


def _telling(by: Sequence[str], values: Sequence[tuple[str | None, ...]], vocabulary: Vocabulary) -> list[str]:
    """The algorithm and the environment where they differ, and as few other parameters as tell the groups apart.

    Two algorithms differ in most of their hyperparameters: naming all of them would say less, not more.
    """
    columns = dict(zip(by, zip(*values, strict=True), strict=False))
    differing = [key for key, column in columns.items() if len(set(column)) > 1]
    telling = [key for key in differing if _speaks_for_itself(key, vocabulary)]
    while _told_apart(telling, columns) < len(values):
        others = [key for key in differing if key not in telling]
        telling.append(max(others, key=lambda key: _told_apart([*telling, key], columns)))
    return telling


def _told_apart(keys: Sequence[str], columns: Mapping[str, tuple[str | None, ...]]) -> int:
    """How many groups have a label of their own with these parameters."""
    return len(set(zip(*(columns[key] for key in keys), strict=True))) if keys else 1


def _said(key: str, value: str | None, vocabulary: Vocabulary) -> str:
    shown = _MISSING if value is None else value
    return shown if value is not None and _speaks_for_itself(key, vocabulary) else f"{key}={shown}"


def _speaks_for_itself(key: str, vocabulary: Vocabulary) -> bool:
    return any(key in vocabulary.parameters[word] for word in _TOLD_BY_ITS_VALUE)


def _repeated_seeds(group: Sequence[Run], vocabulary: Vocabulary) -> tuple[str, ...]:
    keys = [(run, vocabulary.parameter_key("seed", run.params)) for run in group]
    seeds = Counter(run.params[key] for run, key in keys if key is not None)
    return tuple(seed for seed, times in seeds.items() if times > 1)
