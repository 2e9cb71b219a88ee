"""Each failure has a name, affects only the viewers concerned, and leaves no processes behind."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import numpy as np
import pytest
import requests
from simple_websocket import ConnectionClosed

from tests.gpus.monitor import handshake, status
from tests.inference.conftest import Start, Team
from tests.inference.engine import ROOT, Engine, Viewer

pytest.importorskip("onnx")

from tests.models import policies

NOT_A_NUMBER = policies.then("Mul", ("factor", np.float32("nan")))
PATH = "/ws/inference"


@pytest.fixture
def running_viewer(engine: Engine, viewer: Viewer, team: Team) -> Iterator[Viewer]:
    """Connects another viewer, of a working model, whose episode is running."""
    with engine.view() as running_viewer:
        running_viewer.reset(model=team.dqn, size=20)
        running_viewer.send_command("start", speed=10)
        yield running_viewer


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (policies.endless(), "The policy did not answer within 1"),
        (policies.greedy(), "more memory than the allowed 2.0 GiB"),
        (NOT_A_NUMBER, "not all finite numbers"),
    ],
    ids=["endless", "greedy", "nan"],
)
def test_a_failing_policy_affects_only_its_own_viewers(
    viewer: Viewer, running_viewer: Viewer, team: Team, engine: Engine, policy: bytes, expected: str
) -> None:
    children = len(engine.children())
    requested_at = time.time()
    message = viewer.reset(model=team.registry.version(policy))
    took_ms = (time.time() - requested_at) * 1000
    assert expected in message["error"]
    assert message["remedy"].endswith(".")
    assert "Traceback" not in engine.log()
    assert len(engine.children()) <= children + 1
    moments, now = [running_viewer.next()["server_ts"]], time.time() * 1000
    while moments[-1] < now:
        moments.append(running_viewer.next()["server_ts"])
    # Viewers that wait together wait for the whole; a busy machine may pause all of them for a moment.
    assert np.diff(moments).max() < max(500, took_ms / 2), "somebody else's model held this one up"
    assert viewer.reset()["step"] == 0


def test_killing_a_policys_process_ends_the_episode_with_an_error(viewer: Viewer, team: Team, engine: Engine) -> None:
    before = {child.pid for child in engine.children()}
    version = team.registry.version(policies.q_values())  # walks against a wall
    viewer.reset(model=version)
    viewer.send_command("start", speed=10)
    assert viewer.next()["step"] == 1
    (child,) = (one for one in engine.children() if one.pid not in before)
    child.kill()
    message = viewer.next()
    while "error" not in message:
        message = viewer.next()
    assert "crashed onnxruntime (Killed)" in message["error"]
    assert viewer.silence(0.5) == []


def test_a_file_that_vanished_is_named_at_the_next_reset(viewer: Viewer, team: Team) -> None:
    version = team.registry.version(policies.action_probabilities())
    viewer.reset(model=version)
    viewer.send_command("start", speed=10)
    team.lose_file(version)
    assert viewer.next()["step"] == 1  # the episode goes on
    viewer.send_command("reset", model=version)
    message = viewer.next()
    while "error" not in message:
        message = viewer.next()
    assert "The model's file is missing" in message["error"]
    assert "lost.onnx is missing" in message["error"]
    assert viewer.silence(0.5) == []
    assert viewer.reset()["step"] == 0


def test_a_policy_file_that_is_too_large_is_refused(viewer: Viewer, team: Team) -> None:
    message = viewer.reset(model=team.registry.version(bytes(64 * 2**20 + 1)))
    assert message["error"] == "The policy file has more than 64 MiB, the maximum."
    assert "activate another model" in message["remedy"]
    assert viewer.reset()["step"] == 0


def test_a_missing_model_is_reported(viewer: Viewer) -> None:
    assert "There is no model" in viewer.reset(model="999")["error"]
    assert "There is no model" in viewer.reset(model="../active")["error"]


def test_without_an_active_model_the_error_names_a_remedy(viewer: Viewer, team: Team) -> None:
    team.deactivate()
    message = viewer.reset()
    assert message["error"] == "No model is active."
    assert "Activate a model" in message["remedy"]


def test_an_unreachable_dashboard_is_named_and_waited_for(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        engine = start(CLEW_URL=address)
        silent.close()
        with engine.view() as viewer:
            message = [viewer.reset(), viewer.next()]
    assert {one["waiting"] for one in message} == {f"Clew: cannot be reached at {address}"}
    assert message[0]["waited_s"] <= message[1]["waited_s"]
    assert engine.health()["status"] == "healthy"


NONSENSE = [
    "",
    "null",
    "[]",
    "{",
    '{"command": "jump"}',
    '{"command": "start", "speed": 0.5}',
    '{"command": "start", "speed": 11}',
    '{"command": "start", "speed": true}',
    '{"command": "start", "speed": NaN}',
    '{"command": "start", "speed": "4"}',
    '{"command": "reset", "size": 4}',
    '{"command": "reset", "size": 10.5}',
    '{"command": "reset", "seed": -1}',
    '{"command": "reset", "model": ""}',
    '{"command": "reset", "model": 3}',
    '{"command": "stop", "more": 1}',
    b'{"command": "stop"}',
    "\u0000",
    "[" * 900,
]


def test_an_invalid_command_gets_a_sentence_and_changes_nothing(viewer: Viewer) -> None:
    for text in NONSENSE:
        viewer.send(text)
        message = viewer.next()
        assert message["error"].endswith("."), text
        assert message["remedy"]
    assert viewer.connected
    viewer.send_command("stop")
    assert viewer.silence(0.2) == []


def test_too_many_invalid_commands_end_the_connection(viewer: Viewer) -> None:
    for _ in range(20):
        viewer.send("{}")
    assert viewer.read_to_the_end() == 1008


def test_a_message_that_is_too_long_ends_the_connection(viewer: Viewer, engine: Engine) -> None:
    viewer.send("x" * 2000)
    assert viewer.read_to_the_end() == 1009
    engine.wait_for(lambda health: health["viewers"] == 0)


def test_a_client_that_sends_too_fast_is_cut_off(engine: Engine, viewer: Viewer) -> None:
    with pytest.raises((ConnectionClosed, OSError)):  # noqa: PT012, it ends somewhere in the middle
        for _ in range(20_000):
            viewer.send_command("reset")
        viewer.read_to_the_end()
        raise ConnectionClosed
    engine.wait_for(lambda health: health["viewers"] == 0)


def test_pages_of_other_origins_can_neither_watch_nor_evaluate(engine: Engine, team: Team) -> None:
    with handshake(engine.port, PATH, Origin="https://evil.example") as connection:
        assert status(connection)[0] == 403
    assert engine.call("POST", f"/evaluations/{team.ppo}", Origin="https://evil.example")[0] == 403
    with handshake(engine.port, PATH, Origin="http://localhost:8050") as connection:
        assert status(connection)[0] == 101


def test_requests_with_a_rebound_host_name_are_refused(engine: Engine, team: Team) -> None:
    """A browser takes such a page as one of the same origin."""
    rebound = {"Host": f"evil.example:{engine.port}", "Origin": f"http://evil.example:{engine.port}"}
    with handshake(engine.port, PATH, **rebound) as connection:
        assert status(connection)[0] == 400
    for method, path in (("POST", f"/evaluations/{team.ppo}"), ("GET", "/health")):
        answer = requests.request(method, f"http://127.0.0.1:{engine.port}{path}", headers=rebound, timeout=60)
        assert answer.status_code == 400
        assert "TRUSTED_HOSTS" in answer.text
    assert engine.call("GET", f"/evaluations/{team.ppo}")[0] == 404
    assert engine.health()["evaluations"] == 0


def test_viewers_who_come_and_go_leave_no_thread(engine: Engine, viewer: Viewer) -> None:
    viewer.reset()
    with engine.view() as other:  # gunicorn starts threads for its pool as they are needed, and keeps them
        other.reset()
    engine.wait_for(lambda health: health["viewers"] == 1)
    before, began = engine.threads(), time.monotonic()
    for count in range(150):
        with handshake(engine.port, PATH) as connection:
            assert status(connection)[0] == 101
            if count % 3:
                connection.sendall(_masked('{"command": "start", "speed": 10}'))
        time.sleep(max(0.0, began + count / 50 - time.monotonic()))
    engine.wait_for(lambda health: health["viewers"] == 1)
    deadline = time.monotonic() + 40
    while engine.threads() > before + 24:  # gunicorn's own
        assert time.monotonic() < deadline, engine.threads()
        time.sleep(0.1)
    assert viewer.reset()["step"] == 0


def test_wrong_settings_stop_the_start_with_a_message() -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "inference"],
        env={"INFERENCE_PORT": "99999", "CLEW_URL": "nowhere", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert answer.returncode == 2
    assert "INFERENCE_PORT='99999'" in answer.stderr
    assert "CLEW_URL='nowhere'" in answer.stderr


def _masked(text: str) -> bytes:
    """Returns a text message as a client sends it, with a mask of zeros."""
    assert len(text) < 126
    return bytes([0x81, 0x80 | len(text)]) + bytes(4) + text.encode()
