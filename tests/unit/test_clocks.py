"""What a run's clocks show: how long it took, which times are impossible, and whether it is silent."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.run_facts.run_summary import summarise
from domain.run_table.table import RunTable
from domain.tracking.clocks import ImplausibleTimes, implausible_times
from domain.tracking.nesting import family_of
from domain.tracking.runs import PARENT_TAG, LatestMetric, Run, RunStatus
from domain.tracking.silence import last_metric_ms, silent_for, silent_minutes
from domain.tracking.vocabulary import DEFAULT
from mlflow_api.schemas import run_of

NOW = datetime.now(UTC)
NOW_MS = round(NOW.timestamp() * 1000)
DAY_MS = 86_400_000
ODD = st.one_of(
    st.sampled_from([1, NOW_MS // 1000, NOW_MS * 1000, NOW_MS * 10**6, 946_684_800_000, NOW_MS + 40 * DAY_MS]),
    st.integers(NOW_MS + 3 * DAY_MS, 2**63 - 1),
    st.integers(-(2**63), 10**12),
)


def run_with(start: int | None, end: int | None, status: str = "FINISHED", **metrics: int) -> Run:
    """Returns a run with these times in MLflow; of each metric its newest time."""
    info = {"run_id": "a", "experiment_id": "1", "status": status, "start_time": start, "end_time": end}
    logged = [{"key": key, "value": 1.0, "timestamp": moment, "step": 3} for key, moment in metrics.items()]
    return run_of({"info": info, "data": {"metrics": logged}}, {})


@given(start=st.one_of(st.none(), ODD, st.integers(NOW_MS - 400 * DAY_MS, NOW_MS)), end=st.one_of(st.none(), ODD))
def test_durations_are_never_negative_and_need_possible_times(start: int | None, end: int | None) -> None:
    for run in (run_with(start, end), run_with(end, start), run_with(start, start), run_with(end, end)):
        summary = summarise(run, DEFAULT)
        assert summary.duration_seconds is None or 0 <= summary.duration_seconds < 500 * 86_400
        for moment in (summary.started_at, run.ended_at):
            assert moment is None or abs(moment - NOW) < timedelta(days=6_300)
        odd = implausible_times(run, NOW)
        assert (summary.duration_seconds is None) == bool(
            odd.start_ms or odd.end_ms or odd.start_missing or odd.end_missing or odd.ends_before_start
        )


@pytest.mark.parametrize(
    ("start", "end", "seconds", "odd"),
    [
        (NOW_MS - 5_000, NOW_MS, 5.0, ImplausibleTimes()),
        (NOW_MS, NOW_MS, 0.0, ImplausibleTimes()),
        (NOW_MS, NOW_MS - DAY_MS, None, ImplausibleTimes(ends_before_start=True)),
        (NOW_MS // 1000, NOW_MS, None, ImplausibleTimes(start_ms=NOW_MS // 1000)),
        (NOW_MS, NOW_MS // 1000, None, ImplausibleTimes(end_ms=NOW_MS // 1000)),
        (NOW_MS, NOW_MS * 10**6, None, ImplausibleTimes(end_ms=NOW_MS * 10**6)),
        (0, NOW_MS, None, ImplausibleTimes(start_missing=True)),
        (NOW_MS, 0, None, ImplausibleTimes(end_missing=True)),
        (NOW_MS, None, None, ImplausibleTimes(end_missing=True)),
        (-5, 2**63 - 1, None, ImplausibleTimes(start_ms=-5, end_ms=2**63 - 1)),
    ],
    ids=range(10),  # not by value: the values depend on the moment, and each of pytest's workers has its own
)
def test_a_run_has_a_duration_or_the_reason_why_it_is_unknown(
    start: int, end: int | None, seconds: float | None, odd: ImplausibleTimes
) -> None:
    run = run_with(start, end)
    assert summarise(run, DEFAULT).duration_seconds == seconds
    assert implausible_times(run, NOW) == odd


def test_a_running_run_lacks_no_end_time() -> None:
    assert implausible_times(run_with(NOW_MS, None, "RUNNING"), NOW) == ImplausibleTimes()


def test_metrics_with_impossible_times_are_named() -> None:
    run = run_with(NOW_MS, NOW_MS, loss=0, reward=NOW_MS, entropy=NOW_MS // 1000)
    assert implausible_times(run, NOW).metrics == {"loss": 0, "entropy": NOW_MS // 1000}


@given(st.lists(ODD, min_size=1, max_size=4))
def test_a_run_with_only_impossible_times_is_not_silent(moments: list[int]) -> None:
    run = run_with(NOW_MS - 9 * DAY_MS, None, "RUNNING", **{f"m{n}": moment for n, moment in enumerate(moments)})
    assert last_metric_ms(run, NOW) is None
    assert silent_for(run, NOW) is None


@given(st.lists(ODD, max_size=4), st.integers(0, 12 * DAY_MS))
def test_silence_is_counted_from_the_newest_possible_time(moments: list[int], ago: int) -> None:
    odd = {f"m{n}": moment for n, moment in enumerate(moments)}
    run = run_with(NOW_MS - 30 * DAY_MS, None, "RUNNING", good=NOW_MS - ago, **odd)
    assert last_metric_ms(run, NOW) == NOW_MS - ago
    minutes = silent_minutes(run, NOW)
    assert (minutes is not None) == (ago > 600_000)
    assert minutes is None or abs(minutes - ago / 60_000) <= 1


def test_missing_or_impossible_steps_count_no_episodes() -> None:
    def run(step: int) -> Run:
        metric = LatestMetric(value=1.0, step=step, timestamp=NOW_MS)
        return run_with(NOW_MS, NOW_MS).model_copy(update={"metrics": {"episode_reward": metric}})

    assert [summarise(run(step), DEFAULT).episodes for step in (0, 1, 299, -1, 2**60)] == [None, 1, 299, None, None]


def nested(run_id: str, parent: str, started_ms: int = NOW_MS) -> Run:
    run = run_with(started_ms, None, "RUNNING")
    return run.model_copy(update={"run_id": run_id, "name": run_id, "tags": {PARENT_TAG: parent} if parent else {}})


def test_parents_and_children_are_found_even_in_a_cycle() -> None:
    runs = {r.run_id: r for r in (nested("p", ""), nested("b", "p", NOW_MS - 1), nested("c", "p"), nested("g", "c"))}
    table = RunTable.of(runs.values())
    assert [child.run_id for child in family_of(runs["p"], table).children] == ["b", "c"]
    assert family_of(runs["c"], table).parent == runs["p"]
    assert family_of(runs["g"], table) == ("c", runs["c"], [])
    assert family_of(nested("o", "gone"), table) == ("gone", None, [])
    assert family_of(nested("s", "s"), table).parent_id is None
    circle = {r.run_id: r for r in (nested("x", "y"), nested("y", "x"))}
    assert family_of(circle["x"], RunTable.of(circle.values())) == ("y", circle["y"], [circle["y"]])


def test_a_scheduled_run_is_not_silent() -> None:
    assert silent_for(run_with(NOW_MS - DAY_MS, None, RunStatus.SCHEDULED), NOW) is None
