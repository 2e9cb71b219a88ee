"""Changes between runs: code, parameters, tags, and resulting metrics."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from domain.run_changes.marks import CHANGE_TAG
from domain.run_facts.differing import Differing, differing
from domain.run_facts.metric_changes import MetricRow, metric_changes
from domain.run_facts.provenance import INTERNAL, Provenance
from domain.tracking.runs import Run
from domain.tracking.vocabulary import Vocabulary


class RunName(BaseModel):
    """A run's id and name."""

    model_config = ConfigDict(frozen=True)

    run_id: str
    name: str


class RunChanges(BaseModel):
    """The runs, the first being the reference, and all differences; `origin` by field."""

    model_config = ConfigDict(frozen=True, ser_json_inf_nan="strings")

    runs: tuple[RunName, ...]
    origin: Differing
    parameters: Differing
    metrics: tuple[MetricRow, ...]
    tags: Differing

    @property
    def commits(self) -> list[str | None]:
        """The commit of each run where these differ; None for each if all are the same."""
        row = next((row for row in self.origin.rows if row.key == "commit"), None)
        return [None for _run in self.runs] if row is None else [cell.value for cell in row.cells]


def changes_between(runs: Sequence[Run], vocabulary: Vocabulary) -> RunChanges:
    """Returns the changes from the first of at least two runs to each other one."""
    return RunChanges(
        runs=tuple(RunName(run_id=run.run_id, name=run.name) for run in runs),
        origin=differing([_origin(run) for run in runs]),
        parameters=differing([run.params for run in runs]),
        metrics=tuple(metric_changes(runs, vocabulary)),
        tags=differing([_own_tags(run) for run in runs]),
    )


def _origin(run: Run) -> dict[str, str]:
    return {field: str(value) for field, value in Provenance.of(run.tags)._asdict().items() if value is not None}


def _own_tags(run: Run) -> dict[str, str]:
    return {key: value for key, value in run.tags.items() if not key.startswith((INTERNAL, CHANGE_TAG))}
