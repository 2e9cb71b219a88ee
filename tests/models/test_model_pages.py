"""The pages of the models behind two workers of one host, of which either may be asked next."""

from pathlib import Path

import pytest

pytest.importorskip("onnx")

from components import ids
from tests.faults.viewer import Viewer
from tests.misbehaving import HANG, Misbehaving, eventually
from tests.models import policies
from tests.models.host import Host, active, blocked, emptied, states
from tests.models.test_external_data import away
from tests.registry import Registry


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
    blocked(kept)
    blocked(kept.with_name("models-changed"))
    choose(page, "2").press(ids.MODEL_ACTIVATE)
    assert toast(page) == "Model 2 is active now."
    assert states(page) == {"1": "inactive", "2": "active"}
    choose(page, "1").press(ids.MODEL_ACTIVATE)
    assert states(page) == states(host.open("/models")) == {"1": "active", "2": "inactive"}


def test_a_worker_that_has_not_read_the_models_asks_all_the_same(host: Host, registered: Registry) -> None:
    other = registered.version(env_id="ClewMaze-5x5-v0")
    page = choose(host.open("/models"), other)
    host.at = 1
    page.press(ids.MODEL_ACTIVATE)
    assert page.has_as(ids.change("models", "other-dialog"), "is_open")
    assert page.shows(ids.change("models", "other-body"), "ClewMaze-5x5-v0")
    # One that came after the worker read them is known as well.
    newest = registered.version(env_id="ClewMaze-7x7-v0")
    choose(page, newest)
    # A machine that takes longer for it than a click waits says so, and knows it the next time.
    eventually(lambda: page.press(ids.MODEL_ACTIVATE) or page.shows(ids.change("models", "other-body"), "7x7"))
    choose(page, "2").press(ids.MODEL_DELETE)
    assert page.has_as(ids.change("models", "dialog"), "is_open")


@pytest.mark.parametrize("button", [ids.MODEL_ACTIVATE, ids.MODEL_DELETE])
def test_what_cannot_be_known_is_said_and_nothing_is_done(
    host: Host, misbehaving: Misbehaving, cache_dir: Path, button: str
) -> None:
    page = choose(host.open("/models"), "2")
    misbehaving.answer = HANG
    misbehaving.requests.clear()
    emptied(cache_dir)
    host.at = 1
    page.press(button)
    assert "Model 2 is not known here just now" in str(page.has_as(ids.change("models", "refusal"), "data"))
    assert toast(page) == ""
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


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        (policies.spoiled_by("Greater", 1.5), "not all finite numbers for"),
        (policies.called_probabilities("Identity"), "are no probabilities"),
        (policies.normalised_by_its_batch(), "depends on the other observations"),
        (
            policies.model([policies.gemm("q_values")], weights=[away(("location", "d")), policies.BIAS]),
            "log that file",
        ),
    ],
    ids=["nan", "logits", "batch", "external data"],
)
def test_the_page_of_a_model_says_why_its_policy_is_refused(
    host: Host, registered: Registry, policy: bytes, said: str
) -> None:
    refused = registered.version(policy)
    page = host.open(f"/models/{refused}")
    eventually(lambda: page.tick() or page.shows(ids.MODEL_POLICY, said))
    answer = host.workers[1].test_client().post("/api/models/active", json={"model_id": refused})
    assert (answer.status_code, said in answer.json["error"]) == (422, True)
    assert states(host.open())["1"] == "active"
