"""`/runs/facts`: the parts of a run's page besides its charts, one per request, in the reader's language."""

from collections.abc import Callable
from typing import Annotated, Any, Final, Literal, TypeVar

import dash
import flask
from dash import ClientsideFunction, Input, Output
from pydantic import BaseModel, Field, ValidationError

from callbacks.wire import problem_in_place
from components import ids
from components.run_facts import lineage, logged
from components.run_facts.gpu_part import gpus
from components.run_facts.logged_values import SHOWN_AT_FIRST, Part
from domain.errors.fleet.history import is_history_off
from domain.errors.misfits import misfits_of
from domain.errors.records import RunIdMalformed
from domain.errors.requests import ContractMisfit
from domain.errors.services import AnswerTooSlow
from domain.fleet.run_gpus import gpus_of_run
from domain.gpus import GpuReport
from domain.registry.models import Model
from domain.run_facts.gpu_use import GpuUse, gpus_of
from domain.tracking.compared import is_run_id
from domain.tracking.runs import Run, RunStatus
from services.connect import Services
from services.fleet.runs_of_users import is_user_of, run_history
from services.run_facts.made_models import models_from
from services.tracking.known_runs import known_run

Q = TypeVar("Q", bound=BaseModel)
_MAX_ENTRIES: Final = 20_000


class PartQuery(BaseModel):
    """Which part of which run's page: the entries that contain `q`, and how many at most."""

    run: str
    part: Literal["gpus", "parameters", "tags", "models", "datasets"]
    q: Annotated[str, Field(max_length=500)] = ""
    most: Annotated[int, Field(ge=1, le=_MAX_ENTRIES)] = SHOWN_AT_FIRST


def register(app: dash.Dash, services: Services) -> None:
    """Adds the route to the server of `app`, and the clientside callbacks."""
    server: flask.Flask = app.server
    parts: dict[str, Callable[[PartQuery], Part]] = {
        "gpus": lambda query: _gpus(services, _run(services, query.run)),
        "parameters": lambda query: logged.parameters(_run(services, query.run), query.q, query.most),
        "tags": lambda query: logged.tags(_run(services, query.run), query.q, query.most),
        "models": lambda query: lineage.models(_made_models(services, query.run), query.most),
        "datasets": lambda query: lineage.datasets(services.datasets.of(query.run), query.most),
    }

    @server.get("/runs/facts")
    @problem_in_place
    def run_part() -> dict[str, Any]:
        """Returns a part's entries, all of them without a search."""
        query = query_as(PartQuery)
        if not is_run_id(query.run):
            raise RunIdMalformed
        return parts[query.part](query)._asdict()

    app.clientside_callback(
        ClientsideFunction("runFacts", "show"),
        Output(ids.RUN_PARTS_SHOWN, "data"),
        Input(ids.RUN_ID, "data"),
        Input(ids.RUN_DRAWN, "data"),
    )


def query_as(shape: type[Q]) -> Q:
    """Returns the request's query; raises `ContractMisfit`, which names each field that does not fit."""
    query: dict[str, Any] = flask.request.args.to_dict()
    try:
        return shape.model_validate(query)
    except ValidationError as error:
        raise ContractMisfit(misfits_of(error)) from error


def _run(services: Services, run_id: str) -> Run:
    return known_run(services.runs.view_with([run_id], services.settings.patience_seconds), run_id)


def _made_models(services: Services, run_id: str) -> list[Model]:
    patience = services.settings.patience_seconds
    return models_from(services.model_views, services.models.name, run_id, patience)


def _gpus(services: Services, run: Run) -> Part:
    """Returns the current GPUs, and those of the run's time; raises what failed if neither are known.

    That is `AnswerTooSlow` while the latter are being read.
    """
    uses, view = _gpu_uses(services, run), run_history(services.fleet, run, services.settings.patience_seconds)
    if view is None:
        return gpus(uses)
    failures = [] if view.failure is None else [view.failure]
    if view.history is None:
        if uses:
            return gpus(uses, remarks=failures)
        if view.failure is None:
            raise AnswerTooSlow(services.fleet.source.name)
        if is_history_off(view.failure) or not _has_gpu_history(services):
            return gpus(uses)
        raise view.failure
    had = gpus_of_run(view.history, lambda user: is_user_of(user, run))
    return gpus(uses, had, view.history.steps, run.run_id, remarks=[*view.history.remarks, *failures])


def _has_gpu_history(services: Services) -> bool:
    """Returns whether the team has a source of the GPU history: the default monitor may run nowhere."""
    settings = services.settings
    return bool(settings.gpu_monitors_listed or settings.prometheus_url) or services.fleet.has_answered


def _gpu_uses(services: Services, run: Run) -> list[GpuUse]:
    """Returns the run's current GPU processes.

    A monitor that does not answer counts as having none, which the GPU page reports.
    """
    if run.status is not RunStatus.RUNNING:
        return []
    reports = services.gpu_reports.all().items()
    return [use for host, report in reports if isinstance(report, GpuReport) for use in gpus_of(run, host, report)]
