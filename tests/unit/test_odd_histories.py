"""What keeps a history from an axis: impossible times, steps that are missing or beyond all others."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.charts.scales import Scale, scale_of
from domain.charts.axes import Axis, Counter
from domain.charts.axis_checks import (
    axis_for,
    backward_jump_ms,
    count_implausible_times,
    has_times,
    is_far,
    is_stepless,
)
from domain.charts.chart_options import ChartOptions
from domain.charts.curves import curve
from domain.charts.history_curves import CurveRequest, history_curve
from domain.moments import EARLIEST_MS, latest_ms
from domain.tracking.history import EMPTY, History

NOW = datetime(2026, 11, 29, 8, 30, tzinfo=UTC)
NOW_MS, LATEST = round(NOW.timestamp() * 1000), latest_ms(NOW)
HOUR_MS = 3_600_000
MOMENTS = st.one_of(
    st.integers(NOW_MS - 10**9, NOW_MS),
    st.sampled_from([0, 1, NOW_MS // 1000, NOW_MS * 1000, NOW_MS * 10**6, 2**63 - 1]),
)
STEPS = st.one_of(st.integers(-(2**63), 2**63 - 1), st.integers(0, 10))


def history(step: list[int], timestamp: list[int] | None = None) -> History:
    order = np.argsort(np.array(step, np.int64), kind="stable")
    moments = np.array([NOW_MS + n for n in range(len(step))] if timestamp is None else timestamp, np.int64)
    return History(
        step=np.array(step, np.int64)[order], value=np.arange(len(step), dtype=float), timestamp=moments[order]
    )


def curve_request(history: History, axis: Axis, origin: int | None = None, weight: float = 0.0) -> CurveRequest:
    return CurveRequest(history, axis, weight, None, None, origin, LATEST)


@given(st.lists(MOMENTS, min_size=1, max_size=30), st.one_of(st.none(), st.integers(NOW_MS - 10**9, NOW_MS)))
def test_a_time_axis_holds_only_possible_clock_values(moments: list[int], origin: int | None) -> None:
    logged = history(list(range(len(moments))), moments)
    good = [moment for moment in moments if EARLIEST_MS <= moment <= LATEST]
    assert count_implausible_times(logged, LATEST) == len(moments) - len(good)
    wall, since = (history_curve(curve_request(logged, axis, origin)) for axis in (Axis.WALL_TIME, Axis.RELATIVE_TIME))
    if not good:
        assert wall is None
        assert since is None
        return
    assert wall is not None
    assert since is not None
    assert wall.x.tolist() == sorted(good)
    # From its start on, or from its first point if that is older: nothing is before the beginning.
    begins = min(good) if origin is None else min(origin, *good)
    np.testing.assert_allclose(since.x, (np.array(sorted(good)) - begins) / 1000)
    assert since.x[0] >= 0


def test_a_point_with_an_impossible_time_is_left_out_after_smoothing() -> None:
    logged = history([0, 1, 2, 3], [NOW_MS, NOW_MS + 1000, 5, NOW_MS + 3000])
    whole = history_curve(curve_request(logged, Axis.STEP, weight=0.5))
    part = history_curve(curve_request(logged, Axis.RELATIVE_TIME, NOW_MS, weight=0.5))
    assert whole is not None
    assert part is not None
    assert part.x.tolist() == [0, 1, 3]
    assert part.y.tolist() == whole.y[[0, 1, 3]].tolist()


@pytest.mark.parametrize(
    ("timestamps", "back"),
    [
        ([0, 1, 2], 0),
        ([0, 90_000, 60_000], 0),  # a correction
        ([0, 2 * HOUR_MS, HOUR_MS], HOUR_MS),
        ([3 * HOUR_MS, 2 * HOUR_MS, 0], 3 * HOUR_MS),
    ],
)
def test_a_clock_that_goes_back_is_distinguished_from_a_corrected_one(timestamps: list[int], back: int) -> None:
    moments = [NOW_MS - 4 * HOUR_MS + moment for moment in timestamps]
    assert backward_jump_ms(history([1, 2, 3], moments), LATEST) == back
    assert backward_jump_ms(history([1, 2, 3, 4], [*moments, 0]), LATEST) == back


@given(st.integers(-(2**63), 2**63 - 1), st.integers(2, 20))
def test_a_history_at_a_single_step_counts_as_without_steps(step: int, n: int) -> None:
    logged = history([step] * n)
    assert is_stepless(logged)
    assert not is_stepless(history([step]))
    assert not is_stepless(history([step] * n + [step - 1 if step > 0 else step + 1]))
    assert axis_for(logged, LATEST) is Axis.RELATIVE_TIME
    assert axis_for(history([step] * n, [0] * n), LATEST) is Axis.STEP
    assert axis_for(history([step] * n, [NOW_MS] * n), LATEST) is Axis.STEP
    counter = Counter(key="reward", by_step=True)
    assert history_curve(CurveRequest(logged, Axis.EPISODES, 0, counter, logged, None, LATEST)) is None


def test_an_empty_history_counts_as_having_steps() -> None:
    assert not is_stepless(EMPTY)
    assert not is_far(EMPTY)
    assert not has_times(EMPTY, LATEST)
    assert axis_for(None, LATEST) is Axis.STEP


def test_steps_in_nanoseconds_count_no_episodes() -> None:
    logged = history([NOW_MS * 10**6 + n for n in range(5)])
    counter = Counter(key="reward", by_step=True)
    assert is_far(logged)
    assert history_curve(CurveRequest(logged, Axis.EPISODES, 0, counter, logged, None, LATEST)) is None


@given(st.lists(STEPS, min_size=1, max_size=20), st.lists(STEPS, min_size=1, max_size=20))
def test_scaled_steps_keep_their_order_and_distance(ours: list[int], theirs: list[int]) -> None:
    curves = [curve(np.sort(np.array(steps, np.int64)), np.zeros(len(steps))) for steps in (ours, theirs)]
    scale = scale_of(curves, ChartOptions())
    for drawn, steps in zip(map(scale.shown, curves), (ours, theirs), strict=True):
        assert drawn.x.dtype == np.int64
        assert [(scale.base or 0) + x for x in drawn.x.tolist()] == sorted(steps)
    if scale.base is None:
        assert max(map(abs, ours + theirs)) <= 2**53
    elif scale.base:
        assert scale.base == min(ours + theirs)


@pytest.mark.parametrize(
    ("steps", "base"),
    [
        ([0, 1_000_000], None),
        ([1_000_000, 1_000_500], None),
        ([1_795_000_000, 1_795_000_060], 1_795_000_000),  # seconds of a clock: all labels would begin the same
        ([1_795_000_000_000_000_000, 1_795_000_060_000_000_000], 1_795_000_000_000_000_000),
        ([-(2**63), 2**63 - 1], 0),
    ],
)
def test_large_steps_close_together_are_drawn_relative_to_the_first(steps: list[int], base: int | None) -> None:
    drawn = curve(np.array(steps, np.int64), np.zeros(len(steps)))
    assert scale_of([drawn], ChartOptions()) == Scale(1, 0, None, base)
