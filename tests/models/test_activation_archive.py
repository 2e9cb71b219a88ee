"""Activations: the newest stay with the model, older ones move beside it, each once; the purge counts as before."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from domain.errors import ClewError, ServiceError
from domain.registry.models import DELETED_TAG, MOST_ACTIVATIONS, Activation, archive_of
from mlflow_api.client import MlflowApi
from mlflow_api.registry import MlflowRegistry
from services.registry.activation_archive import ActivationArchive
from services.registry.mlflow_model_tags import HISTORY_TAG
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


def tag(at: datetime, model_id: str = "2", former_id: str | None = "1") -> tuple[str, str]:
    """An activation of that moment, as it is kept."""
    activation = Activation(at=at, by="kim", model_id=model_id, former_id=former_id, reason="better")
    return f"{HISTORY_TAG}{at.strftime('%Y%m%dT%H%M%S%f')}-{at.microsecond:06x}", activation.model_dump_json()


def many(count: int) -> Tags:
    """So many activations, a minute from one to the next."""
    return tuple(tag(BEGAN + timedelta(minutes=number)) for number in range(count))


class Kept:
    """A registered model on the real MLflow, with a history that was written into its database."""

    def __init__(self, backend: MlflowBackend, shared: SharedMlflow) -> None:
        self.backend = backend
        self.archive = ActivationArchive(backend.registry)
        self._shared = shared

    def fill(self, tags: Tags) -> None:
        """Writes as many tags as one likes at once."""
        rows = [(self.backend.model.name, key, value) for key, value in tags]
        with closing(sqlite3.connect(self._shared.database, timeout=60)) as database, database:
            database.executemany("INSERT INTO registered_model_tags (name, key, value) VALUES (?, ?, ?)", rows)

    def here(self) -> dict[str, str]:
        return self._tags(self.backend.model.name)

    def there(self) -> dict[str, str]:
        return self._tags(archive_of(self.backend.model.name))

    def read(self, name: str) -> requests.Response:
        """What MLflow tells of a registered model."""
        address = f"{self.backend.tracking.address}/api/2.0/mlflow/registered-models/get"
        return requests.get(address, params={"name": name}, timeout=60)

    def _tags(self, name: str) -> dict[str, str]:
        model = self.read(name).json().get("registered_model", {})
        return {one["key"]: one["value"] for one in model.get("tags", [])}


@pytest.fixture
def kept(mlflow: MlflowBackend, shared_mlflow: SharedMlflow) -> Kept:
    return Kept(mlflow, shared_mlflow)


@pytest.mark.parametrize("count", [0, 1, MOST_ACTIVATIONS - 1, MOST_ACTIVATIONS])
def test_up_to_the_bound_nothing_moves(kept: Kept, count: int) -> None:
    kept.fill(many(count))
    assert kept.archive.move() == 0
    assert kept.here() == dict(many(count))
    assert kept.read(archive_of(kept.backend.model.name)).status_code == 404


def test_the_newest_stay_and_each_older_one_is_in_the_archive_once(kept: Kept) -> None:
    tags = many(MOST_ACTIVATIONS + 40)
    kept.fill(tags)
    kept.backend.model.tag_model("team", "maze")
    assert kept.archive.move() == 40
    assert kept.here() == {**dict(tags[40:]), "team": "maze"}
    assert kept.there() == dict(tags[:40])
    assert kept.archive.move() == 0
    kept.fill((tag(NOW),))
    assert kept.archive.move() == 1
    assert kept.there() == dict(tags[:41])


def test_what_another_hand_wrote_goes_first_and_is_not_lost(kept: Kept) -> None:
    odd = ((f"{HISTORY_TAG}zzz", "no JSON"), (f"{HISTORY_TAG}29990101T000000000000", "{}"))
    tags = many(MOST_ACTIVATIONS)
    kept.fill((*odd, *tags))
    assert kept.archive.move() == 2
    assert kept.here() == dict(tags)
    assert kept.there() == dict(odd)


def test_ten_thousand_are_told_as_few_before_they_are_moved(kept: Kept) -> None:
    """The list, what the workers share of it, and the API hold the newest alone; the rest moves in the background."""
    kept.fill(many(10_000))
    history = kept.backend.store.history()
    assert [one.at for one in history] == [BEGAN + timedelta(minutes=9_999 - n) for n in range(MOST_ACTIVATIONS)]


def test_ten_thousand_come_down_to_the_bound_and_stop_to_cost_anything(kept: Kept) -> None:
    """Most have moved by SQL, as they would have by MLflow at a hundred a second; the last of them move by MLflow."""
    name, tags = kept.backend.model.name, many(10_000)
    few = MlflowBackend(kept.backend.tracking)
    Kept(few, kept._shared).fill(tags[-MOST_ACTIVATIONS:])
    kept.fill(tags)
    before = len(kept.read(name).content)
    kept.backend.registry.archive_tag(*tags[0])
    with closing(sqlite3.connect(kept._shared.database, timeout=60)) as database, database:
        moved = [(archive_of(name), name, key) for key, _value in tags[1:9_800]]
        database.executemany("UPDATE registered_model_tags SET name = ? WHERE name = ? AND key = ?", moved)
    assert kept.archive.move() == 10_000 - MOST_ACTIVATIONS - 9_799
    assert kept.here() == dict(tags[-MOST_ACTIVATIONS:])
    assert kept.there() == dict(tags[:-MOST_ACTIVATIONS])
    after, usual = len(kept.read(name).content), len(kept.read(few.model.name).content)
    assert before > 50 * after
    assert abs(after - usual) < 200  # names and moments of the model itself


def test_an_activation_sets_it_going_and_waits_for_none_of_it(kept: Kept) -> None:
    kept.fill(many(MOST_ACTIVATIONS + 5))
    began: list[int] = []
    archive = kept.archive

    def remembered() -> None:
        began.append(len(kept.here()))
        archive.catch_up()
        archive.catch_up()  # one is at it

    store = MlflowModelStore(
        kept.backend.registry, lambda *_: None, no_file, lambda run_id: None, remembered=remembered
    )  # type: ignore[arg-type, return-value]
    version = kept.backend.add()
    store.activate(version)
    assert began == [MOST_ACTIVATIONS + 6]
    assert wait_until_idle(archive)
    assert len(kept.here()) == MOST_ACTIVATIONS
    assert len(kept.there()) == 6
    assert store.history()[0].model_id == version


def wait_until_idle(archive: ActivationArchive) -> bool:
    """Until the background is done."""
    done = archive._moving.acquire(timeout=120)
    archive._moving.release()
    return done


@pytest.fixture
def through(kept: Kept, misbehaving: Misbehaving) -> ActivationArchive:
    """An archive whose MLflow can be told to misbehave."""
    mlflow = MlflowApi(JsonService("MLflow", misbehaving.address))
    return ActivationArchive(MlflowRegistry(mlflow, kept.backend.model.name))


@pytest.mark.parametrize(
    "path", ["registered-models/set-tag", "registered-models/create", "registered-models/delete-tag"]
)
@pytest.mark.parametrize("status", [403, 500, 503])
def test_a_refusal_loses_nothing_and_the_next_goes_on(
    kept: Kept, through: ActivationArchive, misbehaving: Misbehaving, path: str, status: int
) -> None:
    tags = many(MOST_ACTIVATIONS + 3)
    kept.fill(tags)
    misbehaving.instead[path] = (status, b'{"error_code": "ODD", "message": "not now"}', "application/json")
    with pytest.raises(ClewError):
        through.move()
    assert kept.here() | kept.there() == dict(tags)
    through.catch_up()  # says so in the log, and nowhere else
    assert wait_until_idle(through)
    misbehaving.instead.clear()
    assert kept.archive.move() >= 2
    assert kept.here() == dict(tags[3:])
    assert kept.there() == dict(tags[:3])


def team(*starts: int) -> list[Actor]:
    def move(registry: Any) -> object:
        return ActivationArchive(registry).move()

    return [Actor(f"move {number}", "move", "", move) for number in starts]


@pytest.mark.parametrize("crashes", [False, True])
def test_two_at_once_and_wherever_one_stops_nothing_is_lost(crashes: bool) -> None:
    tags = many(MOST_ACTIVATIONS + 2)
    every = Interleavings(team(1, 2), crashes)
    every.explore(State((("1", ()), ("2", ())), alias="2", model_tags=tags))
    assert (len(every.ends) > 1) == crashes
    for end in every.ends:
        assert dict(end.model_tags) | dict(end.archived) == dict(tags)
        assert set(tags[2:]) <= set(end.model_tags)
    later = Interleavings(team(3), crashes=False)
    for end in every.ends:
        later.explore(end)
    assert {(end.model_tags, end.archived) for end in later.ends} == {(tags[2:], tags[:2])}


def test_the_purge_still_counts_from_when_an_active_model_was_replaced(kept: Kept) -> None:
    """Deleted while it was active, replaced 10 days ago, and 100 activations later: it is due in 20 days, not now."""
    backend = kept.backend
    version, other, plain = backend.add(), backend.add(), backend.add()
    backend.store.activate(other)
    for deleted in (version, plain):
        backend.model.tag(deleted, DELETED_TAG, (NOW - timedelta(days=100)).isoformat())
    replaced = NOW - timedelta(days=10)
    earlier = tag(replaced - timedelta(days=1), other, version)
    kept.fill((earlier, tag(replaced, other, version)))
    kept.fill(tuple(tag(replaced + timedelta(minutes=1 + n), "7", "8") for n in range(MOST_ACTIVATIONS)))
    assert kept.archive.move() == 1 + 1  # the earlier one, and one of 8, which is not there
    assert earlier[0] in kept.there()
    assert due(backend, days=19) == [plain]
    assert due(backend, days=21) == [version]
    backend.registry.delete_version(version)
    assert kept.archive.move() == 1
    assert len(kept.here()) == MOST_ACTIVATIONS


def due(backend: MlflowBackend, *, days: int) -> list[str]:
    """What a purge so much later would mark."""
    return ModelPurge(backend.registry, timedelta(days=30), now=lambda: NOW + timedelta(days=days)).run().marked


def test_mlflow_away_is_said_in_the_log_alone(caplog: pytest.LogCaptureFixture) -> None:
    archive = ActivationArchive(MlflowRegistry(MlflowApi(JsonService("MLflow", "http://127.0.0.1:1")), "maze"))
    with pytest.raises(ServiceError):
        archive.move()
    archive.catch_up()
    assert wait_until_idle(archive)
    assert "old activations stay where they are" in caplog.text
