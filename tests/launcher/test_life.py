"""From `make run` to Ctrl-C, with everything real; no process is left afterwards, however it ends.

The tests of the embedded MLflow share one start, in this order: it takes most of their time.
"""

import json
import os
import signal
import sys
import urllib.request
from contextlib import closing

import pytest
from simple_websocket import Client

from tests.launcher.conftest import (
    MAX_SECONDS,
    Launch,
    Start,
    answers,
    external_services,
    free_port,
    json_of,
    only_locked_packages,
    wait_until,
)
from tests.registry import Registry
from tests.tracking import Tracking


@pytest.fixture(scope="module")
def embedded(start: Start) -> Launch:
    """Starts Clew with only the libraries that `make run` installs, and a dead proxy in the environment, which it
    must not use."""
    proxies = {name: "http://127.0.0.1:9" for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")}
    launch = start(**proxies, **only_locked_packages())
    launch.wait_until_ready()
    return launch


@pytest.fixture
def dashboard_and_scheduler(start: Start) -> Launch:
    """Starts a dashboard and a scheduler; all other services are external (and do not exist)."""
    launch = start(**external_services())
    launch.wait_until_ready()
    return launch


def test_all_servers_respond_once_the_launcher_reports_ready(embedded: Launch) -> None:
    assert f"http://127.0.0.1:{embedded.port}/ (MLflow at" in embedded.output()
    assert answers(embedded.port)
    assert answers(embedded.mlflow_port)
    assert answers(embedded.gpu_monitor_port)
    assert answers(embedded.inference_port)
    assert answers(embedded.scheduler_port)


@pytest.mark.thorough
def test_an_unreachable_proxy_in_the_environment_has_no_effect(embedded: Launch) -> None:
    """The sample data gets into MLflow, the dashboard reads it, and the engine gets its models from the dashboard."""
    models = f"http://127.0.0.1:{embedded.port}/api/models"
    wait_until(lambda: json_of(models), embedded.output)
    health = f"http://127.0.0.1:{embedded.port}/api/health"
    wait_until(lambda: "down" not in {one["state"] for one in json_of(health).values()}, lambda: json_of(health))
    body = json.dumps({"model_id": json_of(models)[0]["id"]}).encode()
    write = urllib.request.Request(f"{models}/active", body, {"Content-Type": "application/json"})
    assert urllib.request.urlopen(write, timeout=60).status == 200
    with closing(Client(f"ws://127.0.0.1:{embedded.inference_port}/ws/inference")) as viewer:
        viewer.send('{"command": "reset"}')
        while "waiting" in (message := json.loads(viewer.receive(timeout=60))):  # on a slow machine
            pass
        assert message["step"] == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_browser_may_open_mlflows_own_ui(embedded: Launch, host: str) -> None:
    with urllib.request.urlopen(f"http://{host}:{embedded.mlflow_port}/", timeout=60) as page:
        assert page.status == 200


def test_a_write_to_the_registry_leaves_no_traceback_in_mlflows_log(embedded: Launch) -> None:
    registry = Registry(Tracking(f"http://127.0.0.1:{embedded.mlflow_port}"), "written-to")
    tag = {"name": registry.name, "version": registry.version(), "key": "note", "value": "x"}
    registry.tracking.post("model-versions/set-tag", tag)
    log = embedded.directory / "var" / "log" / "mlflow.log"
    wait_until(lambda: "/model-versions/set-tag" in log.read_text(), log.read_text)
    assert "Traceback" not in log.read_text()
    assert "ERROR" not in log.read_text()


def test_a_killed_dashboard_is_restarted(embedded: Launch) -> None:
    before = {process.pid for process in embedded.processes("gunicorn")}
    for process in embedded.processes("gunicorn"):
        if process.parent().pid not in before:
            process.kill()
    wait_until(lambda: not before & {p.pid for p in embedded.processes("gunicorn")}, embedded.output)
    wait_until(lambda: answers(embedded.port), embedded.output)
    wait_until(lambda: "The dashboard ended and is started again" in embedded.output(), embedded.output)


def test_a_killed_gpu_monitor_is_restarted(embedded: Launch) -> None:
    before = {process.pid for process in embedded.processes("gpu_monitor")}
    for process in embedded.processes("gpu_monitor"):
        process.kill()
    wait_until(lambda: not before & {p.pid for p in embedded.processes("gpu_monitor")}, embedded.output)
    wait_until(lambda: answers(embedded.gpu_monitor_port), embedded.output)
    wait_until(lambda: "The GPU monitor ended and is started again" in embedded.output(), embedded.output)


def test_a_killed_inference_engine_is_restarted(embedded: Launch) -> None:
    before = {process.pid for process in embedded.processes("python -m inference")}
    assert before
    for process in embedded.processes("python -m inference"):
        process.kill()
    wait_until(lambda: not before & {p.pid for p in embedded.processes("python -m inference")}, embedded.output)
    wait_until(lambda: answers(embedded.inference_port), embedded.output)
    wait_until(lambda: "The inference engine ended and is started again" in embedded.output(), embedded.output)


def test_ctrl_c_ends_every_process(embedded: Launch) -> None:
    assert embedded.processes("training.mlflow_server")
    assert embedded.end(signal.SIGINT) == 0
    embedded.wait_until_gone()
    assert embedded.output().endswith("Stopped.\n")


def test_services_configured_elsewhere_are_not_started(start: Start) -> None:
    launch = start(**external_services())
    launch.wait_until_ready()
    assert launch.processes("gunicorn")
    for ours in ("training.mlflow_server", "training.samples", "gpu_monitor", "python -m inference"):
        assert launch.processes(ours) == []
    assert not answers(launch.mlflow_port)
    assert "secret" not in launch.output()
    assert launch.end(signal.SIGTERM) == 0
    launch.wait_until_gone()


@pytest.mark.thorough
def test_a_start_without_trusted_hosts_on_all_interfaces_warns(start: Start) -> None:
    launch = start(
        MLFLOW_TRACKING_URI=f"http://127.0.0.1:{free_port()}",
        HOST="0.0.0.0",
        INFERENCE_HOST="0.0.0.0",
        MLFLOW_HOST="0.0.0.0",
    )
    launch.wait_until_ready()
    careful = [line for line in launch.output().splitlines() if "TRUSTED_HOSTS" in line]
    assert [line.partition(" without ")[0] for line in careful] == [
        "Careful: HOST=0.0.0.0",
        "Careful: INFERENCE_HOST=0.0.0.0",
    ]
    for name in ("dashboard", "inference"):
        assert (launch.directory / "var" / "log" / f"{name}.log").read_text().count("without TRUSTED_HOSTS") == 1
    assert launch.end(signal.SIGTERM) == 0


def test_sighup_ends_every_process(start: Start) -> None:
    launch = start(**external_services())
    wait_until(lambda: bool(launch.processes("gunicorn")), launch.output)
    assert launch.end(signal.SIGHUP) == 0
    launch.wait_until_gone()


def test_closing_the_terminal_ends_every_process(start: Start) -> None:
    terminal, its_end = os.openpty()
    launch = start(stdin=its_end, **external_services())
    os.close(its_end)
    wait_until(lambda: bool(launch.processes("gunicorn")), launch.output)
    os.close(terminal)  # no SIGHUP reaches the launcher: this is not its controlling terminal
    assert launch.process.wait(MAX_SECONDS) == 0
    launch.wait_until_gone()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent is gone")
def test_killing_the_launcher_ends_every_process(dashboard_and_scheduler: Launch) -> None:
    dashboard_and_scheduler.process.kill()
    dashboard_and_scheduler.process.wait()
    dashboard_and_scheduler.wait_until_gone()


def test_killing_the_supervisor_ends_every_process(dashboard_and_scheduler: Launch) -> None:
    for process in dashboard_and_scheduler.processes("supervisord"):
        process.kill()
    assert dashboard_and_scheduler.process.wait(MAX_SECONDS) == 1
    assert "Stopped: the supervisor" in dashboard_and_scheduler.output()
    dashboard_and_scheduler.wait_until_gone()
