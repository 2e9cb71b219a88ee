"""Changes to runs over the API and on a real MLflow: edits, the trash, two at once, and many at once."""

import hashlib
import itertools
import string
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from app import create_app
from services.connect import connect
from settings.settings import Settings
from tests.api.conftest import Serving, until_listed
from tests.misbehaving import Misbehaving, eventually
from tests.registry import Registry
from tests.tracking import Tracking

CHANGES = "clew.change."
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp", "Zs"]), min_size=1, max_size=250)
NOTES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8_000)
KEYS = st.text(string.ascii_letters + string.digits + "_-. :", min_size=1, max_size=250).filter(
    lambda key: key.strip() and not key.startswith(("mlflow.", "clew.")) and key not in (".", "..")
)


@pytest.fixture(scope="module")
def client(server: Flask) -> FlaskClient:
    return server.test_client()


@pytest.fixture(scope="module")
def experiment(tracking: Tracking) -> str:
    return tracking.experiment("run-changes")


def in_mlflow(tracking: Tracking, run_id: str) -> Any:
    answer = requests.get(f"{tracking.address}/api/2.0/mlflow/runs/get", params={"run_id": run_id}, timeout=20)
    answer.raise_for_status()
    return answer.json()["run"]


def tags(tracking: Tracking, run_id: str) -> dict[str, str]:
    return {tag["key"]: tag["value"] for tag in in_mlflow(tracking, run_id)["data"]["tags"]}


def everything_in_mlflow(tracking: Tracking, run_id: str) -> Any:
    """Returns all that MLflow holds of a run, except the run's record of its changes, and every byte of its files."""
    run = in_mlflow(tracking, run_id)
    run["data"]["tags"] = sorted(
        (tag["key"], tag["value"]) for tag in run["data"]["tags"] if not tag["key"].startswith(CHANGES)
    )
    keys = [metric["key"] for metric in run["data"].get("metrics", [])]
    histories = {
        key: requests.get(
            f"{tracking.address}/api/2.0/mlflow/metrics/get-history",
            params={"run_id": run_id, "metric_key": key},
            timeout=20,
        ).json()
        for key in keys
    }
    files = requests.get(f"{tracking.address}/get-artifact", params={"run_id": run_id, "path": "a.bin"}, timeout=20)
    return run, histories, hashlib.sha256(files.content).hexdigest()


def listed(client: FlaskClient, run_id: str) -> bool:
    return bool(client.get(f"/api/runs/{run_id}").status_code == 200)


def test_a_change_is_in_mlflow_and_in_the_list_at_once_and_noted_in_the_run(
    client: FlaskClient, tracking: Tracking, experiment: str
) -> None:
    run_id = tracking.run(experiment, name="before", tags={"team": "a", "old": "x"})
    assert client.get(f"/api/runs/{run_id}").json["name"] == "before"
    change = {"name": "after", "note": "# Why", "tags": {"team": "b", "old": None}, "marks": {"baseline": True}}
    changed = client.patch(f"/api/runs/{run_id}", json=change)
    assert changed.status_code == 200
    assert client.get(f"/api/runs/{run_id}").json["name"] == "after"
    there = tags(tracking, run_id)
    assert (there["mlflow.note.content"], there["team"], there["clew.baseline"]) == ("# Why", "b", "true")
    assert "old" not in there
    found = client.get("/api/runs", query_string={"filter[marks]": "baseline", "filter[name]": "= after"}).json
    assert [(run["run_id"], run["marks"], run["read_as"]) for run in found] == [(run_id, ["baseline"], None)]
    assert in_mlflow(tracking, run_id)["info"]["run_name"] == "after"
    now = client.get(f"/api/runs/{run_id}/changes").json
    assert (now["marks"], now["note"], len(now["changes"])) == (["baseline"], "# Why", 1)
    parts = {(part["what"], part["old"], part["new"]) for part in now["changes"][0]["parts"]}
    assert ("name", "before", "after") in parts
    assert ("tag", "x", None) in parts


def test_another_worker_shows_a_change_at_once(tracking: Tracking, experiment: str, cache_dir: Path) -> None:
    """Uses two apps on one cache, as the workers of a host do; no request waits for a refresh."""
    values = Settings(  # type: ignore[call-arg]
        _env_file=None, mlflow_tracking_uri=tracking.address, cache_dir=cache_dir, refresh_seconds=3600
    )
    one, other = (create_app(values, connect(values)).server.test_client() for _worker in range(2))
    run_id, gone = (tracking.run(experiment, name=name) for name in ("shown", "gone"))
    query = {"experiment": "run-changes", "column": "name"}

    def names(client: FlaskClient) -> dict[str, str]:
        return {row["run_id"]: row["name"] for row in client.get("/api/runs", query_string=query).json}

    for worker in (one, other):
        until_listed(worker, [run_id, gone])
    assert (names(one)[run_id], names(other)[run_id]) == ("shown", "shown")
    one.patch(f"/api/runs/{run_id}", json={"name": "shown at once"})
    one.delete(f"/api/runs/{gone}")
    eventually(lambda: (names(other)[run_id], gone in names(other)) == ("shown at once", False))
    other.post(f"/api/runs/{gone}/restore")
    other.patch(f"/api/runs/{run_id}", json={"marks": {"archived": True}})
    eventually(lambda: (run_id in names(one), gone in names(one)) == (False, True))
    left_out = one.get("/api/runs", query_string=query).headers["X-Archived-Count"]
    assert int(left_out) >= 1
    assert run_id in {row["run_id"] for row in one.get("/api/runs", query_string=query | {"archived": "true"}).json}


@examples(max_examples=8)
@given(name=NAMES, note=NOTES, key=KEYS, value=NOTES)
def test_an_edit_is_applied_and_repeating_it_changes_nothing(
    client: FlaskClient, tracking: Tracking, experiment: str, name: str, note: str, key: str, value: str
) -> None:
    run_id = _one_run(tracking, experiment)
    change = {"name": name, "note": note, "tags": {key: value}}
    first = client.patch(f"/api/runs/{run_id}", json=change)
    assert first.status_code == 200, first.json
    again = client.patch(f"/api/runs/{run_id}", json=change).json
    assert again == first.json, "a change that is there already is told again"
    assert (again["name"], again["note"], again["tags"].get(key)) == (name, note, value)
    assert len(again["changes"]) <= 30


def _one_run(tracking: Tracking, experiment: str, known: list[str] = []) -> str:  # noqa: B006 - the same one for all
    if not known:
        known.append(tracking.run(experiment, name="often changed"))
    return known[0]


def test_the_history_of_changes_keeps_only_the_newest(client: FlaskClient, tracking: Tracking, experiment: str) -> None:
    former = '{"at":"2026-01-01T00:00:00Z","parts":[{"what":"note"}]}'
    old = {f"{CHANGES}20260101T0000000000{n:02}-abcdef": former for n in range(29)}
    run_id = tracking.run(experiment, name="long history", tags=old)
    for number in range(3):
        assert client.patch(f"/api/runs/{run_id}", json={"note": f"note {number} " + "é" * 7_900}).status_code == 200
    changes = client.get(f"/api/runs/{run_id}/changes").json["changes"]
    assert (len(changes), changes[0]["is_cut"]) == (30, True)
    assert [one["parts"][0].get("new", "")[:7] for one in changes[:3]] == ["note 2 ", "note 1 ", "note 0 "]
    assert sum(key.startswith(CHANGES) for key in tags(tracking, run_id)) == 30


REFUSED: list[tuple[Any, str]] = [
    ({"name": "n" * 251}, "name"),
    ({"name": " \t "}, "name"),
    ({"name": "two\nlines"}, "name"),
    ({"name": "nul\0"}, "name"),
    ({"note": "x" * 8_001}, "note"),
    ({"note": "nul\0"}, "note"),
    ({"tags": {"k" * 4_096: "v"}}, "tags"),
    ({"tags": {"k": "v" * 8_001}}, "tags"),
    ({"tags": {"../up": "v"}}, "tags"),
    ({"tags": {"a//b": "v"}}, "tags"),
    ({"tags": {"": "v"}}, "tags"),
    ({"tags": {"<script>": "v"}}, "tags"),
    ({"tags": {"clew.archived": "true"}}, "tags"),
    ({"tags": {"mlflow.user": "root"}}, "tags"),
    ({"tags": {f"k{n}": "v" for n in range(51)}}, "tags"),
    ({"marks": {"best": True}}, "marks.best.[key]"),
    ({}, "body"),
    ({"colour": "red"}, "colour"),
]


@pytest.mark.parametrize(("change", "field"), REFUSED)
def test_values_that_mlflow_would_cut_or_refuse_are_refused(
    client: FlaskClient, tracking: Tracking, experiment: str, change: Any, field: str
) -> None:
    run_id = _one_run(tracking, experiment)
    before = in_mlflow(tracking, run_id)
    answer = client.patch(f"/api/runs/{run_id}", json=change)
    assert (answer.status_code, list(answer.json["details"])) == (422, [field])
    assert in_mlflow(tracking, run_id) == before


def test_the_last_of_two_writers_is_warned_and_nothing_is_lost(
    client: FlaskClient, tracking: Tracking, experiment: str
) -> None:
    run_id = tracking.run(experiment, name="shared", tags={"team": "a"})
    own_change = {"note": "mine", "tags": {"team": "b"}, "seen": {"note": "", "tags": {"team": "a"}}}
    assert client.patch(f"/api/runs/{run_id}", json=own_change).status_code == 200
    theirs = {"note": "theirs", "tags": {"team": "c", "free": "x"}, "seen": {"note": "", "tags": {"team": "a"}}}
    refused = client.patch(f"/api/runs/{run_id}", json=theirs)
    assert (refused.status_code, refused.json["code"]) == (409, "run-changed-meanwhile")
    assert refused.json["params"]["fields"] == "note, tags.team"
    now = client.get(f"/api/runs/{run_id}/changes").json
    assert (now["note"], now["tags"]["team"], "free" in now["tags"]) == ("mine", "b", False)
    # A client that has seen the value may overwrite it, and the old one stays in the history.
    theirs["seen"] = {"note": "mine", "tags": {"team": "b"}}
    assert client.patch(f"/api/runs/{run_id}", json=theirs).status_code == 200
    assert client.get(f"/api/runs/{run_id}/changes").json["changes"][0]["parts"][0]["old"] == "mine"


def test_a_writer_overwritten_in_the_same_moment_is_notified(
    serving: Serving, tracking: Tracking, experiment: str, misbehaving: Misbehaving
) -> None:
    run_id = tracking.run(experiment, name="raced")
    client = serving(misbehaving.address).test_client()

    def another_writes(path: str, body: bytes) -> bytes:
        if path.endswith("runs/log-batch"):
            tracking.post("runs/set-tag", {"run_id": run_id, "key": "mlflow.note.content", "value": "the other's"})
        return body

    misbehaving.alter = another_writes
    answer = client.patch(f"/api/runs/{run_id}", json={"note": "mine", "seen": {"note": ""}})
    assert (answer.status_code, answer.json["code"]) == (409, "run-overwritten")


def test_a_run_that_was_deleted_and_brought_back_is_complete_byte_for_byte(
    client: FlaskClient, tracking: Tracking, experiment: str
) -> None:
    run_id = tracking.run(
        experiment, name="precious", params={"lr": "3e-4"}, metrics={"loss": [2.0, float("nan"), 0.5]}, tags={"a": "b"}
    )
    tracking.artifact(run_id, "a.bin", bytes(range(256)) * 400)
    before = everything_in_mlflow(tracking, run_id)
    assert listed(client, run_id)
    assert client.delete(f"/api/runs/{run_id}").json == {"runs": [{"run_id": run_id, "name": "precious"}], "models": []}
    assert not listed(client, run_id)
    assert run_id in [run["run_id"] for run in client.get("/api/runs/trash").json["runs"]]
    assert client.delete(f"/api/runs/{run_id}").status_code == 200, "a repeated deletion"
    assert client.patch(f"/api/runs/{run_id}", json={"name": "other"}).status_code == 409
    assert client.post(f"/api/runs/{run_id}/restore").status_code == 200
    assert listed(client, run_id)
    assert everything_in_mlflow(tracking, run_id) == before
    assert client.post(f"/api/runs/{run_id}/restore").status_code == 200, "a repeated restoration"
    assert [one["parts"][0]["what"] for one in client.get(f"/api/runs/{run_id}/changes").json["changes"]] == [
        "restored",
        "deleted",
    ]


def test_children_are_deleted_and_restored_with_their_parent_except_those_deleted_before(
    client: FlaskClient, tracking: Tracking, experiment: str
) -> None:
    parent = tracking.run(experiment, name="parent")
    before, child = (
        tracking.run(experiment, name=name, tags={"mlflow.parentRunId": parent}) for name in ("before", "child")
    )
    grandchild = tracking.run(experiment, name="grandchild", tags={"mlflow.parentRunId": child})
    client.delete(f"/api/runs/{before}")
    moved = client.delete(f"/api/runs/{parent}").json["runs"]
    assert [run["name"] for run in moved] == ["parent", "child", "grandchild"]
    assert not any(listed(client, run_id) for run_id in (parent, before, child, grandchild))
    back = client.post(f"/api/runs/{parent}/restore").json["runs"]
    assert {run["run_id"] for run in back} == {parent, child, grandchild}
    assert [listed(client, run_id) for run_id in (parent, before, child, grandchild)] == [True, False, True, True]


def test_many_runs_are_changed_by_ids_or_by_a_filter_and_failures_are_reported(
    client: FlaskClient, tracking: Tracking
) -> None:
    group = tracking.experiment("run-changes-many")
    ids = [tracking.run(group, name=f"many-{n}", params={"algorithm": "ppo"}) for n in range(9)]
    request = {"action": "change", "runs": [*ids[:4], "0" * 32], "change": {"tags": {"sweep": "7"}}}
    answer = client.post("/api/runs/changes", json=request).json
    assert (set(answer["done"]), answer["left"]) == (set(ids[:4]), [])
    assert [(one["run_id"], bool(one["error"])) for one in answer["failed"]] == [("0" * 32, True)]
    archive = {"action": "change", "change": {"marks": {"archived": True}}}
    of_sweep = {"experiment": "run-changes-many", "filter[tag:sweep]": "7"}
    assert set(client.post("/api/runs/changes", query_string=of_sweep, json=archive).json["done"]) == set(ids[:4])
    assert all("clew.archived" in tags(tracking, run_id) for run_id in ids[:4])
    everything_else = {"experiment": "run-changes-many"}
    gone = client.post("/api/runs/changes", query_string=everything_else, json={"action": "delete"}).json
    assert set(ids[4:]) <= set(gone["done"])
    assert client.post("/api/runs/changes", json={"action": "delete"}).status_code == 400, "nobody meant all runs"
    assert client.post("/api/runs/changes", json={"action": "delete", "change": {"name": "x"}}).status_code == 422
    back = client.post("/api/runs/changes", json={"action": "restore", "runs": ids}).json
    assert (set(back["done"]), back["failed"]) == (set(ids), [])


def test_the_run_of_an_active_model_cannot_be_deleted(
    client: FlaskClient, tracking: Tracking, experiment: str, registry: Registry
) -> None:
    version = tracking.model("somebody-elses")
    run_id = _run_of(tracking, "somebody-elses", version)
    alias = {"name": "somebody-elses", "alias": "active", "version": version}
    tracking.post("registered-models/alias", alias)
    refused = client.delete(f"/api/runs/{run_id}")
    assert (refused.status_code, refused.json["code"]) == (409, "run-serves")
    parent = tracking.run(experiment, name="parent of what serves")
    tracking.post("runs/set-tag", {"run_id": run_id, "key": "mlflow.parentRunId", "value": parent})
    assert client.delete(f"/api/runs/{parent}").status_code == 409, "nor does it go with its parent"
    assert in_mlflow(tracking, run_id)["info"]["lifecycle_stage"] == "active"


def _run_of(tracking: Tracking, name: str, version: str) -> str:
    params = {"name": name, "version": version}
    answer = requests.get(f"{tracking.address}/api/2.0/mlflow/model-versions/get", params=params, timeout=20)
    return str(answer.json()["model_version"]["run_id"])


@pytest.mark.parametrize(("first", "write"), [("delete", "runs/delete"), ("activate", "registered-models/alias")])
def test_a_concurrent_deletion_and_activation_keep_the_run_of_the_model(
    serving: Serving, tracking: Tracking, misbehaving: Misbehaving, first: str, write: str
) -> None:
    """The other call is made as a whole between the write and the last check."""
    race = Race(serving, tracking, misbehaving, f"raced-{first}")
    statuses = race.run(first, lambda seen, path: path.endswith(write))
    assert statuses == {"delete": (409, 200), "activate": (200, 409)}[first]
    assert race.run_exists()


@pytest.mark.thorough
@pytest.mark.parametrize("first", ["delete", "activate"])
def test_a_deletion_and_an_activation_interleaved_anywhere_keep_the_run_of_the_model(
    serving: Serving, tracking: Tracking, misbehaving: Misbehaving, first: str
) -> None:
    """The other call is made as a whole between each two requests, until no gap is left."""
    race = Race(serving, tracking, misbehaving, f"raced-everywhere-{first}")
    outcomes = set()
    for after in range(40):
        statuses = race.run(first, lambda seen, path, after=after: seen == after)  # type: ignore[misc]
        if statuses is None:
            break
        outcomes.add(statuses)
        assert race.run_exists(), (after, statuses)
    assert statuses is None, "more requests than were tried"
    assert len(outcomes) > 1, outcomes


class Race:
    """Races one call, deletion or activation, against the other in the middle of it; each time with another model."""

    def __init__(self, serving: Serving, tracking: Tracking, misbehaving: Misbehaving, name: str) -> None:
        self._tracking, self._misbehaving, self._name = tracking, misbehaving, name
        self._servers = [serving(address, model_name=name) for address in (misbehaving.address, tracking.address)]
        self._run_id = ""

    def run(self, first: str, starts_other: Callable[[int, str], bool]) -> tuple[int, int] | None:
        """Returns the statuses of both; None if the other was never made. `starts_other` is called after each
        answer of MLflow."""
        version = self._tracking.model(self._name)
        self._run_id = _run_of(self._tracking, self._name, version)
        slow, quick = (server.test_client() for server in self._servers)
        calls: dict[str, Callable[[FlaskClient], Any]] = {
            "delete": lambda client: client.delete(f"/api/runs/{self._run_id}"),
            "activate": lambda client: client.post("/api/models/active", json={"model_id": version}),
        }
        [other] = set(calls) - {first}
        came: list[int] = []
        seen = itertools.count()

        def alter(path: str, body: bytes) -> bytes:
            if not came and starts_other(next(seen), path):
                came.append(calls[other](quick).status_code)
            return body

        self._misbehaving.alter = alter
        status = calls[first](slow).status_code
        self._misbehaving.alter = None
        return (status, came[0]) if came else None

    def run_exists(self) -> bool:
        """Returns whether the model's run exists and is not in the trash."""
        return bool(in_mlflow(self._tracking, self._run_id)["info"]["lifecycle_stage"] == "active")


def test_a_read_only_clew_changes_no_run(serving: Serving, tracking: Tracking, experiment: str) -> None:
    run_id = tracking.run(experiment, name="untouched")
    before = in_mlflow(tracking, run_id)
    client = serving(tracking.address, read_only=True).test_client()
    answers = [
        client.patch(f"/api/runs/{run_id}", json={"name": "other"}),
        client.delete(f"/api/runs/{run_id}"),
        client.post(f"/api/runs/{run_id}/restore"),
        client.post("/api/runs/changes", json={"action": "delete", "runs": [run_id]}),
    ]
    assert [answer.status_code for answer in answers] == [403] * 4
    assert in_mlflow(tracking, run_id) == before
