"""The outcome of a metric: where it diverged, from its history and from its newest point; rates that are none."""

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.run_facts.run_summary import summarise
from domain.tracking.final_metrics import Choice, final_outcome
from domain.tracking.history import EMPTY, History
from domain.tracking.outcomes import Diverged, NotFinite, Outcome, divergence, outcome_of_point
from domain.tracking.runs import LatestMetric, Run, RunStatus
from domain.tracking.tool_names import METRICS, RATES, MetricWord
from domain.tracking.vocabulary import DEFAULT
from settings.vocabulary_file import vocabulary_in, vocabulary_with

NAN, INF = math.nan, math.inf
values = st.floats(-1e6, 1e6) | st.sampled_from([NAN, INF, -INF])


def history(logged: list[float], first_step: int = 0) -> History:
    steps = np.arange(first_step, first_step + len(logged))
    return History(step=steps, value=np.array(logged, float), timestamp=steps)


def run(metrics: dict[str, float], step: int = 99) -> Run:
    known: dict[str, Any] = {"run_id": "a", "name": "a", "experiment_id": "1", "experiment": "maze"}
    known |= {"status": RunStatus.FINISHED, "started_at": None, "ended_at": None, "params": {}, "tags": {}}
    points = {key: LatestMetric(value=value, step=step, timestamp=0) for key, value in metrics.items()}
    return Run.model_validate(known | {"metrics": points})


@pytest.mark.parametrize(
    ("logged", "step", "value"),
    [
        ([float(n) for n in range(50)] + [NAN] * 50, 50, "NaN"),
        ([1.0, INF], 1, "Infinity"),
        ([1.0, -INF], 1, "-Infinity"),
        ([1.0, INF, NAN, NAN], 1, "Infinity"),  # a loss that overflows first
        ([1.0, NAN, 2.0, NAN, -INF], 3, "NaN"),  # recovered once
        ([NAN, NAN], 0, "NaN"),  # from the first point on
        ([NAN], 0, "NaN"),
    ],
)
def test_a_metric_diverged_where_its_final_run_of_non_finite_values_began(
    logged: list[float], step: int, value: str
) -> None:
    assert divergence(history(logged)) == Diverged(value=NotFinite(value), step=step, is_first=True)


@pytest.mark.parametrize("logged", [[], [1.0], [NAN, 1.0], [1.0, NAN, INF, 2.0]])
def test_a_history_that_ends_in_a_number_has_not_diverged(logged: list[float]) -> None:
    assert divergence(history(logged)) is None


@given(st.lists(values), st.sampled_from(sorted(METRICS)), st.sampled_from(Choice), st.integers(-5, 2**53))
def test_the_history_and_the_newest_point_give_consistent_outcomes(
    logged: list[float], word: MetricWord, choice: Choice, first_step: int
) -> None:
    whole = history(logged, first_step)
    found = final_outcome(whole, word, choice, None)
    assert found.value is None or math.isfinite(found.value)
    if not logged:
        assert found == Outcome(None)
        return
    newest = outcome_of_point(logged[-1], int(whole.step[-1]), None)
    assert (found.diverged is None) == (newest.diverged is None) == math.isfinite(logged[-1])
    if found.diverged is not None and newest.diverged is not None:
        assert first_step <= found.diverged.step <= newest.diverged.step == first_step + len(logged) - 1
        assert (found.diverged.is_first, newest.diverged.is_first) == (True, False)
        assert not np.isfinite(whole.from_step(found.diverged.step).value).any()
        assert choice is Choice.BEST or found.value is None


@pytest.mark.parametrize("key", sorted(name for names in METRICS.values() for name in names))
@pytest.mark.parametrize(("value", "named"), [(NAN, "NaN"), (INF, "Infinity"), (-INF, "-Infinity")])
def test_a_divergence_of_any_named_metric_is_reported_in_json(key: str, value: float, named: str) -> None:
    summary = summarise(run({key: value}), DEFAULT)
    assert summary.diverged == {key: Diverged(value=NotFinite(named), step=99, is_first=False)}
    result = json.loads(summary.model_dump_json())
    assert result["diverged"] == {key: {"value": named, "step": 99, "is_first": False}}
    assert (summary.success_rate, summary.final_reward, summary.final_loss) == (None, None, None)
    assert summary.out_of_range == {}


def test_a_second_loss_that_diverged_is_reported_next_to_a_finite_first_one() -> None:
    summary = summarise(run({"train/loss": 0.5, "train/value_loss": NAN, "train/explained_variance": NAN}), DEFAULT)
    assert summary.final_loss == 0.5
    assert list(summary.diverged) == ["train/value_loss"]


@pytest.mark.parametrize(
    ("logged", "share"),
    [(0.0, 0.0), (1.0, 1.0), (1.0000001, 1.0), (-1e-9, 0.0), (0.87, 0.87)],
)
@pytest.mark.parametrize("key", sorted(name for word in RATES for name in METRICS[word]))
def test_a_rate_is_a_share_by_the_scale_of_its_name(key: str, logged: float, share: float) -> None:
    scale = DEFAULT.scale(key)
    assert scale == (100 if key == "eval/pc_success" else 1)
    assert outcome_of_point(logged * scale, 9, scale) == Outcome(pytest.approx(share))


@pytest.mark.parametrize("key", sorted(name for word in RATES for name in METRICS[word]))
@pytest.mark.parametrize("times", [87.0, 1.001, -0.5, -1.0, 1e300])
def test_a_rate_outside_of_its_scale_is_reported_as_logged(key: str, times: float) -> None:
    logged = times * (DEFAULT.scale(key) or 0)
    summary = summarise(run({key: logged}), DEFAULT)
    assert summary.out_of_range == {key: logged}
    assert summary.success_rate is None


def test_rewards_have_no_range() -> None:
    assert summarise(run({"episode_reward": 8700.0, "loss": -5.0}), DEFAULT).out_of_range == {}


@given(st.lists(st.floats(0, 1), min_size=1), st.sampled_from([1.0, 100.0]), st.sampled_from(Choice))
def test_a_scale_changes_only_the_unit_of_a_rate(rates: list[float], scale: float, choice: Choice) -> None:
    plain = final_outcome(history(rates), "success_rate", choice, 1.0)
    scaled = final_outcome(history([rate * scale for rate in rates]), "success_rate", choice, scale)
    assert scaled.value == pytest.approx(plain.value)
    assert scaled.value is not None
    assert 0 <= scaled.value <= 1


def test_one_point_out_of_range_makes_the_whole_rate_out_of_range() -> None:
    """A run that logs percent may end at 0.9 of them."""
    result = final_outcome(history([12.0, 87.0, 0.9]), "success_rate", Choice.LAST, 1.0)
    assert result == Outcome(None, None, out_of_range=0.9)
    assert final_outcome(EMPTY, "success_rate", Choice.LAST, 1.0) == Outcome(None)


def test_a_team_can_set_the_scale_of_its_own_rate() -> None:
    ours = vocabulary_in('[metrics]\nsuccess_rate = ["solved"]\n[scales]\nsolved = 100')
    assert summarise(run({"solved": 87.0}), ours).success_rate == 0.87
    assert ours.scale("eval/pc_success") == 100
    assert vocabulary_with({"scales": {"eval/pc_success": 1}}).scale("eval/pc_success") == 1
