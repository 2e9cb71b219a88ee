"""The names for filters, sorting and columns in /api/runs: a run's fields, and any parameter, tag and metric.

Values are as in the answers: null is missing, and also stands for a diverged metric; times are in UTC.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

import numpy as np

from domain.errors import BadInput
from domain.errors.run_lists.columns import ColumnUnknown
from domain.errors.run_lists.filters import FilterMisunderstood, FiltersMisunderstood, NoFilterOf
from domain.filters.grammar import Kind, parse
from domain.messages import Reason
from domain.run_table.column_refs import DECIMALS, ColumnRef
from domain.run_table.columns import Column, NumberColumn
from domain.run_table.query import ColumnSource, SortKey, TypedFilter
from domain.run_table.table import RunTable
from domain.run_table.words.metric_columns import word_outcomes
from domain.tracking.vocabulary import Vocabulary

_PREFIX: Final = "filter"
_PARAMETER: Final = re.compile(r"filter\[(.*)\]", re.DOTALL)


class _Field(NamedTuple):
    """A field of a run: its kind, and its built-in column."""

    kind: Kind
    column: str


FIELDS: Final = {
    "run_id": _Field("text", "run_id"),
    "parent_id": _Field("text", "nested"),
    "name": _Field("text", "name"),
    "experiment": _Field("text", "experiment"),
    "algorithm": _Field("text", "algorithm"),
    "environment": _Field("text", "environment"),
    "status": _Field("text", "status"),
    "seed": _Field("numeric", "seed"),
    "started_at": _Field("datetime", "started"),
    "ended_at": _Field("datetime", "ended"),
    "duration_seconds": _Field("numeric", "duration_minutes"),
    "success_rate": _Field("numeric", "success_percent"),
    "final_reward": _Field("numeric", "final_reward"),
    "final_loss": _Field("numeric", "final_loss"),
    "episode_length": _Field("numeric", "episode_length"),
    "episodes": _Field("numeric", "episodes"),
    "user": _Field("text", "user"),
    "source": _Field("text", "source"),
    "commit": _Field("text", "commit"),
    "marks": _Field("text", "marks"),
    "read_as": _Field("text", "read_as"),
}
"""The API's names of what every run has."""
_FIELD_OF: Final = {field.column: name for name, field in FIELDS.items()}
_SUCCESS, _DURATION = (ColumnRef(kind="built_in", key=key) for key in ("success_percent", "duration_minutes"))
# The list shows percentages with one decimal; a rate as shown there is found here, too.
_RATE_DECIMALS: Final = DECIMALS["success_percent"] + 2
_HINTS: Final[dict[Kind, str]] = {
    "text": "Runs whose {field} contains this, ignoring case; `= x`, `!= x`, `> 3`, `a or b`; `= –` is missing.",
    "numeric": "Runs whose {field} is this number; `> 5`, `!= 5`, `3..5`, `3 or > 5`; `= –` is missing.",
    "datetime": "Runs whose {field}, in UTC, starts with this (`2026-11`); `> 2026-11-20`: after it; `= –` is missing.",
}
KEYED: Final = "`param:<key>`, `tag:<key>`, `metric:<key>` (the last value), `least:<key>` or `greatest:<key>`"


def add_filters(schema: dict[str, Any]) -> None:
    """Adds the filter parameters to the schema of a query; besides these there is one per parameter, tag and metric."""
    hints = {f"{_PREFIX}[{name}]": _HINTS[field.kind].format(field=name) for name, field in FIELDS.items()}
    schema["properties"] |= {name: {"type": "string", "description": hint} for name, hint in hints.items()}


def ref_of(name: str) -> ColumnRef:
    """Returns the column of a field, or of a parameter, tag or metric; raises BadInput for any other name.

    The list's own columns are not included: their names, units and texts are the list's.
    """
    field = FIELDS.get(name)
    if field is not None:
        return ColumnRef(kind="built_in", key=field.column)
    ref = ColumnRef.parse(name)
    if ref.kind == "built_in":
        raise ColumnUnknown(name)
    return ref


def name_of(ref: ColumnRef) -> str:
    """Returns the name of the column in the API."""
    return _FIELD_OF[ref.key] if ref.kind == "built_in" else str(ref)


def sort_key(text: str) -> SortKey:
    """Reads `name` or `-name`, which is descending; raises BadInput."""
    return SortKey(ref_of(text.removeprefix("-")), text.startswith("-"))


def as_answered(table: RunTable, columns: ColumnSource, vocabulary: Vocabulary) -> ColumnSource:
    """Returns a column source in the units of the API, where missing numbers have no substitutes."""

    @cache
    def column(ref: ColumnRef) -> Column:
        if ref == _SUCCESS:
            return NumberColumn(word_outcomes(table, "success_rate", vocabulary).values, decimals=_RATE_DECIMALS)
        found = columns(ref)
        if not isinstance(found, NumberColumn):
            return found
        if ref == _DURATION:
            return NumberColumn(np.round(found.values * 60, 6))
        return found._replace(reasons={})

    return column


def filters_in(parameters: Mapping[str, Sequence[str]]) -> tuple[TypedFilter, ...]:
    """Returns the filters in a request's query, where a name may be repeated; other parameters are skipped.

    Raises `FiltersMisunderstood` (400) with a sentence for each filter with an unknown name or an invalid value.
    """
    found: list[TypedFilter] = []
    misfits: dict[str, Reason] = {}
    for parameter, typed in parameters.items():
        if not parameter.startswith(_PREFIX):
            continue
        try:
            found += _filters_of(parameter, typed)
        except FilterMisunderstood as error:
            misfits[parameter] = error
        except BadInput:
            misfits[parameter] = NoFilterOf()
    if misfits:
        raise FiltersMisunderstood(misfits)
    return tuple(found)


def _filters_of(parameter: str, typed: Sequence[str]) -> list[TypedFilter]:
    name = _PARAMETER.fullmatch(parameter)
    ref = ref_of("" if name is None else name[1])
    if ref.kind == "built_in":  # the type of other columns depends on the runs
        for text in typed:
            parse(text, FIELDS[_FIELD_OF[ref.key]].kind)
    return [TypedFilter(ref, text) for text in typed]
