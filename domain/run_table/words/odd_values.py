"""The runs, and their metrics, whose newest value is not finite, or a rate outside 0 to 1."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from domain.run_table.columns import MetricColumn
from domain.run_table.table import RunTable
from domain.run_table.words.metric_columns import of_rows, outcomes_of
from domain.run_table.words.tool_columns import by_vocabulary
from domain.tracking.outcomes import Outcome, outcome_of_point
from domain.tracking.vocabulary import Vocabulary


def rows_diverged(table: RunTable, vocabulary: Vocabulary) -> NDArray[np.bool_]:
    """Returns which runs [n] have a metric with a word whose newest value is infinite or NaN."""
    found = np.zeros(len(table), np.bool_)
    for _own, _key, column in _named(table, vocabulary):
        found |= column.logged & ~np.isfinite(column.value)
    return found


def rows_out_of_range(table: RunTable, vocabulary: Vocabulary) -> NDArray[np.bool_]:
    """Returns which runs [n] have a rate outside 0 to 1."""
    found = np.zeros(len(table), np.bool_)
    for row, _key, _outcome in cells_out_of_range(table, vocabulary):
        found[row] = True
    return found


def diverged_cells(table: RunTable, vocabulary: Vocabulary) -> Iterator[tuple[int, str, Outcome]]:
    """Yields row, metric and outcome of each metric with a word whose newest value is infinite or NaN."""
    for _own, key, column in _named(table, vocabulary):
        for row in np.flatnonzero(column.logged & ~np.isfinite(column.value)).tolist():
            yield row, key, outcome_of_point(float(column.value[row]), int(column.step[row]), None)


def cells_out_of_range(table: RunTable, vocabulary: Vocabulary) -> Iterator[tuple[int, str, Outcome]]:
    """Yields row, metric and outcome of each rate outside 0 to 1."""
    for own, key, column in _named(table, vocabulary):
        if key not in own.rates:
            continue
        for row, outcome in outcomes_of(column, own.scale(key)).reasons.items():
            if outcome.out_of_range is not None:
                yield row, key, outcome


def _named(table: RunTable, vocabulary: Vocabulary) -> Iterator[tuple[Vocabulary, str, MetricColumn]]:
    """Yields each metric with a word, in the runs that are read by one vocabulary, and that vocabulary."""
    for own, rows in by_vocabulary(table, vocabulary):
        for key in table.logged_metrics(sorted(own.named)):
            yield own, key, of_rows(table.metric(key), rows)
