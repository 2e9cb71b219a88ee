"""Columns of metrics by the words of the vocabulary, read for all runs at once."""

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from domain.run_table.arrays.strings import NO_TEXT, Codes
from domain.run_table.columns import MetricColumn, NumberColumn
from domain.run_table.table import RunTable
from domain.run_table.words.tool_columns import by_vocabulary
from domain.tracking.outcomes import NOISE, Outcome, outcome_of_point
from domain.tracking.vocabulary import MetricWord, Vocabulary

# As in `Run.episodes`: larger integers are not exact in JSON, nor in a browser.
_NO_COUNT: Final = 2**53


def metric_outcomes(table: RunTable, key: str, scale: float | None) -> NumberColumn:
    """Returns the outcome of one metric for each run; `scale` is the value logged for a rate of 1, None for no rate."""
    return outcomes_of(table.metric(key), scale)


def word_outcomes(table: RunTable, word: MetricWord, vocabulary: Vocabulary) -> NumberColumn:
    """Returns the outcome of `word` by each run's newest point, a rate as a share of 1."""
    values = np.full(len(table), np.nan)
    reasons: dict[int, Outcome] = {}
    for own, rows in by_vocabulary(table, vocabulary):
        for key in reversed(table.logged_metrics(own.metrics.get(word, ()))):
            column = of_rows(table.metric(key), rows)
            found = outcomes_of(column._replace(value=own.factor(key) * column.value), own.scale(key))
            # The newest point is a single episode, and not the mean of the evaluation.
            values[column.logged] = np.nan if key in own.means_of_all else found.values[column.logged]
            reasons = {row: why for row, why in reasons.items() if not column.logged[row]} | dict(found.reasons)
    return NumberColumn(values, reasons)


def episode_counts(table: RunTable, vocabulary: Vocabulary) -> NumberColumn:
    """Returns the episodes that each run trained: as logged, or the last step of a metric logged once an episode."""
    logged = word_outcomes(table, "episodes", vocabulary)
    counted = np.where(np.isnan(logged.values), _counted(table, vocabulary), logged.values)
    # NaN compares as false, and so remains NaN.
    counted[(counted < 0) | (counted >= _NO_COUNT)] = np.nan
    reasons = {row: why for row, why in logged.reasons.items() if np.isnan(counted[row])}
    return NumberColumn(np.rint(counted), reasons)


def metric_names(table: RunTable, word: MetricWord, vocabulary: Vocabulary) -> Codes:
    """Returns the name under which each run [n] logged `word`, as codes of the table's pool."""
    found = np.full(len(table), NO_TEXT, np.int32)
    for own, rows in by_vocabulary(table, vocabulary):
        for key in reversed(table.logged_metrics(own.metrics.get(word, ()))):
            found[table.metric(key).logged & rows] = table.parts.pool.find(key)
    return found


def _counted(table: RunTable, vocabulary: Vocabulary) -> NDArray[np.float64]:
    """Returns the newest step of each run's first metric that is logged once an episode; NaN for step 0.

    MLflow gives step 0 to what was logged without a step.
    """
    steps, seen = np.full(len(table), np.nan), np.zeros(len(table), np.bool_)
    keyed = ((key, rows) for own, rows in by_vocabulary(table, vocabulary) for key in own.per_episode)
    for key, rows in keyed:
        if not table.logged_metrics([key]):
            continue
        column = of_rows(table.metric(key), rows)
        first = column.logged & ~seen
        steps[first & (column.step != 0)] = column.step[first & (column.step != 0)]
        seen |= first
    return steps


def of_rows(column: MetricColumn, rows: NDArray[np.bool_]) -> MetricColumn:
    """Returns the metric as logged by some of the runs only: a mask [n] of all."""
    return column._replace(logged=column.logged & rows)


def outcomes_of(column: MetricColumn, scale: float | None) -> NumberColumn:
    """Returns the outcomes of these points; `scale` as in `metric_outcomes`."""
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
