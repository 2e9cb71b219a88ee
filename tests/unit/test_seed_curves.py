"""Runs as seeds: the line and the band of a group, against a run-by-run calculation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from domain.charts.curves import EVERYTHING, Curve, Window, curve
from domain.charts.seed_curves import Band, Centre, SeedCurve, seed_curve
from domain.statistics import MIN_RUNS

unhurried = settings(deadline=None, max_examples=40)  # a busy machine is no failure


@st.composite
def groups(draw: st.DrawFn, fewest: int = MIN_RUNS) -> list[Curve]:
    """Draws runs of different beginnings, ends and steps, all of which have x that differ within a run."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    runs = draw(st.integers(fewest, 9))
    starts = rng.integers(0, 40, size=runs)
    lengths = rng.integers(1, 30, size=runs)
    steps = [
        np.arange(start, start + length * 2, rng.integers(1, 4)) for start, length in zip(starts, lengths, strict=True)
    ]
    return [curve(step.astype(float), rng.normal(size=len(step)).cumsum()) for step in steps]


def values_at(runs: list[Curve], x: float) -> NDArray[np.float64]:
    """Returns the values of the runs that reach x."""
    return np.array([np.interp(x, run.x, run.y) for run in runs if run.x[0] <= x <= run.x[-1]])


def centre_of(values: NDArray[np.float64], centre: Centre) -> NDArray[np.float64]:
    return stats.trim_mean(values, 0 if centre is Centre.MEAN else 0.25, axis=-1)


@unhurried
@given(groups(), st.sampled_from(Centre))
def test_the_line_is_the_centre_of_the_runs_at_each_x(runs: list[Curve], centre: Centre) -> None:
    found = seed_curve(runs, 1000, centre=centre, band=Band.MIN_MAX)
    holes = np.isnan(found.centre)
    assert set(found.x[~holes]) == set(np.concatenate([run.x for run in runs]))
    for x, value, n in zip(found.x, found.centre, found.n, strict=True):
        values = values_at(runs, x)
        assert n == len(values)
        assert (n == 0) == np.isnan(value)
        if n:
            assert value == pytest.approx(centre_of(values, centre), abs=1e-9)


@unhurried
@given(groups(), st.sampled_from(Centre), st.sampled_from([Band.MIN_MAX, Band.DEVIATION]))
def test_the_band_needs_at_least_three_runs(runs: list[Curve], centre: Centre, band: Band) -> None:
    found = seed_curve(runs, 1000, centre=centre, band=band)
    for x, low, high in zip(found.x, found.low, found.high, strict=True):
        values = values_at(runs, x)
        if len(values) < MIN_RUNS:
            assert np.isnan([low, high]).all()
        elif band is Band.MIN_MAX:
            assert (low, high) == pytest.approx((values.min(), values.max()), abs=1e-9)
        else:
            deviation = np.std(values, ddof=1)
            expected = centre_of(values, centre) - deviation, centre_of(values, centre) + deviation
            assert (low, high) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("centre", Centre)
@pytest.mark.parametrize("runs", [3, 10])
def test_the_bootstrap_band_is_that_of_resampled_runs(centre: Centre, runs: int) -> None:
    rng = np.random.default_rng(runs)
    values = rng.normal(size=(runs, 5))
    found = seed_curve([curve(np.arange(5.0), row) for row in values], 100, centre=centre)
    for column, low, high in zip(values.T, found.low, found.high, strict=True):
        samples = centre_of(rng.choice(column, (4000, runs)), centre)
        # Within bootstrap noise; with three runs the resamples' means are few, so an end can jump to the next of them.
        noise = np.std(samples) / (4 if runs > MIN_RUNS else 1)
        np.testing.assert_allclose([low, high], np.quantile(samples, [0.025, 0.975]), atol=noise)
        assert low <= centre_of(column, centre) <= high


@unhurried
@given(groups(), st.sampled_from(Band), st.integers(-5, 110), st.integers(-5, 110), st.integers(16, 60))
def test_zooming_does_not_change_the_values_of_a_curve(
    runs: list[Curve], band: Band, one: int, other: int, most: int
) -> None:
    window = Window(x_from=min(one, other), x_to=max(one, other))
    full = seed_curve(runs, 1000, band=band)
    part = seed_curve(runs, most, band=band, window=window)
    rows = np.searchsorted(full.x, part.x)
    for column in ("x", "centre", "low", "high", "n"):
        np.testing.assert_allclose(getattr(part, column), getattr(full, column)[rows], atol=1e-9)
    seen = (full.x >= window.x_from) & (full.x <= window.x_to)
    assert part.total == (seen & (full.n > 0)).sum()


@unhurried
@given(groups(), st.integers(-5, 110), st.integers(-5, 110), st.integers(32, 60))
def test_the_extremes_of_the_line_in_the_window_survive(runs: list[Curve], one: int, other: int, most: int) -> None:
    window = Window(x_from=min(one, other), x_to=max(one, other))
    full, drawn = (
        [y for x, y in zip(each.x, each.centre, strict=True) if window.x_from <= x <= window.x_to and np.isfinite(y)]
        for each in (seed_curve(runs, 1000), seed_curve(runs, most, window=window))
    )
    assert len(drawn) <= most
    assert bool(drawn) == bool(full)
    if full:
        assert (min(drawn), max(drawn)) == pytest.approx((min(full), max(full)))


def same(one: SeedCurve, other: SeedCurve) -> bool:
    return np.array_equal([one.low, one.high], [other.low, other.high])


def test_a_seed_fixes_the_band() -> None:
    runs = [curve(np.arange(4.0), np.random.default_rng(i).normal(size=4)) for i in range(5)]
    assert same(seed_curve(runs, 50), seed_curve(runs, 50))
    assert not same(seed_curve(runs, 50), seed_curve(runs, 50, seed=1))


@pytest.mark.parametrize("runs", [0, 1, 2])
def test_fewer_than_three_runs_are_returned_as_single_curves(runs: int) -> None:
    curves = [curve(np.arange(10.0), np.full(10, float(i))) for i in range(runs)]
    found = seed_curve([*curves, curve(np.empty(0), np.empty(0))], 50, window=Window(x_from=3, x_to=5))
    assert found.is_too_few
    assert (found.runs, len(found.x), found.total) == (runs, 0, runs * 3)
    assert [single.y[0] for single in found.singles] == list(range(runs))


def test_three_runs_are_enough_for_a_group_curve() -> None:
    found = seed_curve([curve(np.arange(3.0), np.zeros(3))] * 3, 50, window=EVERYTHING)
    assert not found.is_too_few
    assert found.singles == ()


def test_the_line_has_a_gap_where_no_run_has_values() -> None:
    runs = [curve(np.array([start, start + 10.0]), np.ones(2)) for start in (0.0, 5.0, 20.0)]
    found = seed_curve(runs, 50)
    np.testing.assert_array_equal(found.x, [0, 5, 10, 15, 17.5, 20, 30])
    np.testing.assert_array_equal(found.centre, [1, 1, 1, 1, np.nan, 1, 1])
    np.testing.assert_array_equal(found.n, [1, 2, 2, 1, 0, 1, 1])


def test_values_logged_at_the_same_x_count_as_their_mean() -> None:
    repeated = curve(np.array([0.0, 1.0, 1.0, 2.0]), np.array([0.0, 2.0, 4.0, 0.0]))
    found = seed_curve([repeated] * 3, 50)
    assert (found.x.tolist(), found.centre.tolist()) == ([0, 1, 2], [0, 3, 0])


def test_a_grid_too_long_is_thinned_evenly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("domain.charts.seed_curves.MAX_ON_GRID", 11)
    found = seed_curve([curve(np.arange(101.0), np.arange(101.0))] * 3, 50)
    np.testing.assert_array_equal(found.x, np.arange(0, 101, 10))
    np.testing.assert_allclose(found.centre, found.x)
