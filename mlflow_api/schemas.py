"""The shapes of MLflow's answers in pydantic, and their conversion to domain values. MLflow's own terms stop here."""

from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from domain.errors import BadResponse
from domain.errors.misfits import misfit_of
from domain.moments import is_plausible
from domain.tracking.runs import BadRow, LatestMetric, Run, RunStatus

SERVICE = "MLflow"
LARGEST_FLOAT = 1.7976931348623157e308
M = TypeVar("M", bound=BaseModel)


def _as_logged(value: Any) -> Any:
    """Restores an infinity: MLflow's store cannot hold it, and keeps the largest float instead."""
    if isinstance(value, float) and abs(value) >= LARGEST_FLOAT:
        return float("inf") if value > 0 else float("-inf")
    return value


# 64 bits, as in MLflow's store and our columns.
Integer = Annotated[int, Field(ge=-(2**63), lt=2**63)]
MetricValue = Annotated[float, BeforeValidator(_as_logged)]


class _Info(BaseModel):
    run_id: str = Field(pattern=r"^[\w-]{1,64}$")
    experiment_id: str
    run_name: str = ""
    status: RunStatus
    lifecycle_stage: str = "active"
    start_time: Integer | None = None
    end_time: Integer | None = None


class _Pair(BaseModel):
    key: str
    value: str = ""


class _Metric(BaseModel):
    key: str
    value: MetricValue
    timestamp: Integer = 0
    step: Integer = 0


class _Data(BaseModel):
    metrics: list[_Metric] = []
    params: list[_Pair] = []
    tags: list[_Pair] = []


class RawRun(BaseModel):
    """A run in MLflow's answer."""

    info: _Info
    data: _Data = _Data()


class RunPage(BaseModel):
    """A page of a search; each run is validated separately, so that an invalid one hides no other."""

    runs: list[Any] = []
    next_page_token: str = ""


class OneRun(BaseModel):
    """The answer about one run."""

    run: Any


class Experiment(BaseModel):
    """An experiment, MLflow's group of runs."""

    experiment_id: str
    name: str
    tags: list[_Pair] = []


class ExperimentPage(BaseModel):
    """A page of experiments."""

    experiments: list[Experiment] = []
    next_page_token: str = ""


def validated(shape: type[M], answer: object) -> M:
    """Validates `answer` as `shape`; raises a `BadResponse` that names the first invalid field."""
    try:
        return shape.model_validate(answer)
    except ValidationError as error:
        raise BadResponse(SERVICE, *misfit_of(error)) from error


def run_of(raw: object, experiments: dict[str, Experiment]) -> Run:
    """Returns a run from MLflow's answer; raises pydantic's ValidationError."""
    parsed = RawRun.model_validate(raw)
    info = parsed.info
    experiment = experiments.get(info.experiment_id)
    now = datetime.now(UTC)
    return Run(
        run_id=info.run_id,
        name=info.run_name,
        experiment_id=info.experiment_id,
        experiment=info.experiment_id if experiment is None else experiment.name,
        status=info.status,
        started_at=_moment(info.start_time, now),
        ended_at=_moment(info.end_time, now),
        odd_start_ms=_odd(info.start_time, now),
        odd_end_ms=_odd(info.end_time, now),
        params={pair.key: pair.value for pair in parsed.data.params},
        metrics={m.key: LatestMetric(value=m.value, step=m.step, timestamp=m.timestamp) for m in parsed.data.metrics},
        tags={pair.key: pair.value for pair in parsed.data.tags},
    )


def _moment(unix_ms: int | None, now: datetime) -> datetime | None:
    """Returns the time; None if it is impossible: a start in seconds instead of ms would be in January 1970."""
    if unix_ms is None or not is_plausible(unix_ms, now):
        return None
    return datetime.fromtimestamp(unix_ms / 1000, UTC)


def _odd(unix_ms: int | None, now: datetime) -> int | None:
    """Returns an impossible time; MLflow writes 0 if no time was given."""
    return unix_ms if unix_ms and not is_plausible(unix_ms, now) else None


def bad_row_of(raw: object, error: ValidationError) -> BadRow:
    """Returns the id of the invalid run, and its first invalid field."""
    info = raw.get("info") if isinstance(raw, dict) else None
    name = str(info.get("run_id") or "?") if isinstance(info, dict) else "?"
    field, misfit = misfit_of(error)
    return BadRow(row=name[:64], field=field, cause=misfit)
