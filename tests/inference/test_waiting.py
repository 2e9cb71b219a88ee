"""A service that may only be starting is waited for, and work resumes by itself; lasting errors are reported."""

import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import AccessDenied, BadResponse, ClewError, ServiceUnavailable
from domain.errors.artifacts.records import RangeNotServed, StoreNotRead
from domain.errors.connections import (
    AnswerBrokenOff,
    AnsweredReason,
    AnsweredStatus,
    AnsweredStatusOrProxy,
    CertificateRefused,
    ConnectionFailed,
    ConnectionRefused,
    ConnectTimedOut,
    CredentialsRefused,
    HostUnknown,
    NotAsked,
    OutcomeUnknown,
    PassingRefused,
    ProxyFailed,
    Redirected,
    TimedOut,
    TimedOutAt,
    UnreachableAt,
)
from domain.errors.models.records import ModelNotFound, NoActiveModel
from domain.errors.records import ConflictThere, RefusedThere
from domain.errors.services import (
    AskedTooMuch,
    BrokeOff,
    NothingReadYet,
    RunsAllModels,
    RuntimeMissing,
    Stopping,
    passes_by_itself,
)
from domain.messages import Text
from inference.waiting import WAIT_SECONDS, Waiting
from tests.faults.relay import Fault, Relay
from tests.inference.conftest import Start, Team
from tests.inference.engine import Engine, Message, Viewer

REFUSED = ConnectionRefused("MLflow")
PASSES: list[ClewError] = [
    *(REFUSED, ConnectTimedOut("MLflow"), HostUnknown("MLflow"), ConnectionFailed("MLflow", "OSError")),
    *(TimedOut("MLflow"), AnswerBrokenOff("MLflow"), UnreachableAt("Clew", "http://x"), TimedOutAt("Clew", "http://x")),
    *(AnsweredStatus("MLflow", status) for status in (429, 502, 503, 504)),
    *(AnsweredReason("Clew", NothingReadYet("MLflow"), status) for status in (429, 502, 503, 504)),
    *(AnsweredStatusOrProxy("MLflow", 503, "proxy"), NotAsked("MLflow", REFUSED), ProxyFailed("MLflow", "p", REFUSED)),
    *(NothingReadYet("MLflow"), AskedTooMuch("Clew")),
    StoreNotRead("MLflow", "s3://bucket/run", AnsweredStatus("MLflow", 503)),
]
STAYS: list[ClewError] = [
    *(AnsweredStatus("MLflow", status) for status in (500, 501, 505, 507)),
    *(AnsweredReason("Clew", Text("boom"), 500), CredentialsRefused("MLflow", 401), Redirected("MLflow", 302, "x")),
    *(BadResponse("MLflow", "body", Text("x")), CertificateRefused("MLflow"), PassingRefused("proxy")),
    *(NotAsked("MLflow", CertificateRefused("MLflow")), ProxyFailed("MLflow", "p", PassingRefused("p"))),
    *(OutcomeUnknown("MLflow", REFUSED), BrokeOff("MLflow"), RuntimeMissing("x"), Stopping("x"), RunsAllModels("x", 8)),
    *(StoreNotRead("MLflow", "s3://bucket/run", AnsweredStatus("MLflow", status)) for status in (403, 500)),
    *(StoreNotRead("MLflow", "s3://bucket/run", Text("no library")), RangeNotServed(64)),
    *(ModelNotFound("1"), NoActiveModel(), ConflictThere(Text("x")), RefusedThere("MLflow", Text("x"))),
]


@pytest.mark.parametrize("error", PASSES, ids=str)
def test_errors_of_a_service_that_may_be_starting_are_temporary(error: ClewError) -> None:
    assert passes_by_itself(error)
    assert isinstance(error, ServiceUnavailable)


@pytest.mark.parametrize("error", STAYS, ids=str)
def test_a_lasting_error_is_not_waited_for(error: ClewError) -> None:
    assert not passes_by_itself(error)
    assert not Waiting().should_retry(error)
    assert not isinstance(error, AccessDenied) or error.status == 502


@given(st.lists(st.floats(0, 30), min_size=1, max_size=60), st.floats(1, 300))
def test_retries_have_growing_pauses_until_the_time_limit(took: list[float], seconds: float) -> None:
    now, pauses = 100.0, list[float]()
    waiting = Waiting(seconds, lambda: now)
    for each in took:
        now += each
        if not waiting.should_retry(REFUSED):
            assert now - 100.0 >= seconds
            break
        assert now - 100.0 < seconds
        pauses.append(round(waiting.try_at - now, 6))
        now = waiting.try_at
    assert pauses == sorted(pauses)
    assert all(0.4 < pause < 3.1 for pause in pauses)


def test_the_time_limit_for_waiting_is_one_to_five_minutes() -> None:
    assert 60 <= WAIT_SECONDS <= 300


@pytest.fixture
def relay(clew: str) -> Iterator[Relay]:
    """Runs a relay to the dashboard that is down at first."""
    with Relay(clew) as relay:
        relay.fault = Fault.DOWN
        yield relay


@pytest.fixture
def engine_before_dashboard(relay: Relay, start: Start, team: Team) -> Engine:
    """Starts an engine whose dashboard is not reachable yet."""
    team.activate(team.ppo)
    return start(CLEW_URL=relay.address)


@pytest.fixture
def waiting_viewer(engine_before_dashboard: Engine) -> Iterator[Viewer]:
    with engine_before_dashboard.view() as viewer:
        yield viewer


def after_waiting(viewer: Viewer) -> tuple[list[Message], Message]:
    """Returns the messages sent during the waiting, and the first one after it."""
    waited = list[Message]()
    while "waiting" in (message := viewer.next()):
        waited.append(message)
    return waited, message


@pytest.mark.parametrize("fault", [Fault.DOWN, Fault.HANGS, Fault.SLOW])
def test_an_episode_begins_once_the_dashboard_responds(
    waiting_viewer: Viewer, relay: Relay, fault: Fault, team: Team
) -> None:
    relay.fault = fault
    waiting_viewer.send_command("reset")
    if fault is not Fault.SLOW:  # that may answer within its time
        assert "Clew" in waiting_viewer.next()["waiting"]
    relay.fault = None
    _waited, first = after_waiting(waiting_viewer)
    assert (first["step"], first["model_id"], first["running"]) == (0, team.ppo, False)


def test_commands_sent_while_a_model_loads_apply_once_it_is_loaded(
    waiting_viewer: Viewer, relay: Relay, team: Team
) -> None:
    waiting_viewer.send_command("reset")
    assert "waiting" in waiting_viewer.next()
    waiting_viewer.send_command("reset", model=team.dqn)  # another request
    assert "waiting" in waiting_viewer.next()
    waiting_viewer.send_command("start", speed=10)
    relay.fault = None
    _waited, first = after_waiting(waiting_viewer)
    assert (first["step"], first["model_id"], first["running"]) == (0, team.dqn, True)
    assert waiting_viewer.next()["step"] == 1


def test_an_episode_stopped_while_waiting_does_not_start(waiting_viewer: Viewer, relay: Relay) -> None:
    waiting_viewer.send_command("start")
    assert "waiting" in waiting_viewer.next()
    waiting_viewer.send_command("stop")
    relay.fault = None
    _waited, first = after_waiting(waiting_viewer)
    assert (first["step"], first["running"]) == (0, False)
    assert waiting_viewer.silence(0.5) == []


@pytest.mark.parametrize("fault", [Fault.ERROR_500, Fault.HTML, Fault.WRONG_TYPES, Fault.HALF_JSON])
def test_a_lasting_error_is_reported_at_once(waiting_viewer: Viewer, relay: Relay, fault: Fault) -> None:
    relay.fault = fault
    message = waiting_viewer.reset()
    assert message["error"]
    assert message["remedy"]


def test_an_evaluation_that_waits_gives_the_reason_and_succeeds(
    engine_before_dashboard: Engine, relay: Relay, team: Team
) -> None:
    path = f"/evaluations/{team.dqn}"
    assert engine_before_dashboard.call("POST", path)[0] == 202

    def report(until: str) -> Message:
        ends = time.monotonic() + 90
        while time.monotonic() < ends:
            message = engine_before_dashboard.call("GET", path)[1]
            if message["state"] == until or (until == "waiting" and message["waited_s"] is not None):
                return message
            time.sleep(0.1)
        raise AssertionError(message)

    waiting = report("waiting")
    assert (waiting["state"], waiting["error"]) == ("running", f"Clew: cannot be reached at {relay.address}")
    relay.fault = None
    done = report("done")
    assert (done["error"], done["code"], done["waited_s"]) == (None, None, None)


def test_an_evaluation_that_waits_can_be_cancelled(engine_before_dashboard: Engine, team: Team) -> None:
    path = f"/evaluations/{team.ppo}"
    engine_before_dashboard.call("POST", path)
    engine_before_dashboard.call("DELETE", path)
    engine_before_dashboard.wait_for(lambda health: health["evaluations"] == 0)
    assert engine_before_dashboard.call("GET", path)[1]["state"] == "cancelled"
