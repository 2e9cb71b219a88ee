"""The book of alerts, hold times and the lease: in any order, with any clock and restart."""

import itertools
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from domain.alerts.alert import Mute, Subject
from domain.alerts.kinds import AlertKind
from domain.alerts.rules import AlertRules
from domain.alerts.rules_file import read_rules
from domain.errors.alerts.events import GpuTooHot, RunHasFailed
from domain.messages import Text
from mlflow_api.alerts.holder import AlertHolder
from mlflow_api.client import MlflowApi
from tests.misbehaving import eventually
from tests.tracking import Tracking
from transport.http_client import JsonService
from watcher.sources.watermark import Watermark
from watcher.state.alert_book import AlertBook
from watcher.state.conditions import Condition, HoldTimes
from watcher.state.lease import WatcherLease
from watcher.state.outbox import Outbox

RULES = read_rules('[receivers]\na = "json://a"\nb = "json://b"', {})


def subject(key: str = "k") -> Subject:
    return Subject(key=key, name="name", host="host")


def hot_gpu(after: float | None = 0.0) -> Condition:
    return Condition(AlertKind.GPU_HOT, subject(), GpuTooHot("h", "0", "n", 90, 85), after_seconds=after)


def book(folder: Path, rules: AlertRules = RULES) -> AlertBook:
    return AlertBook(rules, Outbox(folder))


@given(st.lists(st.sampled_from(["happened", "told a", "told b", "failed a", "restart"]), max_size=20))
def test_each_receiver_gets_a_message_once_despite_failures_and_restarts(tmp_path_factory, steps: list[str]) -> None:  # type: ignore[no-untyped-def]
    folder = tmp_path_factory.mktemp("book")
    kept, sent = book(folder), {"a": 0, "b": 0}
    kept.happened(AlertKind.FAILED, subject(), RunHasFailed("r", "e"))
    for step in steps:
        verb, _space, receiver = step.partition(" ")
        waiting = [alert.id for alert, _due in kept.waiting(receiver)] if receiver else []
        if verb == "happened":
            kept.happened(AlertKind.FAILED, subject(), RunHasFailed("r", "e"))
        elif verb == "restart":
            kept = book(folder)
        elif verb == "told" and waiting:
            kept.delivered(receiver, waiting)
            sent[receiver] += 1
        elif verb == "failed" and waiting:
            kept.failed(receiver, waiting, Text("no"))
    for receiver, times in sent.items():
        assert times <= 1
        assert len(kept.waiting(receiver)) == 1 - times


def test_a_lasting_condition_is_one_alert_until_it_ends(tmp_path: Path) -> None:
    kept = book(tmp_path)
    kinds = (AlertKind.GPU_HOT,)
    kept.hold(kinds, [hot_gpu()])
    kept.hold(kinds, [hot_gpu()])
    (alert,) = kept.all()
    assert alert.holds
    kept.hold(kinds, [], lambda of: of.host == "host")  # its monitor does not answer: the state is unknown
    assert kept.all()[0].holds
    kept.hold(kinds, [])
    assert not kept.all()[0].holds
    kept.hold(kinds, [hot_gpu()])
    assert len(kept.all()) == 2


def test_a_mute_drops_events_and_postpones_lasting_conditions(tmp_path: Path) -> None:
    kept = book(tmp_path)
    kept.mutes = (Mute(id="0" * 16, until_ms=2**47),)
    kept.happened(AlertKind.FAILED, subject("run"), RunHasFailed("r", "e"))
    kept.hold((AlertKind.GPU_HOT,), [hot_gpu()])
    assert kept.waiting("a") == []
    kept.mutes = ()
    kept.hold((AlertKind.GPU_HOT,), [hot_gpu()])
    assert [alert.kind for alert, _due in kept.waiting("a")] == [AlertKind.GPU_HOT]


def test_alerts_sent_by_another_watcher_count_as_sent(tmp_path: Path) -> None:
    one, other = book(tmp_path / "one"), book(tmp_path / "other")
    for kept in (one, other):
        kept.happened(AlertKind.FAILED, subject(), RunHasFailed("r", "e"), at_ms=1)
    one.delivered("a", [one.all()[0].id])
    other.adopt(one.all())
    assert other.waiting("a") == []
    assert len(other.waiting("b")) == 1


@given(st.lists(st.tuples(st.floats(0, 100), st.integers(-(10**8), 10**8)), min_size=1, max_size=20))
def test_hold_times_do_not_jump_with_the_wall_clock(steps: list[tuple[float, int]]) -> None:
    steady, wall = 0.0, 10**12
    times = HoldTimes(lambda: wall, lambda: steady)
    times.see(hot_gpu())
    for seconds, jump in steps:
        steady += seconds
        wall += jump
        held, _since = times.see(hot_gpu())
        assert abs(held - steady) < 1e-6


def test_hold_times_continue_over_a_short_restart_but_not_over_a_long_one() -> None:
    steady, wall = 0.0, 10**12
    times = HoldTimes(lambda: wall, lambda: steady)
    times.see(hot_gpu())
    steady, wall = 100.0, wall + 100_000
    times.see(hot_gpu())
    note = times.as_note()
    for gap, expected in ((30, 130), (3_000, 100), (-3_000, 100)):
        later = HoldTimes(lambda gap=gap: wall + gap * 1000, lambda: 5.0)  # type: ignore[misc]
        later.take(note)
        assert round(later.see(hot_gpu())[0]) == expected
    HoldTimes(lambda: wall).take({"odd": [1], "odder": "x"})


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(-(10**9), 10**9)), max_size=10))
def test_the_watermark_is_never_after_the_true_time(steps: list[tuple[int, int]]) -> None:
    """Whatever jumps the system clock makes, the mark is never after the true time."""
    true, jumped = 10**12, 10**12
    mark = Watermark(lambda: jumped, lambda: true / 1000)
    for passed, jump in steps:
        true += passed
        jumped += passed + jump
        mark.advance(mark.moment())
        assert mark.wall_ms <= true + 1
        mark.begin(jumped + 10**9)  # where another watcher's clock was ahead
        assert mark.wall_ms <= true + 1


def test_one_of_two_watchers_gets_the_lease_and_a_dead_one_loses_it(team: Tracking) -> None:
    holder = AlertHolder(MlflowApi(JsonService("MLflow", team.address)))
    names = itertools.count()

    def lease(seconds: float) -> WatcherLease:
        return WatcherLease(holder, f"watcher-{next(names)}", "host", lambda _seconds: None, seconds)

    one, other = lease(1000), lease(3)
    assert one.take()
    assert one.may_send
    assert not other.take()
    assert len(holder.control().watchers) == 2  # a waiting one may take over unseen, and the first one has to know that
    assert not other.may_send
    eventually(other.take)  # its beat has not changed for 3 s: it is dead
    one.apply_control(holder.control())
    assert not one.works
    other.give_up(0)
    third = lease(1000)
    assert third.take()
    waits = lease(1000)
    assert not waits.take()
    waits.give_up(0)
    third.give_up(0)
    assert len(holder.control().watchers) == 1  # the first one, which was never stopped
