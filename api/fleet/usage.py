"""/api/gpus/usage: GPU usage in a time range, and how much of the range is covered by data."""

from typing import Final

from flask import Blueprint
from pydantic import BaseModel, Field

from domain.errors.fleet.history import SpanReversed, SpanTooLong
from domain.errors.records import NotFoundThere, RefusedThere
from domain.fleet.series import HistorySource
from domain.fleet.spans import Span
from domain.fleet.usage import Grouping, UsageRow, usage
from services.connect import Services
from services.fleet.runs_of_users import run_finder
from serving.operations.failures import READING
from serving.operations.operation import operation

_WAIT_SECONDS: Final = 25.0


class UsageQuery(Span):
    """The time range, and how GPUs are grouped."""

    by: Grouping = Field(Grouping.OWNER, description="What each row is about.")


class Usage(BaseModel):
    """Usage in hours from the data of `source`, between `since_ms` and `until_ms`, in steps of `step_s`.

    `remarks` name what is missing; `kept_since_ms` is since when data exists, null if that is not known.
    """

    source: HistorySource
    since_ms: int
    until_ms: int
    step_s: float
    kept_since_ms: int | None
    gpus: int = Field(description="the number of GPUs with data in this range")
    rows: list[UsageRow]
    remarks: list[str]


def blueprint(services: Services) -> Blueprint:
    """Returns the route of the GPU usage in `services`."""
    routes = Blueprint("gpu_usage", __name__, url_prefix="/gpus")

    @routes.get("/usage")
    @operation(SpanReversed, SpanTooLong, RefusedThere, NotFoundThere, *READING)
    def gpu_usage(query: UsageQuery) -> Usage:
        """Returns GPU usage in a time range: hours, energy, utilisation, reserved and idle hours."""
        history = services.fleet.read(query, _WAIT_SECONDS)
        steps = history.steps
        return Usage(
            source=history.source,
            since_ms=steps.since_ms,
            until_ms=steps.until_ms,
            step_s=steps.step_ms / 1000,
            kept_since_ms=history.kept_since_ms,
            gpus=len(history.gpus),
            rows=usage(history, query.by, run_finder(services.runs.view().runs)),
            remarks=[str(remark) for remark in history.remarks],
        )

    return routes
