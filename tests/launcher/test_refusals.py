"""Each reason that keeps Clew from starting is reported in a sentence."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.launcher.conftest import MAX_SECONDS, Start, external_services, wait_until


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("setting", ["PORT", "MLFLOW_PORT", "GPU_MONITOR_PORT", "INFERENCE_PORT", "SCHEDULER_PORT"])
def test_a_taken_port_is_named_with_its_setting(start: Start, taken_port: int, setting: str) -> None:
    launch = start(**{setting: str(taken_port)})
    assert launch.process.wait(MAX_SECONDS) == 1
    assert launch.output() == f"Port {taken_port} is taken; set {setting} to another, or stop what uses it.\n"


@pytest.mark.parametrize(
    "two", [("PORT", "MLFLOW_PORT"), ("MLFLOW_PORT", "GPU_MONITOR_PORT"), ("PORT", "INFERENCE_PORT")]
)
def test_one_port_for_two_servers_is_refused(start: Start, two: tuple[str, str]) -> None:
    launch = start(**dict.fromkeys(two, "18050"))
    assert launch.process.wait(MAX_SECONDS) == 1
    assert launch.output() == f"{two[0]} and {two[1]} are both 18050; set one of them to another port.\n"


def test_an_invalid_gpu_monitor_url_is_named(start: Start) -> None:
    launch = start(GPU_MONITOR_URLS="a=http://a:8001, b=ftp://b")
    assert launch.process.wait(MAX_SECONDS) == 2
    assert "'b=ftp://b' should name an address such as http://trainer-1:8001" in launch.output()


def test_an_invalid_inference_url_is_named(start: Start) -> None:
    launch = start(INFERENCE_WS_URL="https://models.example.com")
    assert launch.process.wait(MAX_SECONDS) == 2
    assert "INFERENCE_WS_URL='https://models.example.com': should be an address such as wss://" in launch.output()


def test_an_address_of_another_machine_is_refused(start: Start) -> None:
    launch = start(HOST="192.0.2.1")
    assert launch.process.wait(MAX_SECONDS) == 1
    assert launch.output() == "HOST=192.0.2.1 is not an address of this machine; set it to one that is.\n"


def test_wrong_settings_are_named_with_their_valid_values(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=99999\nLOG_LEVEL=loud\n")
    answer = subprocess.run(
        [sys.executable, "-m", "services.processes.launcher"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert answer.returncode == 2
    assert "PORT='99999'" in answer.stderr
    assert "65535" in answer.stderr
    assert "LOG_LEVEL='loud'" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_second_launch_in_the_same_state_directory_is_refused(start: Start, tmp_path: Path) -> None:
    state = tmp_path / "state"
    first = start(STATE_DIR=str(state), **external_services())
    wait_until(lambda: "at http" in _text(state / "launch.lock"), first.output)
    second = start(STATE_DIR=str(state), **external_services())
    assert second.process.wait(MAX_SECONDS) == 1
    assert f"STATE_DIR={state}" in second.output()
    assert f"process {first.process.pid}, at http://127.0.0.1:{first.port}" in second.output()
    assert "Traceback" not in second.output()
    first.process.kill()  # its lock ends with it, whatever file remains
    first.process.wait(MAX_SECONDS)
    assert (state / "launch.lock").exists()
    third = start(STATE_DIR=str(state), **external_services())
    wait_until(lambda: "Starting" in third.output() or third.process.poll() is not None, third.output)
    assert third.process.poll() is None, third.output()
    assert third.end(signal.SIGTERM) == 0


def test_a_link_in_place_of_the_lock_file_is_not_followed(start: Start, tmp_path: Path) -> None:
    foreign = tmp_path / "foreign"
    foreign.write_text("mine")
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "launch.lock").symlink_to(foreign)
    launch = start(STATE_DIR=str(tmp_path / "state"))
    assert launch.process.wait(MAX_SECONDS) == 1
    assert "cannot be written" in launch.output()
    assert foreign.read_text() == "mine"


def _text(file: Path) -> str:
    return file.read_text() if file.exists() else ""
