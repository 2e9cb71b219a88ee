"""Columns of runs for the browser to draw: numbers as typed arrays, texts as codes, and why values are missing."""

import base64
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from components.run_rows.rows import ListData, built_in, cells
from components.texts.translate import translate
from domain.run_table.arrays.strings import NO_TEXT
from domain.run_table.column_refs import ColumnRef
from domain.run_table.columns import Column, NumberColumn, TextColumn
from domain.run_table.query import RunQuery, select
from domain.run_table.selection.filtering import is_missing
from domain.run_table.selection.sorting import Rows, utf16

MAX_RUNS: Final = 100_000
"""More than a browser draws in acceptable time."""
NO_CODE: Final = -1
_WORDS_NAMED: Final = 5


def relation_columns(known: ListData, query: RunQuery) -> dict[str, Any]:
    """Returns the columns of `query` for the runs that match it, at most `MAX_RUNS`, with their ids and names.

    `values` are little-endian: float64 with NaN for missing ones, Unix ms if `kind` is time, and int32 codes of
    `categories` with -1 if it is text. `none`, `diverged`, `out_of_range`, `no_number` and `pending` count the runs
    without a value, `words` lists the texts that some logged instead of a number.
    """
    selection = select(known.table, query, known.shown)
    rows = selection.rows[:MAX_RUNS]
    return {
        "version": known.table.version,
        "total": len(known.table),
        "left": len(selection.rows),
        "drawn": len(rows),
        "loading": known.table.progress is not None,
        "misfits": {str(ref): translate(error) for ref, error in selection.misfits.items()},
        "ids": cells(known.raw(built_in("run_id")), rows),
        "names": cells(known.shown(built_in("name")), rows),
        "columns": [_column(ref, known.shown(ref), rows) for ref in dict.fromkeys(query.columns)],
    }


def _column(ref: ColumnRef, column: Column, rows: Rows) -> dict[str, Any]:
    if isinstance(column, TextColumn):
        column_json = _text(column, rows)
    elif isinstance(column, NumberColumn):
        values = column.values[rows]
        column_json = {"kind": "number", "values": _base64(values, "<f8"), **_reasons(column, rows, values)}
    else:
        missing = column.missing[rows]
        values = np.where(missing, np.nan, column.ms[rows].astype(np.float64))
        column_json = {"kind": "time", "values": _base64(values, "<f8"), "none": int(missing.sum())}
    return {
        "ref": str(ref),
        "diverged": 0,
        "out_of_range": 0,
        "no_number": 0,
        "words": [],
        "pending": column.pending,
        **column_json,
    }


def _text(column: TextColumn, rows: Rows) -> dict[str, Any]:
    """Returns the text column with only those categories that the rows use: of 50,000 names a filter may keep ten.

    They are in the order in which a browser compares texts, so that a range between two of them is contiguous.
    """
    codes = column.codes[rows]
    used = [code for code in np.unique(codes).tolist() if code >= 0 and not is_missing(column.values[code])]
    used.sort(key=lambda code: utf16(column.values[code]))
    places = np.full(len(column.values) + 1, NO_CODE, np.int32)  # the last entry is for missing texts: its code is -1
    places[used] = np.arange(len(used))
    own = places[codes]
    categories = [column.values[code] for code in used]
    return {"kind": "text", "values": _base64(own, "<i4"), "categories": categories, "none": int((own < 0).sum())}


def _reasons(column: NumberColumn, rows: Rows, values: NDArray[np.float64]) -> Mapping[str, Any]:
    """Counts the runs without a number by reason.

    Values that diverged or are out of range were logged, and are not 0.
    """
    found = [column.reasons[row] for row in rows[np.isnan(values)].tolist() if row in column.reasons]
    words = _words(column, rows)
    diverged = sum(outcome.diverged is not None for outcome in found)
    nothing = int(np.isnan(values).sum()) - len(found) - len(words)
    # The count is over all runs; how many of the filtered ones are pending is not known.
    pending = min(column.pending, nothing)
    return {
        "none": nothing - pending,
        "diverged": diverged,
        "out_of_range": len(found) - diverged,
        "pending": pending,
        "no_number": len(words),
        "words": list(dict.fromkeys(words))[:_WORDS_NAMED],
    }


def _words(column: NumberColumn, rows: Rows) -> list[str]:
    """Returns the texts that rows have instead of a number."""
    if column.words is None:
        return []
    codes = column.words.codes[rows]
    return [column.words.values[code] for code in codes[codes != NO_TEXT].tolist()]


def _base64(values: NDArray[Any], kind: str) -> str:
    return base64.b64encode(np.ascontiguousarray(values, kind).tobytes()).decode()
