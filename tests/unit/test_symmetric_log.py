"""A logarithmic scale for values that are not above zero."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.charts.symmetric_log import SymmetricLog, symmetric_log

VALUES = st.lists(st.floats(-1e30, 1e30, allow_subnormal=False), min_size=1, max_size=50)


@given(VALUES)
def test_the_symmetric_scale_is_used_only_for_values_not_above_zero(values: list[float]) -> None:
    assert (symmetric_log([np.array(values)]) is None) == (min(values) > 0)


@given(VALUES)
def test_the_symmetric_scale_keeps_order_sign_and_zero(values: list[float]) -> None:
    assume(min(values) <= 0)
    scale = symmetric_log([np.array(values[:1]), np.array(values[1:])])
    assert scale is not None
    ordered = np.sort(np.array(values))
    places = scale.at(ordered)
    assert np.isfinite(places).all()
    assert (np.diff(places) >= 0).all()
    assert (np.sign(places) * np.sign(ordered) >= 0).all()
    assert (places[ordered == 0] == 0).all()
    np.testing.assert_array_equal(scale.at(-ordered), -places)
    # Some ten decades at most, however small the smallest is: more would be invisible.
    assert np.abs(places).max() <= 8


@given(VALUES)
def test_ticks_of_the_symmetric_scale_are_few_and_within_the_data(values: list[float]) -> None:
    assume(min(values) <= 0)
    scale = symmetric_log([np.array(values)])
    assert scale is not None
    low, high = min(values), max(values)
    ticks = scale.ticks(low, high)
    assert 1 <= len(ticks) <= 9
    assert ticks == sorted(set(ticks))
    slack = 1e-9 * max(abs(low), abs(high))
    assert all(low - slack <= tick <= high + slack for tick in ticks)


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (-190.0, -20.0, [-100.0, -50.0, -20.0]),
        (-1000.0, 1000.0, [-1000.0, -100.0, -10.0, 0.0, 10.0, 100.0, 1000.0]),
        (0.0, 0.0, [0.0]),
        (-105.0, -103.0, [-105.0, -104.0, -103.0]),
        (-2.0, 0.0, [-2.0, -1.0, 0.0]),
    ],
)
def test_ticks_of_the_symmetric_scale_are_round_numbers(low: float, high: float, ticks: list[float]) -> None:
    scale = symmetric_log([np.array([low, high, -10.0 if low < -500 else low])])
    assert scale is not None
    assert scale.ticks(low, high) == ticks


def test_only_zeros_have_a_symmetric_scale_and_no_values_have_none() -> None:
    assert symmetric_log([np.zeros(3)]) == SymmetricLog(1.0)
    assert symmetric_log([]) is None
    assert symmetric_log([np.empty(0)]) is None
    assert math.isclose(SymmetricLog(1.0).at(np.array([9.0]))[0], 1.0)
