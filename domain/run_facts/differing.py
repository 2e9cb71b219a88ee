"""Differences in the texts that runs logged, each compared with the first run."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from pydantic import BaseModel, ConfigDict

from domain.run_facts.values import leaves, mean_the_same

Texts = Mapping[str, str]
_MAX_READ: Final = 1_000_000


class Kind(StrEnum):
    """How a run's value compares with that of the first run."""

    FIRST = "first"
    SAME = "same"
    REWRITTEN = "rewritten"  # the same value in another spelling
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"
    MISSING = "missing"  # in both


DIFFERENT = frozenset({Kind.CHANGED, Kind.ADDED, Kind.REMOVED})


class Cell(BaseModel):
    """A run's text under a key, None where it logged none, and its comparison with the first run's."""

    model_config = ConfigDict(frozen=True)

    value: str | None
    kind: Kind


class Row(BaseModel):
    """A key, or a path in its value, with a cell for each run, the first one first."""

    model_config = ConfigDict(frozen=True)

    key: str
    cells: tuple[Cell, ...]


class Differing(BaseModel):
    """The keys that differ, those that differ only in spelling, and the number of equal ones."""

    model_config = ConfigDict(frozen=True)

    rows: tuple[Row, ...]
    rewritten: tuple[Row, ...]
    same: int


class _Sorted(NamedTuple):
    rows: list[Row]
    rewritten: list[Row]
    same: list[Row]


class _Pieces:
    """Parses values into pieces, up to a total number of characters: thousands of long ones would take a minute."""

    def __init__(self) -> None:
        self._left = _MAX_READ

    def of(self, value: str) -> Mapping[str, str] | None:
        """Returns leaves as `leaves` does; None also once the limit is reached."""
        self._left -= len(value)
        return leaves(value) if self._left >= 0 else None


def differing(logged: Sequence[Texts]) -> Differing:
    """Returns the differences between runs, in order of key; lists and dictionaries are compared piece by piece."""
    found, pieces = _Sorted([], [], []), _Pieces()
    for key in sorted({key for texts in logged for key in texts}):
        for row in _rows(key, [texts.get(key) for texts in logged], pieces):
            _kept_among(found, row)
    return Differing(rows=tuple(found.rows), rewritten=tuple(found.rewritten), same=len(found.same))


def _kept_among(found: _Sorted, row: Row) -> None:
    kinds = {cell.kind for cell in row.cells}
    if kinds & DIFFERENT:
        found.rows.append(row)
    elif Kind.REWRITTEN in kinds:
        found.rewritten.append(row)
    else:
        found.same.append(row)


def _rows(key: str, values: Sequence[str | None], pieces: _Pieces) -> Iterator[Row]:
    whole = _row(key, values)
    if not {cell.kind for cell in whole.cells} & {Kind.CHANGED, Kind.REWRITTEN}:
        yield whole
        return
    inner = [None if value is None else pieces.of(value) for value in values]
    if any(found is None and value is not None for found, value in zip(inner, values, strict=True)):
        yield whole  # one of them is neither a list nor a dictionary
        return
    paths = dict.fromkeys(path for found in inner for path in found or {})
    parts = [_row(key + path, [None if found is None else found.get(path) for found in inner]) for path in paths]
    # A value that differs only in spelling needs only one row.
    if any(cell.kind in DIFFERENT for part in parts for cell in part.cells):
        yield from parts
    else:
        yield whole.model_copy(update={"cells": tuple(map(_as_rewritten, whole.cells))})


def _as_rewritten(cell: Cell) -> Cell:
    return cell.model_copy(update={"kind": Kind.REWRITTEN}) if cell.kind is Kind.CHANGED else cell


def _row(key: str, values: Sequence[str | None]) -> Row:
    first = values[0]
    cells = [Cell(value=first, kind=Kind.FIRST)]
    cells += [Cell(value=value, kind=_kind(first, value)) for value in values[1:]]
    return Row(key=key, cells=tuple(cells))


def _kind(first: str | None, value: str | None) -> Kind:
    if first is None or value is None:
        if first is value:
            return Kind.MISSING
        return Kind.ADDED if first is None else Kind.REMOVED
    if first == value:
        return Kind.SAME
    return Kind.REWRITTEN if mean_the_same(first, value) else Kind.CHANGED
