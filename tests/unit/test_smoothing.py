"""Smoothing, compared with the loop that defines it."""

import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from domain.charts.smoothing import HEAVIEST, smooth
from domain.errors import BadInput

unhurried = settings(deadline=None)  # a busy machine is no failure
# Numbers so small that a product of two underflows are no real rewards.
numbers = st.floats(-1e6, 1e6).filter(lambda v: v == 0 or abs(v) > 1e-200) | st.sampled_from(
    [math.nan, math.inf, -math.inf]
)
weights = st.floats(0.001, HEAVIEST) | st.sampled_from([1e-300, 0.5, 0.9, HEAVIEST])


def by_loop(values: NDArray[np.float64], weight: float) -> NDArray[np.float64]:
    """Returns the values smoothed by the definition: sum and weight of the values before decay, non-finite ones are
    skipped."""
    total, mass, result = 0.0, 0.0, []
    for value in values:
        if math.isfinite(value):
            total = weight * total + (1 - weight) * value
            mass = weight * mass + (1 - weight)
            result.append(total / mass)
        else:
            result.append(value)
    return np.array(result)


@unhurried
@given(st.lists(numbers, max_size=40), st.integers(1, 60), weights)
def test_smoothing_equals_the_defining_loop(some: list[float], times: int, weight: float) -> None:
    values = np.array(some * times)
    largest = np.abs(values[np.isfinite(values)]).max(initial=0)
    np.testing.assert_allclose(smooth(values, weight), by_loop(values, weight), rtol=1e-9, atol=1e-9 * largest)


@unhurried
@given(st.integers(1, 3000), weights)
def test_smoothed_positive_values_agree_to_nine_digits_each(n: int, weight: float) -> None:
    values = np.random.default_rng(n).lognormal(sigma=3, size=n)
    np.testing.assert_allclose(smooth(values, weight), by_loop(values, weight), rtol=1e-9)


@unhurried
@given(st.floats(1e-240, 1e300) | st.floats(-1e300, -1e-240), st.integers(1, 2000), weights)
def test_smoothing_keeps_a_constant_from_its_first_point_on(value: float, n: int, weight: float) -> None:
    np.testing.assert_allclose(smooth(np.full(n, value), weight), value, rtol=1e-9)


@given(st.lists(numbers, max_size=20))
def test_smoothing_with_weight_0_changes_nothing(some: list[float]) -> None:
    np.testing.assert_array_equal(smooth(np.array(some), 0), np.array(some))


def test_smoothing_does_not_change_its_input() -> None:
    values = np.array([1.0, math.nan, 3.0])
    smooth(values, 0.9)
    np.testing.assert_array_equal(values, [1, math.nan, 3])


@pytest.mark.parametrize("weight", [-0.1, 0.995, 1.0, math.nan])
def test_smoothing_weights_out_of_range_are_refused(weight: float) -> None:
    with pytest.raises(BadInput, match=r"0 to 0\.99"):
        smooth(np.ones(3), weight)


def test_smoothing_thirty_long_lines_takes_under_a_second() -> None:
    lines = np.random.default_rng(0).normal(size=(30, 100_000))
    start = time.process_time()
    for line in lines:
        smooth(line, 0.9)
    assert time.process_time() - start < 1  # measured: 0.1 s; the loop takes 1.5 s and more
