"""kill -9 at every step, receivers that refuse, hang and flood, an MLflow that is away: each alert is sent once."""

import shutil
import time
from pathlib import Path

import orjson
import requests

from tests.misbehaving import ERROR_500, Misbehaving, eventually
from tests.tracking import Tracking
from tests.watcher.receivers import Webhook
from tests.watcher.watching import Watching

RULES = """
[receivers]
team = "{url}"
[[rules]]
what = ["failed"]
names = ["{names}"]
"""


def stored_alerts(watching: Watching) -> list[dict[str, object]]:
    folder = watching.folder / "var" / "watcher" / "alerts"
    found = []
    for file in folder.glob("*.json"):
        found.append(orjson.loads(file.read_bytes()))
    return found


def check_last_delivery(webhook: Webhook, team: Tracking, experiment: str, watching: Watching, name: str) -> None:
    """Checks that the last one arrived, so all others before it have."""
    team.run(experiment, name=name, status="FAILED")
    webhook.wait_for(name)
    assert watching.process is not None
    assert watching.process.poll() is None


def test_a_watcher_killed_at_each_step_loses_and_repeats_no_alert(
    tmp_path: Path, team: Tracking, webhook: Webhook
) -> None:
    experiment = team.experiment("kills")
    rules = RULES.format(url=webhook.url, names="kill-*")
    with Watching(tmp_path, team.address, rules) as watching:
        # While it reads, before anything is written.
        watching.start()
        team.run(experiment, name="kill-0", status="FAILED")
        watching.kill()
        watching.start()
        webhook.wait_for("kill-0")
        # On disk, not sent: the receiver refuses.
        webhook.answer = 503
        team.run(experiment, name="kill-1", status="FAILED")
        eventually(lambda: any("kill-1" in str(one) for one in stored_alerts(watching)))
        watching.kill()
        webhook.answer = 200
        watching.start()
        webhook.wait_for("kill-1")
        # While the receiver is busy; its later answer is lost, so the message does not count as received.
        webhook.answer, webhook.before = 503, lambda _message: watching.kill()
        team.run(experiment, name="kill-2", status="FAILED")
        eventually(lambda: watching.process is not None and watching.process.poll() is not None)
        webhook.answer, webhook.before = 200, lambda _message: None
        watching.start()
        webhook.wait_for("kill-2")
        # Recorded on disk, not yet in MLflow.
        team.run(experiment, name="kill-3", status="FAILED")
        eventually(lambda: any("kill-3" in str(one) and "told" in one for one in stored_alerts(watching)))
        watching.kill()
        watching.start()
        check_last_delivery(webhook, team, experiment, watching, "kill-4")
        assert set(webhook.ids().values()) == {1}, webhook.titles
        # All is in MLflow, and the disk is another: as on another host.
        eventually(lambda: "told" in str(alert_tags(team, "kill-4")))
        watching.end()
        shutil.rmtree(watching.folder / "var")
        watching.start()
        check_last_delivery(webhook, team, experiment, watching, "kill-5")
        assert sorted(webhook.titles) == [f"Clew: kill-{n} (kills) has failed." for n in range(6)]
        # Between the receiver's answer and its own record: only here it is sent twice; the id shows that.
        webhook.after = lambda _message: watching.kill()
        team.run(experiment, name="kill-6", status="FAILED")
        webhook.wait_for("kill-6")
        eventually(lambda: watching.process is not None and watching.process.poll() is not None)
        webhook.after = lambda _message: None
        watching.start()
        check_last_delivery(webhook, team, experiment, watching, "kill-7")
        counts = sorted(webhook.ids().values())
        assert counts in ([1] * 8, [1] * 7 + [2])


def alert_tags(team: Tracking, name: str) -> list[str]:
    address = f"{team.address}/api/2.0/mlflow/registered-models/get"
    tags = requests.get(address, params={"name": "clew-alerts"}, timeout=20).json()["registered_model"]["tags"]
    return [tag["value"] for tag in tags if name in tag["value"]]


def test_receivers_that_refuse_or_hang_delay_no_other(tmp_path: Path, team: Tracking, webhook: Webhook) -> None:
    experiment = team.experiment("receivers")
    with Webhook() as refusing, Webhook() as hanging:
        refusing.answer = 429
        hanging.hangs.clear()
        rules = f'[receivers]\nteam = "{webhook.url}"\nflooded = "{refusing.url}"\nslow = "{hanging.url}"\n'
        rules += '[[rules]]\nwhat = ["failed"]\nnames = ["recv-*"]\n'
        with Watching(tmp_path, team.address, rules) as watching:
            watching.start()
            for number in range(6):
                team.run(experiment, name=f"recv-{number}", status="FAILED")
            for number in range(6):
                webhook.wait_for(f"recv-{number} ")
            # It is stored, reported, and tried less and less often.
            eventually(lambda: any("error=429" in value for value in alert_tags(team, "recv-0")))
            assert "s3cr3t" not in str(alert_tags(team, "recv-"))
            assert refusing.request_count < 8
            refusing.answer = 200
            hanging.hangs.set()
            for number in range(6):
                refusing.wait_for(f"recv-{number} ")
                hanging.wait_for(f"recv-{number} ")
            assert set(refusing.ids().values()) == {1}
            assert "s3cr3t" not in watching.log()
    assert set(webhook.ids().values()) == {1}


def test_runs_that_ended_while_mlflow_was_away_are_reported(tmp_path: Path, team: Tracking, webhook: Webhook) -> None:
    experiment = team.experiment("away")
    rules = f'[receivers]\nteam = "{webhook.url}"\n[[rules]]\nwhat = ["failed"]\nnames = ["away-*"]\n'
    rules += (
        '[[rules]]\nname = "services"\nwhat = ["service_down", "service_back"]\nnames = ["MLflow"]\nafter = "2 s"\n'
    )
    with Misbehaving(team.address) as mlflow, Watching(tmp_path, mlflow.address, rules) as watching:
        watching.start()
        lives = team.run(experiment, name="away-0", status="RUNNING")
        eventually(lambda: lives in str(watching.note("runs")))
        mlflow.answer = ERROR_500
        webhook.wait_for("MLflow does not answer")
        team.end(lives, "FAILED", ended_ms=int(time.time() * 1000) - 40 * 60_000)  # its clock is far behind
        team.run(experiment, name="away-1", status="FAILED")
        mlflow.answer = None
        webhook.wait_for("MLflow answers again")
        webhook.wait_for("away-0")
        webhook.wait_for("away-1")
        assert set(webhook.ids().values()) == {1}


def test_only_one_of_two_watchers_works(tmp_path: Path, team: Tracking, webhook: Webhook) -> None:
    experiment = team.experiment("two")
    rules = RULES.format(url=webhook.url, names="two-*")
    with (
        Watching(tmp_path / "a", team.address, rules) as first,
        Watching(tmp_path / "b", team.address, rules) as second,
    ):
        first.start()
        second.start(works=False)
        team.run(experiment, name="two-0", status="FAILED")
        webhook.wait_for("two-0")
        assert first.end() == 0
        team.run(experiment, name="two-1", status="FAILED")
        eventually(lambda: "This watcher is active now" in second.log())
        webhook.wait_for("two-1")
        assert set(webhook.ids().values()) == {1}
