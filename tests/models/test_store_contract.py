"""The contract of every model store: P4 (a complete list), P5 (one is active), P6 (the active one is not deleted)."""

import json
import re
from contextlib import nullcontext
from datetime import UTC, datetime

import pytest
import requests

from domain.errors import BadInput, BadResponse, Conflict, NotFound, ReadOnly, ServiceUnavailable
from domain.errors.models.changes import ModelIsActive
from domain.registry.measurements import Measured, Measurement
from domain.registry.models import DELETED_TAG, MEASUREMENT_TAG, PURGING_TAG, Model, ModelState
from domain.statistics import Interval
from mlflow_api.client import MlflowApi
from mlflow_api.registry import registry as mlflow_registry
from mlflow_api.registry.registry import MlflowRegistry
from services.registry.mlflow_store import MlflowModelStore
from services.registry.model_store import ModelStore, ReadOnlyStore
from tests.misbehaving import Misbehaving
from tests.models.backends import REFUSAL, Backend, HttpBackend, MlflowBackend
from tests.models.model_server import ModelServer
from tests.models.registered_model import RegisteredModel
from tests.tracking import Tracking
from transport.http_client import JsonService

STRANGE_IDS = ["../x", "..", ".", "", "%00", "\x00", "x" * 10_000, "🦊", "a/b", "active", "\ud800", "0", "-1", "1.0", "9" * 40, "?", "#", " "]  # fmt: skip
FIELDS = {
    "algorithm": "DQN",
    "trained_at": "2026-01-02T03:04:05+00:00",
    "success_rate": 0.75,
    "total_episodes": 500,
    "env_id": "Maze-v0",
}


def active_ids(store: ModelStore) -> list[str]:
    return [model.id for model in store.all().models if model.is_active]


def listed(store: ModelStore) -> set[str]:
    """Returns the models that are not deleted."""
    return {model.id for model in store.all().models if model.state is not ModelState.DELETED}


def test_there_are_no_models_at_first(backend: Backend) -> None:
    assert backend.store.all().models == []
    assert backend.store.active() is None
    assert backend.store.history() == []


def test_the_list_is_complete(backend: Backend) -> None:
    """P4, over more than one page where there are pages, the newest first."""
    ids = [backend.add(trained_at=f"2026-01-{day:02}T00:00:00+00:00") for day in range(1, 12)]
    found = backend.store.all()
    assert [model.id for model in found.models] == ids[::-1]
    assert found.bad_rows == []


def test_a_model_has_all_its_known_facts(backend: Backend) -> None:
    model = backend.store.get(backend.add(**FIELDS))
    assert (model.algorithm, model.success_rate) == ("DQN", 0.75)
    assert model.trained_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert model.total_episodes == 500
    assert model.state is ModelState.INACTIVE


def test_unknown_details_are_missing(backend: Backend) -> None:
    model = backend.store.get(backend.add())
    unknown = Model(id=model.id, onnx_path=model.onnx_path)
    assert model == unknown


def test_an_activated_model_is_the_only_active_one(backend: Backend) -> None:
    """P5."""
    first, second = backend.add(success_rate=0.5), backend.add(success_rate=0.75)
    for chosen, former in ((first, None), (second, first), (second, second), (first, second)):
        done = backend.store.activate(chosen, by="ann", reason="better")
        assert active_ids(backend.store) == [chosen]
        active = backend.store.active()
        assert active is not None
        assert (active.id, active.is_active) == (chosen, True)
        assert backend.store.get(chosen).is_active
        assert (done.model_id, done.former_id, done.by, done.reason) == (chosen, former, "ann", "better")
    assert done.gain == -0.25


@pytest.mark.parametrize("length", [500, 501, 100_000])
def test_a_long_reason_is_shortened_to_500_characters(backend: Backend, length: int) -> None:
    chosen = backend.add()
    assert backend.store.activate(chosen, reason="é" * length).reason == "é" * 500
    assert active_ids(backend.store) == [chosen]


def test_the_active_model_cannot_be_deleted(backend: Backend) -> None:
    """P6."""
    first, second = backend.add(), backend.add()
    backend.store.activate(first)
    with pytest.raises(ModelIsActive, match=f"Model {first} is active"):
        backend.store.delete(first)
    assert active_ids(backend.store) == [first]
    backend.store.activate(second)
    backend.store.delete(first)
    assert listed(backend.store) == {second}


def test_a_deletion_may_be_repeated(backend: Backend) -> None:
    kept, gone = backend.add(), backend.add()
    backend.store.delete(gone)
    if isinstance(backend, MlflowBackend):  # as itself, and behind another Clew
        backend.store.delete(gone)
    else:
        with pytest.raises(NotFound):
            backend.store.delete(gone)
    assert listed(backend.store) == {kept}


def test_a_deleted_model_is_not_activated(backend: Backend) -> None:
    kept, gone = backend.add(), backend.add()
    backend.store.activate(kept)
    backend.store.delete(gone)
    with pytest.raises((NotFound, Conflict)):
        backend.store.activate(gone)
    assert active_ids(backend.store) == [kept]


def test_a_deleted_model_can_be_restored_where_deleted_models_are_kept(backend: Backend) -> None:
    model_id = backend.add()
    backend.store.delete(model_id)
    if backend.store.keeps_history:
        assert backend.store.get(model_id).state is ModelState.DELETED
        assert backend.store.restore(model_id).state is ModelState.INACTIVE
        assert backend.store.restore(model_id).state is ModelState.INACTIVE
        backend.store.activate(model_id)
    else:
        with pytest.raises(Conflict, match="keeps no deleted models"):
            backend.store.restore(model_id)


@pytest.mark.parametrize("model_id", STRANGE_IDS, ids=lambda model_id: ascii(model_id[:20]))
def test_an_unknown_model_is_not_found(backend: Backend, model_id: str) -> None:
    known = backend.add()
    backend.store.activate(known)
    for call in (backend.store.get, backend.store.activate, backend.store.delete):
        with pytest.raises(NotFound) as caught:
            call(model_id)
        assert len(str(caught.value)) < 500
    assert active_ids(backend.store) == [known]


def test_a_refused_policy_keeps_the_former_one_active_with_a_reason(backend: Backend) -> None:
    good, bad = backend.add(), backend.add()
    backend.store.activate(good)
    backend.refuse(bad)
    with pytest.raises(Conflict, match=REFUSAL):
        backend.store.activate(bad)
    assert active_ids(backend.store) == [good]


def test_the_history_lists_the_newest_first(backend: Backend) -> None:
    first, second = backend.add(), backend.add()
    for chosen in (first, second, second, first):
        backend.store.activate(chosen)
    expected = [(first, second), (second, first), (first, None)] if backend.store.keeps_history else []
    assert [(done.model_id, done.former_id) for done in backend.store.history()] == expected


def test_a_read_only_store_reads_and_changes_nothing(backend: Backend) -> None:
    first, second = backend.add(), backend.add()
    backend.store.activate(first)
    store: ModelStore = ReadOnlyStore(backend.store)
    for write in (store.activate, store.delete, store.restore):
        with pytest.raises(ReadOnly):
            write(second)
    assert listed(store) == {first, second}
    assert active_ids(store) == [first]
    assert store.active() == backend.store.active() == store.get(first)
    assert store.history() == backend.store.history()


MEASUREMENT = Measurement(
    at=datetime(2026, 11, 23, tzinfo=UTC),
    seen=Measured(
        episodes=100, success_rate=0.96, mean_return=0.5, mean_length=30, interval=Interval(low=0.9, high=0.98)
    ),
    unseen=Measured(episodes=100, success_rate=0.2, mean_return=-3, mean_length=150, interval=None),
)


def test_clews_measurement_is_stored_with_the_model_and_takes_precedence(backend: Backend) -> None:
    model_id = backend.add(success_rate=0.5)
    if not isinstance(backend.store, MlflowModelStore):
        with pytest.raises(Conflict, match="its own success rates"):
            backend.store.record(model_id, MEASUREMENT)
        return
    backend.store.record(model_id, MEASUREMENT)
    found = backend.store.get(model_id)
    assert (found.measured, found.success_rate) == (MEASUREMENT, 0.96)
    assert backend.store.all().models == [found]
    with pytest.raises(NotFound):
        backend.store.record("999", MEASUREMENT)
    with pytest.raises(ReadOnly):
        ReadOnlyStore(backend.store).record(model_id, MEASUREMENT)
    endless = re.sub(r'"mean_return":[^,]+', '"mean_return":Infinity', MEASUREMENT.model_dump_json())
    for nonsense in ("nonsense", endless):
        backend.change(model_id, MEASUREMENT_TAG, nonsense)
        assert (backend.store.get(model_id).measured, backend.store.get(model_id).success_rate) == (None, 0.5)


@pytest.mark.parametrize("backend", ["mlflow", "http"], indirect=True)  # a Clew counts bad rows, and names none
@pytest.mark.parametrize("rate", [1.5, "inf"])
def test_an_active_model_with_invalid_details_hides_no_other_and_can_be_replaced(
    backend: Backend, rate: float | str
) -> None:
    broken, good = backend.add(), backend.add()
    backend.store.activate(broken)
    backend.change(broken, "success_rate", rate)
    found = backend.store.all()
    assert [model.id for model in found.models] == [good]
    assert [(row.row, row.field) for row in found.bad_rows] == [(broken, "success_rate")]
    with pytest.raises(BadResponse, match="success_rate"):
        backend.store.get(broken)
    done = backend.store.activate(good)
    assert (done.former_id, done.former_success_rate) == (broken, None)
    assert active_ids(backend.store) == [good]


def test_ids_are_opaque(server: ModelServer) -> None:
    """Only MLflow numbers its models; a model server may name them arbitrarily."""
    store = HttpBackend(server).store
    ids = [server.add(given) for given in (7, "8", "👩‍💻 a/b?c#d%00", "../up", "a.b", "x" * 200)]
    assert listed(store) == set(ids)
    for model_id in ids:
        assert store.get(model_id).id == model_id
        store.activate(model_id)
        assert active_ids(store) == [model_id]
    for model_id in ids[:-1]:
        store.delete(model_id)
    assert listed(store) == {ids[-1]}


def test_the_history_includes_valid_tags_of_other_programs(mlflow: MlflowBackend) -> None:
    mlflow.model.tag_model("clew.activation.1", "nonsense")
    mlflow.model.tag_model("clew.activation.2", '{"at": "2020-01-01T00:00:00", "model_id": "7"}')
    chosen = mlflow.add()
    mlflow.store.activate(chosen)
    assert [done.model_id for done in mlflow.store.history()] == [chosen, "7"]


def test_a_marked_model_is_neither_restored_nor_activated_and_a_stray_mark_is_ignored(mlflow: MlflowBackend) -> None:
    marked, stray = mlflow.add(), mlflow.add()
    mlflow.store.delete(marked)
    for version in (marked, stray):
        mlflow.model.tag(version, PURGING_TAG, "2026-01-01T00:00:00+00:00")
    for write in (mlflow.store.restore, mlflow.store.activate):
        with pytest.raises(Conflict, match="removed for good"):
            write(marked)
    mlflow.store.activate(stray)
    assert active_ids(mlflow.store) == [stray]


def test_a_version_edited_while_the_pages_are_read_is_not_missed(tracking: Tracking, misbehaving: Misbehaving) -> None:
    """P4: MLflow would order them by their last change, and its page tokens count rows."""
    model, pages = RegisteredModel(tracking), []
    ids = [model.version() for _number in range(7)]

    def edit_the_first(path: str, body: bytes) -> bytes:
        pages.append(path)
        changed = {"name": model.name, "version": ids[0], "description": f"edit {len(pages)}"}
        address = f"{tracking.address}/api/2.0/mlflow/model-versions/update"
        requests.patch(address, json=changed, timeout=20).raise_for_status()
        return body

    misbehaving.alter = edit_the_first
    mlflow = MlflowApi(JsonService("MLflow", misbehaving.address))
    found, bad = MlflowRegistry(mlflow, model.name, page_size=3).versions()
    assert [version.version for version in found] == ids
    assert (bad, len(pages)) == ([], 3)


def test_endless_pages_are_a_failure_in_time(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mlflow_registry, "ALL_VERSIONS_SECONDS", 0.5)
    page = {"model_versions": [{"version": "1"}], "next_page_token": "more"}
    server.misbehave = lambda method, path: (200, json.dumps(page).encode())
    with pytest.raises(ServiceUnavailable, match="in time"):
        MlflowRegistry(MlflowApi(JsonService("MLflow", server.address)), "maze").versions()


@pytest.mark.parametrize(
    ("message", "writes"),
    [
        ("(sqlite3.IntegrityError) UNIQUE constraint failed: model_version_tags.key", 2),
        ('(psycopg2.errors.UniqueViolation) duplicate key value violates unique constraint "tag_pk"', 2),
        ("UPDATE statement on table 'model_version_tags' expected to update 1 row(s); 0 were matched.", 2),
        ("Invalid value for a tag", 1),
    ],
)
def test_a_tag_inserted_concurrently_by_another_is_set_on_a_second_try(
    server: ModelServer, message: str, writes: int
) -> None:
    """MLflow inserts a missing tag or alias, and of two such inserts its database refuses one."""
    answers = iter([(400, json.dumps({"error_code": "BAD_REQUEST", "message": message}).encode()), (200, b"{}")])
    server.misbehave = lambda method, path: next(answers)
    registry = MlflowRegistry(MlflowApi(JsonService("MLflow", server.address)), "maze")
    with nullcontext() if writes == 2 else pytest.raises(BadInput, match=message):
        registry.tag_version("1", DELETED_TAG, "now")
    assert server.request_count("POST") == writes


def test_a_repeated_deletion_keeps_the_time_of_the_first(mlflow: MlflowBackend) -> None:
    model_id, before = mlflow.add(), datetime.now(UTC)
    mlflow.store.delete(model_id)
    at = datetime.fromisoformat(mlflow.registry.version(model_id).tags[DELETED_TAG])
    assert before <= at <= datetime.now(UTC)
    mlflow.store.delete(model_id)
    assert datetime.fromisoformat(mlflow.registry.version(model_id).tags[DELETED_TAG]) == at
