"""What a chart draws of a line: the window of the full data, its extremes, and smoothing independent of it."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.charts.curves import EVERYTHING, MIN_DRAWN, Curve, Window, curve, visible
from domain.charts.smoothing import smooth
from domain.errors import BadInput

unhurried = settings(deadline=None)  # a busy machine is no failure
numbers = st.floats(-1e6, 1e6) | st.sampled_from([math.nan, math.inf])


@st.composite
def curves(draw: st.DrawFn) -> Curve:
    """Draws long, noisy lines with irregular and repeated x and a few spikes, some of them next to each other."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    n = draw(st.integers(1, 2000))
    y = rng.normal(size=n).cumsum()
    spikes = rng.integers(n, size=draw(st.integers(0, 6)))
    y[spikes] += rng.normal(scale=1000, size=len(spikes))
    if len(spikes) and spikes[0] + 1 < n:
        y[spikes[0] + 1] = -y[spikes[0]]
    return curve(np.sort(rng.integers(0, 3000, size=n)).astype(float), y)


@st.composite
def windows(draw: st.DrawFn) -> Window:
    ends = sorted(draw(st.tuples(st.integers(-10, 3010), st.integers(-10, 3010))))
    return draw(st.sampled_from([Window(x_from=ends[0], x_to=ends[1]), Window(x_from=ends[0]), Window(x_to=ends[1])]))


mosts = st.integers(MIN_DRAWN, 300)


@unhurried
@given(curves(), windows() | st.just(EVERYTHING), mosts)
def test_the_drawn_points_include_the_extremes_of_the_window(full: Curve, window: Window, most: int) -> None:
    low, high = window.x_from if window.x_from is not None else -1, window.x_to if window.x_to is not None else 1e9
    inside = full.y[(full.x >= low) & (full.x <= high)]
    drawn = visible(full, most, window)
    shown = drawn.y[(drawn.x >= low) & (drawn.x <= high)]
    assert drawn.total == len(inside)
    assert len(drawn.x) <= most
    assert set(zip(drawn.x, drawn.y, strict=True)) <= set(zip(full.x, full.y, strict=True))
    if len(inside):
        assert (shown.min(), shown.max()) == (inside.min(), inside.max())
    if len(inside) <= most - 2:
        np.testing.assert_array_equal(shown, inside)


@unhurried
@given(curves(), windows(), mosts)
def test_the_line_continues_beyond_the_window_on_either_side(full: Curve, window: Window, most: int) -> None:
    drawn = visible(full, most, window)
    assert (np.diff(drawn.x) >= 0).all()
    if window.x_from is not None and (before := full.x[full.x < window.x_from]).size:
        assert drawn.x[0] == before[-1]
        assert (drawn.x < window.x_from).sum() == 1
    if window.x_to is not None and (after := full.x[full.x > window.x_to]).size:
        assert drawn.x[-1] == after[0]
        assert (drawn.x > window.x_to).sum() == 1


@unhurried
@given(st.lists(numbers, min_size=1, max_size=300), windows(), windows(), mosts, st.floats(0, 0.99))
def test_smoothing_is_independent_of_the_window(
    values: list[float], one: Window, other: Window, most: int, weight: float
) -> None:
    y = np.array(values * 5)
    x = np.arange(len(y), dtype=float)
    truth = smooth(y, weight)
    for window in (one, other, EVERYTHING):
        drawn = visible(curve(x, smooth(y, weight)), most, window)
        np.testing.assert_array_equal(drawn.y, truth[drawn.x.astype(int)])


def test_points_with_nan_or_infinity_are_left_out_and_counted() -> None:
    line = curve(np.array([0, 1, np.nan, 3]), np.array([1, np.inf, 2, 4]))
    assert (line.x.tolist(), line.y.tolist(), line.left_out) == ([0, 3], [1, 4], 2)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers()), max_size=30))
def test_points_at_the_same_x_keep_their_order(points: list[tuple[int, int]]) -> None:
    x, y = np.array(points, float).reshape(-1, 2).T
    line = curve(x, y)
    assert list(zip(line.x, line.y, strict=True)) == sorted(
        ((float(a), float(b)) for a, b in points), key=lambda point: point[0]
    )


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(BadInput, match="not 2 and 3"):
        curve(np.zeros(2), np.zeros(3))


def test_too_few_points_to_draw_are_refused() -> None:
    with pytest.raises(BadInput, match=str(MIN_DRAWN)):
        visible(curve(np.arange(100.0), np.zeros(100)), MIN_DRAWN - 1)
