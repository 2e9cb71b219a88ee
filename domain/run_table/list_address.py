"""The state of the run list in an address: columns, order, widths, filters and sorting."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple, Self, TypeVar

from pydantic import BaseModel, ConfigDict

from domain.errors import BadInput
from domain.run_table.column_refs import ColumnRef

Query = Mapping[str, str | Sequence[str]]
"""An address's query; a repeated name has a list."""
Part = TypeVar("Part")
MIN_WIDTH: Final = 48
GREATEST_WIDTH: Final = 1_200
MAX_COLUMNS: Final = 300
_WIDTH: Final = re.compile(r"([0-9]{1,4}):(.+)", re.DOTALL)
_FILTER: Final = re.compile(r"filter\[(.*)\]", re.DOTALL)


class SortedBy(NamedTuple):
    """A column by which rows are sorted."""

    ref: ColumnRef
    descending: bool


class ListAddress(BaseModel):
    """The requested state of the run list; without `columns` it has its usual ones.

    `widths` are in pixels and `filters` as they were typed, both by a column's reference.
    """

    model_config = ConfigDict(frozen=True)

    columns: tuple[ColumnRef, ...] = ()
    widths: dict[ColumnRef, int] = {}
    sort: tuple[SortedBy, ...] = ()
    filters: dict[ColumnRef, str] = {}
    experiment: str | None = None
    algorithm: str | None = None
    together: bool = False
    archived: bool = False

    @classmethod
    def from_address(cls, query: Query) -> tuple[Self, list[str]]:
        """Returns the state in an address, and the names of invalid parameters, which are ignored."""
        odd: set[str] = set()
        columns = list(_read("column", query, ColumnRef.parse, odd))
        if len(columns) > MAX_COLUMNS:
            odd.add("column")
        address = cls(
            columns=tuple(dict.fromkeys(columns))[:MAX_COLUMNS],
            widths=dict(_read("width", query, _width, odd)),
            sort=_each_once(_read("sort", query, _sorting, odd)),
            filters=dict(_filters(query, odd)),
            experiment=_first(query, "experiment"),
            algorithm=_first(query, "algorithm"),
            together=_first(query, "together") == "true",
            archived=_first(query, "archived") == "true",
        )
        return address, sorted(odd)


def _all(query: Query, name: str) -> list[str]:
    values = query.get(name, [])
    return [values] if isinstance(values, str) else list(values)


def _first(query: Query, name: str) -> str | None:
    return next(iter(_all(query, name)), None) or None


def _read(name: str, query: Query, parse: Callable[[str], Part], odd: set[str]) -> Iterator[Part]:
    for text in _all(query, name):
        try:
            yield parse(text)
        except BadInput:
            odd.add(name)


def _width(text: str) -> tuple[ColumnRef, int]:
    """Parses `180:param:lr`; a width out of bounds becomes the nearest bound."""
    found = _WIDTH.fullmatch(text)
    if found is None:
        return ColumnRef.parse(""), 0  # raises, since "" is not a column
    return ColumnRef.parse(found[2]), min(max(int(found[1]), MIN_WIDTH), GREATEST_WIDTH)


def _each_once(sort: Iterator[SortedBy]) -> tuple[SortedBy, ...]:
    """Keeps the first of several sort keys for the same column."""
    found: dict[ColumnRef, SortedBy] = {}
    for by in sort:
        found.setdefault(by.ref, by)
    return tuple(found.values())


def _sorting(text: str) -> SortedBy:
    return SortedBy(ColumnRef.parse(text.removeprefix("-")), text.startswith("-"))


def _filters(query: Query, odd: set[str]) -> Iterator[tuple[ColumnRef, str]]:
    for name in query:
        if found := _FILTER.fullmatch(name):
            for ref in _read(name, {name: found[1]}, ColumnRef.parse, odd):
                if typed := _first(query, name):
                    yield ref, typed
