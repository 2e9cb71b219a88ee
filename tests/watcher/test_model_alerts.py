"""Models and runs that people change in a real Clew, and trainings that wait in a real scheduler."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app import create_app
from domain.run_changes.history import ChangedPart, ChangeKind, recorded, tag_of_change
from services.connect import connect
from settings.settings import Settings
from tests.misbehaving import eventually
from tests.scheduler.conftest import bare_environment
from tests.scheduler.programs import write_trainers
from tests.scheduler.service import Service
from tests.tracking import Tracking
from tests.watcher.receivers import Webhook
from tests.watcher.watching import Watching

RULES = """
[receivers]
team = "{url}"
[[rules]]
what = ["activated", "deleted", "purge_due"]
[[rules]]
name = "queue"
what = ["queued"]
after = "2 s"
"""


def test_actions_of_people_and_waiting_models_are_reported(tmp_path: Path, team: Tracking, webhook: Webhook) -> None:
    first, second = team.model("clew-maze"), team.model("clew-maze")
    experiment = team.experiment("changed")
    run_id = team.run(experiment, name="to-the-trash")
    old = team.run(experiment, name="old", tags=dict([_deleted_long_ago()]))
    team.delete(old)
    trainers = write_trainers(tmp_path)
    folder = tmp_path / "scheduler"
    folder.mkdir()
    settings = {"MLFLOW_TRACKING_URI": team.address, "TRAININGS_FILE": str(trainers), "TRAINING_SLOTS": "1"}
    scheduler = Service(folder, bare_environment(), settings)
    try:
        more = {"SCHEDULER_URL": f"http://127.0.0.1:{scheduler.port}"}
        with Watching(tmp_path, team.address, RULES.format(url=webhook.url), **more) as watching:
            watching.start()
            webhook.wait_for("1 runs, 0 models")
            clew = create_app(of_this(team, tmp_path), connect(of_this(team, tmp_path))).server.test_client()
            for version in (first, second):
                answer = clew.post("/api/models/active", json={"model_id": version})
                assert answer.status_code == 200, answer.text
            webhook.wait_for(f"an unknown user made {second} active, replacing {first}")
            assert clew.delete(f"/api/models/{first}").status_code == 204
            assert clew.delete(f"/api/runs/{run_id}").status_code == 200
            webhook.wait_for(f"The model {first} was deleted")
            webhook.wait_for("an unknown user deleted the run to-the-trash (changed)")
            for _one in range(2):
                scheduler.start(trainer="sleeper", seconds=300)
            webhook.wait_for("has waited in the queue")
            assert set(webhook.ids().values()) == {1}
            # Alerts about changes on a page are muted on a page, and then not sent.
            answer = clew.post("/api/alerts/mutes", json={"pattern": first, "hours": 1, "why": "a test"})
            assert answer.status_code == 201, answer.text
            eventually(lambda: [mute["why"] for mute in clew.get("/api/alerts").json["mutes"]] == ["a test"])
            assert clew.delete("/api/alerts/mutes/" + answer.json["id"]).status_code == 204
            assert clew.post("/api/alerts/mutes", json={"hours": 1, "why": " "}).status_code == 422
            assert clew.delete("/api/alerts/mutes/0").status_code == 404
    finally:
        scheduler.end_all()


def of_this(team: Tracking, folder: Path) -> Settings:
    values = {"mlflow_tracking_uri": team.address, "cache_dir": folder / "cache", "refresh_seconds": 6}
    assert "MLFLOW_TRACKING_URI" not in os.environ
    return Settings(_env_file=None, **values)  # type: ignore[arg-type]


def _deleted_long_ago() -> tuple[str, str]:
    at = datetime.now(UTC) - timedelta(days=40)
    return tag_of_change(recorded(at, "mio", [ChangedPart(what=ChangeKind.DELETED)]))
