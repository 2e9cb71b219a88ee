"""Alerts are sent once, whatever was lost, however full the disk is, and whichever service was not polled yet."""

import shutil
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from domain.alerts.alert import Subject
from domain.alerts.kinds import AlertKind
from domain.alerts.rules import AlertRules, Rule
from domain.errors.alerts.events import RunDiverged, RunHasFailed, RunWasDeleted
from mlflow_api.alerts.holder import AlertHolder
from mlflow_api.client import MlflowApi
from tests.misbehaving import ERROR_500, Misbehaving, eventually
from tests.tracking import Tracking
from tests.watcher.watching import NOWHERE
from transport.http_client import JsonService
from watcher.clock import now_ms
from watcher.settings import WatcherSettings
from watcher.sources.peer_services import PeerServices
from watcher.state.alert_book import AlertBook
from watcher.state.outbox import Outbox
from watcher.state.recorder import Recorder
from watcher.state.retention import MAX_KEPT

TO_ONE = AlertRules(rules=[Rule(name="r", after_seconds=0.0, to=["a"])])


def subject(key: str = "k") -> Subject:
    return Subject(key=key, name="name", host="host")


def book(folder: Path, rules: AlertRules = TO_ONE) -> AlertBook:
    return AlertBook(rules, Outbox(folder))


def test_sent_alerts_too_old_to_be_kept_are_not_repeated(tmp_path: Path) -> None:
    """The trash and the history of activations are read as a whole, again and again."""
    day, now = 86_400_000, now_ms()
    kept = book(tmp_path, AlertRules())  # without receivers all is settled
    events = [(subject(f"deleted-{n}"), now - 10 * day + n) for n in range(MAX_KEPT + 20)]

    def poll() -> None:
        for of, at in events:
            kept.happened(AlertKind.DELETED, of, RunWasDeleted("r", "e", "mio"), at)

    lives = Subject(key="lives", name="diverged", run_id="lives")
    kept.happened(AlertKind.DIVERGED, lives, RunDiverged("r", "e", "loss", 1), now - 11 * day)
    poll()
    assert kept.prune() == []  # the running runs are not known yet
    kept.live_runs = frozenset({"lives"})
    assert len(kept.prune()) == 20
    assert kept.is_known(AlertKind.DIVERGED, "lives")
    poll()
    assert len(kept.all()) == MAX_KEPT + 1
    other = book(tmp_path / "other", AlertRules())  # on another host, with what MLflow has
    other.adopt(kept.all())
    kept = other
    poll()
    assert len(kept.all()) == MAX_KEPT + 1
    # New events are sent, even if they happened while no watcher ran.
    kept.happened(AlertKind.DELETED, subject("new"), RunWasDeleted("r", "e", "mio"), now - 3 * day)
    assert kept.is_known(AlertKind.DELETED, "new")


def test_sent_alerts_are_not_repeated_while_the_disk_is_full(tmp_path: Path) -> None:
    kept = book(tmp_path)
    kept.happened(AlertKind.FAILED, subject(), RunHasFailed("r", "e"))
    shutil.rmtree(tmp_path / "alerts")
    with pytest.raises(OSError, match="No such file"):
        kept.delivered("a", [kept.all()[0].id])
    assert kept.waiting("a") == []
    assert kept.unrecorded == [kept.all()[0].id]


def test_an_alert_that_mlflow_refuses_delays_no_other(tmp_path: Path, team: Tracking) -> None:
    kept, holder = book(tmp_path), AlertHolder(MlflowApi(JsonService("MLflow", team.address)))
    for name in ("one", "two", "three"):
        kept.happened(AlertKind.FAILED, subject(name), RunHasFailed("r" * (10**6 if name == "two" else 1), "e"))
    recorder = Recorder(kept, holder)
    recorder.flush()
    assert len(kept.unrecorded) == 1
    there = {alert.subject.key for alert in holder.alerts()}
    assert {"one", "three"} <= there
    assert "two" not in there


def test_a_service_that_was_not_polled_yet_is_not_reported_as_back(tmp_path: Path) -> None:
    """After a restart each is polled at its own time."""
    with Misbehaving("http://127.0.0.1:9") as scheduler:
        scheduler.answer = ERROR_500
        values: dict[str, Any] = {"scheduler_url": scheduler.address, "gpu_monitor_urls": f"h={NOWHERE}"}
        values |= {"inference_ws_url": "ws://127.0.0.1:9/ws", "state_dir": tmp_path, "disk_least_percent": 0}
        values["mlflow_tracking_uri"] = NOWHERE
        settings = WatcherSettings(_env_file=None, **values)
        for _start in range(2):
            kept = book(tmp_path)
            neighbours = PeerServices(settings, kept)
            neighbours.begin()
            for poll in (partial(neighbours.mlflow_failed, None), neighbours.gpu_round, neighbours.service_round):
                poll()
                assert all(alert.holds for alert in kept.all())
        assert sorted(alert.subject.key for alert in kept.all()) == ["monitor h", "scheduler"]
        scheduler.answer = (200, b"{}", "application/json")
        eventually(lambda: neighbours.service_round() or not all(alert.holds for alert in kept.all()))
        assert [one.subject.name for one in kept.all() if one.kind is AlertKind.SERVICE_BACK] == ["Training scheduler"]
