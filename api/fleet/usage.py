"""/api/gpus/usage: who had how much of the GPUs in a span of time, and how much of it is known."""

from typing import Final

from flask import Blueprint, Response, request
from pydantic import BaseModel, Field, ValidationError

from api.wire import answer
from domain.errors.misfits import misfits_of
from domain.errors.requests import ContractMisfit
from domain.fleet.series import HistorySource
from domain.fleet.spans import Span
from domain.fleet.usage import Grouping, UsageRow, usage
from services.connect import Services
from services.fleet.runs_of_users import run_finder

_WAIT_SECONDS: Final = 25.0


class UsageQuery(Span):
    """Of which span, and by what GPUs are told together."""

    by: Grouping = Field(Grouping.OWNER, description="What a row is of; an owner if absent.")


class Usage(BaseModel):
    """Rows by hours, of what `source` knows of a span: from `since_ms` to `until_ms`, in steps of `step_s`.

    `remarks` say what is missing; `kept_since_ms` is since when anything was kept, null where that is not known.
    """

    source: HistorySource
    since_ms: int
    until_ms: int
    step_s: float
    kept_since_ms: int | None
    gpus: int = Field(description="how many GPUs are known in this span")
    rows: list[UsageRow]
    remarks: list[str]


def blueprint(services: Services) -> Blueprint:
    """The route of the usage of the GPUs that `services` know."""
    routes = Blueprint("gpu_usage", __name__, url_prefix="/gpus")

    @routes.get("/usage")
    def gpu_usage() -> Response:
        asked = _query()
        history = services.fleet.read(asked, _WAIT_SECONDS)
        steps = history.steps
        told = Usage(
            source=history.source,
            since_ms=steps.since_ms,
            until_ms=steps.until_ms,
            step_s=steps.step_ms / 1000,
            kept_since_ms=history.kept_since_ms,
            gpus=len(history.gpus),
            rows=usage(history, asked.by, run_finder(services.runs.view().runs)),
            remarks=[str(remark) for remark in history.remarks],
        )
        return answer(Usage, told)

    return routes


def _query() -> UsageQuery:
    try:
        return UsageQuery.model_validate(request.args.to_dict())
    except ValidationError as error:
        raise ContractMisfit(misfits_of(error)) from error
