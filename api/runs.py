"""/api/runs/…: training runs as on the pages, so at most `REFRESH_SECONDS` old while MLflow answers."""

from collections.abc import Sequence

from flask import Blueprint
from pydantic import BaseModel, Field

from api.shapes import Comparison, RunDetail
from domain.errors import ServiceUnavailable
from domain.errors.records import RunIdMalformed
from domain.errors.requests import CountOfMalformed, RunIdsMalformed, RunIdsMissing, RunIdsRequired
from domain.errors.services import RunsStillComing
from domain.run_facts.run_summary import RunSummary, summarise
from domain.tracking.compared import is_run_id, parse_run_ids
from domain.tracking.history import History
from domain.tracking.outcomes import located
from domain.tracking.runs import Run
from services.connect import Services
from services.tracking.known_runs import known_run, raise_if_any_may_exist
from serving.operations.failures import AS_OF, OF_A_RUN
from serving.operations.headers import as_of
from serving.operations.operation import WithHeaders, operation


class RunIds(BaseModel):
    """Which runs to compare."""

    runs: str = Field(description="A comma list of run ids.")


def blueprint(services: Services) -> Blueprint:
    """Returns the routes of the runs in `services`."""
    routes = Blueprint("runs", __name__, url_prefix="/runs")
    patience = services.settings.patience_seconds

    @routes.get("/compare")
    @operation(RunIdsMalformed, RunIdsMissing, RunsStillComing, ServiceUnavailable, headers=AS_OF)
    def compare(query: RunIds) -> WithHeaders[Comparison]:
        """Returns several runs side by side."""
        ids = _checked(query.runs)
        view = services.runs.view_with(ids, patience)
        runs = {run_id: run for run_id in ids if (run := view.get(run_id)) is not None}
        missing = [run_id for run_id in ids if run_id not in runs]
        raise_if_any_may_exist(view, missing)
        found = summaries_with_divergence(list(runs.values()), services)
        return WithHeaders(Comparison(runs=found, missing=missing), as_of(view.as_of))

    @routes.get("/<run_id>")
    @operation(*OF_A_RUN, headers=AS_OF)
    def one(run_id: str) -> WithHeaders[RunDetail]:
        """Returns one run."""
        if not is_run_id(run_id):
            raise RunIdMalformed
        view = services.runs.view_with([run_id], patience)
        run = known_run(view, run_id)
        [summary] = summaries_with_divergence([run], services)
        return WithHeaders(RunDetail.of(run, summary), as_of(view.as_of))

    return routes


def summaries_with_divergence(runs: Sequence[Run], services: Services) -> list[RunSummary]:
    """Returns the summaries of runs, with the steps at which metrics began to diverge if these can be found in time."""
    summaries = [summarise(run, services.vocabulary) for run in runs]
    keys = {summary.run_id: list(summary.diverged) for summary in summaries if summary.diverged}
    requested = [run for run in runs if run.run_id in keys]
    known = services.histories.get(requested, keys, services.settings.patience_seconds)
    whole: dict[str, dict[str, History]] = {run_id: {} for run_id in keys}
    for series, history in known.found.items():
        if series not in known.sampled:
            whole[series.run_id][series.key] = history
    return [
        summary.model_copy(update={"diverged": located(summary.diverged, whole.get(summary.run_id, {}))})
        for summary in summaries
    ]


def _checked(runs: str) -> list[str]:
    ids, malformed = parse_run_ids(runs)
    if malformed:
        raise RunIdsMalformed({"runs": CountOfMalformed(malformed)})
    if not ids:
        raise RunIdsMissing({"runs": RunIdsRequired()})
    return ids
