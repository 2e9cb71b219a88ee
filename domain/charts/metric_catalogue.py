"""What the runs at hand logged, to choose from: every key, in how many runs, and the word that it stands for."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Final, NamedTuple, get_args

from domain.charts.axes import Axis, counter
from domain.charts.axis_hints import hinted_axis
from domain.tracking.runs import Run
from domain.tracking.vocabulary import MetricWord, Vocabulary

_COUNTED: Final = (Axis.EPISODES, Axis.ENV_STEPS)


class MetricCatalogue(NamedTuple):
    """Of `runs` runs: the metrics as (key, in how many, the word it stands for), by name; likewise the parameters.

    `presets` says in how many a word has data, `counters` which axes are counted in how many.
    """

    runs: int
    metrics: list[tuple[str, int, MetricWord | None]]
    params: list[tuple[str, int]]
    presets: dict[MetricWord, int]
    counters: dict[str, int]
    axis_hint: Axis | None


def metric_catalogue(runs: Sequence[Run], vocabulary: Vocabulary) -> MetricCatalogue:
    """All that these runs logged."""
    words = {name: word for word, names in vocabulary.metrics.items() for name in names}
    return MetricCatalogue(
        runs=len(runs),
        metrics=[(key, number, words.get(key)) for key, number in _counted(run.metrics for run in runs)],
        params=_counted(run.params for run in runs),
        presets={word: _with(runs, word, vocabulary) for word in get_args(MetricWord)},
        counters={str(axis): _counting(runs, axis, vocabulary) for axis in _COUNTED},
        axis_hint=hinted_axis(runs, vocabulary),
    )


def _counted(logged: Iterable[Iterable[str]]) -> list[tuple[str, int]]:
    return sorted(Counter(chain.from_iterable(logged)).items())


def _with(runs: Sequence[Run], word: MetricWord, vocabulary: Vocabulary) -> int:
    return sum(vocabulary.metric_key(word, run.metrics) is not None for run in runs)


def _counting(runs: Sequence[Run], axis: Axis, vocabulary: Vocabulary) -> int:
    return sum(counter(axis, run.metrics, vocabulary) is not None for run in runs)
