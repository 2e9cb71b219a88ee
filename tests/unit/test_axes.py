"""The x axes: steps, counts joined by step, and clocks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.charts.axes import Axis, Counter, counter, counts, time_unit, x_column
from domain.tracking.history import EMPTY, History
from domain.tracking.vocabulary import DEFAULT
from settings.vocabulary_file import vocabulary_with


def history(step: list[int], value: list[float] | None = None, timestamp: list[int] | None = None) -> History:
    return History(
        step=np.array(step, np.int64),
        value=np.zeros(len(step)) if value is None else np.array(value, float),
        timestamp=np.array(step if timestamp is None else timestamp, np.int64),
    )


def test_the_step_axis_has_the_logged_steps() -> None:
    assert x_column(history([3, 3, 1]), Axis.STEP).tolist() == [3, 3, 1]


def test_wall_time_is_the_moment_in_milliseconds() -> None:
    assert x_column(history([0, 1], timestamp=[1_700_000_000_123, 9]), Axis.WALL_TIME).tolist() == [
        1_700_000_000_123,
        9,
    ]


def test_relative_time_is_in_seconds_since_the_first_moment() -> None:
    late_first = history([0, 1, 2], timestamp=[5_000, 4_000, 6_500])
    assert x_column(late_first, Axis.RELATIVE_TIME).tolist() == [1, 0, 2.5]
    assert x_column(late_first, Axis.RELATIVE_TIME, origin=3_000).tolist() == [2, 1, 3.5]
    assert x_column(EMPTY, Axis.RELATIVE_TIME).tolist() == []


def test_a_count_is_interpolated_between_logged_ones_and_unknown_beyond_them() -> None:
    env_steps = history([10, 20], [100, 300])
    x = x_column(history([5, 10, 15, 20, 25]), Axis.ENV_STEPS, counts=env_steps)
    np.testing.assert_array_equal(x, [np.nan, 100, 200, 300, np.nan])


def test_a_count_logged_repeatedly_at_a_step_has_its_last_finite_value() -> None:
    env_steps = history([20, 10, 10, 15], [300, 1, 100, np.nan])
    x = x_column(history([10, 15, 20]), Axis.ENV_STEPS, counts=env_steps)
    np.testing.assert_array_equal(x, [100, 200, 300])


@pytest.mark.parametrize("logged", [None, EMPTY, history([1], [np.nan])])
@pytest.mark.parametrize("axis", [Axis.ENV_STEPS, Axis.EPISODES])
def test_an_axis_that_was_not_logged_is_missing(axis: Axis, logged: History | None) -> None:
    assert x_column(history([1, 2]), axis, counts=logged) is None


@given(st.lists(st.integers(0, 1000), min_size=1, unique=True), st.data())
def test_a_joined_count_is_the_logged_one_at_its_steps_and_rises_with_the_step(
    steps: list[int], data: st.DataObject
) -> None:
    logged = history(steps, [step * 7.0 for step in steps])
    wanted = data.draw(st.lists(st.sampled_from(range(min(steps), max(steps) + 1)), min_size=1))
    np.testing.assert_allclose(x_column(history(wanted), Axis.ENV_STEPS, counts=logged), np.array(wanted) * 7.0)


def test_a_count_comes_from_its_metric_or_from_the_steps_of_one_that_is_logged_once_an_episode() -> None:
    assert counter(Axis.ENV_STEPS, {"time/total_timesteps"}, DEFAULT) == Counter(
        key="time/total_timesteps", by_step=False
    )
    assert counter(Axis.EPISODES, {"time/episodes", "episode_reward"}, DEFAULT) == Counter(
        key="time/episodes", by_step=False
    )
    assert counter(Axis.EPISODES, {"episode_reward"}, DEFAULT) == Counter(key="episode_reward", by_step=True)
    assert counter(Axis.ENV_STEPS, {"episode_reward"}, DEFAULT) is None
    assert counter(Axis.STEP, {"episodes"}, DEFAULT) is None
    ours = vocabulary_with({"metrics": {"env_steps": ["frames"]}})
    assert counter(Axis.ENV_STEPS, {"frames", "env_steps"}, ours) == Counter(key="frames", by_step=False)


def test_steps_that_count_episodes_are_the_episode_axis() -> None:
    rewards = history([1, 2, 3], [-5, -4, 1])
    by_step = counts(Counter(key="episode_reward", by_step=True), rewards)
    assert x_column(history([2, 3]), Axis.EPISODES, counts=by_step).tolist() == [2, 3]
    assert counts(Counter(key="episodes", by_step=False), rewards) is rewards


@pytest.mark.parametrize(
    ("seconds", "name"), [(0, "s"), (119, "s"), (120, "min"), (7_199, "min"), (7_200, "h"), (172_800, "d")]
)
def test_the_unit_of_a_time_axis_fits_its_length(seconds: float, name: str) -> None:
    assert time_unit(seconds).name == name
