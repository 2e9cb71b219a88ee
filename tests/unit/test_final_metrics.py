"""Final metrics: which value counts, how reliable it is, and over how many episodes a rate was taken."""

import math
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import BadInput
from domain.statistics import wilson_interval
from domain.tracking.final_metrics import DIRECTIONS, Choice, final_value, rate_episodes, rate_interval
from domain.tracking.history import EMPTY, History
from domain.tracking.vocabulary import DEFAULT, MetricWord
from settings.vocabulary_file import vocabulary_with

numbers = st.floats(-1e6, 1e6) | st.sampled_from([math.nan, math.inf, -math.inf])


def history(values: list[float]) -> History:
    steps = np.arange(10, 10 + len(values))
    return History(step=steps, value=np.array(values, float), timestamp=steps)


@given(st.lists(numbers), st.integers(1, 8))
def test_a_final_value_is_finite_and_only_the_best_exists_after_a_divergence(values: list[float], last_n: int) -> None:
    finite = [(10 + i, value) for i, value in enumerate(values) if math.isfinite(value)]
    last, best, lowest, mean = (
        final_value(history(values), word, choice, last_n)
        for word, choice in (
            ("reward", Choice.LAST),
            ("reward", Choice.BEST),
            ("loss", Choice.BEST),
            ("reward", Choice.MEAN_OF_LAST),
        )
    )
    if not finite:
        assert (last, best, lowest, mean) == (None, None, None, None)
        return
    assert (best.value, best.points, best.is_optimistic) == (max(value for _, value in finite), 1, True)
    assert (best.step, best.value) == next(each for each in finite if each[1] == best.value)
    assert (lowest.value, lowest.is_optimistic) == (min(value for _, value in finite), True)
    if not math.isfinite(values[-1]):
        assert (last, mean) == (None, None)
        return
    assert (last.step, last.value, last.points, last.is_optimistic) == (*finite[-1], 1, False)
    expected = [value for _, value in finite[-last_n:]]
    assert mean.value == pytest.approx(np.mean(expected))
    assert (mean.points, mean.step, mean.is_optimistic) == (len(expected), finite[-1][0], False)


def test_a_metric_word_without_a_direction_has_no_best_value() -> None:
    assert final_value(history([1, 2]), "episode_length", Choice.BEST) is None
    assert final_value(history([1, 2]), "episode_length", Choice.LAST).value == 2


def test_every_metric_word_is_listed_with_its_direction() -> None:
    assert set(DIRECTIONS) == set(get_args(MetricWord))
    assert [word for word, direction in DIRECTIONS.items() if direction == "min"] == ["loss", "value_loss"]


def test_a_mean_of_no_points_is_refused() -> None:
    with pytest.raises(BadInput, match="not 0"):
        final_value(EMPTY, "reward", Choice.MEAN_OF_LAST, 0)


def test_the_episodes_of_a_rate_are_those_of_its_window_as_far_as_they_are_known() -> None:
    assert rate_episodes("success_rate", {"stats_window_size": "100"}, 1000, DEFAULT) == 100
    assert rate_episodes("success_rate", {"stats_window_size": "100"}, 30, DEFAULT) == 30
    assert rate_episodes("success_rate", {"stats_window_size": "100"}, None, DEFAULT) is None
    assert rate_episodes("success_rate", {"stats_window_size": "many"}, 30, DEFAULT) is None
    assert rate_episodes("success_rate", {"n_eval_episodes": "100"}, 1000, DEFAULT) is None
    assert rate_episodes("eval_success_rate", {"n_eval_episodes": "20"}, None, DEFAULT) == 20
    assert rate_episodes("eval_success_rate", {"n_eval_episodes": "20"}, 5, DEFAULT) == 20
    assert rate_episodes("eval_success_rate", {"stats_window_size": "100"}, 5, DEFAULT) is None
    assert rate_episodes("reward", {"stats_window_size": "100"}, 1000, DEFAULT) is None
    ours = vocabulary_with({"parameters": {"success_window": ["window"]}})
    assert rate_episodes("success_rate", {"window": "7"}, 9, ours) == 7


def test_only_a_last_rate_has_an_interval() -> None:
    rates = history([1.0, 0.5])
    last, best, mean = (final_value(rates, "success_rate", choice) for choice in Choice)
    assert rate_interval(last.value, Choice.LAST, 100) == wilson_interval(0.5, 100)
    assert rate_interval(last.value, Choice.LAST, 100) is not None
    assert rate_interval(best.value, Choice.BEST, 100) is None
    assert rate_interval(mean.value, Choice.MEAN_OF_LAST, 100) is None
    assert rate_interval(last.value, Choice.LAST, None) is None
    assert rate_interval(None, Choice.LAST, 100) is None
