"""Rows of the run list for the browser: the cells of the visible columns, and further facts of each run."""

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
from domain.run_table.words.odd_values import cells_out_of_range, diverged_cells
from domain.tracking.outcomes import Outcome
from domain.tracking.vocabulary import Vocabulary

# Every row has these: its label, and the label of its checkbox.
_ALWAYS = ("name", "experiment", "algorithm")
# The digits that a number's cell shows: a text with no more digits needs no tooltip.
_SHOWN_AS = ".4g"


class ListData(NamedTuple):
    """A table of runs and its columns: as in MLflow (`raw`), and as displayed (`shown`).

    `lasting` is `shown` without what changes merely with time, namely how long a run has been silent.
    """

    table: RunTable
    raw: ColumnSource
    shown: ColumnSource
    lasting: ColumnSource
    vocabulary: Vocabulary

    def has_remarks(self) -> bool:
        """Returns whether any run has remarks on its metrics."""
        odd = chain(diverged_cells(self.table, self.vocabulary), cells_out_of_range(self.table, self.vocabulary))
        return next(odd, None) is not None


def row_dicts(known: ListData, refs: Sequence[ColumnRef], selection: Selection) -> list[dict[str, Any]]:
    """Returns a dict per row of `selection`: `id`, and each column's cell under the column's text.

    Numbers are numbers, or None; missing text is an en dash. A moment is in Unix ms under its column's name with the
    suffix `_ms`; the browser formats it. Further keys are `state`, `parent_id`, `is_sample`; `is_marked` if any run
    is; `depth` for nested runs; `no_value`, which maps columns to the reason why there is no number; and `keys`,
    which maps columns to the tool's name of the value, or to the number as it was written. How long a run has been
    silent is not included: it changes merely with time, so the browser gets it separately.
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
    """Returns the cells of these rows: texts, with an en dash for missing ones.

    Numbers or Unix ms, with None for missing ones.
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


def _facts(known: ListData, picked: Rows) -> dict[str, list[Any]]:
    """Returns what every row has besides its cells."""
    ids, states, started = (cells(known.raw(built_in(key)), picked) for key in ("run_id", "status", "started"))
    parents, samples = ([known.raw(built_in(key)).at(row) for row in picked] for key in ("nested", "sample"))
    is_sample = [text is not None for text in samples]
    marks = [known.raw(built_in("marks")).at(row) for row in picked]
    facts = {"id": ids, "state": states, "started_ms": started, "parent_id": parents, "is_sample": is_sample}
    # Most lists have no marked run, and 5,000 empty marks would be a notable part of the answer.
    return facts if not any(marks) else facts | {"is_marked": [text or "" for text in marks]}


def _keys(known: ListData, refs: Sequence[ColumnRef], picked: Rows) -> list[dict[str, str]]:
    """Returns for each row by column the tool's name of the value, or a number as it was written."""
    by_row: list[dict[str, str]] = [{} for _row in picked]
    for ref in refs:
        column = known.lasting(ref)
        if ref.kind == "built_in":
            _add_texts(by_row, str(ref), _of_column(key_names(known.table, ref.key, known.vocabulary), picked))
        elif isinstance(column, NumberColumn) and column.logged_as is not None:
            written = _of_column(column.logged_as, picked)
            numbers = column.values[picked].tolist()
            _add_texts(
                by_row,
                str(ref),
                (_unless_as_shown(text, number) for text, number in zip(written, numbers, strict=True)),
            )
    return by_row


def _of_column(column: TextColumn | None, picked: Rows) -> Iterable[str | None]:
    return () if column is None else (column.at(row) for row in picked.tolist())


def _add_texts(by_row: list[dict[str, str]], name: str, texts: Iterable[str | None]) -> None:
    for of_row, text in zip(by_row, texts, strict=False):
        if text is not None:
            of_row[name] = text


def _unless_as_shown(text: str | None, number: float) -> str | None:
    return None if text == format(number, _SHOWN_AS) else text


def _no_values(known: ListData, refs: Sequence[ColumnRef], picked: Rows) -> Iterator[dict[str, str] | None]:
    """Yields for each row by column why there is no number, or the text that was logged instead.

    None if there is no such column, as for most rows.
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
