"""A page's request for one chart: which runs, which options, which part, and how wide."""

import math
from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from domain.charts.chart_options import IN_ADDRESS, ChartOptions
from domain.charts.chart_spec import ChartSpec
from domain.charts.curves import End, Window
from domain.errors.charts.specs import ChartOptionsOdd
from domain.errors.requests import CountOfMalformed, RunIdsMalformed, RunIdsMissing, RunIdsRequired
from domain.tracking.compared import is_run_id, parse_run_ids

# Limit of one answer: more lines than a person can tell apart.
MAX_RUNS: Final = 1_000
_OPTIONS: Final = IN_ADDRESS | {"zone_minutes"}


class _Extent(BaseModel):
    """The numeric fields of the request."""

    model_config = ConfigDict(extra="ignore")

    width: int | None = Field(None, ge=16, le=10_000)
    x_from: End | None = None
    x_to: End | None = None

    @field_validator("x_from", "x_to")
    @classmethod
    def _check_x_range(cls, end: End | None) -> End | None:
        if end is not None and not math.isfinite(end):
            raise ValueError("no number")
        return end


class FigureQuery(BaseModel):
    """A chart to be drawn; `window` is in the axis's own unit; `axis_chosen` is false if the request names no axis."""

    model_config = ConfigDict(frozen=True)

    runs: tuple[str, ...]
    chart: ChartSpec
    options: ChartOptions = ChartOptions()
    axis_chosen: bool = False
    window: Window = Window()
    width: int | None = None

    @classmethod
    def of(cls, parameters: Mapping[str, Any]) -> "FigureQuery":
        """Reads parameters of an address or a body; raises BadInput or RequestRefused that names the invalid ones."""
        extent = _numbers(parameters)
        return cls(
            runs=run_ids(parameters.get("runs")),
            chart=ChartSpec.parse(str(parameters.get("chart") or "")),
            options=_options(parameters),
            axis_chosen=bool(parameters.get("axis")),
            window=Window(x_from=extent.x_from, x_to=extent.x_to),
            width=extent.width,
        )


def run_ids(given: Any) -> tuple[str, ...]:
    """Returns the run ids in a comma-separated text or a list; raises RequestRefused."""
    if isinstance(given, list):
        ids = [one for one in dict.fromkeys(map(str, given)) if is_run_id(one)]
        malformed = len(set(map(str, given))) - len(ids)
    else:
        ids, malformed = parse_run_ids(None if given is None else str(given))
    if malformed:
        raise RunIdsMalformed({"runs": CountOfMalformed(malformed)})
    if not ids:
        raise RunIdsMissing({"runs": RunIdsRequired()})
    return tuple(ids[:MAX_RUNS])


def _options(parameters: Mapping[str, Any]) -> ChartOptions:
    given = {name: value for name, value in parameters.items() if name in _OPTIONS and value not in ("", None)}
    try:
        return ChartOptions.model_validate(given)
    except ValidationError as error:
        raise ChartOptionsOdd(_names(error)) from error


def _numbers(parameters: Mapping[str, Any]) -> _Extent:
    try:
        return _Extent.model_validate({name: value for name, value in parameters.items() if value not in ("", None)})
    except ValidationError as error:
        raise ChartOptionsOdd(_names(error)) from error


def _names(error: ValidationError) -> str:
    return ", ".join(sorted({str(one["loc"][0]) for one in error.errors()}))
