"""The watcher's events for runs with odd data, many at once, or repeated; over a real MLflow."""

import time
from pathlib import Path

import pytest

from domain.alerts.alert import Mute
from domain.alerts.kinds import AlertKind
from domain.alerts.rules import AlertRules
from domain.tracking.vocabulary import DEFAULT
from mlflow_api.alerts.changed_runs import ChangedRunsApi
from mlflow_api.alerts.holder import MUTE_TAG, AlertHolder
from mlflow_api.client import MlflowApi
from tests.misbehaving import Misbehaving
from tests.tracking import Tracking
from transport.http_client import JsonService
from watcher.sources.runs import RunSource
from watcher.state.alert_book import AlertBook
from watcher.state.outbox import Outbox


def now_ms() -> int:
    return time.time_ns() // 1_000_000


class Rounds:
    """Holds a source of runs that begins now, and its alerts."""

    def __init__(self, folder: Path, address: str) -> None:
        api = MlflowApi(JsonService("MLflow", address))
        self.holder = AlertHolder(api)
        self.outbox = Outbox(folder)
        self.book = AlertBook(AlertRules(), self.outbox)
        self._source = RunSource(api, ChangedRunsApi(api, self.holder), DEFAULT, self.book, 27)
        self._source.begin(self.outbox, 0, now_ms())

    def round(self) -> None:
        self._source.round(self.outbox)

    def alerts_of(self, *names: str) -> list[tuple[str, AlertKind]]:
        """Returns the alerts about the runs of these names."""
        return sorted((one.subject.name, one.kind) for one in self.book.all() if one.subject.name in names)


@pytest.fixture
def rounds(tmp_path: Path, team: Tracking) -> Rounds:
    return Rounds(tmp_path, team.address)


def test_a_run_ended_by_trainer_and_scheduler_is_reported_once(rounds: Rounds, team: Tracking) -> None:
    run_id = team.run(team.experiment(), name="twice", status="RUNNING")
    rounds.round()
    team.end(run_id)
    rounds.round()
    team.end(run_id, ended_ms=now_ms() + 5)
    rounds.round()
    assert rounds.alerts_of("twice") == [("twice", AlertKind.FINISHED)]
    # One that goes on and ends again is reported again.
    team.post("runs/update", {"run_id": run_id, "status": "RUNNING"})
    rounds.round()
    team.end(run_id, "FAILED", ended_ms=now_ms() + 10)
    rounds.round()
    assert rounds.alerts_of("twice") == [("twice", AlertKind.FAILED), ("twice", AlertKind.FINISHED)]


def test_an_end_without_a_valid_time_is_reported_for_runs_seen_before(rounds: Rounds, team: Tracking) -> None:
    experiment = team.experiment()
    long_ago = now_ms() - 30 * 86_400_000
    old = team.run(experiment, name="nanoseconds-old", status="RUNNING", started_ms=long_ago)
    team.end(old, ended_ms=long_ago * 1_000_000)
    lives = team.run(experiment, name="nanoseconds-new", status="RUNNING", started_ms=long_ago)
    rounds.round()
    team.end(lives, "FAILED", ended_ms=now_ms() * 1_000_000)
    for _again in range(2):
        rounds.round()
    assert rounds.alerts_of("nanoseconds-old", "nanoseconds-new") == [("nanoseconds-new", AlertKind.FAILED)]


def test_many_runs_that_end_at_once_cost_few_requests(tmp_path: Path, team: Tracking) -> None:
    """These are more than a page of them, of two environments, one of which needs its quotes."""
    experiment = team.experiment()
    names = [f"many-{number}" for number in range(104)]
    environments = ("maze", "it's a maze")
    for place in environments:
        team.run(experiment, name="earlier", params={"environment": place}, metrics={"success_rate": [0.001]})
    with Misbehaving(team.address) as mlflow:
        rounds = Rounds(tmp_path, mlflow.address)
        for number, name in enumerate(names):
            place = environments[number % 2]
            team.run(experiment, name=name, params={"environment": place}, metrics={"success_rate": [number / 200]})
        rounds.round()
        assert len([one for one in mlflow.requests if "runs/search" in one]) <= 10
    found = rounds.alerts_of(*names)
    assert sorted(name for name, kind in found if kind is AlertKind.FINISHED) == sorted(names)
    assert [name for name, kind in found if kind is AlertKind.BEST] == ["many-102", "many-103"]


def test_a_run_with_invalid_data_delays_no_other(tmp_path: Path, team: Tracking) -> None:
    experiment = team.experiment()
    odd = team.run(experiment, name="odd", status="RUNNING")
    with Misbehaving(team.address) as mlflow:
        rounds = Rounds(tmp_path, mlflow.address)
        rounds.round()
        mlflow.instead[f"runs/get?run_id={odd}"] = (200, b'{"run": 3}', "application/json")
        team.end(odd, "FAILED", ended_ms=now_ms() - 3_600_000)  # too long ago to be among those that ended just now
        team.run(experiment, name="good", status="FAILED")
        rounds.round()
        assert rounds.alerts_of("odd", "good") == [("good", AlertKind.FAILED)]
        mlflow.instead.clear()
        rounds.round()
        assert rounds.alerts_of("odd", "good") == [("good", AlertKind.FAILED), ("odd", AlertKind.FAILED)]


def test_mutes_apply_from_the_first_round_on(rounds: Rounds, team: Tracking) -> None:
    mute = Mute(id="0" * 16, pattern="muted-*", until_ms=now_ms() + 600_000)
    rounds.holder.set_control(MUTE_TAG + mute.id, mute.model_dump_json())
    rounds.holder.set_control(f"{MUTE_TAG}another", mute.model_dump_json())
    try:
        team.run(team.experiment(), name="muted-1", status="FAILED")
        rounds.round()
        assert [one.is_muted for one in rounds.book.all() if one.subject.name == "muted-1"] == [True]
        assert rounds.holder.control().mutes == (mute,)  # a mute that no page could end is not kept
    finally:
        rounds.holder.drop_control(MUTE_TAG + mute.id)
        rounds.holder.drop_control(f"{MUTE_TAG}another")
