"""MLflow over its REST API: requests out, validated domain values back. MLflow's own words stop here.

The `mlflow` package would cost every web worker 1.6 s and 130 MB, and its defaults hold a thread for minutes when the
server is down.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, Field, ValidationError
from requests.auth import HTTPBasicAuth

from domain.errors import BadResponse, NotFound, ServiceUnavailable
from domain.runs import BadRow, LatestMetric, Run, RunStatus
from services.http import BearerAuth, JsonService
from services.settings import Settings

SERVICE = "MLflow"
API = "/api/2.0/mlflow/"
CALL_SECONDS = 10.0
LARGEST_FLOAT = 1.7976931348623157e308
M = TypeVar("M", bound=BaseModel)


def _as_logged(value: Any) -> Any:
    """MLflow's store cannot hold an infinity and keeps the largest float instead."""
    if isinstance(value, float) and abs(value) >= LARGEST_FLOAT:
        return float("inf") if value > 0 else float("-inf")
    return value


MetricValue = Annotated[float, BeforeValidator(_as_logged)]


class _Info(BaseModel):
    run_id: str = Field(pattern=r"^[\w-]{1,64}$")
    experiment_id: str
    run_name: str = ""
    status: RunStatus
    lifecycle_stage: str = "active"
    start_time: int | None = None
    end_time: int | None = None


class _Pair(BaseModel):
    key: str
    value: str = ""


class _Metric(BaseModel):
    key: str
    value: MetricValue
    timestamp: int = 0
    step: int = 0


class _Data(BaseModel):
    metrics: list[_Metric] = []
    params: list[_Pair] = []
    tags: list[_Pair] = []


class _RawRun(BaseModel):
    info: _Info
    data: _Data = _Data()


class _Page(BaseModel):
    runs: list[Any] = []
    next_page_token: str = ""


class _OneRun(BaseModel):
    run: Any


class Experiment(BaseModel):
    """An experiment, the group that runs sit in."""

    experiment_id: str
    name: str
    tags: list[_Pair] = []


class _ExperimentPage(BaseModel):
    experiments: list[Experiment] = []
    next_page_token: str = ""


class MlflowRest:
    """The calls that Clew makes to an MLflow tracking server; each ends within `CALL_SECONDS` or what `within` says."""

    def __init__(self, service: JsonService, page_size: int = 5_000, ends: float | None = None) -> None:
        self.service = service
        self._page_size = page_size
        self._ends = ends

    def within(self, seconds: float) -> "MlflowRest":
        """The same server for a piece of work that must end, all its calls together, in `seconds` from now."""
        return MlflowRest(self.service, self._page_size, time.monotonic() + seconds)

    @classmethod
    def from_settings(cls, settings: Settings) -> "MlflowRest":
        """The server that the settings name, with the credentials they hold."""
        auth: BearerAuth | HTTPBasicAuth | None = None
        if settings.mlflow_tracking_token:
            auth = BearerAuth(settings.mlflow_tracking_token)
        elif settings.mlflow_tracking_username:
            auth = HTTPBasicAuth(settings.mlflow_tracking_username, settings.mlflow_tracking_password or "")
        return cls(JsonService(SERVICE, settings.tracking_url, auth))

    def experiments(self) -> dict[str, Experiment]:
        """All active experiments by id."""
        found: dict[str, Experiment] = {}
        token = ""
        while True:
            body = {"max_results": 1000, "page_token": token}
            page = validated(_ExperimentPage, self.post("experiments/search", body))
            found |= {experiment.experiment_id: experiment for experiment in page.experiments}
            token = page.next_page_token
            if not token:
                return found

    def search_runs(self, experiments: dict[str, Experiment], where: str = "") -> tuple[list[Run], list[BadRow]]:
        """Every run of `experiments` that fits MLflow's filter `where`, pages followed to the end, and the bad rows."""
        runs: list[Run] = []
        bad: list[BadRow] = []
        for raw in self._pages(list(experiments), where):
            try:
                runs.append(_run(raw, experiments))
            except ValidationError as error:
                bad.append(_bad_row(raw, error))
        return runs, bad

    def run(self, run_id: str, experiments: dict[str, Experiment]) -> Run:
        """One run; raises `NotFound`, also for a deleted one, which MLflow would still tell."""
        raw = validated(_OneRun, self.get_api("runs/get", {"run_id": run_id})).run
        try:
            run, stage = _run(raw, experiments), _RawRun.model_validate(raw).info.lifecycle_stage
        except ValidationError as error:
            bad = _bad_row(raw, error)
            raise BadResponse(SERVICE, bad.field, bad.cause) from error
        if stage == "deleted":
            raise NotFound(f"Run {run_id} was deleted")
        return run

    def get(self, path: str, params: Mapping[str, Any]) -> Any:
        """One GET of a path of the server."""
        return self.service.call("GET", path, params=params, deadline_seconds=self._seconds_left())

    def post(self, path: str, body: object) -> Any:
        """One POST to MLflow's public API."""
        return self.service.call("POST", API + path, body=body, deadline_seconds=self._seconds_left())

    def get_api(self, path: str, params: Mapping[str, Any]) -> Any:
        """One GET of MLflow's public API."""
        return self.get(API + path, params)

    def delete(self, path: str, body: object) -> Any:
        """One DELETE of MLflow's public API."""
        return self.service.call("DELETE", API + path, body=body, deadline_seconds=self._seconds_left())

    def _seconds_left(self) -> float:
        if self._ends is None:
            return CALL_SECONDS
        left = self._ends - time.monotonic()
        if left <= 0:
            raise ServiceUnavailable(SERVICE, "did not finish its answer in time")
        return left

    def _pages(self, experiment_ids: Sequence[str], where: str) -> Iterator[Any]:
        token = ""
        while experiment_ids:
            body = {"experiment_ids": experiment_ids, "filter": where, "max_results": self._page_size}
            answer = self.post("runs/search", body | ({"page_token": token} if token else {}))
            page = validated(_Page, answer)
            yield from page.runs
            token = page.next_page_token
            if not token:
                return


def validated(shape: type[M], answer: object) -> M:
    """`answer` as `shape`, or a `BadResponse` that names the first field that does not fit."""
    try:
        return shape.model_validate(answer)
    except ValidationError as error:
        first = error.errors()[0]
        raise BadResponse(SERVICE, _path(first["loc"]), first["msg"]) from error


def _run(raw: object, experiments: dict[str, Experiment]) -> Run:
    parsed = _RawRun.model_validate(raw)
    info = parsed.info
    experiment = experiments.get(info.experiment_id)
    return Run(
        run_id=info.run_id,
        name=info.run_name,
        experiment_id=info.experiment_id,
        experiment=info.experiment_id if experiment is None else experiment.name,
        status=info.status,
        started_at=_moment(info.start_time),
        ended_at=_moment(info.end_time),
        params={pair.key: pair.value for pair in parsed.data.params},
        metrics={m.key: LatestMetric(value=m.value, step=m.step, timestamp=m.timestamp) for m in parsed.data.metrics},
        tags={pair.key: pair.value for pair in parsed.data.tags},
    )


def _moment(unix_ms: int | None) -> datetime | None:
    """MLflow writes 0 where nobody gave a time."""
    if not unix_ms:
        return None
    try:
        return datetime.fromtimestamp(unix_ms / 1000, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _bad_row(raw: object, error: ValidationError) -> BadRow:
    info = raw.get("info") if isinstance(raw, dict) else None
    name = str(info.get("run_id") or "?") if isinstance(info, dict) else "?"
    first = error.errors()[0]
    return BadRow(row=name[:64], field=_path(first["loc"]), cause=first["msg"])


def _path(loc: tuple[int | str, ...]) -> str:
    return ".".join(map(str, loc)) or "body"
