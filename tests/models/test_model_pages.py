"""The pages of the models behind two workers of one host, of which either may be asked next."""

import shutil
import threading
import uuid
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from components import ids
from services.connect import connect
from services.settings import Settings
from tests.faults.viewer import Viewer, in_process
from tests.misbehaving import ERROR_500, HANG, Misbehaving, eventually
from tests.registry import Registry
from tests.tracking import Tracking


class Host:
    """Two workers, each of which read the models at most once in this test but for changes; `at` is who is asked."""

    def __init__(self, address: str, model_name: str, cache_dir: Path) -> None:
        settings = Settings(
            _env_file=None,  # type: ignore[call-arg]
            mlflow_tracking_uri=address,  # type: ignore[arg-type]
            model_name=model_name,
            cache_dir=cache_dir,
            refresh_seconds=3000,
        )
        self.workers: list[Flask] = [create_app(settings, connect(settings)).server for _worker in range(2)]
        self.at = 0

    def open(self, path: str) -> Viewer:
        """A viewer whose every request goes to the worker of that moment."""
        return Viewer(lambda *asked: in_process(self.workers[self.at])(*asked), path)


@pytest.fixture
def registered(tracking: Tracking) -> Registry:
    """A registered model of two versions, of which the first is active."""
    registry = Registry(tracking, f"pages-{uuid.uuid4().hex[:8]}")
    first, _second = registry.version(), registry.version()
    active(registry, first)
    return registry


@pytest.fixture
def host(misbehaving: Misbehaving, registered: Registry, cache_dir: Path) -> Host:
    """Both workers on that registry."""
    return Host(misbehaving.address, registered.name, cache_dir)


def active(registry: Registry, version: str) -> None:
    """Makes a version active past Clew."""
    alias = {"name": registry.name, "alias": "active", "version": version}
    registry.tracking.post("registered-models/alias", alias)


def states(viewer: Viewer) -> dict[str, str]:
    """What the list says of each model."""
    return {row["id"]: row["state"] for row in viewer.has_as(ids.MODEL_ROWS, "data")}


def toast(viewer: Viewer) -> str:
    """What the toast says, while it is there."""
    is_open = viewer.has_as(ids.change("models", "toast"), "is_open")
    return str(viewer.has_as(ids.change("models", "said"), "children")) if is_open else ""


def choose(viewer: Viewer, model_id: str) -> Viewer:
    viewer.give(ids.MODEL_CHOSEN, "data", model_id)
    return viewer


def test_a_change_shows_at_once_whichever_worker_is_asked(host: Host) -> None:
    page = host.open("/models")
    host.at = 1
    other = host.open("/models")
    assert states(other) == {"1": "active", "2": "inactive"}
    host.at = 0
    choose(page, "2").press(ids.MODEL_ACTIVATE)
    assert toast(page) == "Model 2 is active now."
    assert states(page) == {"1": "inactive", "2": "active"}
    host.at = 1
    other.tick()
    assert states(other) == {"1": "inactive", "2": "active"}
    # By a program, too; and a deleted one does not come back.
    assert host.workers[1].test_client().delete("/api/models/1").status_code == 204
    host.at = 0
    page.tick()
    assert states(page) == {"1": "deleted", "2": "active"}


def test_a_cache_that_cannot_be_written_stops_no_change(host: Host, cache_dir: Path) -> None:
    page = host.open("/models")
    (kept,) = cache_dir.glob("*/models.json")
    kept.unlink()
    kept.mkdir()
    kept.with_name("models-changed").symlink_to(cache_dir / "no" / "such" / "folder")
    choose(page, "2").press(ids.MODEL_ACTIVATE)
    assert toast(page) == "Model 2 is active now."
    assert states(page) == {"1": "inactive", "2": "active"}
    choose(page, "1").press(ids.MODEL_ACTIVATE)
    assert states(page) == states(host.open("/models")) == {"1": "active", "2": "inactive"}


def test_what_one_worker_read_is_there_for_all_when_the_store_is_not(host: Host, misbehaving: Misbehaving) -> None:
    page = host.open("/models")
    misbehaving.answer = ERROR_500
    misbehaving.requests.clear()
    host.at = 1
    assert states(host.open("/models")) == {"1": "active", "2": "inactive"}
    # The runs, which it shows as well, have a refresh of their own, that may be under way still.
    assert [one for one in misbehaving.requests if "runs/" not in one and "experiments/" not in one] == []
    # And who failed, whichever worker found out.
    page.press(ids.retry("models"))
    for host.at in (0, 1):
        other = host.open("/models")
        assert ["MLflow" in alert for alert in other.alerts()] == [True]
        assert states(other) == {"1": "active", "2": "inactive"}
    misbehaving.answer = None
    page.press(ids.retry("models"))
    for host.at in (0, 1):
        assert host.open("/models").alerts() == []


def test_a_late_failure_does_not_take_the_place_of_a_newer_answer(host: Host, misbehaving: Misbehaving) -> None:
    page = host.open("/models")
    asked, give_up = threading.Event(), threading.Event()

    def breaks_down_late(_path: str, _content: bytes) -> bytes:
        misbehaving.alter = None  # the first one alone
        asked.set()
        give_up.wait(30)
        return b"<html>"

    misbehaving.alter = breaks_down_late
    page.press(ids.retry("models"))
    assert asked.wait(30)
    host.at = 1
    page.press(ids.retry("models"))
    give_up.set()
    eventually(lambda: not [one for one in threading.enumerate() if one.name == "models"])
    for host.at in (0, 1):
        assert host.open("/models").alerts() == []


def test_two_registered_models_share_no_list(host: Host, tracking: Tracking, cache_dir: Path) -> None:
    assert states(host.open("/models")) == {"1": "active", "2": "inactive"}
    other = Registry(tracking, f"pages-{uuid.uuid4().hex[:8]}")
    other.version()
    beside = Host(tracking.address, other.name, cache_dir)
    assert states(beside.open("/models")) == {"1": "inactive"}
    assert states(host.open("/models")) == {"1": "active", "2": "inactive"}


def test_a_worker_that_has_not_read_the_models_asks_all_the_same(host: Host, registered: Registry) -> None:
    other = registered.version(env_id="ClewMaze-5x5-v0")
    page = choose(host.open("/models"), other)
    host.at = 1
    page.press(ids.MODEL_ACTIVATE)
    assert page.has_as(ids.change("models", "other-dialog"), "is_open")
    assert page.shows(ids.change("models", "other-body"), "ClewMaze-5x5-v0")
    # One that came after the worker read them is known as well.
    newest = registered.version(env_id="ClewMaze-7x7-v0")
    choose(page, newest).press(ids.MODEL_ACTIVATE)
    assert page.shows(ids.change("models", "other-body"), "ClewMaze-7x7-v0")
    choose(page, "2").press(ids.MODEL_DELETE)
    assert page.has_as(ids.change("models", "dialog"), "is_open")


@pytest.mark.parametrize("button", [ids.MODEL_ACTIVATE, ids.MODEL_DELETE])
def test_what_cannot_be_known_is_said_and_nothing_is_done(
    host: Host, misbehaving: Misbehaving, cache_dir: Path, button: str
) -> None:
    page = choose(host.open("/models"), "2")
    misbehaving.answer = HANG
    misbehaving.requests.clear()
    shutil.rmtree(cache_dir)  # it may be deleted at any time
    host.at = 1
    page.press(button)
    assert "Model 2 is not known here just now" in toast(page)
    assert [one for one in misbehaving.requests if not one.startswith("GET") and "search" not in one] == []


def test_undo_leaves_somebody_elses_newer_choice(host: Host, registered: Registry) -> None:
    page = choose(host.open("/models"), "2")
    page.press(ids.MODEL_ACTIVATE)
    third = registered.version()
    active(registered, third)
    page.press(ids.change("models", "undo"))
    assert toast(page) == f"Model {third} is active by now, so nothing was undone."
    assert host.workers[0].test_client().get("/api/models/active").json["id"] == third
    active(registered, "2")
    choose(page, "1").press(ids.MODEL_ACTIVATE)
    page.press(ids.change("models", "undo"))
    assert toast(page) == "Model 2 is active now."
