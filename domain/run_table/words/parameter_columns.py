"""Columns of parameters by the words of the vocabulary, read for all runs at once."""

from collections.abc import Iterator
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from domain.run_table.arrays.strings import NO_TEXT, Codes, encoded
from domain.run_table.columns import TextColumn
from domain.run_table.table import RunTable
from domain.run_table.words.tool_columns import by_vocabulary
from domain.tools.places import Place
from domain.tracking.vocabulary import ParameterWord, Vocabulary

# A list needs the same columns for each of its pages, and a table never changes. The vocabulary is kept so that its id
# is not given to another one.
_KEPT: Final[WeakKeyDictionary[RunTable, dict[tuple[str, int], tuple[Vocabulary, TextColumn]]]] = WeakKeyDictionary()


def parameter_column(table: RunTable, word: ParameterWord, vocabulary: Vocabulary) -> TextColumn:
    """Returns the value of `word` for each run [n], from the places where its tool logs it; computed once per table."""
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
    """Yields the places that may hold `word`, with a mask [n] of the runs that have them: most tools share the same."""
    found: dict[tuple[Place, ...], NDArray[np.bool_]] = {}
    for own, rows in by_vocabulary(table, vocabulary):
        places = own.places(word)
        found[places] = found[places] | rows if places in found else rows
    yield from found.items()


class _Texts:
    """Codes of the table's pool, followed by codes of texts that are only a part of a text of the pool."""

    def __init__(self, table: RunTable) -> None:
        self._table, self._size = table, table.parts.pool.size
        self._made: list[str] = []
        self._codes: dict[str, int] = {}

    def values(self, place: Place, codes: Codes) -> Codes:
        """Returns the codes of the values inside the texts with these codes, by the pattern of `place`."""
        distinct, places = np.unique(codes, return_inverse=True)
        made = [self._code(place.value(text)) for text in self._table.parts.pool.texts(distinct)]
        return np.array(made, np.int32)[places] if made else codes

    def column(self, codes: Codes) -> TextColumn:
        """Returns these codes [n] as a column."""
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
