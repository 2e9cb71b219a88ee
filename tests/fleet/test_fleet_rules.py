"""Hours, energy and shares of GPUs are consistent, whatever gaps, resets and double reports there are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import BadInput
from domain.fleet.counters import increases
from domain.fleet.kept_history import GpuUser
from domain.fleet.lines import matching, names_a_gpu
from domain.fleet.merging import joined_parts, merged_reports
from domain.fleet.run_gpus import gpus_of_run
from domain.fleet.series import Column, FleetHistory, GpuIdentity, GpuSeries, HistorySource, Measure, Steps
from domain.fleet.spans import MAX_POINTS, Range, Span, coarser
from domain.fleet.usage import Grouping, RunName, UsageRow, usage

COUNT = 6
STEPS = Steps(0, 1_800_000, COUNT)  # half an hour each
USERS = [GpuUser(owner=owner, pid=pid, start_ticks=pid) for owner, pid in (("ada", 1), ("ada", 2), ("bob", 3))]
RUNS = {1: RunName("r" * 32, "first", "maze"), 3: RunName("s" * 32, "second", "pong")}
shares = st.one_of(st.just(0.0), st.just(1.0), st.floats(0, 1))


def column(values: st.SearchStrategy[float]) -> st.SearchStrategy[Column]:
    return st.lists(values, min_size=COUNT, max_size=COUNT).map(np.array)


def measured(low: float, high: float) -> st.SearchStrategy[Column]:
    return column(st.one_of(st.just(float("nan")), st.floats(low, high)))


@st.composite
def reports(draw: st.DrawFn, uuid: str = "GPU-1", host: str = "a") -> GpuSeries:
    columns = {
        Measure.UTILIZATION: draw(measured(0, 100)),
        Measure.POWER: draw(measured(0, 700)),
        Measure.MEMORY_USED: draw(measured(0, 80_000)),
        Measure.RESERVED: draw(measured(0, 1)),
    }
    users = draw(st.lists(st.sampled_from(USERS), unique=True))
    return GpuSeries(
        GpuIdentity(host, "0", uuid), draw(column(shares)), columns, {user: draw(column(shares)) for user in users}
    )


def fleet_of(*gpus: GpuSeries) -> FleetHistory:
    return FleetHistory(STEPS, HistorySource.PROMETHEUS, merged_reports(gpus))


def run_of(user: GpuUser) -> RunName | None:
    return RUNS.get(user.pid or 0)


def rows(history: FleetHistory, grouping: Grouping) -> list[UsageRow]:
    return usage(history, grouping, run_of)


def is_same(one: GpuSeries, other: GpuSeries) -> bool:
    def equal(a: Column, b: Column) -> bool:
        return bool(np.allclose(a, b, equal_nan=True))

    return (
        equal(one.covered, other.covered)
        and all(equal(one.column(measure), other.column(measure)) for measure in Measure)
        and all(
            equal(one.uses.get(user, np.zeros(COUNT)), other.uses.get(user, np.zeros(COUNT)))
            for user in {*one.uses, *other.uses}
        )
    )


@given(reports(), reports(host="b"))
def test_two_reports_of_a_gpu_are_merged_into_one(first: GpuSeries, second: GpuSeries) -> None:
    """The order of the reports does not matter, and a repeated report counts once."""
    (merged,) = merged_reports([first, second])
    (turned,) = merged_reports([second, first])
    assert is_same(merged, turned)
    assert np.allclose(merged.covered, np.maximum(first.covered, second.covered))
    (again,) = merged_reports([first, first])
    assert is_same(again, first)
    hours = sum(row.gpu_hours for row in rows(fleet_of(first, second), Grouping.HOST))
    assert hours <= COUNT * STEPS.hours + 1e-9
    known = [not np.isnan([one.column(Measure.POWER)[0] for one in (first, second)]).all()]
    assert known == [not np.isnan(merged.column(Measure.POWER)[0])]


@given(reports(), reports(uuid="GPU-2"), st.integers(0, COUNT - 1))
def test_hours_of_owners_do_not_exceed_those_of_gpus_and_gaps_do_not_count(
    first: GpuSeries, second: GpuSeries, gap: int
) -> None:
    first.covered[gap] = second.covered[gap] = 0.0
    history = fleet_of(first, second)
    by_gpu, by_host = rows(history, Grouping.GPU), rows(history, Grouping.HOST)
    covered_hours = float((first.covered.sum() + second.covered.sum()) * STEPS.hours)
    assert sum(row.gpu_hours for row in by_gpu) == pytest.approx(covered_hours)
    assert sum(row.gpu_hours for row in by_host) == pytest.approx(covered_hours)
    assert covered_hours <= 2 * (COUNT - 1) * STEPS.hours + 1e-9
    for grouping in (Grouping.OWNER, Grouping.RUN, Grouping.EXPERIMENT):
        reported_rows = rows(history, grouping)
        assert sum(row.gpu_hours for row in reported_rows) <= covered_hours + 1e-9
        assert (
            sum(row.idle_reserved_hours for row in reported_rows)
            <= sum(row.idle_reserved_hours for row in by_host) + 1e-9
        )
        energies = [row.energy_kwh for row in reported_rows if row.energy_kwh is not None]
        assert sum(energies) <= sum(row.energy_kwh or 0.0 for row in by_host) + 1e-9
    for row in [*by_gpu, *by_host, *rows(history, Grouping.RUN)]:
        assert 0 <= row.covered <= 1
        assert 0 <= row.energy_covered <= 1 + 1e-9
        assert row.idle_reserved_hours <= row.gpu_hours + 1e-9
        assert row.mean_utilization is None or 0 <= row.mean_utilization <= 100 + 1e-9
        assert (row.energy_kwh is None) == (row.energy_covered == 0)


@given(reports(), reports())
def test_parts_of_one_report_are_joined(first: GpuSeries, second: GpuSeries) -> None:
    """A label that changed in the middle of a step makes two series of one."""
    halves = [GpuSeries(one.gpu, one.covered / 2, one.columns, one.uses) for one in (first, second)]
    whole = joined_parts(halves)
    assert np.allclose(whole.covered, (first.covered + second.covered) / 2)
    assert all(((share >= 0) & (share <= 1 + 1e-9)).all() for share in whole.uses.values())
    known = ~np.isnan(whole.column(Measure.UTILIZATION))
    highest = np.fmax(first.column(Measure.UTILIZATION), second.column(Measure.UTILIZATION))
    assert (whole.column(Measure.UTILIZATION)[known] <= highest[known] + 1e-9).all()


@given(st.lists(st.tuples(st.floats(0, 1e6), st.booleans(), st.booleans()), min_size=2, max_size=30))
def test_a_counter_that_restarts_never_counts_backwards(reported_steps: list[tuple[float, bool, bool]]) -> None:
    """It counts by how much it rose, without gaps and without the rise between a reading and its reset."""
    value, counter, rises = 0.0, [], []
    for rise, resets, is_missing in reported_steps:
        value = rise if resets else value + rise
        counter.append(float("nan") if is_missing else value)
        rises.append(rise)
    found = increases(np.array(counter), 1e6)
    assert np.isnan(found[0])
    for place in range(1, len(counter)):
        _rise, resets, is_missing = reported_steps[place]
        if is_missing or reported_steps[place - 1][2]:
            assert np.isnan(found[place])
        else:
            assert found[place] >= 0
            if not resets or counter[place] < counter[place - 1]:
                assert found[place] == pytest.approx(rises[place], abs=1e-3)


def test_a_counter_that_reads_zero_once_does_not_rise_by_its_full_value() -> None:
    counter = np.array([5e9, 5e9 + 10, 0, 5e9 + 30, 5e9 + 40])
    assert increases(counter, 1_000.0) == pytest.approx([np.nan, 10, 0, np.nan, 10], nan_ok=True)


def test_pods_that_share_a_gpu_do_not_double_its_energy() -> None:
    energy = {Measure.ENERGY: np.full(COUNT, 3.6e6)}
    pods = [GpuUser(owner="rl", workload=name) for name in ("a", "b")]
    parts = [GpuSeries(GpuIdentity("a", "0"), np.ones(COUNT), energy, {pod: np.ones(COUNT)}) for pod in pods]
    own = rows(fleet_of(joined_parts(parts)), Grouping.RUN)
    assert [(row.run, row.energy_kwh) for row in own] == [("a", pytest.approx(3.0)), ("b", pytest.approx(3.0))]


def test_a_run_that_had_a_gpu_for_half_of_its_time_has_half_of_its_energy() -> None:
    energy = {Measure.ENERGY: np.full(COUNT, 3.6e6)}
    half = GpuSeries(GpuIdentity("a", "0"), np.ones(COUNT), energy, {USERS[0]: np.full(COUNT, 0.5)})
    (had,) = gpus_of_run(fleet_of(half), lambda user: user == USERS[0])
    assert (had.used.gpu_hours, had.used.energy_kwh) == (1.5, pytest.approx(3.0))


def test_a_search_text_matches_hosts_gpus_and_owners() -> None:
    uses = {USERS[0]: np.ones(COUNT), USERS[2]: np.ones(COUNT)}
    history = fleet_of(GpuSeries(GpuIdentity("trainer", "0", "GPU-1", "A100"), np.ones(COUNT), {}, uses))
    for text, is_own in (("train", True), ("a100", True), ("bob", False), ("", True)):
        assert len(matching(history, text, run_of).gpus) == 1
        assert names_a_gpu(history, text) is is_own
    assert matching(history, "nobody", run_of).gpus == []


def test_hours_of_a_shared_gpu_are_divided_among_its_owners() -> None:
    whole, half = np.ones(COUNT), np.full(COUNT, 0.5)
    columns = {Measure.UTILIZATION: np.full(COUNT, 80.0), Measure.POWER: np.full(COUNT, 400.0)}
    shared = GpuSeries(GpuIdentity("a", "0", "GPU-1"), whole, columns, {USERS[0]: whole, USERS[2]: whole})
    own = GpuSeries(GpuIdentity("a", "1", "GPU-2"), half, columns, {USERS[0]: whole, USERS[1]: whole})
    ada, bob = rows(fleet_of(shared, own), Grouping.OWNER)
    assert (ada.owner, ada.gpu_hours, ada.gpus, ada.covered) == ("ada", 3.0, 2, 0.75)  # half of 3 h, and 1.5 h
    assert (bob.owner, bob.gpu_hours, bob.energy_kwh, bob.mean_utilization) == ("bob", 1.5, pytest.approx(0.6), 80.0)
    first = rows(fleet_of(shared), Grouping.RUN)[0]
    assert (first.run, first.experiment, first.owner) == ("first", "maze", "ada")
    assert {row.experiment for row in rows(fleet_of(shared, own), Grouping.EXPERIMENT)} == {"maze", "pong", None}


def test_reserved_and_idle_gpus_are_reported_with_their_owner() -> None:
    idle = {Measure.UTILIZATION: np.array([0.0, 0, 0, 50, 50, np.nan]), Measure.MEMORY_USED: np.full(COUNT, 4_000.0)}
    by_memory = GpuSeries(GpuIdentity("a", "0", "GPU-1"), np.ones(COUNT), idle, {USERS[2]: np.ones(COUNT)})
    (row,) = rows(fleet_of(by_memory), Grouping.OWNER)
    assert (row.owner, row.idle_reserved_hours) == ("bob", 1.5)
    reserved = {**idle, Measure.RESERVED: np.array([1.0, 0.5, 0, 1, 1, 1])}
    (row,) = rows(fleet_of(GpuSeries(by_memory.gpu, by_memory.covered, reserved, by_memory.uses)), Grouping.OWNER)
    assert row.idle_reserved_hours == pytest.approx(0.75)


def test_energy_is_computed_from_the_counter_if_power_is_unknown() -> None:
    counter = {Measure.ENERGY: np.array([np.nan, 3.6e6, 3.6e6, np.nan, 0, 3.6e6])}
    (row,) = rows(fleet_of(GpuSeries(GpuIdentity("a", "0"), np.ones(COUNT), counter)), Grouping.GPU)
    assert (row.energy_kwh, row.energy_covered) == (pytest.approx(3.0), pytest.approx(4 / 6))


@given(st.integers(1_700_000_000_000, 1_800_000_000_000), st.sampled_from(Range), st.integers(1, 60 * 86_400_000))
def test_steps_cover_a_span_and_are_never_too_many(now: int, last: Range, length: int) -> None:
    steps = Span(range=last).steps(now)
    assert steps.number <= MAX_POINTS + 1
    assert now - steps.step_ms < steps.until_ms <= now
    zoomed = Span(since_ms=now - length - 86_400_000, until_ms=now - 86_400_000).steps(now)
    assert zoomed.since_ms <= now - length - 86_400_000
    assert zoomed.until_ms >= now - 86_400_000
    assert zoomed.number <= MAX_POINTS + 2
    coarse = coarser(steps, 90_000, 100)
    assert coarse.step_ms >= 90_000
    assert coarse.number <= 100
    assert coarse.until_ms <= max(steps.until_ms, coarse.since_ms + coarse.step_ms)


def test_invalid_spans_are_refused() -> None:
    with pytest.raises(BadInput, match="after its start"):
        Span(since_ms=10, until_ms=10).steps(100)
    with pytest.raises(BadInput, match="after its start"):
        Span(since_ms=200).steps(100)
    with pytest.raises(BadInput, match="92 days"):
        Span(since_ms=0, until_ms=10**12).steps(10**12)
