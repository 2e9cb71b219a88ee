"""Intervals and the interquartile mean, against SciPy and against known values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from domain.statistics import interquartile_mean, percentiles, rank_weights, wilson_interval

lists = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40)


@given(lists)
def test_the_interquartile_mean_is_a_mean_trimmed_by_a_quarter_at_either_end(values: list[float]) -> None:
    expected = stats.trim_mean(values, 0.25)
    assert interquartile_mean(np.array(values)) == pytest.approx(expected, rel=1e-9, abs=1e-6)
    assert interquartile_mean(np.array([values] * 3).T, axis=0) == pytest.approx([expected] * 3, rel=1e-9, abs=1e-6)


@given(lists)
def test_percentiles_are_numpys_quantiles(values: list[float]) -> None:
    low, high = percentiles(np.array([values, values]))
    expected = np.quantile(values, [0.025, 0.975])
    np.testing.assert_allclose([low, high], [[end, end] for end in expected], rtol=1e-9, atol=1e-9)


@given(st.integers(1, 30), st.integers(1, 50), st.integers(0, 5))
def test_rank_weights_are_those_of_means_of_resamples(n: int, resamples: int, seed: int) -> None:
    trimmed = n // 4
    weights = rank_weights(n, trimmed, resamples, seed)
    counted = weights * (n - 2 * trimmed)
    np.testing.assert_allclose(weights.sum(axis=1), 1)
    np.testing.assert_allclose(counted, counted.round(), atol=1e-9)
    np.testing.assert_array_equal(weights, rank_weights(n, trimmed, resamples, seed))


def test_rank_weights_draw_every_rank_equally_often_and_differ_by_seed() -> None:
    weights = rank_weights(5, 0, 20_000, 0)
    np.testing.assert_allclose(weights.mean(axis=0), 0.2, atol=0.005)
    assert (weights != rank_weights(5, 0, 20_000, 1)).any()


@pytest.mark.parametrize(
    ("rate", "episodes"), [(0.5, 10), (0.87, 100), (0.0, 20), (1.0, 3), (1 / 3, 3), (0.999, 100_000)]
)
def test_wilsons_interval_is_scipys(rate: float, episodes: int) -> None:
    expected = stats.binomtest(round(rate * episodes), episodes).proportion_ci(0.95, method="wilson")
    interval = wilson_interval(round(rate * episodes) / episodes, episodes)
    assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high), abs=1e-12)


@given(st.floats(0, 1), st.integers(1, 10**7))
def test_wilsons_interval_holds_the_rate_and_stays_within_0_and_1(rate: float, episodes: int) -> None:
    interval = wilson_interval(rate, episodes)
    assert 0 <= interval.low <= rate <= interval.high <= 1


@pytest.mark.parametrize(("rate", "episodes"), [(None, 10), (0.5, None), (0.5, 0), (87.0, 100), (-0.1, 5), (np.nan, 5)])
def test_an_unknown_or_invalid_rate_has_no_interval(rate: float | None, episodes: int | None) -> None:
    assert wilson_interval(rate, episodes) is None
