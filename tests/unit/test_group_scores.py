"""Scores of groups with diverged runs: counted as the worst, or left out."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import BadInput
from domain.tracking.group_scores import DivergedRuns, RunScore, counted_scores, lowest_scores, ranked_scores
from domain.tracking.outcomes import Diverged, NotFinite, survivors
from domain.tracking.scores import aggregate, probability_of_improvement

environments = st.sampled_from(["Maze", "Pole"])
groups = st.lists(st.builds(RunScore, environments, st.none() | st.floats(-1e3, 1e3)), min_size=1, max_size=8)
WORST, LEFT_OUT = DivergedRuns


@given(st.lists(groups, min_size=1, max_size=3))
def test_diverged_runs_count_as_the_worst_or_are_left_out(all_groups: list) -> None:
    lowest = lowest_scores(all_groups)
    for group in all_groups:
        worst, others = counted_scores(group, WORST, lowest), counted_scores(group, LEFT_OUT, lowest)
        for environment in {score.environment for score in group}:
            scores_in = [score.value for score in group if score.environment == environment]
            finite = [value for value in scores_in if value is not None]
            assert sorted(others.get(environment, [])) == sorted(finite)
            if environment in lowest:
                assert len(worst[environment]) == len(scores_in)
                assert min(lowest[environment], *worst[environment]) == lowest[environment]
                assert np.mean(worst[environment]) <= (np.mean(finite) if finite else math.inf) + 1e-9
            else:
                assert environment not in worst
        if worst:
            assert math.isfinite(aggregate(worst, resamples=20).iqm.value)


@given(groups, groups)
def test_a_diverged_run_loses_against_every_run_that_did_not_diverge(x: list, y: list) -> None:
    for how in DivergedRuns:
        left, right = ranked_scores(x, how), ranked_scores(y, how)
        if not set(left) & set(right):
            continue
        found = probability_of_improvement(left, right, resamples=20).probability.value
        expected = np.mean([_beats(x, y, name, how) for name in left if name in right])
        assert found == pytest.approx(expected)


def _beats(x: list, y: list, environment: str, how: DivergedRuns) -> float:
    """Returns the share of pairs won, pair by pair, as counted by hand."""

    def scores_in(group: list) -> list:
        values = [score.value for score in group if score.environment == environment]
        return values if how is WORST else [value for value in values if value is not None]

    def won(a: float | None, b: float | None) -> float:
        if a is None or b is None:
            return 0.5 if a is b else float(b is None)
        return float(a > b) + (a == b) / 2

    return float(np.mean([won(a, b) for a in scores_in(x) for b in scores_in(y)]))


@pytest.mark.parametrize("values", [[], [math.nan], [math.inf], [1.0, math.inf]])
def test_an_invalid_score_is_refused(values: list[float]) -> None:
    with pytest.raises(BadInput, match="not all finite"):
        probability_of_improvement({"Maze": values}, {"Maze": [1.0]})


@given(st.lists(st.none() | st.integers(0, 5), max_size=12))
def test_survivors_are_counted_after_each_divergence(steps: list[int | None]) -> None:
    ends = [None if at is None else Diverged(value=NotFinite.NAN, step=at, is_first=at % 2 == 0) for at in steps]
    found = survivors(ends)
    assert [one.step for one in found] == sorted({at for at in steps if at is not None})
    for one in found:
        assert one.left == sum(at is None or at > one.step for at in steps)
        assert one.is_first == (one.step % 2 == 0)
