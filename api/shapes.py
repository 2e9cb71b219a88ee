"""The types that /api accepts and returns: requests are validated by them, and docs/openapi.yaml is built from them."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from domain.artifacts.listing import ArtifactEntry
from domain.message_data import MessageData
from domain.points.extremes import Extremes
from domain.registry.models import LONGEST_ID, Model
from domain.run_facts.run_summary import RunSummary
from domain.tracking.runs import LatestMetric, Run
from domain.views.views import View, ViewList


class ArtifactRow(BaseModel):
    """A file or a folder of a run."""

    path: str
    is_dir: bool
    size_bytes: int | None

    @classmethod
    def of(cls, entry: ArtifactEntry) -> Self:
        """Returns the row of a folder's entry."""
        return cls(path=entry.path, is_dir=entry.is_dir, size_bytes=entry.size_bytes)


class ModelRow(BaseModel):
    """A model in the list; null is "not known"."""

    id: str
    algorithm: str | None
    trained_at: datetime | None
    success_rate: float | None = Field(description="0 to 1")
    onnx_path: str | None


class NamedModelRow(ModelRow):
    """A model in a list requested by name, with the fields that tell models of several names apart."""

    name: str | None = Field(description="the registered model of which it is a version")
    env_id: str | None
    mean_return: float | None = Field(description="the mean return of an episode")
    is_active: bool

    @classmethod
    def of(cls, model: Model) -> Self:
        """Returns the row for `model`."""
        return cls(**{field: getattr(model, field) for field in cls.model_fields})


class ModelDetail(ModelRow):
    """One model; all but the first of these fields exceed the contract."""

    total_episodes: int | None
    env_id: str | None
    run_id: str | None
    name: str | None = Field(description="the registered model of which it is a version")
    mean_return: float | None = Field(description="the mean return of an episode")
    env_spec: str | None = Field(description="Gymnasium's EnvSpec as JSON, as stored with the model")
    policy_signature: str | None = Field(
        description="the meaning of the file's inputs and outputs, as stored with the model"
    )
    normalization: str | None = Field(
        description="the statistics for normalising its observations, as stored with the model"
    )
    environment_trouble: MessageData | None = Field(
        description="why its environment cannot be created from what is stored with the model"
    )
    description: str | None
    aliases: list[str] = Field(description="its aliases in the registry, except Clew's own")
    tags: dict[str, str] = Field(description="its tags in the registry, except Clew's own")


class ActivationRequest(BaseModel):
    """Which model to activate, and the reason."""

    model_id: Annotated[str, Field(min_length=1, max_length=LONGEST_ID)]
    reason: Annotated[str | None, Field(max_length=500)] = None


class Activated(BaseModel):
    """The model that is active now."""

    id: str
    message: str
    overrules_deletion: bool = Field(
        False, description="whether it was also deleted at the same time; the activation takes precedence"
    )


# JSON has no numbers for these, but a loss of NaN must not be hidden.
Number = Annotated[
    float, WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string", "enum": ["NaN", "Infinity", "-Infinity"]}]})
]


class Latest(BaseModel):
    """The newest point of a metric; `timestamp` is in Unix ms."""

    model_config = ConfigDict(ser_json_inf_nan="strings")

    value: Number
    step: int
    timestamp: int


class MetricRow(BaseModel):
    """A metric of a run: its newest point, the range of its values, and its number of points; null: not known."""

    model_config = ConfigDict(ser_json_inf_nan="strings")

    key: str
    last: Number
    step: int
    timestamp: int = Field(description="Unix ms")
    least: float | None
    greatest: float | None
    points: int | None

    @classmethod
    def of(cls, key: str, newest: LatestMetric, found: Extremes | None) -> Self:
        """Returns the row of metric `key`."""
        known = Extremes(None, None, None) if found is None else found
        point = {"last": newest.value, "step": newest.step, "timestamp": newest.timestamp}
        return cls(key=key, **point, **known._asdict())


class MetricPoints(BaseModel):
    """All points of a metric in columns of one length, in order of step."""

    run_id: str
    key: str
    step: list[int]
    timestamp: list[int] = Field(description="Unix ms")
    value: list[Number]


class RunDetail(RunSummary):
    """One run: its summary, and everything that it logged except the histories."""

    model_config = ConfigDict(frozen=True, ser_json_inf_nan="strings")

    ended_at: datetime | None
    params: dict[str, str]
    metrics: dict[str, Latest]

    @classmethod
    def of(cls, run: Run, summary: RunSummary) -> Self:
        """Returns what is known of `run`; `summary` is included."""
        metrics = {key: Latest(**dict(metric)) for key, metric in run.metrics.items()}
        return cls(**summary.model_dump(), ended_at=run.ended_at, params=run.params, metrics=metrics)


RunCells = dict[str, datetime | str | int | float | None]
"""A run's id and the requested columns, by name; parameters and tags are text, as they were logged."""


class Comparison(BaseModel):
    """Summaries with their final metrics, in the requested order, and the unknown ids."""

    runs: list[RunSummary]
    missing: list[str]


class ViewRow(BaseModel):
    """A named view: the query of its page, or its short form `v` if that is long."""

    id: str
    name: str
    by: str | None
    saved_at: datetime
    experiment: str | None = Field(description="the experiment that its query filters by")
    opens: list[str] = Field(description="the experiments whose default view it is")
    query: str | None
    v: str | None

    @classmethod
    def of(cls, view: View, views: ViewList) -> Self:
        """Returns the row of `view`, which is one of `views`."""
        return cls(
            id=view.id,
            name=view.name,
            by=view.by,
            saved_at=view.at,
            experiment=view.experiment,
            opens=views.opens(view.id),
            query=view.query,
            v=view.link,
        )


def row_of(model: Model) -> ModelRow:
    """Returns the list's row for `model`."""
    return ModelRow(**{field: getattr(model, field) for field in ModelRow.model_fields})


def detail_of(model: Model) -> ModelDetail:
    """Returns the API's details of a model."""
    return ModelDetail(**{field: getattr(model, field) for field in ModelDetail.model_fields})
