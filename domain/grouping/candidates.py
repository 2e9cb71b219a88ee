"""The attributes that runs can be grouped by: all in which they differ, and which of these are specific to one run."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from domain.grouping.group_ref import GroupRef
from domain.grouping.run_specific import RunSpecific, Seeds, run_specific
from domain.tracking.runs import Run
from domain.tracking.vocabulary import Vocabulary

# MLflow's own tags: a run's name, its user, its logged models.
_OF_MLFLOW = "mlflow."
_SHOWN_ELSEWHERE = ("user", "source", "commit")


class Candidate(NamedTuple):
    """An attribute in which runs differ: its number of values, `missing` runs without one, and why it is left out."""

    ref: GroupRef
    values: int
    missing: int
    left_out: RunSpecific | None


def default_grouping(runs: Sequence[Run], vocabulary: Vocabulary) -> tuple[str, ...] | None:
    """Returns the parameters in which the runs differ, except run-specific ones; None if no run logged a seed.

    Without a seed it is unknown which runs repeat each other.
    """
    if all(run.parameter("seed", vocabulary) is None for run in runs):
        return None
    found = _candidates(_parameters(runs), runs, vocabulary)
    return tuple(str(each.ref) for each in found if each.left_out is None)


def candidates(runs: Sequence[Run], vocabulary: Vocabulary) -> list[Candidate]:
    """Returns all attributes in which the runs differ: MLflow's own, parameters, and tags set by users."""
    known = [GroupRef(kind="built_in", key=key) for key in ("experiment", *_SHOWN_ELSEWHERE)]
    tags = sorted({key for run in runs for key in run.tags if not key.startswith(_OF_MLFLOW)})
    refs = [*known, *_parameters(runs), *(GroupRef(kind="tag", key=key) for key in tags)]
    return list(_candidates(refs, runs, vocabulary))


def _parameters(runs: Sequence[Run]) -> list[GroupRef]:
    return [GroupRef(kind="param", key=key) for key in sorted({key for run in runs for key in run.params})]


def _candidates(refs: Iterable[GroupRef], runs: Sequence[Run], vocabulary: Vocabulary) -> Iterator[Candidate]:
    seeds = _seeds(runs, vocabulary)
    for ref in refs:
        values = [ref.value(run, vocabulary) for run in runs]
        if len(distinct := set(values)) < 2:
            continue
        logged = [value for value in values if value is not None]
        why = run_specific(ref, logged, vocabulary, seeds)
        yield Candidate(ref, len(distinct - {None}), len(values) - len(logged), why)


def _seeds(runs: Sequence[Run], vocabulary: Vocabulary) -> Seeds:
    keys = {run.parameter_key("seed", vocabulary) for run in runs}
    values = {run.parameter("seed", vocabulary) for run in runs}
    return Seeds({key for key in keys if key is not None}, len(runs) > 1 and len(values) == 1 and None not in values)
