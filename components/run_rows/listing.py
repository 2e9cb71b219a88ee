"""The list of runs as JSON for the browser: rows, counts, and the options of its menus."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from components.run_rows.list_columns import REMARKS, columns
from components.run_rows.rows import ListData, built_in, cells, row_dicts
from components.texts.translate import translate
from components.texts.words import MISSING
from domain.run_changes.marks import Mark
from domain.run_table.column_refs import BUILT_IN, ColumnRef
from domain.run_table.columns import Column, KeyCounts, TextColumn
from domain.run_table.query import RunQuery, Selection, select
from domain.run_table.selection.filtering import kind_of

# Columns that are shown by default if any run has a value in them.
_WITH_TEXTS = ("sample", "marks", "nested")
OF_THEMSELVES = (*_WITH_TEXTS, REMARKS)


class Page(NamedTuple):
    """Which page of the rows, and how many rows it has."""

    number: int
    size: int


def listing(known: ListData, query: RunQuery, page: Page | None, selected: Iterable[str] = ()) -> dict[str, Any]:
    """Returns the result of `query`: one page of its rows, or all; and which `selected` runs no longer exist."""
    selection = select(known.table, query, known.shown)
    return {
        "version": known.table.version,
        "total": len(known.table),
        "left": len(selection.rows),
        "page": 0 if page is None else page.number,
        "rows": row_dicts(known, query.columns, _of_page(selection, page)),
        "misfits": {str(ref): translate(error) for ref, error in selection.misfits.items()},
        "kinds": {str(ref): kind_of(known.shown(ref)) for ref in query.columns},
        "pending": {str(ref): count for ref in query.refs if (count := known.shown(ref).pending)},
        "progress": None if known.table.progress is None else known.table.progress.model_dump(),
        "choices": {key: _choices(known.shown(built_in(key))) for key in ("experiment", "algorithm")},
        "filled": _filled(known),
        "archived": int(np.count_nonzero(known.table.is_marked(Mark.ARCHIVED))),
        "gone": [run_id for run_id in selected if run_id not in known.table],
    }


def matching_ids(known: ListData, query: RunQuery) -> dict[str, Any]:
    """Returns the ids of all runs that match `query`, in its order, on all pages."""
    rows = select(known.table, query, known.shown).rows
    return {"ids": cells(known.raw(built_in("run_id")), rows), "left": len(rows), "version": known.table.version}


def column_menu(known: ListData) -> dict[str, Any]:
    """Returns every column that the list can have: the built-in ones by their headings, the others by kind and name.

    The latter come with the number of runs that logged them.
    """
    names = {column.key: column.name for column in columns()}
    own = [(ref, names[ref.key]) for key in names if (ref := _known_built_in(key)) is not None]
    table = known.table
    kinds = (("param", table.param_keys()), ("metric", table.metric_keys()), ("tag", table.tag_keys()))
    return {
        "version": table.version,
        "total": len(table),
        "built_in": [{"id": ref.key, "name": name, "type": kind_of(known.shown(ref))} for ref, name in own],
        "groups": [{"kind": kind, "keys": _pairs(counts)} for kind, counts in kinds],
    }


def _of_page(selection: Selection, page: Page | None) -> Selection:
    if page is None:
        return selection
    part = slice(page.number * page.size, (page.number + 1) * page.size)
    return selection._replace(rows=selection.rows[part], depths=selection.depths[part])


def _choices(column: Column) -> list[str]:
    """Returns the distinct texts of a column, as displayed, sorted."""
    if not isinstance(column, TextColumn):
        return []
    held = np.bincount(column.codes + 1, minlength=len(column.values) + 1)  # -1 stands for missing
    found = {MISSING} if held[0] else set[str]()
    return sorted(found | {column.values[code] or MISSING for code in np.flatnonzero(held[1:]).tolist()})


def _filled(known: ListData) -> list[str]:
    """Returns which of those columns have any value; computed without creating texts."""
    return [
        *(key for key in _WITH_TEXTS if _has_texts(known.raw(built_in(key)))),
        *([REMARKS] if known.has_remarks() else []),
    ]


def _has_texts(column: Column) -> bool:
    return isinstance(column, TextColumn) and bool((column.codes >= 0).any())


def _known_built_in(key: str) -> ColumnRef | None:
    return ColumnRef(kind="built_in", key=key) if key in BUILT_IN else None


def _pairs(counts: KeyCounts) -> list[tuple[str, int]]:
    return list(zip(counts.names, counts.runs.tolist(), strict=True))
