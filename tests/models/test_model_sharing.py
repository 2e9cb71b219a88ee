"""The models that the workers of a host share, whatever happens to the store, to the disk, and to each other."""

import threading
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest

from components import ids
from services.sharing.host_lock import host_lock
from tests.misbehaving import ERROR_500, HANG, Misbehaving, eventually
from tests.models.changing import change
from tests.models.host import Host, active, block_file, delete_cache, readings, states
from tests.registry import Registry
from tests.tracking import Tracking


@pytest.fixture
def busy(misbehaving: Misbehaving, registered: Registry, cache_dir: Path) -> Host:
    """Runs workers that refresh values older than a third of a second, and have read the models."""
    host = Host(misbehaving.address, registered.name, cache_dir, refresh_seconds=1)
    for services in host.services:
        assert services.model_views.view(30).models
    return host


def no_worker_reads() -> bool:
    """Returns whether no worker reads models any more."""
    return not [one for one in threading.enumerate() if one.name == "models"]


def test_models_read_by_one_worker_are_shared_while_the_store_is_away(host: Host, misbehaving: Misbehaving) -> None:
    page = host.open()
    misbehaving.answer = ERROR_500
    misbehaving.requests.clear()
    host.at = 1
    assert states(host.open()) == {"1": "active", "2": "inactive"}
    assert readings(misbehaving) == 0
    # And the failed service, whichever worker noticed it.
    page.press(ids.retry("models"))
    for host.at in (0, 1):
        other = host.open()
        assert ["MLflow" in alert for alert in other.alerts()] == [True]
        assert states(other) == {"1": "active", "2": "inactive"}
    misbehaving.answer = None
    page.press(ids.retry("models"))
    for host.at in (0, 1):
        eventually(lambda: host.open().alerts() == [])


def test_a_late_failure_does_not_replace_a_newer_list(default_timeout_host: Host, misbehaving: Misbehaving) -> None:
    host = default_timeout_host
    page = host.open()
    eventually(lambda: states(host.open()))
    request_seen, give_up = threading.Event(), threading.Event()

    def breaks_down_late(_path: str, _content: bytes) -> bytes:
        misbehaving.alter = None  # the first one alone
        request_seen.set()
        give_up.wait(300)
        return b"<html>"

    misbehaving.alter = breaks_down_late
    page.press(ids.retry("models"))
    assert request_seen.wait(240)
    host.at = 1
    page.press(ids.retry("models"))
    give_up.set()
    eventually(no_worker_reads)
    for host.at in (0, 1):
        eventually(lambda: states(host.open()) and host.open().alerts() == [])


def test_two_registered_models_share_no_list(host: Host, tracking: Tracking, cache_dir: Path) -> None:
    assert states(host.open()) == {"1": "active", "2": "inactive"}
    other = Registry(tracking, f"pages-{uuid.uuid4().hex[:8]}")
    other.version()
    other_host = Host(tracking.address, other.name, cache_dir)
    assert states(other_host.open("/models")) == {"1": "inactive"}
    assert states(host.open()) == {"1": "active", "2": "inactive"}


def test_a_slow_answer_is_used_although_a_later_attempt_failed(host: Host, misbehaving: Misbehaving) -> None:
    request_seen, go_on = threading.Event(), threading.Event()

    def slow(path: str, content: bytes) -> bytes:
        if "registered-models" in path:
            misbehaving.alter = None  # the first one alone
            request_seen.set()
            go_on.wait(300)
        return content

    misbehaving.alter = slow
    first, second = (services.model_views for services in host.services)
    first.view()
    assert request_seen.wait(240)
    misbehaving.answer = ERROR_500
    assert second.view(30).failure
    misbehaving.answer = None
    go_on.set()
    eventually(no_worker_reads)
    misbehaving.answer = ERROR_500  # as no worker should read them again
    for host.at in (0, 1):
        other = host.open()
        assert states(other) == {"1": "active", "2": "inactive"}
        assert ["MLflow" in alert for alert in other.alerts()] == [True]


def test_a_cache_deleted_while_the_store_is_down_removes_nothing_from_the_screen(
    host: Host, misbehaving: Misbehaving, cache_dir: Path
) -> None:
    for host.at in (0, 1):
        host.open()
    misbehaving.answer = ERROR_500
    delete_cache(cache_dir)
    for host.at in (0, 1):
        page = host.open()
        page.press(ids.retry("models"))
        assert states(page) == states(host.open()) == {"1": "active", "2": "inactive"}


def test_a_worker_without_a_list_removes_no_model_from_the_screen(
    host: Host, misbehaving: Misbehaving, cache_dir: Path
) -> None:
    page = host.open()
    misbehaving.answer = ERROR_500
    delete_cache(cache_dir)
    host.at = 1
    host.open()
    host.at = 0
    page.tick()
    assert states(page) == states(host.open()) == {"1": "active", "2": "inactive"}
    assert ["MLflow" in alert for alert in page.alerts()] == [True]
    host.at = 1
    page.press(ids.retry("models"))
    host.at = 0
    assert states(host.open()) == {"1": "active", "2": "inactive"}


def test_a_deleted_cache_hides_no_change(host: Host, cache_dir: Path) -> None:
    for host.at in (1, 0):
        host.open()
    assert change(host.workers[0].test_client(), "activate", "2")["outcome"] == "done"
    delete_cache(cache_dir)
    host.at = 1
    assert states(host.open()) == {"1": "inactive", "2": "active"}


def test_changes_that_cannot_be_recorded_on_disk_are_read_once(
    host: Host, misbehaving: Misbehaving, cache_dir: Path
) -> None:
    host.open()
    (kept,) = cache_dir.glob("*/models.json")
    block_file(kept.with_name("models-changed"))
    for host.at, chosen in ((0, "2"), (1, "1"), (0, "2")):
        page = host.open()
        assert change(host.workers[host.at].test_client(), "activate", chosen)["outcome"] == "done"
        page.tick()
        assert states(page)[chosen] == "active"
    misbehaving.requests.clear()
    for host.at in (1, 0, 1, 0):
        assert states(host.open()) == {"1": "inactive", "2": "active"}
    assert readings(misbehaving) == 0


def test_one_worker_reads_due_models_and_each_reads_requested_ones(busy: Host, misbehaving: Misbehaving) -> None:
    first, second = (services.model_views for services in busy.services)
    eventually(no_worker_reads)
    misbehaving.answer = HANG
    misbehaving.requests.clear()

    def requests_seen() -> int:
        return sum("registered-models/" in one for one in misbehaving.requests)

    eventually(lambda: first.view() and requests_seen())
    for _poll in range(20):
        assert first.view().models == second.view().models
        eventually(lambda: sum(one.name == "models" for one in threading.enumerate()) == 1)
    assert requests_seen() == 1
    second.refreshed(0.2)
    eventually(lambda: requests_seen() == 2)


def test_a_retry_reads_again_though_a_poll_is_under_way(busy: Host, misbehaving: Misbehaving, cache_dir: Path) -> None:
    views, stop = busy.services[0].model_views, threading.Event()

    def poll() -> None:
        while not stop.is_set():
            views.view()

    (kept,) = cache_dir.glob("*/models.json")
    eventually(no_worker_reads)
    polling = threading.Thread(target=poll, daemon=True)
    with host_lock(kept.with_name("models.lock"), 10) as won:
        assert won
        polling.start()
        try:
            for _time in range(8):
                time.sleep(0.4)  # until it is due again, and each poll tries the lock
                asked_at = datetime.now(UTC)
                tried_at = views.refreshed(30).tried_at
                assert tried_at is not None
                assert tried_at >= asked_at
        finally:
            stop.set()
            polling.join(30)


def test_a_lock_that_cannot_be_opened_stops_no_refresh(busy: Host, registered: Registry, cache_dir: Path) -> None:
    (kept,) = cache_dir.glob("*/models.json")
    block_file(kept.with_name("models.lock"))
    active(registered, "2")
    eventually(lambda: states(busy.open()) == {"1": "inactive", "2": "active"})


def test_a_time_in_an_unusual_zone_reaches_the_other_worker(host: Host, registered: Registry) -> None:
    registered.version(trained_at="2026-01-01T00:00:00-23:59:59.5")
    for host.at in (0, 1):
        assert states(host.open()) == {"1": "active", "2": "inactive", "3": "inactive"}
