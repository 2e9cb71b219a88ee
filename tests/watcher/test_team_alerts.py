"""What the dashboard sends to the watcher, and what it shows of one that has fallen silent; over a real MLflow."""

import time
from pathlib import Path

from domain.alerts.alert_list import AlertList
from mlflow_api.alerts.holder import BEGAN_TAG, LEASE_TAG, AlertHolder, Lease
from mlflow_api.client import MlflowApi
from services.alerts.team_alerts import TeamAlerts
from tests.misbehaving import Misbehaving, eventually
from tests.tracking import Tracking
from transport.http_client import JsonService

MINUTE_MS = 60_000


def test_hundreds_of_changes_cause_few_hints(tmp_path: Path, team: Tracking) -> None:
    with Misbehaving(team.address) as mlflow:
        api = MlflowApi(JsonService("MLflow", mlflow.address))
        holder, alerts = AlertHolder(api), TeamAlerts(api, tmp_path, 30)
        holder.set_control(BEGAN_TAG, "1")
        assert alerts.view(20).alerts is not None
        mlflow.requests.clear()
        for _change in range(300):
            alerts.hint()
        eventually(lambda: holder.control().hint)
        assert 1 <= len([one for one in mlflow.requests if "set-tag" in one]) < 20


def test_a_dead_watcher_is_not_shown_as_working(tmp_path: Path, team: Tracking) -> None:
    api = MlflowApi(JsonService("MLflow", team.address))
    holder, now = AlertHolder(api), time.time_ns() // 1_000_000
    holder.set_control(BEGAN_TAG, "1")
    holder.set_control(LEASE_TAG, Lease(watcher="w", host="clew-1", beat=1, at_ms=now).model_dump_json())
    listed = TeamAlerts(api, tmp_path, 30).refreshed(20).alerts
    assert listed is not None
    assert (listed.watcher, listed.watcher_at_ms) == ("clew-1", now)
    assert listed.has_live_watcher(now + 10 * MINUTE_MS)
    assert not listed.has_live_watcher(now + 20 * MINUTE_MS)
    assert AlertList(watcher="of an earlier version").has_live_watcher(now)
