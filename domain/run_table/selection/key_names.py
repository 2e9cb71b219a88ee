"""The key under which each run logged a metric or parameter that has a word."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from domain.run_table.arrays.strings import NO_TEXT, Codes
from domain.run_table.columns import TextColumn
from domain.run_table.table import RunTable
from domain.run_table.words.parameter_columns import place_codes
from domain.run_table.words.shown_words import METRIC_OF, PARAMETER_OF
from domain.run_table.words.tool_columns import by_vocabulary
from domain.tools.places import Place
from domain.tracking.vocabulary import ParameterWord, Vocabulary


def key_names(table: RunTable, column: str, vocabulary: Vocabulary) -> TextColumn | None:
    """Returns the key [n] under which each run logged the values of the built-in `column`; None for other columns."""
    if column in METRIC_OF:
        return _first(_metrics(table, column, vocabulary), len(table))
    if column in PARAMETER_OF:
        return _first(_places(table, PARAMETER_OF[column], vocabulary), len(table))
    return None


def _metrics(table: RunTable, column: str, vocabulary: Vocabulary) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    for own, rows in by_vocabulary(table, vocabulary):
        for name in table.logged_metrics(_metric_names(column, own)):
            yield name, table.metric(name).logged & rows


def _places(table: RunTable, word: ParameterWord, vocabulary: Vocabulary) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    for own, rows in by_vocabulary(table, vocabulary):
        for place in own.places(word):
            codes = place_codes(table, place)
            if codes is not None:
                yield place.label, rows & (codes != NO_TEXT) & _has_value(table, place, codes)


def _has_value(table: RunTable, place: Place, codes: Codes) -> NDArray[np.bool_]:
    """Returns a mask [n] of the texts that contain a value."""
    if place.is_plain:
        return np.ones(len(codes), np.bool_)
    distinct, places = np.unique(codes, return_inverse=True)
    held = [code != NO_TEXT and place.value(table.parts.pool.text(int(code))) is not None for code in distinct]
    return np.array(held, np.bool_)[places]


def _metric_names(column: str, vocabulary: Vocabulary) -> Sequence[str]:
    """Returns names in order of preference.

    If no number of episodes was logged, a metric that is logged once per episode counts them.
    """
    names = vocabulary.metrics.get(METRIC_OF[column], ())
    return (*names, *vocabulary.per_episode) if column == "episodes" else names


def _first(logged: Iterable[tuple[str, NDArray[np.bool_]]], size: int) -> TextColumn:
    """Returns for each run the first of these names that it logged."""
    codes, names = np.full(size, NO_TEXT, np.int32), dict[str, int]()
    for name, of_name in logged:
        codes[of_name & (codes == NO_TEXT)] = names.setdefault(name, len(names))
    return TextColumn(codes, list(names))
