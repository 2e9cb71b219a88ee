"""Aggregates of final scores, against the published definitions.

Source: Agarwal et al. 2021, "Deep Reinforcement Learning at the Edge of the Statistical Precipice", and their package
rliable 1.2.0, whose formulas stand here with the same SciPy calls. (The package itself wants an arch older than 8, and
that one does not work with pandas 3.)
"""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from domain.errors import BadInput
from domain.statistics import MIN_RUNS
from domain.tracking.scores import Aggregates, Estimate, aggregate, probability_of_improvement

Matrix = NDArray[np.float64]  # [runs, environments]
unhurried = settings(deadline=None, max_examples=50)  # a busy machine is no failure


def published_iqm(scores: Matrix) -> float:
    return stats.trim_mean(scores, proportiontocut=0.25, axis=None)


def published_mean(scores: Matrix) -> float:
    return np.mean(np.mean(scores, axis=0))


def published_median(scores: Matrix) -> float:
    return np.median(np.mean(scores, axis=0))


def published_improvement(x: Matrix, y: Matrix) -> float:
    columns = range(x.shape[1])
    tests = [stats.mannwhitneyu(x[:, i], y[:, i], alternative="greater", method="asymptotic") for i in columns]
    return np.mean([test.statistic / (len(x) * len(y)) for test in tests])


def resampled(rng: np.random.Generator, scores: Matrix) -> Matrix:
    """Returns one stratified resample: runs are drawn again within each environment."""
    return np.column_stack([rng.choice(column, len(column)) for column in scores.T])


def by_environment(scores: Matrix) -> dict[str, list[float]]:
    return {f"env{i}": column.tolist() for i, column in enumerate(scores.T)}


@st.composite
def matrices(draw: st.DrawFn, environments: int | None = None) -> Matrix:
    """Draws scores with ties (rounded) and without."""
    shape = draw(st.integers(1, 12)), environments or draw(st.integers(1, 4))
    scores = np.random.default_rng(draw(st.integers(0, 2**32))).normal(scale=3, size=shape)
    return scores.round() if draw(st.booleans()) else scores


@unhurried
@given(matrices())
def test_aggregate_estimates_equal_the_published_definitions(scores: Matrix) -> None:
    found = aggregate(by_environment(scores), resamples=10)
    assert found.iqm.value == pytest.approx(published_iqm(scores), abs=1e-9)
    assert found.mean.value == pytest.approx(published_mean(scores), abs=1e-9)
    assert found.median.value == pytest.approx(published_median(scores), abs=1e-9)
    assert (found.runs, found.environments) == (scores.size, scores.shape[1])


@unhurried
@given(matrices(environments=2), matrices(environments=2))
def test_the_probability_of_improvement_equals_the_published_definition(x: Matrix, y: Matrix) -> None:
    there = probability_of_improvement(by_environment(x), by_environment(y), resamples=10).probability.value
    back = probability_of_improvement(by_environment(y), by_environment(x), resamples=10).probability.value
    assert there == pytest.approx(published_improvement(x, y), abs=1e-9)
    assert there + back == pytest.approx(1)


def assert_same_interval(estimate: Estimate, samples: list[float]) -> None:
    """Checks within bootstrap noise: an eighth of the resamples' standard deviation, several times the ends' own
    error."""
    assert estimate.interval is not None
    ends = np.quantile(samples, [0.025, 0.975])
    np.testing.assert_allclose([estimate.interval.low, estimate.interval.high], ends, atol=np.std(samples) / 8)


def test_the_intervals_are_those_of_a_stratified_bootstrap() -> None:
    rng = np.random.default_rng(1)
    scores = rng.normal(loc=[0.0, 1.0, 5.0], scale=[1.0, 2.0, 0.5], size=(10, 3))
    samples = [resampled(rng, scores) for _ in range(3000)]
    found = aggregate(by_environment(scores))
    assert_same_interval(found.iqm, [published_iqm(sample) for sample in samples])
    assert_same_interval(found.mean, [published_mean(sample) for sample in samples])
    assert_same_interval(found.median, [published_median(sample) for sample in samples])


def test_the_interval_of_an_improvement_resamples_both_groups() -> None:
    rng = np.random.default_rng(2)
    x, y = rng.normal(loc=0.5, size=(12, 2)), rng.normal(size=(9, 2))
    pairs = [(resampled(rng, x), resampled(rng, y)) for _ in range(4000)]
    samples = [np.mean([(a[:, None, i] > b[:, i]).mean() for i in range(2)]) for a, b in pairs]
    assert_same_interval(probability_of_improvement(by_environment(x), by_environment(y)).probability, samples)


def test_a_seed_fixes_the_intervals() -> None:
    scores = {"maze": np.random.default_rng(0).normal(size=9).tolist()}
    other = {"maze": np.random.default_rng(1).normal(size=8).tolist()}
    assert aggregate(scores) == aggregate(scores)
    assert aggregate(scores) != aggregate(scores, seed=1)
    assert probability_of_improvement(scores, other) == probability_of_improvement(scores, other)


def test_resampling_in_portions_gives_the_same_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("domain.tracking.scores._AT_ONCE", 50)
    scores = {"maze": np.random.default_rng(0).normal(size=20).tolist()}
    found = aggregate(scores, resamples=4001)
    rng = np.random.default_rng(5)
    assert_same_interval(found.mean, [np.mean(rng.choice(scores["maze"], 20)) for _ in range(4000)])


@pytest.mark.parametrize("runs", range(1, 5))
def test_fewer_than_three_runs_have_no_interval(runs: int) -> None:
    scores = {"maze": [float(i) for i in range(runs)], "cave": [0.0, 1.0, 2.0, 3.0]}
    found: Aggregates = aggregate(scores, resamples=10)
    improvement = probability_of_improvement(scores, {"cave": [1.0, 2.0, 3.0], "maze": [1.0, 2.0, 3.0]}, resamples=10)
    is_known = runs >= MIN_RUNS
    assert [e.interval is not None for e in (found.iqm, found.mean, found.median)] == [is_known] * 3
    assert (improvement.probability.interval is not None) == is_known


def test_only_environments_in_common_are_compared() -> None:
    x: dict[str, Any] = {"maze": [1.0], "cave": [0.0]}
    found = probability_of_improvement(x, {"maze": [0.0], "lake": [9.0]})
    assert (found.environments, found.probability.value) == (("maze",), 1.0)
    with pytest.raises(BadInput, match="in common"):
        probability_of_improvement(x, {"lake": [9.0]})


@pytest.mark.parametrize("wrong", [{"maze": []}, {"maze": [1.0, np.nan]}, {}])
def test_empty_or_invalid_scores_are_refused(wrong: dict[str, list[float]]) -> None:
    with pytest.raises(BadInput, match=r"maze|no scores"):
        aggregate(wrong)
