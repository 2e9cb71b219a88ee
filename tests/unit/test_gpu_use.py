"""The GPUs that a run is on: by its process, its start and its boot together, whichever monitor answers."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import make_server

from domain.errors import ClewError
from domain.gpus import GpuReport
from domain.run_facts.gpu_use import gpus_of
from domain.tracking.runs import Run, RunStatus
from services.run_facts.gpus import GpuReports, Monitor
from transport.http_client import JsonService

TAGS = {"clew.boot_id": "boot-1", "clew.start_ticks": "77", "clew.pid": "12"}


def report(**process: Any) -> dict[str, Any]:
    gpus = [{"gpu_id": n, "timestamp": 1, "processes": [process] if n else []} for n in range(2)]
    return {"host": "trainer", "boot_id": "boot-1", "sent_at": 1, "sample_seconds": 2, "gpus": gpus}


def run(status: RunStatus = RunStatus.RUNNING, **tags: str) -> Run:
    fields = {"run_id": "r", "name": "", "experiment_id": "1", "experiment": "e", "started_at": None, "ended_at": None}
    return Run.model_validate({**fields, "status": status, "params": {}, "metrics": {}, "tags": TAGS | tags})


@pytest.mark.parametrize(
    ("known_run", "process", "found"),
    [
        (run(), {"pid": 12, "start_ticks": 77}, [1]),
        (run(), {"pid": 4012, "ns_pid": 12, "start_ticks": 77}, [1]),
        (run(), {"pid": 12, "start_ticks": 78}, []),
        (run(), {"pid": 12}, []),
        (run(), {"start_ticks": 77}, []),
        (run(**{"clew.boot_id": "boot-2"}), {"pid": 12, "start_ticks": 77}, []),
        (run(RunStatus.FINISHED), {"pid": 12, "start_ticks": 77}, []),
    ],
)
def test_a_process_is_matched_by_pid_start_and_boot(known_run: Run, process: dict[str, int], found: list[int]) -> None:
    uses = gpus_of(known_run, "trainer-1", GpuReport.model_validate(report(**process)))
    assert [(use.host, use.gpu.gpu_id) for use in uses] == [("trainer-1", gpu) for gpu in found]


@pytest.fixture
def monitor() -> Iterator[str]:
    app = Flask("monitor")
    app.add_url_rule("/gpus", view_func=lambda: report(pid=12, start_ticks=77))
    app.add_url_rule("/odd/gpus", endpoint="odd", view_func=lambda: {"gpus": "none"})
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_an_unreachable_monitor_does_not_hide_the_others(monitor: str) -> None:
    places = {"good": monitor, "odd": f"{monitor}/odd", "away": "http://127.0.0.1:1"}
    services = [Monitor(name, JsonService(name, url, direct=True)) for name, url in places.items()]
    reports = GpuReports(services).all()
    assert isinstance(reports["good"], GpuReport)
    assert [isinstance(reports[name], ClewError) for name in ("odd", "away")] == [True, True]
