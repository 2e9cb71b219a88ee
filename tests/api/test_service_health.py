"""The front page's health: known results come without waiting; many viewers cause one request to each service."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.health import ServiceHealth, ServiceKind, State
from services.connect import connect
from services.health.service_health import HealthSnapshots
from settings.settings import Settings
from tests.misbehaving import HANG, HTML, Misbehaving, eventually

HEALTHY = (200, b'{"status": "healthy"}', "application/json")
NOWHERE = "http://127.0.0.1:1"
PATIENCE = 60  # seconds; on a busy machine an answer may take some


@pytest.fixture
def monitor() -> Iterator[Misbehaving]:
    """Runs a server that answers what the test sets."""
    with Misbehaving(NOWHERE) as server:
        server.answer = HEALTHY
        yield server


@pytest.fixture
def health(monitor: Misbehaving, cache_dir: Path) -> HealthSnapshots:
    """Returns the health of a Clew whose MLflow is away, with a monitor and without an inference engine."""
    return snapshots(monitor, cache_dir)


def snapshots(monitor: Misbehaving, cache_dir: Path) -> HealthSnapshots:
    values: dict[str, object] = {
        "mlflow_tracking_uri": NOWHERE,
        "gpu_monitor_urls": f"a={monitor.address}",
        "cache_dir": cache_dir,
    }
    values["refresh_seconds"] = 600  # no report becomes stale while a test runs
    return connect(Settings(_env_file=None, inference_ws_url="ws://somewhere/ws", **values)).health  # type: ignore[call-arg,arg-type]


def monitor_health(services: list[ServiceHealth]) -> ServiceHealth:
    return next(one for one in services if one.kind is ServiceKind.GPU_MONITOR)


def test_many_viewers_cause_one_request_to_a_service(health: HealthSnapshots, monitor: Misbehaving) -> None:
    first = health.report(PATIENCE)
    assert all(health.report() == first for _viewer in range(20))
    assert monitor.requests == ["GET /health"]
    assert [one.health.state for one in first.services] == [State.DOWN, State.DOWN, State.OK, State.DOWN]
    assert first.services[0].health.cause == "MLflow: refused the connection"


def test_workers_share_one_health_report(monitor: Misbehaving, cache_dir: Path) -> None:
    one, other = (snapshots(monitor, cache_dir) for _worker in range(2))
    assert other.report(PATIENCE) == one.report(PATIENCE)
    newer = one.refreshed_report(PATIENCE)
    assert other.report() == newer
    assert len(monitor.requests) == 2


def test_a_viewer_after_a_pause_sees_the_current_state(
    health: HealthSnapshots, monitor: Misbehaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    health.report(PATIENCE)
    monkeypatch.setattr("services.health.service_health._OLD_AFTER", 0)
    monitor.answer = HTML
    assert monitor_health(health.report(PATIENCE).services).health.state is State.DOWN


def test_a_service_that_hangs_does_not_delay_what_can_be_shown(health: HealthSnapshots, monitor: Misbehaving) -> None:
    before = health.report(PATIENCE)
    monitor.answer = HANG
    assert health.refreshed_report(0.1) == before  # a caller that had waited would see it as down
    assert health.report(PATIENCE) == before
    eventually(lambda: monitor_health(health.report().services).health.state is State.DOWN)
    # Reported by the first one to time out: the request or the caller that waits for it.
    assert (monitor_health(health.report().services).health.cause or "").endswith("did not answer in time")
    assert len(monitor.requests) == 2


def test_another_program_at_the_monitors_address_is_not_taken_for_a_monitor(
    health: HealthSnapshots, monitor: Misbehaving
) -> None:
    monitor.answer = HTML
    assert "is not JSON" in (monitor_health(health.report(PATIENCE).services).health.cause or "")
    monitor.answer = (200, b'{"status": "who?"}', "application/json")
    assert "status" in (monitor_health(health.refreshed_report(PATIENCE).services).health.cause or "")
