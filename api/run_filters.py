"""`?filter[name]=…` of /api/runs: each field by the grammar that the boxes of the run list are read by."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, NamedTuple

from werkzeug.datastructures import MultiDict

from domain.errors.requests import FilterMisunderstood, FiltersMisunderstood, NoFilterOf
from domain.filters.grammar import Kind, parse
from domain.filters.terms import Cell, Filter
from domain.messages import Reason
from domain.tracking.runs import RunSummary

_PREFIX: Final = "filter"


class _Field(NamedTuple):
    kind: Kind
    cell: Callable[[RunSummary], Cell]


def _as_shown(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


FIELDS: Final = {
    "run_id": _Field("text", lambda run: run.run_id),
    "parent_id": _Field("text", lambda run: run.parent_id),
    "name": _Field("text", lambda run: run.name),
    "experiment": _Field("text", lambda run: run.experiment),
    "algorithm": _Field("text", lambda run: run.algorithm),
    "environment": _Field("text", lambda run: run.environment),
    "status": _Field("text", lambda run: run.status.value),
    "seed": _Field("numeric", lambda run: run.seed),
    "started_at": _Field("datetime", lambda run: _as_shown(run.started_at)),
    "duration_seconds": _Field("numeric", lambda run: run.duration_seconds),
    "success_rate": _Field("numeric", lambda run: run.success_rate),
    "final_reward": _Field("numeric", lambda run: run.final_reward),
    "final_loss": _Field("numeric", lambda run: run.final_loss),
    "episode_length": _Field("numeric", lambda run: run.episode_length),
    "episodes": _Field("numeric", lambda run: run.episodes),
}
_HINTS: Final[dict[Kind, str]] = {
    "text": "Runs whose {field} contains this, in upper or lower case; `= x`, `!= x`, `> 3`, `a or b`; `= –` is none.",
    "numeric": "Runs whose {field} is this number; `> 5`, `!= 5`, `3..5`, `3 or > 5`; `= –` is none.",
    "datetime": "Runs whose {field}, in UTC, begins so (`2026-11`); `> 2026-11-20` is after that day; `= –` is none.",
}


PARAMETERS: Final = {f"{_PREFIX}[{name}]": field for name, field in FIELDS.items()}


def described() -> dict[str, str]:
    """The parameters of the query, and what each does."""
    return {f"{_PREFIX}[{name}]": _HINTS[field.kind].format(field=name) for name, field in FIELDS.items()}


class RunFilters(NamedTuple):
    """Every filter of one query, each with its field."""

    filters: list[tuple[_Field, Filter]]

    def keeps(self, run: RunSummary) -> bool:
        """Whether all of them keep `run`."""
        return all(one.matches(field.cell(run)) for field, one in self.filters)


def filters_in(asked: MultiDict[str, str]) -> RunFilters:
    """The filters in the query of a request; raises `FiltersMisunderstood` (400), with a sentence for each field."""
    found: list[tuple[_Field, Filter]] = []
    misfits: dict[str, Reason] = {}
    for parameter, typed in asked.items(multi=True):
        if not parameter.startswith(_PREFIX):
            continue
        if parameter not in PARAMETERS:
            misfits[parameter] = NoFilterOf()
            continue
        field = PARAMETERS[parameter]
        try:
            found.append((field, parse(typed, field.kind)))
        except FilterMisunderstood as error:
            misfits[parameter] = error
    if misfits:
        raise FiltersMisunderstood(misfits)
    return RunFilters(found)
