"""The best run of each algorithm, among comparable runs.

Rewards of different environments, or of different metrics, are not comparable.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from domain.run_facts.run_summary import RunSummary, summarise
from domain.run_table.arrays.cells import Rows
from domain.run_table.arrays.strings import NO_TEXT
from domain.run_table.columns import NO_TIME
from domain.run_table.table import RunTable
from domain.run_table.words.metric_columns import metric_names, word_outcomes
from domain.run_table.words.odd_values import rows_diverged, rows_out_of_range
from domain.run_table.words.parameter_columns import parameter_column
from domain.tracking.runs import RunStatus
from domain.tracking.vocabulary import Vocabulary

RECENT: Final = timedelta(days=7)
_US_PER_SECOND: Final = 1e6


class BestOfEnvironment(BaseModel):
    """The best run of each algorithm and reward in one environment, the best first.

    Runs without a logged environment are compared within their experiment.
    """

    model_config = ConfigDict(frozen=True)

    environment: str | None
    experiment: str | None
    runs: list[RunSummary]


class BestRuns(BaseModel):
    """The best runs, by environment, the most recent first; of the last days, or of all if none ended then.

    `diverged` and `out_of_range` count runs that were excluded: they diverged, or their success rate is out of range.
    """

    model_config = ConfigDict(frozen=True)

    environments: list[BestOfEnvironment]
    are_recent: bool
    diverged: int
    out_of_range: int


class _ComparableRuns(NamedTuple):
    """Groups of comparable runs [n]: those of one algorithm and reward in one place, an environment or experiment.

    `place` and `contest` are numbers of these groups; `reward` is the code of the run's name for its reward.
    """

    place: NDArray[np.int64]
    contest: NDArray[np.int64]
    reward: NDArray[np.int32]


class _Results(NamedTuple):
    """The results of each run [n], minus infinity where unknown, and when it ended in Unix µs."""

    rate: NDArray[np.float64]
    reward: NDArray[np.float64]
    ended: NDArray[np.int64]


def best_per_algorithm(table: RunTable, now: datetime, vocabulary: Vocabulary) -> BestRuns:
    """Returns the finished runs with the highest success rate; ties by the final reward, then by the end time."""
    results, finished = _results(table, vocabulary), table.rows_with_status(RunStatus.FINISHED)
    since = (now - RECENT).timestamp() * _US_PER_SECOND
    recent = _best(table, finished[results.ended[finished] >= since], results, vocabulary)
    if recent.environments:
        return recent.model_copy(update={"are_recent": True})
    return _best(table, finished, results, vocabulary)


def _results(table: RunTable, vocabulary: Vocabulary) -> _Results:
    rate, reward = (word_outcomes(table, word, vocabulary).values for word in ("success_rate", "reward"))
    runs = table.parts.runs
    # Some clients end a run without a time.
    ended = np.where(runs.ended_us == NO_TIME, runs.started_us, runs.ended_us)
    lowest = (np.where(np.isnan(value), -np.inf, value) for value in (rate, reward))
    return _Results._make([*lowest, np.where(ended == NO_TIME, 0, ended)])


def _best(table: RunTable, finished: Rows, results: _Results, vocabulary: Vocabulary) -> BestRuns:
    diverged, others = rows_diverged(table, vocabulary), rows_out_of_range(table, vocabulary)
    compared = finished[~(diverged | others)[finished]]
    compared = compared[(results.rate[compared] > -np.inf) | (results.reward[compared] > -np.inf)]
    return BestRuns(
        environments=_winners(table, compared, results, vocabulary),
        are_recent=False,
        diverged=int(diverged[finished].sum()),
        out_of_range=int((others & ~diverged)[finished].sum()),
    )


def _winners(table: RunTable, rows: Rows, results: _Results, vocabulary: Vocabulary) -> list[BestOfEnvironment]:
    """Returns one run of each contest; places are ordered by their latest end of a run."""
    rows = rows[np.argsort(-results.ended[rows], kind="stable")]
    comparable = _comparable_runs(table, vocabulary)
    # Among equals, the first here is the one that ended last.
    by_result = rows[np.lexsort((-results.reward[rows], -results.rate[rows]))]
    best = _first_of_each(by_result, comparable.contest)
    ranked = sorted(best.tolist(), key=lambda row: _rank(table, row, results, comparable))
    places: dict[int, list[int]] = {
        int(place): [] for place in comparable.place[_first_of_each(rows, comparable.place)]
    }
    for row in ranked:
        places[int(comparable.place[row])].append(row)
    return [_environment(table, chosen, vocabulary) for chosen in places.values()]


def _first_of_each(rows: Rows, kind: NDArray[np.int64]) -> Rows:
    """Returns the first of these rows of each kind [n], in their order."""
    return rows[np.sort(np.unique(kind[rows], return_index=True)[1])]


def _rank(table: RunTable, row: int, results: _Results, comparable: _ComparableRuns) -> tuple[float, str, float, float]:
    """Returns the sort key, best first; where the success rates are equal, rewards are compared only under the same
    name.
    """
    code = int(comparable.reward[row])
    name = "" if code == NO_TEXT else table.parts.pool.text(code)
    return -results.rate[row], name, -results.reward[row], -results.ended[row]


def _environment(table: RunTable, rows: Iterable[int], vocabulary: Vocabulary) -> BestOfEnvironment:
    summaries = [summarise(run, vocabulary) for run in table.runs(rows)]
    environment = summaries[0].environment
    experiment = summaries[0].experiment if environment is None else None
    return BestOfEnvironment(environment=environment, experiment=experiment, runs=summaries)


def _comparable_runs(table: RunTable, vocabulary: Vocabulary) -> _ComparableRuns:
    """Groups runs that may be compared, ignoring the case of algorithms; without an environment, by experiment."""
    environment = parameter_column(table, "environment", vocabulary).codes.astype(np.int64)
    # Distinct from environments of the same name.
    place = np.where(environment == NO_TEXT, -2 - table.parts.runs.experiment.astype(np.int64), environment)
    algorithm = parameter_column(table, "algorithm", vocabulary)
    folded = [name.strip().casefold() for name in algorithm.values]
    number_of = {name: number for number, name in enumerate(dict.fromkeys(folded))}
    numbers = np.array([*(number_of[name] for name in folded), NO_TEXT], np.int64)[algorithm.codes]
    reward = metric_names(table, "reward", vocabulary)
    _distinct, contest = np.unique(np.stack([place, numbers, reward]), axis=1, return_inverse=True)
    return _ComparableRuns(place, contest.reshape(-1).astype(np.int64), reward)
