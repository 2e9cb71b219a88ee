"""A row of the run list."""

from datetime import datetime
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from domain.run_changes.marks import Marks
from domain.tracking.outcomes import Diverged
from domain.tracking.runs import Run, RunStatus, whole_number
from domain.tracking.vocabulary import MetricWord, ParameterWord, Vocabulary


class RunSummary(BaseModel):
    """A row of the run list; None is "not known", `success_rate` is 0 to 1, `parent_id` the parent run.

    `keys` names the metric or parameter of each field, as its tool calls it. `diverged` and `out_of_range` list, by
    those names, the metrics without a value because they ended in a non-finite number, or are rates outside of 0 to 1,
    as logged.
    """

    model_config = ConfigDict(frozen=True)

    run_id: str
    name: str
    experiment: str
    algorithm: str | None
    environment: str | None
    seed: int | None
    started_at: datetime | None
    duration_seconds: float | None
    success_rate: float | None
    final_reward: float | None
    final_loss: float | None
    episode_length: float | None
    episodes: int | None
    status: RunStatus
    is_sample: bool
    marks: Marks = []
    read_as: str | None = Field(None, description="the tool that logged it, if known")
    parent_id: str | None = None
    keys: dict[str, str]
    diverged: dict[str, Diverged]
    out_of_range: dict[str, float]


def summarise(run: Run, vocabulary: Vocabulary) -> RunSummary:
    """Returns the row of `run`, read by `vocabulary`, for the list and the table of final metrics."""
    return RunSummary(
        run_id=run.run_id,
        name=run.name,
        experiment=run.experiment,
        algorithm=run.parameter("algorithm", vocabulary),
        environment=run.parameter("environment", vocabulary),
        seed=whole_number(run.parameter("seed", vocabulary)),
        started_at=run.started_at,
        duration_seconds=_seconds_between(run.started_at, run.ended_at),
        success_rate=run.latest("success_rate", vocabulary),
        final_reward=run.latest("reward", vocabulary),
        final_loss=run.latest("loss", vocabulary),
        episode_length=run.latest("episode_length", vocabulary),
        episodes=run.episodes(vocabulary),
        status=run.status,
        is_sample=run.is_sample,
        marks=run.marks,
        read_as=None if run.tool.profile is None else run.tool.profile.name,
        parent_id=run.parent_id,
        keys=_keys(run, vocabulary),
        diverged=run.diverged(vocabulary),
        out_of_range=run.out_of_range(vocabulary),
    )


_METRIC_OF: Final[dict[str, MetricWord]] = {
    "success_rate": "success_rate",
    "final_reward": "reward",
    "final_loss": "loss",
    "episode_length": "episode_length",
    "episodes": "episodes",
}
_PARAMETER_OF: Final[dict[str, ParameterWord]] = {
    "algorithm": "algorithm",
    "environment": "environment",
    "seed": "seed",
}


def _keys(run: Run, vocabulary: Vocabulary) -> dict[str, str]:
    found = {field: run.metric_key(word, vocabulary) for field, word in _METRIC_OF.items()}
    parameters = {field: run.parameter_at(word, vocabulary) for field, word in _PARAMETER_OF.items()}
    found |= {field: None if at is None else at[0].label for field, at in parameters.items()}
    # Counted by a metric that is logged once per episode.
    found["episodes"] = found["episodes"] or vocabulary.of(run).episode_counter(run.metrics)
    return {field: key for field, key in found.items() if key is not None}


def _seconds_between(start: datetime | None, end: datetime | None) -> float | None:
    """Returns the difference; None also where the end is before the start, since one of the two is wrong."""
    return None if start is None or end is None or end < start else (end - start).total_seconds()
