"""Runs of a real MLflow, a real watcher, and a real receiver: each event from its cause to the message."""

import base64
import io
import math
import time
from pathlib import Path

from PIL import Image

from tests.misbehaving import Misbehaving, eventually
from tests.tracking import Tracking
from tests.watcher.receivers import Webhook
from tests.watcher.watching import Watching
from watcher.state.lease import LEASE_SECONDS

RULES = """
[receivers.team]
url = "{url}"
language = "{language}"
"""


def test_the_outcome_of_runs_is_reported_once(tmp_path: Path, team: Tracking, webhook: Webhook) -> None:
    experiment = team.experiment("maze")
    hour_ago = time.time_ns() // 1_000_000 - 3_600_000
    team.run(experiment, name="earlier-run", metrics={"success_rate": [0.1]}, started_ms=hour_ago)
    with Watching(tmp_path, team.address, RULES.format(url=webhook.url, language="en")) as watching:
        watching.start()
        good = team.run(experiment, name="good-run", metrics={"success_rate": [0.2, 0.5]}, status="RUNNING")
        team.run(experiment, name="bad-run", status="FAILED")
        team.run(experiment, name="odd-run", metrics={"loss": [1.0, math.nan]}, status="RUNNING")
        webhook.wait_for("bad-run (maze) has failed")
        webhook.wait_for("odd-run (maze) diverged: loss is not a finite number, at step 2")
        team.end(good)
        message = webhook.wait_for("good-run (maze) has finished, with success_rate 50 %")
        webhook.wait_for("good-run (maze) is the best so far: success_rate 50 %, previously 10 %")
        assert f"https://clew.example.com/mlflow/runs/{good}" in message["message"]
        picture = Image.open(io.BytesIO(base64.b64decode(message["attachments"][0]["base64"])))
        assert picture.size == (640, 240)
        watching.end()
        team.run(experiment, name="while-away", status="FAILED")
        watching.start()
        webhook.wait_for("while-away (maze) has failed")
        assert len(webhook.messages) == 5
        assert set(webhook.ids().values()) == {1}
        assert "s3cr3t" not in watching.log()
        assert "earlier-run" not in "".join(webhook.titles)


def test_a_message_is_in_the_receivers_language(tmp_path: Path, team: Tracking, webhook: Webhook) -> None:
    experiment = team.experiment("日本")
    with Watching(tmp_path, team.address, RULES.format(url=webhook.url, language="ja")) as watching:
        watching.start()
        team.run(experiment, name="迷路-1", status="FAILED")
        assert webhook.wait_for("迷路-1")["title"] == "Clew: 迷路-1（日本）が失敗しました。"


def test_the_watcher_sends_at_most_three_requests_a_minute(tmp_path: Path, team: Tracking, webhook: Webhook) -> None:
    """Counted over rounds, not over time: one request each, and now and then one for experiments."""
    experiment = team.experiment("counted")
    with Misbehaving(team.address) as counted:
        rules = RULES.format(url=webhook.url, language="en")
        with Watching(tmp_path, counted.address, rules, WATCHER_ROUND_SECONDS="1") as watching:
            watching.start()
            team.run(experiment, name="runs-on", metrics={"reward": [1.0]}, status="RUNNING")
            eventually(lambda: sum("graphql" in one for one in counted.requests) >= 2)
            counted.requests.clear()
            eventually(lambda: len(counted.requests) >= 15)
            first_requests = list(counted.requests)[:15]
            assert sum("graphql" in one for one in first_requests) >= 14
            # A round is 27 s by default; every 180 s the experiments, 252 s the lease, 900 s three for the others.
            per_minute = 60 / 27 + 60 / 180 + 60 / (0.6 * LEASE_SECONDS) + 3 * 60 / 900
            assert per_minute <= 3
