"""Live runs, recently ended runs, and the watcher's own tags, in one request.

MLflow's search has no OR, so over REST this takes three requests. MLflow's own pages use GraphQL, which combines
several searches; if a server lacks it or refuses, REST is used.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, NamedTuple

import orjson
from pydantic import BaseModel, BeforeValidator, ValidationError

from domain.errors import AccessDenied, BadInput, BadResponse, NotFound
from domain.tracking.runs import Run
from mlflow_api.alerts.holder import AlertHolder, Control, control_filter, tags_of_versions
from mlflow_api.client import MlflowApi
from mlflow_api.schemas import Experiment, RunPage, bad_row_of, run_of, validated
from transport.cooldown import Cooldown

# RUNNING and SCHEDULED are the only states with a U: MLflow's filter has no OR and no IN for states.
_LIVE: Final = "attributes.status LIKE '%U%'"
_PAGE: Final = 100
_SECONDS: Final = 20.0
_REFUSALS: Final = (NotFound, BadInput, BadResponse, AccessDenied)
_QUERY: Final = """
query($live: MlflowSearchRunsInput, $ended: MlflowSearchRunsInput, $control: MlflowSearchModelVersionsInput) {
  live: mlflowSearchRuns(input: $live) { ...found }
  ended: mlflowSearchRuns(input: $ended) { ...found }
  control: mlflowSearchModelVersions(input: $control) { modelVersions { tags { key value } } }
}
fragment found on MlflowSearchRunsResponse {
  nextPageToken
  runs {
    info { runId runName experimentId status startTime endTime lifecycleStage }
    data { metrics { key value timestamp step } params { key value } tags { key value } }
  }
}
"""
_log = logging.getLogger(__name__)

_Listed = Annotated[list[Any], BeforeValidator(lambda value: value or [])]


class ChangedRuns(NamedTuple):
    """The result of one round: `live` runs are running or waiting, `ended` ones ended after the given time."""

    live: list[Run]
    ended: list[Run]
    control: Control


class _Data(BaseModel):
    metrics: _Listed = []
    params: _Listed = []
    tags: _Listed = []


class _Row(BaseModel):
    info: dict[str, Any]
    data: _Data = _Data()


class _Found(BaseModel):
    runs: Annotated[list[_Row], BeforeValidator(lambda value: value or [])] = []
    nextPageToken: str | None = None


class _Versions(BaseModel):
    modelVersions: _Listed = []


class _Searches(BaseModel):
    live: _Found
    ended: _Found
    control: _Versions | None = None


class _Answer(BaseModel):
    data: _Searches


class ChangedRunsApi:
    """Queries one MLflow; each call raises a `ServiceError`."""

    def __init__(self, mlflow: MlflowApi, holder: AlertHolder) -> None:
        self._mlflow = mlflow
        self._holder = holder
        self._graph_avoided = Cooldown()

    @property
    def is_one_request(self) -> bool:
        """Whether a round takes one request instead of three."""
        return not self._graph_avoided

    def read(self, experiments: Mapping[str, Experiment], ended_after_ms: int) -> ChangedRuns:
        """Returns the runs of these experiments, and the watcher's tags."""
        if not experiments:
            return ChangedRuns([], [], self._holder.control())
        if not self._graph_avoided:
            try:
                return self._by_graph(experiments, ended_after_ms)
            except _REFUSALS as error:
                _log.info("MLflow is asked over REST, for its GraphQL refuses", extra={"cause": str(error)})
                self._graph_avoided.start()
        live = self._pages(experiments, _LIVE)
        return ChangedRuns(live, self._pages(experiments, _ended(ended_after_ms)), self._holder.control())

    def search(
        self,
        experiment_ids: Sequence[str],
        where: str,
        most: int,
        order: Sequence[str],
        known: Mapping[str, Experiment],
    ) -> list[Run]:
        """Returns the first `most` runs that match MLflow's filter."""
        body = {"experiment_ids": experiment_ids, "filter": where, "max_results": most, "order_by": order}
        return _runs(validated(RunPage, self._mlflow.within(_SECONDS).post("runs/search", body)).runs, known)

    def _by_graph(self, experiments: Mapping[str, Experiment], ended_after_ms: int) -> ChangedRuns:
        ids, newest = list(experiments), ["attributes.start_time DESC"]
        searches = {"live": _LIVE, "ended": _ended(ended_after_ms)}
        payload: dict[str, Any] = {
            name: {"experimentIds": ids, "filter": where, "maxResults": _PAGE, "orderBy": newest}
            for name, where in searches.items()
        }
        payload["control"] = {"filter": control_filter(), "maxResults": 1}
        body = orjson.dumps({"query": _QUERY, "variables": payload})
        # MLflow sends nothing before the answer is complete.
        answer = self._mlflow.service.exchange("POST", "/graphql", body=body, deadline_seconds=_SECONDS, is_silent=True)
        found = validated(_Answer, self._mlflow.service.decode(answer)).data
        live, ended = (self._whole(part, experiments, searches[name]) for name, part in _parts(found))
        versions = [] if found.control is None else found.control.modelVersions
        return ChangedRuns(live, ended, Control.of(tags_of_versions(versions)))

    def _whole(self, part: _Found, experiments: Mapping[str, Experiment], where: str) -> list[Run]:
        if part.nextPageToken:  # with more than a page, all are read again over REST, page by page
            return self._pages(experiments, where)
        return _runs([_as_rest(row) for row in part.runs], experiments)

    def _pages(self, experiments: Mapping[str, Experiment], where: str) -> list[Run]:
        token, found = "", list[Any]()
        within = self._mlflow.within(_SECONDS * 3, each_seconds=_SECONDS)
        while True:
            page = within.runs_page(list(experiments), where, _PAGE, token)
            found += page.rows
            token = page.next_token
            if not token:
                return _runs(found, experiments)


def _ended(after_ms: int) -> str:
    return f"attributes.end_time > {after_ms}"


def _parts(found: _Searches) -> Sequence[tuple[str, _Found]]:
    return ("live", found.live), ("ended", found.ended)


def _as_rest(row: _Row) -> dict[str, Any]:
    """Returns a run in REST's format; GraphQL sends null for NaN."""
    info = {
        "run_id": row.info.get("runId"),
        "run_name": row.info.get("runName") or "",
        "experiment_id": row.info.get("experimentId"),
        "status": row.info.get("status"),
        "lifecycle_stage": row.info.get("lifecycleStage") or "active",
        "start_time": row.info.get("startTime"),
        "end_time": row.info.get("endTime"),
    }
    metrics = [one | {"value": "NaN"} if one.get("value") is None else one for one in row.data.metrics]
    return {"info": info, "data": {"metrics": metrics, "params": row.data.params, "tags": row.data.tags}}


def _runs(rows: Sequence[Any], experiments: Mapping[str, Experiment]) -> list[Run]:
    found = []
    for row in rows:
        try:
            found.append(run_of(row, dict(experiments)))
        except ValidationError as error:
            bad = bad_row_of(row, error)
            _log.warning("A run is left out", extra={"run": bad.row, "field": str(bad.field), "cause": str(bad.cause)})
    return found
