"""The pages of the models behind two workers of one host, either of which may get the next request."""

from pathlib import Path

import pytest

pytest.importorskip("onnx")

from components import ids
from tests.misbehaving import HANG, Misbehaving, eventually
from tests.models import policies
from tests.models.changing import Answer, change
from tests.models.host import Host, active, block_file, delete_cache, states
from tests.models.test_external_data import external_tensor
from tests.registry import Registry


def request_change(host: Host, verb: str, model_id: str, **more: object) -> Answer:
    """Returns the answer to a page that requests a change from the current worker."""
    return change(host.workers[host.at].test_client(), verb, model_id, **more)


def test_a_change_is_shown_at_once_by_each_worker(host: Host) -> None:
    page = host.open("/models")
    host.at = 1
    other = host.open("/models")
    assert states(other) == {"1": "active", "2": "inactive"}
    host.at = 0
    assert request_change(host, "activate", "2")["sentence"] == "Model 2 is active now."
    page.tick()
    assert states(page) == {"1": "inactive", "2": "active"}
    host.at = 1
    other.tick()
    assert states(other) == {"1": "inactive", "2": "active"}
    # Also by a program; and a deleted one is not restored.
    assert host.workers[1].test_client().delete("/api/models/1").status_code == 204
    host.at = 0
    page.tick()
    assert states(page) == {"1": "deleted", "2": "active"}


def test_a_cache_that_cannot_be_written_stops_no_change(host: Host, cache_dir: Path) -> None:
    page = host.open("/models")
    (kept,) = cache_dir.glob("*/models.json")
    block_file(kept)
    block_file(kept.with_name("models-changed"))
    assert request_change(host, "activate", "2")["sentence"] == "Model 2 is active now."
    page.tick()
    assert states(page) == {"1": "inactive", "2": "active"}
    request_change(host, "activate", "1")
    page.tick()
    assert states(page) == states(host.open("/models")) == {"1": "active", "2": "inactive"}


def test_a_worker_that_has_not_read_the_models_still_asks_for_confirmation(host: Host, registered: Registry) -> None:
    other = registered.version(env_id="ClewMaze-5x5-v0")
    host.open("/models")
    host.at = 1
    # A machine that takes longer than a click waits reports that, and knows it the next time.
    eventually(lambda: "ClewMaze-5x5-v0" in str(request_change(host, "activate", other)["question"]))
    # A model added after the worker's reading is known as well.
    newest = registered.version(env_id="ClewMaze-7x7-v0")
    eventually(lambda: "ClewMaze-7x7-v0" in str(request_change(host, "activate", newest)["question"]))
    assert request_change(host, "delete", "2")["outcome"] == "asked"
    assert states(host.open("/models"))["2"] == "inactive"


@pytest.mark.parametrize("verb", ["activate", "try", "delete"])
def test_a_change_of_a_model_of_unknown_state_is_reported_and_not_made(
    default_timeout_host: Host, misbehaving: Misbehaving, cache_dir: Path, verb: str
) -> None:
    host = default_timeout_host
    eventually(lambda: states(host.open("/models")))
    misbehaving.answer = HANG
    misbehaving.requests.clear()
    delete_cache(cache_dir)
    host.at = 1
    answer = request_change(host, verb, "2")
    assert (answer["outcome"], "Model 2 is not available right now" in answer["sentence"]) == ("refused", True)
    assert [one for one in misbehaving.requests if not one.startswith("GET") and "search" not in one] == []


def test_undo_does_not_replace_a_newer_activation_of_another_person(host: Host, registered: Registry) -> None:
    undo = request_change(host, "activate", "2")["undo"]
    third = registered.version()
    active(registered, third)
    assert request_change(host, **undo)["sentence"] == f"Model {third} is active now, so nothing was undone."
    assert host.workers[0].test_client().get("/api/models/active").json["id"] == third
    active(registered, "2")
    undo = request_change(host, "activate", "1")["undo"]
    assert request_change(host, **undo)["sentence"] == "Model 2 is active now."


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        (policies.spoiled_by("Greater", 1.5), "not all finite numbers for"),
        (policies.called_probabilities("Identity"), "are not probabilities"),
        (policies.normalised_by_its_batch(), "depends on the other observations"),
        (
            policies.model([policies.gemm("q_values")], weights=[external_tensor(("location", "d")), policies.BIAS]),
            "log that file",
        ),
    ],
    ids=["nan", "logits", "batch", "external data"],
)
def test_the_page_of_a_model_states_why_its_policy_is_refused(
    host: Host, registered: Registry, policy: bytes, message: str
) -> None:
    refused = registered.version(policy)
    page = host.open(f"/models/{refused}")
    eventually(lambda: page.tick() and page.shows(ids.MODEL_POLICY, message))
    answer = host.workers[1].test_client().post("/api/models/active", json={"model_id": refused})
    assert (answer.status_code, message in answer.json["error"]) == (422, True)
    assert states(host.open())["1"] == "active"
