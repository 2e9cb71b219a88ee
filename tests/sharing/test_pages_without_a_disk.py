"""Pages of a Clew whose cache cannot be written: all is shown, with a notice about the disk."""

import uuid
from pathlib import Path

import pytest

from components import ids
from tests.misbehaving import eventually
from tests.models.host import Host, states
from tests.registry import Registry
from tests.sharing.test_disk import full_disk
from tests.tracking import Tracking


@pytest.fixture
def logged(tracking: Tracking) -> tuple[Registry, str]:
    """Logs a registered model of one version, and a run with a metric."""
    registry = Registry(tracking, f"disk-{uuid.uuid4().hex[:8]}")
    registry.version()
    run_id = tracking.run(tracking.experiment(), name="seen", metrics={"loss": [1.0, 0.5]})
    return registry, run_id


def assert_all_is_shown(host: Host, run_id: str) -> None:
    runs = host.open("/mlflow")
    eventually(lambda: runs.tick() and any(row["id"] == run_id for row in runs.property_of(ids.ROWS, "data") or []))
    assert ["Clew's cache" in alert for alert in runs.alerts()] == [True]
    compared = host.open(f"/mlflow?runs={run_id}")
    eventually(lambda: compared.tick() and compared.shows(ids.chart("compare", "loss"), "seen"))
    assert states(host.open("/models"))["1"] == "inactive"
    front = host.open("/")
    eventually(lambda: front.tick() and front.shows("front-health-body", "MLflow"))


def test_pages_show_everything_although_the_cache_cannot_be_created(
    tracking: Tracking, logged: tuple[Registry, str], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    registry, run_id = logged
    host = Host(tracking.address, registry.name, tmp_path / "file" / "cache")
    for host.at in (0, 1):
        assert_all_is_shown(host, run_id)
        check = host.services[host.at].policy_checks.check("1")
        assert check.ends(60)
        assert check.graph is not None


def test_pages_show_everything_on_a_full_disk_and_recover_by_themselves(
    tracking: Tracking, logged: tuple[Registry, str], cache_dir: Path
) -> None:
    registry, run_id = logged
    host = Host(tracking.address, registry.name, cache_dir)
    with full_disk():
        assert_all_is_shown(host, run_id)
    runs = host.open("/mlflow")
    runs.press(ids.retry("runs"))
    eventually(lambda: runs.tick() and runs.alerts() == [])
    assert list(cache_dir.glob("*/runs.table"))
