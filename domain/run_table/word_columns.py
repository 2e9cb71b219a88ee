"""Columns of what the vocabulary has a word for: each run's own name for it, read for all runs at once."""

from collections.abc import Iterator, Mapping
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from domain.run_table.arrays.strings import NO_TEXT, Codes, encoded
from domain.run_table.columns import MetricColumn, NumberColumn, TextColumn
from domain.run_table.table import RunTable
from domain.run_table.tool_columns import by_vocabulary
from domain.tools.places import Place
from domain.tracking.outcomes import NOISE, Outcome, outcome_of_point
from domain.tracking.vocabulary import MetricWord, ParameterWord, Vocabulary

# As of `Run.episodes`: beyond this a number of JSON, and of a browser, is not exact.
_NO_COUNT: Final = 2**53


# A list asks for the same ones with every page, and a table never changes. The vocabulary is kept for its id's sake.
_KEPT: Final[WeakKeyDictionary[RunTable, dict[tuple[str, int], tuple[Vocabulary, TextColumn]]]] = WeakKeyDictionary()


def parameter_column(table: RunTable, word: ParameterWord, vocabulary: Vocabulary) -> TextColumn:
    """Returns the value of `word` for each run [n], wherever its tool says it; found once."""
    kept, key = _KEPT.setdefault(table, {}), (word, id(vocabulary))
    if key not in kept:
        kept[key] = vocabulary, _parameter_column(table, word, vocabulary)
    return kept[key][1]


def _parameter_column(table: RunTable, word: ParameterWord, vocabulary: Vocabulary) -> TextColumn:
    texts = _Texts(table)
    found = np.full(len(table), NO_TEXT, np.int32)
    for places, rows in _by_places(table, word, vocabulary):
        for place in places:
            codes = place_codes(table, place)
            if codes is None:
                continue
            open_rows = rows & (found == NO_TEXT) & (codes != NO_TEXT)
            found[open_rows] = codes[open_rows] if place.is_plain else texts.values(place, codes[open_rows])
    return texts.column(found)


def place_codes(table: RunTable, place: Place) -> Codes | None:
    """Returns the text at a place in each run [n], as codes of the table's pool; None where no run has one."""
    if place.name:
        return table.parts.runs.name
    key, cells = (place.tag, table.parts.tags) if place.param is None else (place.param, table.parts.params)
    if key is None or not cells.has(table.parts.pool.find(key)):
        return None
    return table.tag_codes(key) if place.param is None else table.param_codes(key)


def _by_places(
    table: RunTable, word: ParameterWord, vocabulary: Vocabulary
) -> Iterator[tuple[tuple[Place, ...], NDArray[np.bool_]]]:
    """Yields the places where some runs may say `word`, and which [n] these are: most tools have the same ones."""
    found: dict[tuple[Place, ...], NDArray[np.bool_]] = {}
    for own, rows in by_vocabulary(table, vocabulary):
        places = own.places(word)
        found[places] = found[places] | rows if places in found else rows
    yield from found.items()


class _Texts:
    """Codes of the table's pool, and behind them of texts that stand inside others."""

    def __init__(self, table: RunTable) -> None:
        self._table, self._size = table, table.parts.pool.size
        self._made: list[str] = []
        self._codes: dict[str, int] = {}

    def values(self, place: Place, codes: Codes) -> Codes:
        """Returns the values inside these texts."""
        distinct, places = np.unique(codes, return_inverse=True)
        made = [self._code(place.value(text)) for text in self._table.parts.pool.texts(distinct)]
        return np.array(made, np.int32)[places] if made else codes

    def column(self, codes: Codes) -> TextColumn:
        """Returns the column of these codes [n]."""
        if not self._made:
            return self._table.text_column(codes)
        used = np.unique(codes[codes != NO_TEXT]).tolist()
        pool = self._table.parts.pool
        text_of = {code: self._made[code - self._size] if code >= self._size else pool.text(code) for code in used}
        ordered = sorted(used, key=lambda code: encoded(text_of[code]))
        places = np.full(self._size + len(self._made) + 1, NO_TEXT, np.int32)
        places[ordered] = np.arange(len(ordered))
        return TextColumn(places[codes], [text_of[code] for code in ordered])

    def _code(self, text: str | None) -> int:
        if text is None:
            return NO_TEXT
        if text not in self._codes:
            known = self._table.parts.pool.find(text)
            self._codes[text] = known if known != NO_TEXT else self._new(text)
        return self._codes[text]

    def _new(self, text: str) -> int:
        self._made.append(text)
        return self._size + len(self._made) - 1


def metric_outcomes(table: RunTable, key: str, scale: float | None) -> NumberColumn:
    """Returns what one metric came to for each run; `scale` is what a rate of 1 is logged as, None for no rate."""
    return outcomes_of(table.metric(key), scale)


def word_outcomes(table: RunTable, word: MetricWord, vocabulary: Vocabulary) -> NumberColumn:
    """Returns what `word` came to by each run's newest point, a rate as a share of 1."""
    values = np.full(len(table), np.nan)
    reasons: dict[int, Outcome] = {}
    for own, rows in by_vocabulary(table, vocabulary):
        for key in reversed(table.logged_metrics(own.metrics.get(word, ()))):
            column = _of_rows(table.metric(key), rows)
            found = outcomes_of(column._replace(value=own.factor(key) * column.value), own.scale(key))
            # One episode's value stands for no evaluation.
            values[column.logged] = np.nan if key in own.means_of_all else found.values[column.logged]
            reasons = {row: why for row, why in reasons.items() if not column.logged[row]} | dict(found.reasons)
    return NumberColumn(values, reasons)


def _of_rows(column: MetricColumn, rows: NDArray[np.bool_]) -> MetricColumn:
    return column._replace(logged=column.logged & rows)


def episode_counts(table: RunTable, vocabulary: Vocabulary) -> NumberColumn:
    """Returns how many episodes each run trained.

    As logged, else counted by a metric that is logged once an episode.
    """
    logged = word_outcomes(table, "episodes", vocabulary)
    counted = np.where(np.isnan(logged.values), _counted(table, vocabulary), logged.values)
    # NaN compares as false, and stays.
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


def rows_diverged(table: RunTable, vocabulary: Vocabulary) -> NDArray[np.bool_]:
    """Returns which runs [n] have a metric with a word that ended in what is no finite number."""
    found = np.zeros(len(table), np.bool_)
    for _own, _key, column in _named(table, vocabulary):
        found |= column.logged & ~np.isfinite(column.value)
    return found


def rows_out_of_range(table: RunTable, vocabulary: Vocabulary) -> NDArray[np.bool_]:
    """Returns which runs [n] have a rate that is none."""
    found = np.zeros(len(table), np.bool_)
    for row, _key, _outcome in cells_out_of_range(table, vocabulary):
        found[row] = True
    return found


def diverged_cells(table: RunTable, vocabulary: Vocabulary) -> Iterator[tuple[int, str, Outcome]]:
    """Yields row, metric and outcome of each metric with a word that ended in what is no finite number."""
    for _own, key, column in _named(table, vocabulary):
        for row in np.flatnonzero(column.logged & ~np.isfinite(column.value)).tolist():
            yield row, key, outcome_of_point(float(column.value[row]), int(column.step[row]), None)


def cells_out_of_range(table: RunTable, vocabulary: Vocabulary) -> Iterator[tuple[int, str, Outcome]]:
    """Yields row, metric and outcome of each rate that is none."""
    for own, key, column in _named(table, vocabulary):
        if key not in own.rates:
            continue
        for row, outcome in outcomes_of(column, own.scale(key)).reasons.items():
            if outcome.out_of_range is not None:
                yield row, key, outcome


def _named(table: RunTable, vocabulary: Vocabulary) -> Iterator[tuple[Vocabulary, str, MetricColumn]]:
    """Yields each metric that stands for a word in some runs, as these logged it, and by which vocabulary they are
    read.
    """
    for own, rows in by_vocabulary(table, vocabulary):
        for key in table.logged_metrics(sorted(own.named)):
            yield own, key, _of_rows(table.metric(key), rows)


def _counted(table: RunTable, vocabulary: Vocabulary) -> NDArray[np.float64]:
    """Returns the step of the first metric of each run that is logged once an episode.

    Step 0 is MLflow's for no step.
    """
    steps, seen = np.full(len(table), np.nan), np.zeros(len(table), np.bool_)
    keyed = ((key, rows) for own, rows in by_vocabulary(table, vocabulary) for key in own.per_episode)
    for key, rows in keyed:
        if not table.logged_metrics([key]):
            continue
        column = _of_rows(table.metric(key), rows)
        first = column.logged & ~seen
        steps[first & (column.step != 0)] = column.step[first & (column.step != 0)]
        seen |= first
    return steps


def outcomes_of(column: MetricColumn, scale: float | None) -> NumberColumn:
    """Returns what these points came to; `scale` as in `metric_outcomes`."""
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
