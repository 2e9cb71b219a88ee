"""GPUs, services and disks, each from its real cause: a fake driver's monitor, a service that ends; sent by mail."""

import os
import signal
from pathlib import Path

import orjson
import pytest

from domain.alerts.rules_file import read_rules
from domain.gpus import HostState
from tests.gpus.conftest import Start, library, start  # noqa: F401
from tests.misbehaving import Misbehaving
from tests.tracking import Tracking
from tests.watcher.mail import Mail
from tests.watcher.watching import NOWHERE, Watching
from transport.http_client import JsonService
from watcher.sources.gpus import GpuSource, Monitor
from watcher.state.alert_book import AlertBook
from watcher.state.outbox import Outbox

RULES = """
[receivers]
ops = "{url}"
[[rules]]
name = "soon"
what = ["gpu_lost", "gpu_hot", "gpu_idle", "service_down", "service_back", "disk_full"]
hosts = ["trainer*"]
after = "1 s"
[[rules]]
name = "services"
what = ["disk_full"]
after = "1 s"
"""


def test_gpus_services_and_disks_are_reported_by_mail(
    tmp_path: Path,
    team: Tracking,
    start: Start,  # noqa: F811
) -> None:
    own_pid = os.getpid()
    idle = ["count 3", "util 0 90", "util 1 90", "util 2 90", "temp 0 40", "temp 1 40", "limit 1 85", "used 2 900"]
    monitor = start(state="\n".join(idle), GPU_SAMPLE_SECONDS="2")
    monitor.wait_for(lambda health: health["state"] == "ok")
    monitors = f"trainer-1=http://127.0.0.1:{monitor.port}"
    with Mail() as mail:
        rules = RULES.format(url=mail.url)
        more = {"GPU_MONITOR_URLS": monitors, "DISK_LEAST_PERCENT": "100"}
        with Watching(tmp_path, team.address, rules, **more) as watching:
            watching.start()
            mail.wait_for("trainer-1: the disk of", "is nearly full")
            monitor.fake.write(*idle, "error 0 * 15")
            sent = mail.wait_for("trainer-1: GPU 0", "is lost")
            assert "https://clew.example.com/gpu" in sent.get_body(("plain",)).get_content()  # type: ignore[attr-defined]
            monitor.fake.write(*idle, "temp 1 91")
            mail.wait_for("trainer-1: GPU 1", "is at 91 °C; at 85 °C it slows down")
            monitor.fake.write(*idle, "util 2 0", f"process 2 {own_pid} 900")
            mail.wait_for("trainer-1: GPU 2", "is reserved by")
            monitor.process.send_signal(signal.SIGKILL)
            mail.wait_for("GPU monitor trainer-1 does not answer")
            monitor.process.wait(20)
            monitor.run()
            mail.wait_for("GPU monitor trainer-1 answers again")
            alerts_about = [subject.split(": ", 1)[1] for subject in mail.subjects]
            assert (
                len(alerts_about) == len(set(alerts_about)) == 7
            )  # two disks: this machine's, and the one that the monitor reports


@pytest.mark.parametrize(
    ("state", "error", "is_sent"),
    [
        (HostState.NO_DRIVER, "The driver is not loaded.", True),
        (HostState.NO_GPU, "The driver has no GPU.", True),
        (HostState.NO_GPU, None, False),
        (HostState.NO_LIBRARY, "There is no library.", False),
    ],
)
def test_a_driver_lost_before_the_watcher_started_is_reported_once(
    tmp_path: Path, state: HostState, error: str | None, *, is_sent: bool
) -> None:
    clock = [0.0]
    report = {"host": "h", "sent_at": 1, "sample_seconds": 2, "state": state, "error": error}
    with Misbehaving(NOWHERE) as foreign:
        foreign.answer = (200, orjson.dumps(report), "application/json")
        monitors = [Monitor("trainer-1", JsonService("GPU monitor", foreign.address))]
        sent = []
        for _start in range(2):  # and not again by the next one
            book = AlertBook(read_rules('[receivers]\na = "json://x"', {}), Outbox(tmp_path), lambda: clock[0])
            source = GpuSource(monitors, 5, book)
            for _round in range(12):
                source.round()
                sent += [alert.id for alert, _due in book.waiting("a")]
                book.delivered("a", [alert.id for alert, _due in book.waiting("a")])
                assert not sent or clock[0] >= 60 or _start
                clock[0] += 6
        assert len(sent) == is_sent


def test_a_percentage_slightly_above_100_is_accepted(tmp_path: Path) -> None:
    """Such values result from sums of floats: an older monitor sends them, and its host is reported nevertheless."""
    gpu = {"gpu_id": 0, "timestamp": 1, "state": "lost", "utilization": 100.00000000000001}
    report = {"host": "h", "sent_at": 1, "sample_seconds": 2, "gpus": [gpu], "machine": {"cpu": 100.00000000000001}}
    with Misbehaving(NOWHERE) as foreign:
        foreign.answer = (200, orjson.dumps(report), "application/json")
        book = AlertBook(read_rules('[receivers]\na = "json://x"', {}), Outbox(tmp_path))
        source = GpuSource([Monitor("trainer-1", JsonService("GPU monitor", foreign.address))], 5, book)
        assert source.round() == []
        assert [alert.kind.value for alert in book.all()] == ["gpu_lost"]
        gpu["utilization"] = 100.1
        foreign.answer = (200, orjson.dumps(report), "application/json")
        (down,) = source.round()
        assert "utilization" in str(down.text)
