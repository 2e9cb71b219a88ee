"""Rows of the run list for the browser: the cells of the columns on show, and what is said of them beside."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple

from components.texts import outcomes
from components.texts.words import MISSING
from domain.run_table.column_refs import ColumnRef
from domain.run_table.columns import Column, NumberColumn, TextColumn, TimeColumn
from domain.run_table.query import ColumnSource, Selection
from domain.run_table.selection.key_names import key_names
from domain.run_table.selection.sorting import Rows
from domain.run_table.table import RunTable
from domain.run_table.word_columns import cells_out_of_range, diverged_cells
from domain.tracking.outcomes import Outcome
from domain.tracking.vocabulary import Vocabulary

# What every row has: to be named, and chosen by.
_ALWAYS = ("name", "experiment", "algorithm")
# As many digits as a cell of a number shows: what was written with no more is no news in its tooltip.
_SHOWN_AS = ".4g"


class Known(NamedTuple):
    """A table of runs and its columns: as MLflow has them, and as the list shows them.

    What changes as time passes alone, how long a run has been silent, is `shown`, and no part of the `lasting` ones.
    """

    table: RunTable
    raw: ColumnSource
    shown: ColumnSource
    lasting: ColumnSource
    vocabulary: Vocabulary

    def has_remarks(self) -> bool:
        """Returns whether there is anything to say of any run's metrics."""
        odd = chain(diverged_cells(self.table, self.vocabulary), cells_out_of_range(self.table, self.vocabulary))
        return next(odd, None) is not None


def row_dicts(known: Known, refs: Sequence[ColumnRef], selection: Selection) -> list[dict[str, Any]]:
    """Returns a dict for each row of `selection`: under `id` the run's, under the text of each column its cell.

    Numbers are numbers, and None where there are none; text that is missing is an en dash. A moment stands in Unix ms
    under its column's name and `_ms`: the browser writes it. Beside the cells are `state`, `parent_id`, `is_sample`,
    `is_marked` where any run is,
    `depth` where a run stands in another, `no_value`, which says by column why there is no number, and `keys`, which by
    column says what its tool calls a value, or how a number was written. How long a run has been silent stands in none:
    the browser is told that apart, since it changes as time passes.
    """
    picked = selection.rows
    every = list(dict.fromkeys([*(built_in(key) for key in _ALWAYS), *refs]))
    found = {_key(ref, column): cells(column, picked) for ref in every for column in [known.lasting(ref)]}
    found |= _facts(known, picked)
    rows = [dict(zip(found, one, strict=True)) for one in zip(*found.values(), strict=True)]
    for row, depth in zip(rows, selection.depths.tolist(), strict=True):
        if depth:
            row["depth"] = depth
    for name, column in (("keys", _keys(known, refs, picked)), ("no_value", _no_values(known, refs, picked))):
        for row, value in zip(rows, column, strict=True):
            row[name] = value
    return rows


def built_in(key: str) -> ColumnRef:
    """Returns the built-in column with this id."""
    return ColumnRef(kind="built_in", key=key)


def cells(column: Column, rows: Rows) -> list[Any]:
    """Returns what stands in these rows: texts, an en dash for a missing one.

    Numbers or Unix ms, None for missing ones.
    """
    if isinstance(column, TextColumn):
        codes = column.codes[rows].tolist()
        texts = {code: MISSING if code < 0 else column.values[code] or MISSING for code in set(codes)}
        return [texts[code] for code in codes]
    if isinstance(column, NumberColumn):
        return [None if value != value else value for value in column.values[rows].tolist()]
    missing = column.missing[rows].tolist()
    return [None if is_missing else ms for ms, is_missing in zip(column.ms[rows].tolist(), missing, strict=True)]


def _key(ref: ColumnRef, column: Column) -> str:
    return f"{ref}_ms" if isinstance(column, TimeColumn) else str(ref)


def _facts(known: Known, picked: Rows) -> dict[str, list[Any]]:
    """Returns what every row has beside its cells."""
    ids, states, started = (cells(known.raw(built_in(key)), picked) for key in ("run_id", "status", "started"))
    parents, samples = ([known.raw(built_in(key)).at(row) for row in picked] for key in ("nested", "sample"))
    is_sample = [text is not None for text in samples]
    marks = [known.raw(built_in("marks")).at(row) for row in picked]
    facts = {"id": ids, "state": states, "started_ms": started, "parent_id": parents, "is_sample": is_sample}
    # Of most lists no run has one, and 5,000 of them are a part of what travels.
    return facts if not any(marks) else facts | {"is_marked": [text or "" for text in marks]}


def _keys(known: Known, refs: Sequence[ColumnRef], picked: Rows) -> list[dict[str, str]]:
    """Returns for each row by column what its tool calls the value, or a number as it was written."""
    by_row: list[dict[str, str]] = [{} for _row in picked]
    for ref in refs:
        column = known.lasting(ref)
        if ref.kind == "built_in":
            _add_texts(by_row, str(ref), _of_column(key_names(known.table, ref.key, known.vocabulary), picked))
        elif isinstance(column, NumberColumn) and column.logged_as is not None:
            written = _of_column(column.logged_as, picked)
            numbers = column.values[picked].tolist()
            _add_texts(by_row, str(ref), (_news(text, number) for text, number in zip(written, numbers, strict=True)))
    return by_row


def _of_column(column: TextColumn | None, picked: Rows) -> Iterable[str | None]:
    return () if column is None else (column.at(row) for row in picked.tolist())


def _add_texts(by_row: list[dict[str, str]], name: str, texts: Iterable[str | None]) -> None:
    for of_row, text in zip(by_row, texts, strict=False):
        if text is not None:
            of_row[name] = text


def _news(text: str | None, number: float) -> str | None:
    return None if text == format(number, _SHOWN_AS) else text


def _no_values(known: Known, refs: Sequence[ColumnRef], picked: Rows) -> Iterator[dict[str, str] | None]:
    """Yields for each row by column what stands in the place of a number, words too.

    None where there is none, as mostly.
    """
    diverged, out_of_range = outcomes.no_value()
    columns = [(str(ref), column) for ref in refs if isinstance(column := known.lasting(ref), NumberColumn)]
    reasons = [(name, column.reasons) for name, column in columns if column.reasons]
    words = [(name, column.words) for name, column in columns if column.words is not None]

    def outcome_of(why: Outcome) -> str:
        return diverged if why.diverged is not None else out_of_range

    for row in picked.tolist():
        texts = {name: outcome_of(of_column[row]) for name, of_column in reasons if row in of_column}
        yield texts | {name: word for name, of_column in words if (word := of_column.at(row)) is not None} or None
