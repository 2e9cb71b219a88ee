"""The columns of the run list with text of Clew's own: states, families and remarks in the reader's language."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, cached_property
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from components.texts import outcomes, words
from components.texts.language import _, ngettext
from domain.run_changes.marks import Mark
from domain.run_table.arrays.strings import NO_TEXT
from domain.run_table.column_refs import ColumnRef
from domain.run_table.columns import Column, NumberColumn, TextColumn
from domain.run_table.query import ColumnSource
from domain.run_table.selection.families import NONE, parents
from domain.run_table.table import RunTable
from domain.run_table.words.odd_values import cells_out_of_range, diverged_cells
from domain.tracking.outcomes import Diverged
from domain.tracking.runs import RunStatus
from domain.tracking.vocabulary import Vocabulary

T = TypeVar("T")
NAME, STATUS, SAMPLE, MARKS, NESTED = (
    ColumnRef(kind="built_in", key=key) for key in ("name", "status", "sample", "marks", "nested")
)
# Enough of an id to tell runs apart.
_ID_SHOWN: Final = 8


class WordColumns:
    """The text columns of one run table, in the language of the current request; each is computed once."""

    def __init__(self, table: RunTable, source: ColumnSource, vocabulary: Vocabulary) -> None:
        self._table = table
        self._source = source
        self._vocabulary = vocabulary

    @cached_property
    def status(self) -> TextColumn:
        """The state of each run."""
        status = self._text(STATUS)
        return text_column(status.codes, [words.status_name(RunStatus(value)) for value in status.values])

    @cached_property
    def sample(self) -> TextColumn:
        """Whether a run is sample data."""
        column = self._text(SAMPLE)
        return text_column(column.codes, [_("sample") for _value in column.values])

    @cached_property
    def marks(self) -> TextColumn:
        """The mark of each run."""
        column = self._text(MARKS)
        return text_column(column.codes, [words.marks([Mark(one) for one in value.split()]) for value in column.values])

    @cached_property
    def nested(self) -> TextColumn:
        """The parent of each run, and its number of children."""
        column, parent = self._text(NESTED), parents(self._table)
        children = np.bincount(parent[parent != NONE], minlength=len(parent))
        rows = np.flatnonzero((column.codes != NO_TEXT) | (children > 0)).tolist()
        found = {row: (column.at(row), int(parent[row]), int(children[row])) for row in rows}
        return lazy_column(found, lambda family: " · ".join(self._family_texts(*family)), len(parent))

    @cached_property
    def diverged(self) -> TextColumn:
        """Which metrics ended in NaN or infinity, and at which step."""
        return lazy_column(self._ends, outcomes.divergence_text, len(self._table))

    @cached_property
    def remarks(self) -> TextColumn:
        """The divergences, and rates outside of 0 to 1, as logged."""
        rates = dict[int, dict[str, float]]()
        for row, key, outcome in cells_out_of_range(self._table, self._vocabulary):
            rates.setdefault(row, {})[key] = outcome.out_of_range or 0.0
        found = {row: (self._ends.get(row, {}), rates.get(row, {})) for row in self._ends | rates}
        return lazy_column(found, lambda found: outcomes.remarks(*found), len(self._table))

    @cached_property
    def _ends(self) -> dict[int, dict[str, Diverged]]:
        """By row and metric; a row's metrics in the order of their names."""
        found: dict[int, dict[str, Diverged]] = {}
        for row, key, outcome in diverged_cells(self._table, self._vocabulary):
            if outcome.diverged is not None:
                found.setdefault(row, {})[key] = outcome.diverged
        return found

    def _text(self, ref: ColumnRef) -> TextColumn:
        column = self._source(ref)
        assert isinstance(column, TextColumn), ref
        return column

    def _family_texts(self, parent_id: str | None, parent: int, children: int) -> list[str]:
        texts = [] if parent_id is None else [self._parent_text(parent_id[:_ID_SHOWN], parent)]
        return [*texts, ngettext("%(num)s child", "%(num)s children", children)] if children else texts

    def _parent_text(self, short_id: str, row: int) -> str:
        if row == NONE:
            return _("in %(id)s, which is not here", id=short_id)
        return _("in %(name)s", name=self._text(NAME).at(row) or short_id)


class LazyTexts(Sequence[str]):
    """Texts of values, each created on access: a page shows a few of thousands."""

    def __init__(self, values: Iterable[T], text: Callable[[T], str]) -> None:
        self._values = list(values)
        self._text = cache(lambda place: text(self._values[place]))

    def __len__(self) -> int:
        return len(self._values)

    def __getitem__(self, place: Any) -> Any:
        return self._text(range(len(self))[place])


def screen_columns(made: WordColumns, source: ColumnSource, silent: NDArray[np.float64]) -> ColumnSource:
    """Returns a column source with the displayed columns.

    `silent` [n] is for how many minutes each run has logged nothing.
    """
    of_words: dict[str, Callable[[], Column]] = {
        "status": lambda: _with_silence(made.status, silent),
        "silent_minutes": lambda: NumberColumn(silent),
        "sample": lambda: made.sample,
        "marks": lambda: made.marks,
        "nested": lambda: made.nested,
        "diverged": lambda: made.diverged,
        "remarks": lambda: made.remarks,
    }

    @cache
    def column(ref: ColumnRef) -> Column:
        return of_words[ref.key]() if ref.kind == "built_in" and ref.key in of_words else source(ref)

    return column


def text_column(codes: NDArray[np.int32], values: Sequence[str]) -> TextColumn:
    """Returns a column of these texts, with duplicates in `values` merged."""
    distinct = {value: code for code, value in enumerate(dict.fromkeys(values))}
    known = np.array([*(distinct[value] for value in values), NO_TEXT], np.int32)
    return TextColumn(known[codes], list(distinct))


def sparse_column(texts: Mapping[int, str], size: int) -> TextColumn:
    """Returns a column of `size` rows of which these have a text."""
    code_of = _numbered(texts.values())
    codes = np.full(size, NO_TEXT, np.int32)
    codes[list(texts)] = [code_of[text] for text in texts.values()]
    return TextColumn(codes, list(code_of))


def lazy_column(values: Mapping[int, T], text: Callable[[T], str], size: int) -> TextColumn:
    """Returns a column of `size` rows of which these have a text, created on access; texts may repeat."""
    codes = np.full(size, NO_TEXT, np.int32)
    codes[list(values)] = range(len(values))
    return TextColumn(codes, LazyTexts(values.values(), text))


def _with_silence(status: TextColumn, silent: NDArray[np.float64]) -> TextColumn:
    """Returns the state column, with the minutes of silence added for silent runs."""
    rows = np.flatnonzero(~np.isnan(silent)).tolist()
    texts = {row: f"{status.at(row)} · {words.silence(int(silent[row]))}" for row in rows}
    code_of = _numbered(texts.values())
    codes = status.codes.copy()
    codes[list(texts)] = [len(status.values) + code_of[text] for text in texts.values()]
    return text_column(codes, [*status.values, *code_of])


def _numbered(texts: Iterable[str]) -> dict[str, int]:
    return {text: number for number, text in enumerate(dict.fromkeys(texts))}
