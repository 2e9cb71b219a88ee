"""Any column of the run table by its reference, for all runs at once; equal, row by row, to `summarise`."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Final

import numpy as np

from domain.filters.terms import parsed_number
from domain.run_changes.marks import Mark
from domain.run_table.arranging import STATUSES
from domain.run_table.arrays.strings import NO_TEXT
from domain.run_table.column_refs import DECIMALS, ColumnRef
from domain.run_table.columns import NO_TIME, Column, NumberColumn, TextColumn, TimeColumn
from domain.run_table.selection.filtering import is_missing
from domain.run_table.silence_column import silent_minutes
from domain.run_table.table import RunTable
from domain.run_table.words.metric_columns import episode_counts, metric_outcomes, word_outcomes
from domain.run_table.words.odd_values import cells_out_of_range, diverged_cells
from domain.run_table.words.parameter_columns import parameter_column
from domain.run_table.words.shown_words import METRIC_OF, PARAMETER_OF
from domain.run_table.words.tool_columns import tool_rows
from domain.tracking.outcomes import Outcome
from domain.tracking.runs import PARENT_TAG, SAMPLE_TAG, whole_number
from domain.tracking.vocabulary import Vocabulary

_TAG_OF: Final = {"user": "mlflow.user", "source": "mlflow.source.name", "commit": "mlflow.source.git.commit"}
_US_PER_MS: Final = 1000
_US_PER_SECOND: Final = 1e6


def column_of(table: RunTable, ref: ColumnRef, vocabulary: Vocabulary, as_of: datetime | None = None) -> Column:
    """Returns the column `ref`; `as_of` is the time for the silence of runs, by default that of the last full reading.

    If `RunTable.is_partial_in` the column, all its rows are pending. For some columns the page formats the text:
    `nested` has the parent's id, `remarks` and `diverged` the names of the metrics.
    """
    if table.is_partial_in(ref):
        return NumberColumn(np.full(len(table), np.nan), pending=len(table))
    match ref.kind:
        case "param":
            return _numbers_if_most(table.param(ref.key))
        case "tag":
            return _numbers_if_most(table.tag(ref.key))
        case "built_in":
            return _as_shown(_built_in(table, ref.key, vocabulary, as_of or table.swept_at), ref.key)
        case _:
            return metric_outcomes(table, ref.key, None)


def _built_in(table: RunTable, name: str, vocabulary: Vocabulary, as_of: datetime) -> Column:
    if name in _TAG_OF:
        return table.tag(_TAG_OF[name])
    if name == "silent_minutes":
        return NumberColumn(silent_minutes(table, as_of))
    if name in _BY_VOCABULARY:
        return _BY_VOCABULARY[name](table, vocabulary)
    if name in METRIC_OF:
        return word_outcomes(table, METRIC_OF[name], vocabulary)
    if name in PARAMETER_OF:
        return parameter_column(table, PARAMETER_OF[name], vocabulary)
    return _PLAIN[name](table)


def _as_shown(column: Column, name: str) -> Column:
    return column._replace(decimals=DECIMALS[name]) if isinstance(column, NumberColumn) and name in DECIMALS else column


def _numbers_if_most(column: TextColumn) -> Column:
    """Converts to numbers if more than half of the runs with a value have a number; the other texts are kept as words.

    All runs count, whatever is selected: the meaning of a column's filter must not depend on other filters.
    """
    numbers = [parsed_number(text) for text in column.values]
    is_number = np.array([number is not None for number in numbers], np.bool_)
    is_word = ~is_number & ~np.array([is_missing(text) for text in column.values], np.bool_)
    runs = np.bincount(column.codes[column.codes != NO_TEXT], minlength=len(column.values))
    if runs[is_number].sum() <= runs[is_word].sum():
        return column
    # The last entries are for code -1.
    values = np.array([*numbers, np.nan], np.float64)[column.codes]
    word_codes = np.append(np.where(is_word, np.arange(len(column.values)), NO_TEXT), NO_TEXT).astype(np.int32)
    words = TextColumn(word_codes[column.codes], column.values) if (runs[is_word] > 0).any() else None
    return NumberColumn(values, logged_as=column, words=words)


def _status(table: RunTable) -> TextColumn:
    names = sorted(STATUSES)
    places = np.array([names.index(status) for status in STATUSES], np.int32)
    return TextColumn(places[table.parts.runs.status], [str(name) for name in names])


def _times(unix_us: np.ndarray) -> TimeColumn:
    return TimeColumn(unix_us // _US_PER_MS, unix_us == NO_TIME)


def _duration(table: RunTable) -> NumberColumn:
    """Returns minutes; NaN where the end is before the start, since one of the two is wrong."""
    start, end = table.parts.runs.started_us, table.parts.runs.ended_us
    known = (start != NO_TIME) & (end != NO_TIME) & (end >= start)
    seconds = np.where(known, np.subtract(end, start, where=known, out=np.zeros_like(end)) / _US_PER_SECOND, np.nan)
    return NumberColumn(seconds / 60)


def _parent(table: RunTable) -> TextColumn:
    """Returns the parent of each run; none for a run that names itself."""
    codes = table.tag_codes(PARENT_TAG)
    is_unnamed = codes == table.parts.pool.find("")
    return table.text_column(np.where(is_unnamed | (codes == table.parts.runs.run_id), NO_TEXT, codes).astype(np.int32))


def _sample(table: RunTable) -> TextColumn:
    codes = np.full(len(table), NO_TEXT, np.int32)
    codes[table.rows_with_tag(SAMPLE_TAG, "true")] = 0
    return TextColumn(codes, ["true"])


def _marks(table: RunTable) -> TextColumn:
    """Returns the marks of each run; both marks are joined, the baseline first."""
    baseline, archived = table.is_marked(Mark.BASELINE), table.is_marked(Mark.ARCHIVED)
    codes = (baseline + 2 * archived - 1).astype(np.int32)  # -1 is missing
    return TextColumn(codes, [Mark.BASELINE, Mark.ARCHIVED, f"{Mark.BASELINE} {Mark.ARCHIVED}"])


def _read_as(table: RunTable) -> TextColumn:
    """Returns the tool that each run is read as; missing where none is known."""
    readings, codes = tool_rows(table)
    names = [None if one.profile is None else one.profile.name for one in readings]
    values = sorted({name for name in names if name is not None})
    places = np.array([NO_TEXT if name is None else values.index(name) for name in names], np.int32)
    return TextColumn(places[codes] if len(places) else np.zeros(0, np.int32), values)


def _seed(table: RunTable, vocabulary: Vocabulary) -> NumberColumn:
    column = parameter_column(table, "seed", vocabulary)
    seeds = [whole_number(text) for text in column.values]
    values = np.array([*(np.nan if seed is None else seed for seed in seeds), np.nan], np.float64)
    return NumberColumn(values[column.codes])


def _success(table: RunTable, vocabulary: Vocabulary) -> NumberColumn:
    found = word_outcomes(table, "success_rate", vocabulary)
    return NumberColumn(found.values * 100, found.reasons)


def _diverged(table: RunTable, vocabulary: Vocabulary) -> TextColumn:
    return _names(len(table), diverged_cells(table, vocabulary))


def _remarks(table: RunTable, vocabulary: Vocabulary) -> TextColumn:
    return _names(len(table), [*diverged_cells(table, vocabulary), *cells_out_of_range(table, vocabulary)])


def _names(size: int, cells: Iterable[tuple[int, str, Outcome]]) -> TextColumn:
    """Returns the names of the metrics of each row."""
    names: dict[int, list[str]] = {}
    for row, key, _outcome in cells:
        names.setdefault(row, []).append(key)
    texts = {row: ", ".join(keys) for row, keys in names.items()}
    values = sorted(set(texts.values()))
    code_of = {text: code for code, text in enumerate(values)}
    codes = np.full(size, NO_TEXT, np.int32)
    codes[list(texts)] = [code_of[text] for text in texts.values()]
    return TextColumn(codes, values)


_PLAIN: Final[Mapping[str, Callable[[RunTable], Column]]] = {
    "name": lambda table: table.text_column(table.parts.runs.name),
    "run_id": lambda table: table.text_column(table.parts.runs.run_id),
    "experiment": lambda table: table.text_column(table.parts.runs.experiment),
    "status": _status,
    "started": lambda table: _times(table.parts.runs.started_us),
    "ended": lambda table: _times(table.parts.runs.ended_us),
    "duration_minutes": _duration,
    "nested": _parent,
    "sample": _sample,
    "marks": _marks,
    "read_as": _read_as,
}
_BY_VOCABULARY: Final[Mapping[str, Callable[[RunTable, Vocabulary], Column]]] = {
    "seed": _seed,
    "success_percent": _success,
    "episodes": episode_counts,
    "diverged": _diverged,
    "remarks": _remarks,
}
