"""GPUs, services and disks, each from its real cause: a monitor over a fake driver, a service that ends; told by mail."""

import os
import signal
from pathlib import Path

from tests.gpus.conftest import Start, library, start  # noqa: F401
from tests.tracking import Tracking
from tests.watcher.mail import Mail
from tests.watcher.watching import Watching

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


def test_gpus_services_and_disks_are_told_by_mail(
    tmp_path: Path,
    team: Tracking,
    start: Start,  # noqa: F811
) -> None:
    mine = os.getpid()
    idle = ["count 3", "util 0 90", "util 1 90", "util 2 90", "temp 0 40", "temp 1 40", "limit 1 85", "used 2 900"]
    monitor = start(state="\n".join(idle))
    monitor.wait_for(lambda health: health["state"] == "ok")
    monitors = f"trainer-1=http://127.0.0.1:{monitor.port}"
    with Mail() as mail:
        rules = RULES.format(url=mail.url)
        more = {"GPU_MONITOR_URLS": monitors, "DISK_LEAST_PERCENT": "100"}
        with Watching(tmp_path, team.address, rules, **more) as watching:
            watching.start()
            mail.wait_for("trainer-1: the disk of", "is nearly full")
            monitor.fake.write(*idle, "error 0 * 15")
            told = mail.wait_for("trainer-1: GPU 0", "is lost")
            assert "https://clew.example.com/gpu" in told.get_body(("plain",)).get_content()  # type: ignore[attr-defined]
            monitor.fake.write(*idle, "temp 1 91")
            mail.wait_for("trainer-1: GPU 1", "is at 91 °C; at 85 °C it slows down")
            monitor.fake.write(*idle, "util 2 0", f"process 2 {mine} 900")
            mail.wait_for("trainer-1: GPU 2", "is reserved by")
            monitor.process.send_signal(signal.SIGKILL)
            mail.wait_for("GPU monitor trainer-1 does not answer")
            monitor.process.wait(20)
            monitor.run()
            mail.wait_for("GPU monitor trainer-1 answers again")
            told_of = [subject.split(": ", 1)[1] for subject in mail.subjects]
            assert (
                len(told_of) == len(set(told_of)) == 7
            )  # two disks: this machine's, and the one of which the monitor tells
