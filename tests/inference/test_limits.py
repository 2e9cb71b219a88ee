"""An engine with little room, and its end; the tests share it, in this order."""

import signal
import threading

import psutil
import pytest

from tests.gpus.monitor import handshake, status
from tests.inference.conftest import Start, Team
from tests.inference.engine import Engine
from tests.misbehaving import eventually

PATH = "/ws/inference"


@pytest.fixture(scope="module")
def small_engine(start: Start) -> Engine:
    return start(INFERENCE_MAX_MODELS="1", INFERENCE_MAX_VIEWERS="3")


def test_a_viewer_too_many_is_refused_before_the_handshake(small_engine: Engine, team: Team) -> None:
    with small_engine.view(), small_engine.view(), small_engine.view():
        with handshake(small_engine.port, PATH) as connection:
            code, head = status(connection)
        assert code == 503
        assert "Retry-After: 10" in head
    small_engine.wait_for(lambda health: health["viewers"] == 0)
    with small_engine.view() as viewer:
        assert viewer.reset(model=team.ppo)["step"] == 0


def test_an_engine_with_room_for_one_model_serves_two_in_turn(small_engine: Engine, team: Team) -> None:
    with small_engine.view() as viewer:
        with small_engine.view() as walking:
            assert walking.reset(model=team.ppo, size=20)["step"] == 0
            walking.send_command("start", speed=2)
            assert walking.next()["step"] == 1
            assert "runs 1 models" in viewer.reset(model=team.dqn)["error"]
        # No viewer watches the first any more: seconds later its place is free.
        eventually(lambda: viewer.reset(model=team.dqn).get("step") == 0)
        assert len(small_engine.children()) == 1


def test_sigterm_closes_all_connections_with_1001_and_ends_all_processes(small_engine: Engine, team: Team) -> None:
    viewers = [small_engine.view() for _ in range(3)]
    for viewer in viewers:
        viewer.reset(model=team.ppo)
    viewers[0].send_command("start", speed=10)
    small_engine.call("POST", f"/evaluations/{team.dqn}")
    children = small_engine.children()
    codes: list[int] = []
    readers = [threading.Thread(target=lambda one=one: codes.append(one.read_to_the_end())) for one in viewers]
    for reader in readers:
        reader.start()
    small_engine.end(signal.SIGTERM)
    for reader in readers:
        reader.join(120)
    assert codes == [1001, 1001, 1001]
    assert psutil.wait_procs(children, timeout=60)[1] == []
