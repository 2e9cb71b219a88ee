"""The metrics and parameters that a set of runs logged: every key, in how many runs, and its metric word."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Final, Literal, NamedTuple, get_args

from domain.charts.axes import Axis, counter
from domain.charts.axis_hints import axis_hint
from domain.charts.chart_spec import MAX_SUBJECTS
from domain.tracking.runs import Run
from domain.tracking.tool_names import FamilyWord
from domain.tracking.vocabulary import MetricWord, Vocabulary

_COUNTED: Final = (Axis.EPISODES, Axis.ENV_STEPS)


class MetricCatalogue(NamedTuple):
    """For `runs` runs, by name: metrics as (key, number of runs, metric word), and parameters as (key, number of runs).

    `presets` counts the runs that have each word, `counters` the runs that count each axis. `families` lists the
    metrics of several agents, modules or terms, where there is more than one.
    """

    runs: int
    metrics: list[tuple[str, int, MetricWord | None]]
    params: list[tuple[str, int]]
    presets: dict[MetricWord, int]
    counters: dict[str, int]
    axis_hint: Axis | None
    hint_because: Literal["steps", "tools"] | None
    families: dict[FamilyWord, list[str]]


def metric_catalogue(runs: Sequence[Run], vocabulary: Vocabulary) -> MetricCatalogue:
    """Returns everything that these runs logged."""
    words, hint = _words(runs, vocabulary), axis_hint(runs, vocabulary)
    return MetricCatalogue(
        runs=len(runs),
        metrics=[(key, number, words.get(key)) for key, number in _counted(run.metrics for run in runs)],
        params=_counted(run.params for run in runs),
        presets={word: _with(runs, word, vocabulary) for word in get_args(MetricWord)},
        counters={str(axis): _counting(runs, axis, vocabulary) for axis in _COUNTED},
        axis_hint=None if hint is None else hint.axis,
        hint_because=None if hint is None else hint.because,
        families=_families(runs),
    )


def _words(runs: Sequence[Run], vocabulary: Vocabulary) -> dict[str, MetricWord]:
    """Returns the word for each metric name in the tools of these runs; parts of the loss count as the loss."""
    used = {id(own): own for own in (vocabulary.of(run) for run in runs)}
    words: dict[str, MetricWord] = {}
    for own in used.values():
        for word, names in own.metrics.items():
            for name in names:
                words.setdefault(name, word)
    return words


def _families(runs: Sequence[Run]) -> dict[FamilyWord, list[str]]:
    """Returns the metrics of each family in order, as the tools of these runs name them."""
    found: dict[FamilyWord, set[str]] = {}
    for run in runs:
        if run.tool.profile is not None:
            for word, keys in run.tool.profile.family_keys(run.metrics).items():
                found.setdefault(word, set()).update(keys)
    return {word: sorted(keys)[:MAX_SUBJECTS] for word, keys in found.items() if len(keys) > 1}


def _counted(logged: Iterable[Iterable[str]]) -> list[tuple[str, int]]:
    return sorted(Counter(chain.from_iterable(logged)).items())


def _with(runs: Sequence[Run], word: MetricWord, vocabulary: Vocabulary) -> int:
    return sum(run.metric_key(word, vocabulary) is not None for run in runs)


def _counting(runs: Sequence[Run], axis: Axis, vocabulary: Vocabulary) -> int:
    return sum(counter(axis, run.metrics, vocabulary.of(run)) is not None for run in runs)
