"""Runs that log nothing for ten times their own usual interval."""

import time
from pathlib import Path

import pytest

from domain.alerts.rules_file import read_rules
from domain.tracking.vocabulary import DEFAULT
from mlflow_api.alerts.changed_runs import ChangedRunsApi
from mlflow_api.alerts.holder import AlertHolder
from mlflow_api.client import MlflowApi
from tests.misbehaving import Misbehaving
from tests.tracking import Tracking
from tests.watcher.receivers import Webhook
from tests.watcher.watching import Watching
from transport.http_client import JsonService
from watcher.sources.runs import RunSource
from watcher.state.alert_book import AlertBook
from watcher.state.outbox import Outbox

NOW_MS = time.time_ns() // 1_000_000


def logged(team: Tracking, experiment: str, name: str, every_seconds: float, points: int) -> str:
    """Logs a run that logged so often, until now by its own clock."""
    run_id = team.run(experiment, name=name, status="RUNNING")
    first = NOW_MS - round(points * every_seconds * 1000)
    rows = [
        {"key": "reward", "value": 1.0, "step": n, "timestamp": first + round(n * every_seconds * 1000)}
        for n in range(points)
    ]
    for start in range(0, points, 1000):
        team.post("runs/log-batch", {"run_id": run_id, "metrics": rows[start : start + 1000]})
    return run_id


@pytest.mark.parametrize("has_graphql", [True, False])
def test_a_run_counts_as_silent_after_ten_times_its_own_interval(
    tmp_path: Path, team: Tracking, *, has_graphql: bool
) -> None:
    experiment = team.experiment()
    slow = logged(team, experiment, "slow", 60, 20)
    logged(team, experiment, "quick", 0.5, 3000)
    logged(team, experiment, "once", 1, 1)
    clock, sent = 0.0, dict[str, str]()
    with Misbehaving(team.address) as mlflow:
        if not has_graphql:
            mlflow.instead["/graphql"] = (404, b"{}", "application/json")
        api = MlflowApi(JsonService("MLflow", mlflow.address))
        outbox = Outbox(tmp_path)
        book = AlertBook(read_rules('[receivers]\na = "json://x"', {}), outbox, lambda: clock)
        source = RunSource(api, ChangedRunsApi(api, AlertHolder(api)), DEFAULT, book, 27)
        source.begin(outbox, 0, NOW_MS)
        while clock < 900:
            source.round(outbox)
            for alert in book.all():
                if alert.subject.name in ("slow", "quick", "once"):
                    sent.setdefault(alert.subject.name, f"{clock:.0f} s: {alert.text}")
            clock += 30
        assert source.seconds == (27 if has_graphql else 27 * 2.5)
        histories = [one for one in mlflow.requests if "get-history" in one]
        assert len(histories) <= 4  # one for all of them, and the ends of those that are too long for it
        assert sent["quick"].startswith("120 s: quick")
        assert sent["quick"].endswith("it used to every 1 s.")
        assert sent["slow"].startswith("600 s: slow")
        assert sent["slow"].endswith("for 10 min; it used to every 60 s.")
        assert sent["once"].startswith("600 s: once")
        assert sent["once"].endswith("has logged nothing for 10 min.")
        # Logging something ends its silence.
        team.log(slow, "reward", [1.0], first_step=100)
        source.round(outbox)
        assert [alert.subject.name for alert in book.all() if not alert.holds] == ["slow"]


@pytest.mark.thorough
def test_a_silent_run_is_reported(tmp_path: Path, team: Tracking, webhook: Webhook) -> None:
    experiment = team.experiment()
    rules = f'[receivers]\nteam = "{webhook.url}"\n[[rules]]\nwhat = ["stalled"]\nnames = ["silent-*"]\n'
    with Watching(tmp_path, team.address, rules) as watching:
        watching.start()
        logged(team, experiment, "silent-1", 0.5, 100)
        webhook.wait_for("silent-1", "has logged nothing for 2 min", within_seconds=300)
