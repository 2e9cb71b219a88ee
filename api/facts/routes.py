"""/api/runs/<id>/facts.json and …/differences: a run as a whole, and its differences from another one."""

from collections.abc import Callable
from typing import Any, Final

from flask import Blueprint
from pydantic import BaseModel, Field

from api.facts.shapes import Bounds, ChildRun, MadeModel, Origin, RunFacts
from api.runs import summaries_with_divergence
from api.shapes import ArtifactRow, RunDetail
from domain.errors import NotFound, ServiceError
from domain.errors.records import NoRunBefore, RunIdMalformed
from domain.run_facts.references import usual_reference
from domain.run_facts.run_changes import RunChanges, changes_between
from domain.tracking.compared import is_run_id
from domain.tracking.runs import Run
from services.connect import Services
from services.run_facts.files import list_files
from services.run_facts.made_models import models_from
from services.tracking.known_runs import known_run, whole_table
from services.tracking.run_store import RunView
from serving.operations.failures import AS_OF, OF_A_RUN
from serving.operations.headers import as_of
from serving.operations.operation import WithHeaders, operation

_MAX_CHILDREN: Final = 1_000


class ReferenceQuery(BaseModel):
    """The run to compare with."""

    against: str | None = Field(
        None, description="The id of the other run; by default the run's parent, else the run before it."
    )


def blueprint(services: Services) -> Blueprint:
    """Returns the routes of a run as a whole in `services`."""
    routes = Blueprint("facts", __name__, url_prefix="/runs/<run_id>")
    patience = services.settings.patience_seconds

    @routes.get("/facts.json")
    @operation(*OF_A_RUN, headers=AS_OF)
    def facts(run_id: str) -> WithHeaders[RunFacts]:
        """Returns everything known of a run but its histories, as a file to keep."""
        view = services.runs.view_with([_checked(run_id)], patience)
        run = known_run(view, run_id)
        kept_as = {"Content-Disposition": f'inline; filename="{run_id}-facts.json"'}
        return WithHeaders(_facts(services, run, view), as_of(view.as_of) | kept_as)

    @routes.get("/differences")
    @operation(NoRunBefore, *OF_A_RUN, headers=AS_OF)
    def differences(run_id: str, query: ReferenceQuery) -> WithHeaders[RunChanges]:
        """Returns what changed compared to another run: code, parameters, metrics, tags."""
        reference = query.against or None
        ids = [_checked(run_id), *([] if reference is None else [_checked(reference)])]
        view = services.runs.view_with(ids, patience)
        run = known_run(view, run_id)
        other = usual_reference(run, whole_table(view)) if reference is None else known_run(view, reference)
        if other is None:
            raise NoRunBefore(run_id)
        return WithHeaders(changes_between([other, run], services.vocabulary), as_of(view.as_of))

    return routes


def _checked(run_id: str) -> str:
    if not is_run_id(run_id):
        raise RunIdMalformed
    return run_id


def _facts(services: Services, run: Run, view: RunView) -> RunFacts:
    missing: dict[str, str] = {}
    patience, run_id = services.settings.patience_seconds, run.run_id
    [summary] = summaries_with_divergence([run], services)
    children = _read(missing, "children", lambda: whole_table(view).children_of(run_id))
    models = _read(missing, "models", lambda: models_from(services.model_views, services.models.name, run_id, patience))
    datasets = _read(missing, "datasets", lambda: services.datasets.of(run_id))
    walked = _read(missing, "artifacts", lambda: list_files(services.artifacts, run_id))
    bounds = services.extremes.read(run, patience).found
    return RunFacts(
        **RunDetail.of(run, summary).model_dump(),
        tags=run.tags,
        origin=Origin.of(run),
        bounds={key: Bounds.of(found) for key, found in sorted(bounds.items())},
        children=None if children is None else [ChildRun.of(child) for child in children[:_MAX_CHILDREN]],
        children_total=None if children is None else len(children),
        models=None if models is None else [MadeModel.of(model) for model in models],
        datasets=datasets,
        artifacts=None if walked is None else [ArtifactRow.of(entry) for entry in walked.entries],
        artifacts_cut=walked is not None and walked.is_cut,
        missing=missing,
    )


def _read(missing: dict[str, str], field: str, read: Callable[[], Any]) -> Any:
    """Returns the result of `read`; on failure None, with the reason in `missing`."""
    try:
        return read()
    except (ServiceError, NotFound) as error:
        missing[field] = str(error)
        return None
