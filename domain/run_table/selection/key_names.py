"""What each run's tool calls a metric or a parameter that Clew has a word for."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from domain.run_table.arrays.strings import NO_TEXT
from domain.run_table.columns import TextColumn
from domain.run_table.table import RunTable
from domain.tracking.vocabulary import MetricWord, ParameterWord, Vocabulary

_METRIC_OF: Final[Mapping[str, MetricWord]] = {
    "success_percent": "success_rate",
    "final_reward": "reward",
    "final_loss": "loss",
    "episode_length": "episode_length",
    "episodes": "episodes",
}
_PARAMETER_OF: Final[Mapping[str, ParameterWord]] = {
    "algorithm": "algorithm",
    "environment": "environment",
    "seed": "seed",
}


def key_names(table: RunTable, column: str, vocabulary: Vocabulary) -> TextColumn | None:
    """The name [n] under which each run logged what the built-in `column` shows; None for one of another kind."""
    if column in _METRIC_OF:
        names = table.logged_metrics(_metric_names(column, vocabulary))
        return _first(names, [table.metric(name).logged for name in names], len(table))
    if column in _PARAMETER_OF:
        names = table.logged_params(vocabulary.parameters.get(_PARAMETER_OF[column], ()))
        return _first(names, [table.param_codes(name) != NO_TEXT for name in names], len(table))
    return None


def _metric_names(column: str, vocabulary: Vocabulary) -> Sequence[str]:
    """In order of preference; where no number of episodes was logged, what is logged once an episode counts them."""
    names = vocabulary.metrics.get(_METRIC_OF[column], ())
    return (*names, *vocabulary.per_episode) if column == "episodes" else names


def _first(names: Sequence[str], logged: Iterable[NDArray[np.bool_]], size: int) -> TextColumn:
    codes = np.full(size, NO_TEXT, np.int32)
    for code, of_name in enumerate(logged):
        codes[of_name & (codes == NO_TEXT)] = code
    return TextColumn(codes, names)
