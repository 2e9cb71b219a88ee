"""GPU-hours by owner, over the API, from what monitors keep; and which source Clew uses, and its state."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from pydantic import ValidationError

from app import create_app
from domain.fleet.series import HistorySource
from domain.health import ServiceKind, State
from services.connect import connect
from settings.settings import Settings
from tests.faults.relay import Fault, Relay
from tests.fleet.kept_days import HOUR_MS, NOW, fill
from tests.fleet.prometheus import Prometheus
from tests.gpus.conftest import Start
from tests.misbehaving import HTML, Misbehaving, eventually
from tests.tracking import Tracking

NOWHERE = "http://127.0.0.1:1"


def settings(cache_dir: Path, **values: Any) -> Settings:
    fields = {"mlflow_tracking_uri": NOWHERE, "cache_dir": cache_dir, "inference_ws_url": "ws://somewhere/ws", **values}
    return Settings(_env_file=None, **fields)


@pytest.fixture(scope="module")
def monitors(start: Start) -> str:
    """Starts two monitors that kept a day; returns their names and addresses as in the settings."""
    addresses = []
    for host in ("trainer-1", "trainer-2"):
        monitor = start(state="count 0")
        fill(monitor.folder, host)
        addresses.append(f"{host}=http://127.0.0.1:{monitor.port}")
    return ",".join(addresses)


@pytest.fixture(scope="module")
def quiet_monitors(start: Start) -> str:
    """Starts two monitors whose hosts have nothing to tell: one keeps no history, the other has no driver."""
    keeps_none, has_no_driver = start(GPU_HISTORY_HOURS="0"), start(has_library=False)
    return f"off=http://127.0.0.1:{keeps_none.port},bare=http://127.0.0.1:{has_no_driver.port}"


@pytest.fixture(scope="module")
def api(monitors: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """Starts a Clew with two monitors that kept a day, and one that is away."""
    own = settings(tmp_path_factory.mktemp("cache"), gpu_monitor_urls=f"{monitors},gone={NOWHERE}")
    return create_app(own, connect(own)).server.test_client()


def test_hours_energy_and_idle_time_are_reported_by_owner(api: FlaskClient) -> None:
    span = {"since_ms": NOW - 6 * HOUR_MS, "until_ms": NOW}
    answer = api.get("/api/gpus/usage", query_string={**span, "by": "owner"}).get_json()
    assert (answer["source"], answer["gpus"], answer["step_s"]) == ("monitors", 4, 40)
    assert answer["kept_since_ms"] == NOW - 6 * HOUR_MS
    (remark,) = answer["remarks"]
    assert "The history of gone is missing." in remark
    bob, ada = answer["rows"]
    assert (bob["owner"], ada["owner"]) == ("bob", "ada")
    assert (bob["gpu_hours"], ada["gpu_hours"]) == pytest.approx((12, 10), abs=0.1)
    assert (bob["idle_reserved_hours"], ada["idle_reserved_hours"]) == pytest.approx((12, 0), abs=0.1)
    assert ada["mean_utilization"] == pytest.approx(80)
    assert ada["energy_kwh"] == pytest.approx(3, abs=0.05)
    assert ada["covered"] == pytest.approx(5 / 6, abs=0.01)
    hosts = api.get("/api/gpus/usage", query_string={**span, "by": "host"}).get_json()["rows"]
    assert sorted(row["host"] for row in hosts) == ["trainer-1", "trainer-2"]
    file = api.get("/fleet/usage.csv", query_string={**span, "by": "gpu", "q": "trainer-2"})
    lines = file.get_data(as_text=True).splitlines()
    assert file.mimetype == "text/csv"
    assert len(lines) == 3
    assert "trainer-2" in lines[1]


def test_the_name_of_a_file_shows_whether_something_is_missing(
    monitors: str, quiet_monitors: str, mlflow_address: str, tmp_path: Path
) -> None:
    def clew(urls: str, mlflow: str) -> FlaskClient:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        own = settings(folder, gpu_monitor_urls=urls, mlflow_tracking_uri=mlflow, refresh_seconds=5)
        folder.mkdir()
        return create_app(own, connect(own)).server.test_client()

    def name_at(client: FlaskClient) -> str:
        file = client.get("/fleet/usage.csv", query_string={"since_ms": NOW - 6 * HOUR_MS, "until_ms": NOW})
        return file.headers["Content-Disposition"].partition("filename=")[2].strip('"')

    def name(urls: str, mlflow: str) -> str:
        client = clew(urls, mlflow)
        eventually(lambda: mlflow == NOWHERE or client.get("/api/runs").status_code == 200)
        return name_at(client)

    assert name(monitors, mlflow_address) == "gpu-usage.csv"
    assert name(f"{monitors},gone={NOWHERE}", mlflow_address) == "gpu-usage-incomplete.csv"
    assert name(monitors, NOWHERE) == "gpu-usage-incomplete.csv"  # without the names of its runs
    assert name(f"{monitors},{quiet_monitors}", mlflow_address) == "gpu-usage.csv"
    with Relay(mlflow_address) as mlflow:
        client = clew(monitors, mlflow.address)
        eventually(lambda: name_at(client) == "gpu-usage.csv")
        mlflow.fault = Fault.DOWN
        eventually(lambda: name_at(client) == "gpu-usage-incomplete.csv")  # its list of runs is old


def test_a_run_page_names_monitors_whose_gpus_are_not_known(
    monitors: str, quiet_monitors: str, tracking: Tracking, tmp_path: Path
) -> None:
    run = tracking.run(tracking.experiment(), status="RUNNING", started_ms=NOW - HOUR_MS)

    def part(urls: str) -> dict[str, Any]:
        own = settings(
            tmp_path / str(len(urls)), gpu_monitor_urls=urls, mlflow_tracking_uri=tracking.address, gpu_monitor_port=1
        )
        client = create_app(own, connect(own)).server.test_client()
        found: dict[str, Any] = {}

        def is_read() -> bool:
            found.update(client.get(f"/runs/facts?run={run}&part=gpus").json or {})
            return "entries" in found or "refused the connection" in found.get("problem", "")

        eventually(is_read)
        return found

    assert part(monitors)["entries"] == 0
    unknown = part(f"{monitors},gone={NOWHERE}")
    assert unknown["entries"] == 1
    assert "The history of gone is missing." in str(unknown["body"])
    assert "entries" not in part(f"a={NOWHERE}")
    assert part(f"{monitors},{quiet_monitors}")["entries"] == 0
    assert part(quiet_monitors)["entries"] == 0
    assert part(quiet_monitors.partition(",")[0])["entries"] == 0  # no host keeps a history
    assert part("")["entries"] == 0  # a team without monitors
    tracking.end(run)


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("by=planet", 422, "by"),
        ("range=9y", 422, "range"),
        ("since_ms=-1", 422, "since_ms"),
        ("until_ms=5", 422, "since_ms"),
        ("since_ms=9&until_ms=5", 400, "after its start"),
        ("since_ms=0&until_ms=99999999999", 400, "92 days"),
        ("since_ms=1e99", 422, "since_ms"),
    ],
)
def test_an_invalid_query_is_refused_with_its_field(api: FlaskClient, query: str, status: int, words: str) -> None:
    answer = api.get(f"/api/gpus/usage?{query}")
    assert answer.status_code == status
    assert words in answer.get_data(as_text=True)


def test_where_no_service_answers_the_first_failure_is_reported(cache_dir: Path) -> None:
    own = settings(cache_dir, gpu_monitor_urls=f"a={NOWHERE}")
    answer = create_app(own, connect(own)).server.test_client().get("/api/gpus/usage")
    assert answer.status_code == 503
    assert answer.get_json()["error"] == "GPU monitor a: refused the connection"


def test_a_configured_prometheus_replaces_the_monitors_and_its_health_is_shown(tmp_path: Path) -> None:
    with Prometheus(tmp_path) as prometheus, Misbehaving(prometheus.address) as before:
        services = connect(settings(tmp_path / "cache", prometheus_url=before.address, prometheus_headers="X-A=b"))
        assert services.fleet.source.source is HistorySource.PROMETHEUS
        healthy = services.health.refreshed_report(60).services[-1]
        assert (healthy.kind, healthy.health.state) == (ServiceKind.PROMETHEUS, State.OK)
        before.answer = HTML
        failing = services.health.refreshed_report(60).services[-1]
        assert failing.health.state is State.DOWN
        assert "is not JSON" in str(failing.health.cause)


def test_invalid_prometheus_settings_are_reported_and_credentials_are_secret(cache_dir: Path) -> None:
    with pytest.raises(ValidationError, match="entry 2 is none"):
        settings(cache_dir, prometheus_headers="X-Scope-OrgID=rl, broken")
    with pytest.raises(ValidationError, match="entry 1 is none"):
        settings(cache_dir, prometheus_headers="A=b\r\nC=d".replace("\r\n", "\n"))
    known = settings(
        cache_dir,
        prometheus_url="https://reader:s3cret-word@prometheus.example.com/tenant",
        prometheus_token="token-of-ours",
        prometheus_headers="X-Scope-OrgID=tenant-7",
    )
    assert {"s3cret-word", "token-of-ours", "tenant-7"} <= known.secrets
    assert "s3cret-word" not in repr(known)
