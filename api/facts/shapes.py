"""The API's types for a run as a whole."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from api.shapes import ArtifactRow, RunDetail
from domain.points.extremes import Extremes
from domain.registry.models import Model, ModelState
from domain.run_facts.datasets import Dataset
from domain.run_facts.provenance import Provenance
from domain.tracking.runs import Run, RunStatus


class Origin(BaseModel):
    """Where a run came from, according to MLflow's own tags; null: not known."""

    user: str | None
    source: str | None
    source_type: str | None
    entry_point: str | None
    commit: str | None
    branch: str | None
    repository: str | None
    is_dirty: bool | None = Field(description="whether there were uncommitted changes")

    @classmethod
    def of(cls, run: Run) -> Self:
        """Reads the tags of `run`."""
        return cls(**Provenance.of(run.tags)._asdict())


class ChildRun(BaseModel):
    """A run nested in this one."""

    run_id: str
    name: str
    status: RunStatus

    @classmethod
    def of(cls, run: Run) -> Self:
        """Returns the row of a child."""
        return cls(run_id=run.run_id, name=run.name, status=run.status)


class MadeModel(BaseModel):
    """A model that was made from this run."""

    id: str
    name: str | None
    state: ModelState

    @classmethod
    def of(cls, model: Model) -> Self:
        """Returns the row of a model."""
        return cls(id=model.id, name=model.name, state=model.state)


class Bounds(BaseModel):
    """The range of a metric's values, and its number of points; null: not known."""

    model_config = ConfigDict(ser_json_inf_nan="strings")

    least: float | None
    greatest: float | None
    points: int | None

    @classmethod
    def of(cls, found: Extremes) -> Self:
        """Returns the known ones."""
        return cls(**found._asdict())


class RunFacts(RunDetail):
    """Everything known of a run but its histories; what could not be read is null, and `missing` has the reason."""

    tags: dict[str, str]
    origin: Origin
    bounds: dict[str, Bounds] = Field(description="the bounds of each metric by name, as far as they are known")
    children: list[ChildRun] | None
    children_total: int | None = Field(
        description="the number of child runs, of which `children` may be only the first"
    )
    models: list[MadeModel] | None
    datasets: list[Dataset] | None
    artifacts: list[ArtifactRow] | None
    artifacts_cut: bool = Field(description="whether `artifacts` lists only some of the files")
    missing: dict[str, str]
