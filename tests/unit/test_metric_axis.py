"""Any metric as the x axis: joined by step, as a plain loop would; where it goes back and forth, drawn as a path."""

import math
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.charts.axes import Axis, Counter, axis_key, counter, metric_axis, x_column
from domain.charts.axis_hints import hinted_axis
from domain.charts.curves import EVERYTHING, Window, path, visible
from domain.charts.history_curves import CurveRequest, history_curve, x_of_points
from domain.charts.smoothing import smooth
from domain.tracking.history import EMPTY, History
from domain.tracking.runs import LatestMetric, Run, RunStatus
from domain.tracking.vocabulary import DEFAULT

AXIS = metric_axis("train/lr")
COUNTING = Counter(key="train/lr", by_step=False)
values = st.floats(-1e6, 1e6) | st.sampled_from([math.nan, math.inf, -math.inf, 0.0])
logged = st.lists(st.tuples(st.integers(-5, 12), values), max_size=25)


def history(points: list[tuple[int, float]]) -> History:
    """Draws points in order of step, as the store has them; those at one step in the order in which they were
    logged."""
    points = sorted(points, key=lambda point: point[0])
    n = len(points)
    return History(
        step=np.array([step for step, _value in points], np.int64),
        value=np.array([value for _step, value in points], np.float64),
        timestamp=np.arange(n, dtype=np.int64) + 1_790_000_000_000,
    )


def joined(points: list[tuple[int, float]], axis: list[tuple[int, float]]) -> list[tuple[float, float]]:
    """Returns the expected x and y: of every point at whose step the other metric was logged, both finite."""
    last = dict(sorted(axis, key=lambda point: point[0]))
    found = [(last[step], y) for step, y in sorted(points, key=lambda point: point[0]) if step in last]
    return [(x, y) for x, y in found if math.isfinite(x) and math.isfinite(y)]


def curve_request(points: History, counted: History | None, weight: float = 0.0) -> CurveRequest:
    return CurveRequest(points, AXIS, weight, None if counted is None else COUNTING, counted, None)


@given(logged, logged)
def test_a_metric_axis_is_joined_by_step_like_in_a_plain_loop(
    points: list[tuple[int, float]], axis: list[tuple[int, float]]
) -> None:
    curve = history_curve(curve_request(history(points), history(axis)))
    expected = joined(points, axis)
    if curve is None:  # an axis all at one step shows nothing
        assert len(axis) > 1
        assert len({step for step, _value in axis}) == 1
        return
    drawn = list(zip(curve.x.tolist(), curve.y.tolist(), strict=True))
    xs = [x for x, _y in expected]
    if curve.is_path:
        assert drawn == expected
        assert sorted(xs) != xs
        assert sorted(xs, reverse=True) != xs
    else:
        assert sorted(drawn) == sorted(expected)
        assert [x for x, _y in drawn] == sorted(xs)
        assert sorted(xs) == xs or sorted(xs, reverse=True) == xs
    finite = [step for step, y in points if math.isfinite(y)]
    assert curve.without_x == len(finite) - len(expected)
    assert len(curve) + curve.left_out == len(points)


@given(logged, logged, st.sampled_from([0.0, 0.6]))
def test_smoothing_precedes_the_join_and_keeps_the_x_of_each_point(
    points: list[tuple[int, float]], axis: list[tuple[int, float]], weight: float
) -> None:
    whole, counted = history(points), history(axis)
    curve = history_curve(curve_request(whole, counted, weight))
    x = x_of_points(curve_request(whole, counted))
    if curve is None or x is None:
        assert curve is None
        assert x is None
        return
    smoothed = smooth(whole.value, weight)
    kept = np.isfinite(x) & np.isfinite(smoothed)
    assert sorted(zip(curve.x.tolist(), curve.y.tolist(), strict=True)) == sorted(
        zip(x[kept].tolist(), smoothed[kept].tolist(), strict=True)
    )


walks = st.lists(st.tuples(st.integers(-20, 20), st.floats(-100, 100)), min_size=1, max_size=300)


@given(walks, st.integers(16, 64), st.tuples(st.integers(-25, 25), st.integers(-25, 25)).map(sorted))
def test_the_visible_part_of_a_path_keeps_the_order_of_its_points(
    walk: list[tuple[int, float]], most: int, ends: list[int]
) -> None:
    x, y = (np.array(column, np.float64) for column in zip(*walk, strict=True))
    curve, window = path(x, y), Window(x_from=ends[0], x_to=ends[1])
    drawn = visible(curve, most, window)
    inside = window.holds(curve.x)
    assert drawn.total == int(inside.sum())
    points = list(zip(curve.x.tolist(), curve.y.tolist(), strict=True))
    found = [(a, b) for a, b in zip(drawn.x.tolist(), drawn.y.tolist(), strict=True) if math.isfinite(b)]
    remaining = iter(points)
    if curve.is_path:
        assert all(one in remaining for one in found), "in the order of the path"
        if inside.any() and len(found):
            assert min(curve.y[inside]) >= min(b for _a, b in found)
    assert len(found) <= most + 2


@given(walks, st.integers(32, 64))
def test_the_whole_of_a_path_keeps_its_outermost_points(walk: list[tuple[int, float]], most: int) -> None:
    x, y = (np.array(column, np.float64) for column in zip(*walk, strict=True))
    curve = path(x, y)
    drawn = visible(curve, most, EVERYTHING)
    assert len(drawn.x) <= most
    assert (drawn.y.min(), drawn.y.max()) == (curve.y.min(), curve.y.max())
    if curve.is_path:
        assert (drawn.x.min(), drawn.x.max()) == (curve.x.min(), curve.x.max())


def test_an_axis_is_built_in_or_a_metric() -> None:
    assert axis_key("metric:a:b") == "a:b"
    assert axis_key(Axis.STEP) is None
    assert counter("metric:loss", {"loss"}, DEFAULT) == Counter(key="loss", by_step=False)
    assert counter("metric:loss", {"other"}, DEFAULT) is None
    assert x_column(history([(1, 2.0)]), AXIS) is None
    assert np.isnan(x_column(history([(1, 2.0)]), AXIS, counts=EMPTY)).all()


def run(name: str, **metrics: tuple[float, int]) -> Run:
    keys = {key.replace("__", "/"): point for key, point in metrics.items()}
    return Run(
        run_id=name,
        name=name,
        experiment_id="1",
        experiment="e",
        status=RunStatus.FINISHED,
        started_at=datetime.fromtimestamp(1_790_000_000, UTC),
        ended_at=None,
        params={},
        metrics={key: LatestMetric(value=value, step=step, timestamp=0) for key, (value, step) in keys.items()},
        tags={},
    )


SB3 = run("sb3", time__total_timesteps=(50_000, 50_000))
RLLIB = run("rllib", num_env_steps_sampled_lifetime=(400_000, 100))


@pytest.mark.parametrize(
    ("runs", "hint"),
    [
        ([SB3, RLLIB], Axis.ENV_STEPS),
        ([SB3, SB3], None),
        ([RLLIB, RLLIB], None),
        ([RLLIB, run("bigger", num_env_steps_sampled_lifetime=(800_000, 100))], Axis.ENV_STEPS),
        ([RLLIB, run("a few more", num_env_steps_sampled_lifetime=(404_000, 100))], None),
        ([SB3, run("cleanrl", charts__SPS=(400, 1_000))], Axis.ENV_STEPS),
        ([SB3, run("uncounted", speed=(400, 1_000))], None),
        ([SB3, run("young", num_env_steps_sampled_lifetime=(4_000, 0))], None),
        ([SB3, run("odd", env_steps=(math.nan, 3))], None),
        ([RLLIB], None),
        ([], None),
    ],
    ids=["sb3-rllib", "sb3", "rllib", "batches", "noise", "cleanrl", "uncounted", "young", "nan", "one", "none"],
)
def test_environment_steps_are_suggested_if_runs_count_steps_differently(runs: list[Run], hint: Axis | None) -> None:
    assert hinted_axis(runs, DEFAULT) is hint
