"""The best that each algorithm came to, among runs that can be compared at all.

A reward says nothing beside that of another environment, nor beside another metric's.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from math import inf
from typing import Final, NamedTuple

from pydantic import BaseModel, ConfigDict

from domain.tracking.runs import Run, RunStatus, RunSummary, summarise
from domain.tracking.vocabulary import Vocabulary

RECENT: Final = timedelta(days=7)


class BestOfEnvironment(BaseModel):
    """The best run of each algorithm and reward in one environment, the best first.

    Where runs logged no environment they are compared within their experiment.
    """

    model_config = ConfigDict(frozen=True)

    environment: str | None
    experiment: str | None
    runs: list[RunSummary]


class BestRuns(BaseModel):
    """The best runs, first the environment in which one ended last; of the last days, or of all where none ended then.

    `diverged` and `out_of_range` count those that cannot be the best: they diverged, or their success rate is none.
    """

    model_config = ConfigDict(frozen=True)

    environments: list[BestOfEnvironment]
    are_recent: bool
    diverged: int
    out_of_range: int


class _Place(NamedTuple):
    """Where a run belongs: its environment, or its experiment where it has none."""

    environment: str | None
    experiment: str | None


class _Contest(NamedTuple):
    """The runs of one algorithm and reward in one place are compared."""

    place: _Place
    algorithm: str | None
    reward: str | None


def best_per_algorithm(runs: Iterable[Run], now: datetime, vocabulary: Vocabulary) -> BestRuns:
    """The finished runs with the highest success rate, of equals the highest final reward, of equals the newest."""
    finished = [run for run in runs if run.status is RunStatus.FINISHED]
    recent = [run for run in finished if _ended(run) >= (now - RECENT).timestamp()]
    best = _best(recent, vocabulary)
    return best.model_copy(update={"are_recent": True}) if best.environments else _best(finished, vocabulary)


def _best(finished: Sequence[Run], vocabulary: Vocabulary) -> BestRuns:
    diverged = {run.run_id for run in finished if run.diverged(vocabulary)}
    others = {run.run_id for run in finished if run.out_of_range(vocabulary)} - diverged
    compared = [run for run in finished if run.run_id not in diverged | others]
    return BestRuns(
        environments=_winners(compared, vocabulary),
        are_recent=False,
        diverged=len(diverged),
        out_of_range=len(others),
    )


def _winners(runs: Iterable[Run], vocabulary: Vocabulary) -> list[BestOfEnvironment]:
    best: dict[_Contest, tuple[tuple[float, float], Run]] = {}
    places: dict[_Place, None] = {}
    for run in sorted(runs, key=_ended, reverse=True):
        merit, contest = _merit(run, vocabulary), _contest(run, vocabulary)
        if merit > (-inf, -inf):
            places.setdefault(contest.place)
            if contest not in best or merit > best[contest][0]:
                best[contest] = merit, run
    ordered = sorted(best.items(), key=_rank)
    return [
        BestOfEnvironment(
            environment=place.environment,
            experiment=place.experiment,
            runs=[summarise(run, vocabulary) for contest, (_merit, run) in ordered if contest.place == place],
        )
        for place in places
    ]


def _rank(found: tuple[_Contest, tuple[tuple[float, float], Run]]) -> tuple[float, str, float]:
    """The best first; where the success rates do not say, only among those of the same reward."""
    contest, ((rate, reward), _run) = found
    return -rate, contest.reward or "", -reward


def _contest(run: Run, vocabulary: Vocabulary) -> _Contest:
    """People write PPO and ppo; an environment's name has its case."""
    environment = run.parameter("environment", vocabulary)
    algorithm = run.parameter("algorithm", vocabulary)
    return _Contest(
        place=_Place(environment, None if environment is not None else run.experiment),
        algorithm=None if algorithm is None else algorithm.strip().casefold(),
        reward=vocabulary.metric_key("reward", run.metrics),
    )


def _merit(run: Run, vocabulary: Vocabulary) -> tuple[float, float]:
    rate, reward = run.latest("success_rate", vocabulary), run.latest("reward", vocabulary)
    return (-inf if rate is None else rate, -inf if reward is None else reward)


def _ended(run: Run) -> float:
    """Some clients end a run without a time."""
    moment = run.ended_at or run.started_at
    return 0.0 if moment is None else moment.timestamp()
