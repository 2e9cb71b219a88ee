"""Selects and orders rows of the run table: one query for the list, its selection, its CSV and the API.

Filters and sorting apply to displayed values, so `columns` returns each column as it is shown.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from domain.errors.run_lists.filters import FilterMisunderstood
from domain.filters.grammar import parse
from domain.filters.terms import MISSING, Filter
from domain.run_changes.marks import Mark
from domain.run_table.column_refs import ColumnRef
from domain.run_table.columns import Column, TextColumn
from domain.run_table.selection.families import nested, parents
from domain.run_table.selection.filtering import is_missing, kind_of, match_mask
from domain.run_table.selection.sorting import Rows, in_order
from domain.run_table.selection.zones import zone_named
from domain.run_table.table import RunTable

ColumnSource = Callable[[ColumnRef], Column]
"""Returns a column of one table."""


class SortKey(NamedTuple):
    """A column to sort by; `descending` puts the greatest first."""

    ref: ColumnRef
    descending: bool

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parses `seed` or `-seed`, which is descending; raises BadInput if it names no column."""
        return cls(ColumnRef.parse(text.removeprefix("-")), text.startswith("-"))

    def __str__(self) -> str:
        return f"-{self.ref}" if self.descending else str(self.ref)


class TypedFilter(NamedTuple):
    """A column and the filter text typed for it."""

    ref: ColumnRef
    text: str


def _refs(refs: Any) -> Any:
    return [ColumnRef.parse(one) if isinstance(one, str) else one for one in refs] if _is_list(refs) else refs


def _sort_keys(refs: Any) -> Any:
    return [SortKey.parse(one) if isinstance(one, str) else one for one in refs] if _is_list(refs) else refs


def _typed(refs: Any) -> Any:
    """Reads `{ref: text}`, the form in JSON."""
    return [(ColumnRef.parse(ref), text) for ref, text in refs.items()] if isinstance(refs, Mapping) else refs


def _is_list(refs: Any) -> bool:
    return isinstance(refs, list | tuple)


MAX_COLUMNS: Final = 300
_ONCE: Final = ("experiment", "algorithm", "together", "archived", "zone")
_FILTER: Final = re.compile(r"filter\[(.*)\]", re.DOTALL)
Name = Annotated[str, Field(max_length=1000)]
Refs = Annotated[tuple[ColumnRef, ...], BeforeValidator(_refs), Field(max_length=MAX_COLUMNS)]


class RunQuery(BaseModel):
    """The selected runs and their order; `zone` is the IANA name of the time zone in which dates are typed.

    `columns` are the displayed ones. With `together` each run is listed below its parent, unless it is sorted
    otherwise. Runs marked as `archived` are included only on request. Raises BadInput if a reference names no column.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    columns: Refs = ()
    filters: Annotated[tuple[TypedFilter, ...], BeforeValidator(_typed), Field(max_length=MAX_COLUMNS)] = ()
    sort: Annotated[tuple[SortKey, ...], BeforeValidator(_sort_keys), Field(max_length=MAX_COLUMNS)] = ()
    experiment: Name | None = None
    algorithm: Annotated[str | None, Field(max_length=10_000)] = None
    together: bool = False
    archived: bool = False
    zone: Annotated[str, Field(max_length=100)] = "UTC"

    @property
    def refs(self) -> frozenset[ColumnRef]:
        """All columns that the query uses."""
        return frozenset([*self.columns, *(one.ref for one in self.filters), *(key.ref for key in self.sort)])

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, Sequence[str]]) -> Self:
        """Reads `?column=…&filter[ref]=…&sort=…&experiment=…`; columns, filters and sorting may be repeated.

        Raises BadInput if a reference names no column, and pydantic's `ValidationError`.
        """
        values: dict[str, Any] = {name: parameters[name][0] for name in _ONCE if parameters.get(name)}
        found = ((_FILTER.fullmatch(name), texts) for name, texts in parameters.items())
        filters = [(ColumnRef.parse(name[1]), text) for name, texts in found if name for text in texts]
        columns, sort = parameters.get("column", ()), parameters.get("sort", ())
        return cls.model_validate(values | {"columns": tuple(columns), "sort": tuple(sort), "filters": tuple(filters)})


class Selection(NamedTuple):
    """The rows that a query selects, in order, with the nesting depth of each; `misfits` are invalid filters."""

    rows: Rows
    depths: NDArray[np.int64]
    misfits: Mapping[ColumnRef, FilterMisunderstood]


def select(table: RunTable, query: RunQuery, columns: ColumnSource) -> Selection:
    """Selects rows of `table`; an invalid filter has no effect."""
    filters, misfits = read_filters(query.filters, columns)
    rows = _chosen(table, query, columns)
    depths = np.zeros(len(table), np.int64)
    if query.together:
        rows, below = nested(rows, parents(table))
        depths[rows] = below
    rows = rows[_kept(len(table), query, filters, columns)[rows]]
    rows = in_order(rows, [(columns(key.ref), key.descending) for key in query.sort])
    return Selection(rows, depths[rows], misfits)


def rows_of(table: RunTable, query: RunQuery, columns: ColumnSource) -> Rows:
    """Returns the rows of `table` that the query selects, in order."""
    return select(table, query, columns).rows


def read_filters(
    typed: Iterable[TypedFilter], columns: ColumnSource
) -> tuple[list[tuple[ColumnRef, Filter]], dict[ColumnRef, FilterMisunderstood]]:
    """Parses typed filters by the kinds of their columns; returns the filters, and the errors of invalid ones."""
    filters: list[tuple[ColumnRef, Filter]] = []
    misfits: dict[ColumnRef, FilterMisunderstood] = {}
    for ref, text in typed:
        try:
            filters.append((ref, parse(text, kind_of(columns(ref)))))
        except FilterMisunderstood as error:
            misfits[ref] = error
    return filters, misfits


def _kept(
    length: int, query: RunQuery, filters: Iterable[tuple[ColumnRef, Filter]], columns: ColumnSource
) -> NDArray[np.bool_]:
    zone, found = zone_named(query.zone), np.ones(length, np.bool_)
    for ref, one in filters:
        if one.terms:
            found &= match_mask(columns(ref), one, zone)
    return found


def _chosen(table: RunTable, query: RunQuery, columns: ColumnSource) -> Rows:
    """Returns the rows of the experiment and algorithm, both matched exactly; archived runs only on request."""
    found = np.ones(len(table), np.bool_) if query.archived else ~table.is_marked(Mark.ARCHIVED)
    for wanted, name in ((query.experiment, "experiment"), (query.algorithm, "algorithm")):
        column = None if wanted is None else columns(ColumnRef(kind="built_in", key=name))
        if isinstance(column, TextColumn):
            found &= _is(column, wanted)
    return np.flatnonzero(found)


def _is(column: TextColumn, wanted: str | None) -> NDArray[np.bool_]:
    of_missing = wanted == MISSING
    equal = [of_missing if is_missing(value) else value == wanted for value in column.values]
    # The last entry is for missing values, whose code is -1.
    found: NDArray[np.bool_] = np.array([*equal, of_missing], np.bool_)[column.codes]
    return found
