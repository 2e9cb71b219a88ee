"""Columns of what the vocabulary has a word for: each run's own name for it, read for all runs at once."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from domain.run_table.arrays.strings import NO_TEXT, Codes
from domain.run_table.columns import MetricColumn, NumberColumn
from domain.run_table.table import RunTable
from domain.tracking.outcomes import NOISE, Outcome, outcome_of_point
from domain.tracking.vocabulary import MetricWord, ParameterWord, Vocabulary

# As of `Run.episodes`: beyond this a number of JSON, and of a browser, is not exact.
_NO_COUNT: Final = 2**53


def parameter_codes(table: RunTable, word: ParameterWord, vocabulary: Vocabulary) -> Codes:
    """The value of `word` for each run [n], as codes of the table's pool."""
    found = np.full(len(table), NO_TEXT, np.int32)
    for key in reversed(table.logged_params(vocabulary.parameters.get(word, ()))):
        codes = table.param_codes(key)
        found = np.where(codes == NO_TEXT, found, codes)
    return found


def metric_outcomes(table: RunTable, key: str, scale: float | None) -> NumberColumn:
    """What one metric came to for each run; `scale` is what a rate of 1 is logged as, None for no rate."""
    return outcomes_of(table.metric(key), scale)


def word_outcomes(table: RunTable, word: MetricWord, vocabulary: Vocabulary) -> NumberColumn:
    """What `word` came to by each run's newest point, a rate as a share of 1."""
    values = np.full(len(table), np.nan)
    reasons: dict[int, Outcome] = {}
    for key in reversed(table.logged_metrics(vocabulary.metrics.get(word, ()))):
        column = table.metric(key)
        found = outcomes_of(column, vocabulary.scale(key))
        values[column.logged] = found.values[column.logged]
        reasons = {row: why for row, why in reasons.items() if not column.logged[row]} | dict(found.reasons)
    return NumberColumn(values, reasons)


def episode_counts(table: RunTable, vocabulary: Vocabulary) -> NumberColumn:
    """How many episodes each run trained: as logged, else counted by a metric that is logged once an episode."""
    logged = word_outcomes(table, "episodes", vocabulary)
    counted = np.where(np.isnan(logged.values), _counted(table, vocabulary.per_episode), logged.values)
    # NaN compares as false, and stays.
    counted[(counted < 0) | (counted >= _NO_COUNT)] = np.nan
    reasons = {row: why for row, why in logged.reasons.items() if np.isnan(counted[row])}
    return NumberColumn(np.rint(counted), reasons)


def metric_names(table: RunTable, word: MetricWord, vocabulary: Vocabulary) -> Codes:
    """The name under which each run [n] logged `word`, as codes of the table's pool."""
    found = np.full(len(table), NO_TEXT, np.int32)
    for key in reversed(table.logged_metrics(vocabulary.metrics.get(word, ()))):
        found[table.metric(key).logged] = table.parts.pool.find(key)
    return found


def rows_diverged(table: RunTable, vocabulary: Vocabulary) -> NDArray[np.bool_]:
    """Which runs [n] have a metric with a word that ended in what is no finite number."""
    found = np.zeros(len(table), np.bool_)
    for _key, column in _named(table, vocabulary.named):
        found |= column.logged & ~np.isfinite(column.value)
    return found


def rows_out_of_range(table: RunTable, vocabulary: Vocabulary) -> NDArray[np.bool_]:
    """Which runs [n] have a rate that is none."""
    found = np.zeros(len(table), np.bool_)
    for row, _key, _outcome in cells_out_of_range(table, vocabulary):
        found[row] = True
    return found


def diverged_cells(table: RunTable, vocabulary: Vocabulary) -> Iterator[tuple[int, str, Outcome]]:
    """Row, metric and what it came to of each metric with a word that ended in what is no finite number."""
    for key, column in _named(table, vocabulary.named):
        for row in np.flatnonzero(column.logged & ~np.isfinite(column.value)).tolist():
            yield row, key, outcome_of_point(float(column.value[row]), int(column.step[row]), None)


def cells_out_of_range(table: RunTable, vocabulary: Vocabulary) -> Iterator[tuple[int, str, Outcome]]:
    """Row, metric and what it came to of each rate that is none."""
    for key, column in _named(table, vocabulary.rates):
        for row, outcome in outcomes_of(column, vocabulary.scale(key)).reasons.items():
            if outcome.out_of_range is not None:
                yield row, key, outcome


def _named(table: RunTable, names: Iterable[str]) -> Iterator[tuple[str, MetricColumn]]:
    return ((key, table.metric(key)) for key in table.logged_metrics(sorted(names)))


def _counted(table: RunTable, per_episode: Iterable[str]) -> NDArray[np.float64]:
    """The step of the first of these metrics that each run logged; step 0 is MLflow's for whoever gives none."""
    steps, seen = np.full(len(table), np.nan), np.zeros(len(table), np.bool_)
    for key in table.logged_metrics(per_episode):
        column = table.metric(key)
        first = column.logged & ~seen
        steps[first & (column.step != 0)] = column.step[first & (column.step != 0)]
        seen |= first
    return steps


def outcomes_of(column: MetricColumn, scale: float | None) -> NumberColumn:
    """What these points came to; `scale` as in `metric_outcomes`."""
    value = np.where(column.logged, column.value, np.nan)
    odd = column.logged & ~np.isfinite(value)
    if scale is None:
        shares = value
    else:
        with np.errstate(over="ignore"):
            shares = value / scale
        odd |= (shares < -NOISE) | (shares > 1 + NOISE)
        shares = np.clip(shares, 0.0, 1.0)
    return NumberColumn(np.where(odd, np.nan, shares), _reasons(column, odd, scale))


def _reasons(column: MetricColumn, odd: NDArray[np.bool_], scale: float | None) -> Mapping[int, Outcome]:
    rows = np.flatnonzero(odd).tolist()
    values, steps = column.value[odd].tolist(), column.step[odd].tolist()
    points = zip(rows, values, steps, strict=True)
    return {row: outcome_of_point(value, step, scale) for row, value, step in points}
