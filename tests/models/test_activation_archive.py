"""Activations: the newest stay with the model, older ones move into an archive, each once; the purge still counts."""

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

import hypothesis.strategies as st
import pytest
import requests
from hypothesis import given

from domain.errors import ClewError, ServiceError
from domain.registry.models import DELETED_TAG, MAX_ACTIVATIONS, Activation, archive_of
from mlflow_api.client import MlflowApi
from mlflow_api.registry.registry import MlflowRegistry
from services.registry.activations.archive import MAX_WAITING, PACK_TAG, ActivationArchive, _packs
from services.registry.activations.tags import HISTORY_TAG
from services.registry.mlflow_store import MlflowModelStore
from services.registry.purge import ModelPurge
from tests.conftest import SharedMlflow
from tests.misbehaving import Misbehaving
from tests.models.backends import MlflowBackend, no_file
from tests.models.interleaving import Actor, Interleavings
from tests.models.memory_registry import State, Tags
from transport.http_client import JsonService

BEGAN = datetime(2020, 1, 1, tzinfo=UTC)
NOW = datetime.now(UTC)
BOUND = MAX_ACTIVATIONS + MAX_WAITING
MOVED = MAX_WAITING + 1
"""Of one more than the bound, all but the newest go."""


def tag(at: datetime, model_id: str = "2", former_id: str | None = "1") -> tuple[str, str]:
    """Returns the tag of an activation of that moment."""
    activation = Activation(at=at, by="kim", model_id=model_id, former_id=former_id, reason="better")
    return f"{HISTORY_TAG}{at.strftime('%Y%m%dT%H%M%S%f')}-{at.microsecond:06x}", activation.model_dump_json()


def many(count: int) -> Tags:
    """Returns so many activations, a minute from one to the next."""
    return tuple(tag(BEGAN + timedelta(minutes=number)) for number in range(count))


class StoredHistory:
    """Holds a registered model on the real MLflow, with a history that was written into its database."""

    def __init__(self, backend: MlflowBackend, shared: SharedMlflow) -> None:
        self.backend = backend
        self.archive = ActivationArchive(backend.registry)
        self.shared = shared

    def fill(self, tags: Tags) -> None:
        """Writes any number of tags at once."""
        rows = [(self.backend.model.name, key, value) for key, value in tags]
        with closing(sqlite3.connect(self.shared.database, timeout=60)) as database, database:
            database.executemany("INSERT INTO registered_model_tags (name, key, value) VALUES (?, ?, ?)", rows)

    def in_model(self) -> dict[str, str]:
        return self._tags(self.backend.model.name)

    def in_archive(self) -> dict[str, str]:
        """Returns the content of the archive's packs; each of them fits into a tag in any database of MLflow."""
        return unpacked(self.packs())

    def read(self, name: str) -> requests.Response:
        """Returns what MLflow has of a registered model."""
        address = f"{self.backend.tracking.address}/api/2.0/mlflow/registered-models/get"
        return requests.get(address, params={"name": name}, timeout=60)

    def packs(self) -> dict[str, str]:
        """Returns the archive's tags."""
        return self._tags(archive_of(self.backend.model.name))

    def size(self) -> int:
        """Returns the bytes that each list of models reads."""
        return len(self.read(self.backend.model.name).content)

    def drop(self, tags: Tags) -> None:
        """Removes tags as `fill` writes them."""
        rows = [(self.backend.model.name, key) for key, _value in tags]
        with closing(sqlite3.connect(self.shared.database, timeout=60)) as database, database:
            database.executemany("DELETE FROM registered_model_tags WHERE name = ? AND key = ?", rows)

    def _tags(self, name: str) -> dict[str, str]:
        model = self.read(name).json().get("registered_model", {})
        return {one["key"]: one["value"] for one in model.get("tags", [])}


def unpacked(packs: Mapping[str, str]) -> dict[str, str]:
    """Returns the old tags in these packs, which must not contradict each other."""
    found: dict[str, str] = {}
    for name, text in packs.items():
        assert name.startswith(PACK_TAG)
        assert len(name) <= 250
        assert len(text) <= 5_000
        for key, value in json.loads(text).items():
            assert found.setdefault(key, value) == value
    return found


@pytest.fixture
def kept(mlflow: MlflowBackend, shared_mlflow: SharedMlflow) -> StoredHistory:
    return StoredHistory(mlflow, shared_mlflow)


@pytest.mark.parametrize("count", [0, 1, MAX_ACTIVATIONS, BOUND])
def test_up_to_the_limit_no_activation_is_archived(kept: StoredHistory, count: int) -> None:
    kept.fill(many(count))
    assert kept.archive.move() == 0
    assert kept.in_model() == dict(many(count))
    assert kept.read(archive_of(kept.backend.model.name)).status_code == 404


def test_the_newest_stay_and_each_older_one_is_in_the_archive_once(kept: StoredHistory) -> None:
    tags = many(BOUND + 1)
    kept.fill(tags)
    kept.backend.model.tag_model("team", "maze")
    assert kept.archive.move() == MOVED
    assert kept.in_model() == {**dict(tags[MOVED:]), "team": "maze"}
    assert kept.in_archive() == dict(tags[:MOVED])
    packs = kept.packs()
    assert len(packs) < 6
    assert sum(len(json.loads(text)) for text in packs.values()) == MOVED
    assert kept.archive.move() == 0
    kept.fill(tuple(tag(NOW + timedelta(minutes=n)) for n in range(MOVED)))
    assert kept.archive.move() == MOVED
    assert kept.in_archive() == dict(tags[: 2 * MOVED])


def test_tags_of_other_programs_are_archived_first_and_none_is_lost(kept: StoredHistory) -> None:
    odd = {f"{HISTORY_TAG}zzz": "no JSON", f"{HISTORY_TAG}29990101T000000000000": "{}", f"{HISTORY_TAG}é": '"' * 2_000}
    too_long = {f"{HISTORY_TAG}long": "x" * 5_000}
    tags = many(BOUND)
    kept.fill((*odd.items(), *too_long.items(), *tags))
    assert kept.archive.move() == len(odd) + MAX_WAITING
    assert kept.in_model() == dict(tags[MAX_WAITING:]) | too_long
    assert kept.in_archive() == dict(tags[:MAX_WAITING]) | odd


@given(st.lists(st.text(max_size=6_000), max_size=8))
def test_packs_hold_everything_that_fits_in_order(values: list[str]) -> None:
    tags = {f"{HISTORY_TAG}{number}": value for number, value in enumerate(values)}
    packs = list(_packs(tags, tags))
    fitting = {key: value for key, value in tags.items() if len(json.dumps({key: value}, ensure_ascii=False)) <= 5_000}
    assert [*chain.from_iterable(pack.items() for pack in packs)] == [*fitting.items()]
    assert all(pack and len(json.dumps(pack, ensure_ascii=False)) <= 5_000 for pack in packs)


def test_of_thousands_of_activations_only_the_newest_are_listed_before_and_after_archiving(kept: StoredHistory) -> None:
    """The list, the workers' shared copy, and the API hold the newest alone, even while the others have not moved
    yet."""
    tags = many(3_000)
    few = StoredHistory(MlflowBackend(kept.backend.tracking), kept.shared)
    few.fill(tags[-MAX_ACTIVATIONS:])
    kept.fill(tags)
    history = kept.backend.store.history()
    assert [one.at for one in history] == [BEGAN + timedelta(minutes=2_999 - n) for n in range(MAX_ACTIVATIONS)]
    assert history == few.backend.store.history()
    before = kept.size()
    kept.drop(tags[:2_800])  # as moving them did; through MLflow it takes many minutes
    assert kept.archive.move() == 100
    assert kept.in_archive() == dict(tags[2_800:2_900])
    assert kept.backend.store.history() == history
    assert before > 15 * kept.size()
    assert abs(kept.size() - few.size()) < 200  # the names and moments of the model itself


def test_an_activation_starts_archiving_in_the_background(kept: StoredHistory) -> None:
    kept.fill(many(BOUND))
    began: list[int] = []
    archive = kept.archive

    def on_activation() -> None:
        began.append(len(kept.in_model()))
        archive.catch_up()
        archive.catch_up()  # one is at work

    store = MlflowModelStore(
        kept.backend.registry, lambda *_: None, no_file, lambda run_id: None, remembered=on_activation
    )  # type: ignore[arg-type, return-value]
    version = kept.backend.add()
    store.activate(version)
    assert began == [BOUND + 1]
    assert wait_until_idle(archive)
    assert len(kept.in_model()) == MAX_ACTIVATIONS
    assert len(kept.in_archive()) == MOVED
    assert store.history()[0].model_id == version


def wait_until_idle(archive: ActivationArchive) -> bool:
    """Waits until the background work is done."""
    done = archive._moving.acquire(timeout=120)
    archive._moving.release()
    return done


@pytest.fixture
def misbehaving_archive(kept: StoredHistory, misbehaving: Misbehaving) -> ActivationArchive:
    """Returns an archive whose MLflow can be made to misbehave."""
    mlflow = MlflowApi(JsonService("MLflow", misbehaving.address))
    return ActivationArchive(MlflowRegistry(mlflow, kept.backend.model.name))


@pytest.mark.parametrize(
    "path", ["registered-models/set-tag", "registered-models/create", "registered-models/delete-tag"]
)
@pytest.mark.parametrize("status", [403, *(pytest.param(other, marks=pytest.mark.thorough) for other in (500, 503))])
def test_a_refused_write_loses_no_activation_and_the_next_attempt_continues(
    kept: StoredHistory, misbehaving_archive: ActivationArchive, misbehaving: Misbehaving, path: str, status: int
) -> None:
    tags = many(BOUND + 1)
    kept.fill(tags)
    misbehaving.instead[path] = (status, b'{"error_code": "ODD", "message": "not now"}', "application/json")
    with pytest.raises(ClewError):
        misbehaving_archive.move()
    assert kept.in_model() | kept.in_archive() == dict(tags)
    misbehaving_archive.catch_up()  # the log alone reports it
    assert wait_until_idle(misbehaving_archive)
    misbehaving.instead.clear()
    assert kept.archive.move() == MOVED
    assert kept.in_model() == dict(tags[MOVED:])
    assert kept.in_archive() == dict(tags[:MOVED])


def team(*starts: int) -> list[Actor]:
    def move(registry: Any) -> object:
        return ActivationArchive(registry, kept=2, waiting=1).move()

    return [Actor(f"move {number}", "move", "", move) for number in starts]


@pytest.mark.parametrize("crashes", [False, True])
def test_concurrent_or_crashing_archiving_loses_no_activation(crashes: bool) -> None:
    tags = many(4)
    every = Interleavings(team(1, 2), crashes)
    every.explore(State((("1", ()), ("2", ())), alias="2", model_tags=tags))
    assert (len(every.ends) > 1) == crashes
    for end in every.ends:
        assert dict(end.model_tags) | unpacked(dict(end.archived)) == dict(tags)
        assert set(tags[2:]) <= set(end.model_tags)
    if not crashes:
        assert {(end.model_tags, len(end.archived)) for end in every.ends} == {(tags[2:], 1)}


def test_the_purge_still_counts_from_when_an_active_model_was_replaced(kept: StoredHistory) -> None:
    """Deleted while it was active, replaced 10 days ago, and 100 activations later: it is due in 20 days, not now."""
    backend = kept.backend
    version, other, plain = backend.add(), backend.add(), backend.add()
    backend.store.activate(other)
    for deleted in (version, plain):
        backend.model.tag(deleted, DELETED_TAG, (NOW - timedelta(days=100)).isoformat())
    replaced = NOW - timedelta(days=10)
    earlier = tag(replaced - timedelta(days=1), other, version)
    kept.fill((earlier, tag(replaced, other, version)))
    kept.fill(tuple(tag(replaced + timedelta(minutes=1 + n), "7", "8") for n in range(BOUND)))
    assert (
        kept.archive.move() == 2 + MAX_WAITING
    )  # the earlier one, that of `other`, and some of 8, which does not exist
    assert earlier[0] in kept.in_archive()
    assert due(backend, days=19) == [plain]
    assert due(backend, days=21) == [version]


def due(backend: MlflowBackend, *, days: int) -> list[str]:
    """Returns what a purge so much later would mark."""
    return ModelPurge(backend.registry, timedelta(days=30), now=lambda: NOW + timedelta(days=days)).run().marked


def test_an_unreachable_mlflow_is_only_logged(caplog: pytest.LogCaptureFixture) -> None:
    archive = ActivationArchive(MlflowRegistry(MlflowApi(JsonService("MLflow", "http://127.0.0.1:1")), "maze"))
    with pytest.raises(ServiceError):
        archive.move()
    archive.catch_up()
    assert wait_until_idle(archive)
    assert "old activations stay where they are" in caplog.text
