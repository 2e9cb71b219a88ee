"""A deletion that was answered while a model was being activated is not overruled, or that is reported."""

from collections.abc import Callable

import pytest

from domain.errors import ClewError, Conflict, NotFound
from domain.errors.models.changes import ChangedMeanwhile, DeletedMeanwhile
from domain.registry.models import DELETED_TAG, PURGING_TAG, Model, ModelState
from mlflow_api.client import MlflowApi
from mlflow_api.registry.registry import MlflowRegistry
from services.registry.mlflow_store import MlflowModelStore
from tests.misbehaving import Misbehaving
from tests.models.backends import Backend, HttpBackend, MlflowBackend, no_file
from tests.models.model_server import Answer
from transport.http_client import JsonService


def act_during_activation(backend: Backend, act: Callable[[str], object]) -> None:
    """Does this, once, to the model that is being activated, after its first check and before the pointer moves."""
    if isinstance(backend, MlflowBackend):

        def once(model_id: str) -> None:
            backend.while_checking = lambda model_id: None
            act(model_id)

        backend.while_checking = once
        return
    assert isinstance(backend, HttpBackend)
    server = backend.server

    def before_the_post(method: str, path: str) -> Answer | None:
        if method == "POST":
            server.misbehave = lambda method, path: None
            act(list(server.models)[-1])
        return None

    server.misbehave = before_the_post


def deletion_by_another_person(backend: Backend) -> Callable[[str], object]:
    """Returns a deletion as another person makes it, who gets a 204."""
    if isinstance(backend, HttpBackend):
        return lambda model_id: backend.server.models.pop(model_id)
    assert isinstance(backend, MlflowBackend)
    return MlflowModelStore(backend.registry, backend._check, no_file, lambda run_id: None).delete


def active(backend: Backend) -> str | None:
    found = backend.store.active()
    return None if found is None else found.id


def test_a_model_deleted_during_its_check_does_not_become_active(backend: Backend) -> None:
    kept, gone = backend.add(), backend.add()
    backend.store.activate(kept)
    act_during_activation(backend, deletion_by_another_person(backend))
    with pytest.raises((Conflict, NotFound), match=f"Model {gone} was deleted while its policy was checked"):
        backend.store.activate(gone)
    assert active(backend) == kept
    assert [model.id for model in backend.store.all().models if model.state is not ModelState.DELETED] == [kept]
    assert [one.model_id for one in backend.store.history()] in ([kept], [])


@pytest.mark.parametrize("backend", ["mlflow"], indirect=True)
def test_a_deletion_after_the_last_check_is_overruled_and_reported(backend: MlflowBackend) -> None:
    kept, chosen = backend.add(), backend.add()
    backend.store.activate(kept)
    reads: list[str] = []

    def delete_after_the_last_check(path: str, body: bytes) -> bytes:
        if "model-versions/get?" in path and f"version={chosen}" in path:
            reads.append(path)
            if len(reads) == 2:  # one before the check, one right before the pointer
                deletion_by_another_person(backend)(chosen)
        return body

    with Misbehaving(backend.tracking.address) as proxy:
        proxy.alter = delete_after_the_last_check
        registry = MlflowRegistry(MlflowApi(JsonService("MLflow", proxy.address)), backend.model.name)
        store = MlflowModelStore(registry, backend._check, no_file, lambda run_id: None)
        done = store.activate(chosen)
        order = [request.partition("?")[0].rpartition("/")[2] for request in proxy.requests]
    assert done.overrules_deletion
    assert order[-4:] == ["get", "alias", "get", "set-tag"]
    assert active(backend) == chosen
    assert [(one.model_id, one.overrules_deletion) for one in backend.store.history()] == [
        (chosen, True),
        (kept, False),
    ]
    backend.store.activate(kept)
    assert backend.store.get(chosen).state is ModelState.DELETED


@pytest.mark.parametrize("backend", ["clew"], indirect=True)
def test_an_overruled_deletion_is_recorded_for_another_clew(backend: MlflowBackend) -> None:
    """The check is before the last read, so here the deletion comes with the alias: a writer tags as the pointer
    moves."""
    chosen = backend.add()
    registry = backend.registry
    point_at = registry.point_at
    with Misbehaving(backend.tracking.address) as proxy:

        def tag_as_the_pointer_moves(path: str, body: bytes) -> bytes:
            if path.endswith("registered-models/alias"):
                registry.tag_version(chosen, DELETED_TAG, "2026-01-01T00:00:00+00:00")
            return body

        proxy.alter = tag_as_the_pointer_moves
        behind = MlflowRegistry(MlflowApi(JsonService("MLflow", proxy.address)), backend.model.name)
        registry.point_at = behind.point_at  # type: ignore[method-assign]
        assert backend.store.activate(chosen).overrules_deletion
        registry.point_at = point_at  # type: ignore[method-assign]
    assert active(backend) == chosen
    assert not backend.store.activate(backend.add()).overrules_deletion


@pytest.mark.parametrize("backend", ["http"], indirect=True)
def test_a_server_that_activates_a_deleted_model_is_reported_as_overruling(backend: HttpBackend) -> None:
    chosen = backend.add()

    def delete_and_activate(method: str, path: str) -> Answer | None:
        if method != "POST":
            return None
        backend.server.models.pop(chosen)
        return 200, b'{"id": "%s", "message": "activated"}' % chosen.encode()

    backend.server.misbehave = delete_and_activate
    assert backend.store.activate(chosen).overrules_deletion


@pytest.mark.parametrize("backend", ["mlflow"], indirect=True)
@pytest.mark.parametrize(("tag", "value"), [("onnx_file", "another.onnx"), ("env_id", "ClewMaze-5x5-v0")])
def test_a_model_changed_during_its_check_does_not_become_active(backend: MlflowBackend, tag: str, value: str) -> None:
    kept, chosen = backend.add(), backend.add(env_id="ClewMaze-10x10-v0")
    backend.store.activate(kept)
    act_during_activation(backend, lambda model_id: backend.change(model_id, tag, value))
    with pytest.raises(ChangedMeanwhile, match="was changed while"):
        backend.store.activate(chosen)
    assert active(backend) == kept
    assert backend.store.activate(chosen).model_id == chosen


@pytest.mark.parametrize("backend", ["mlflow"], indirect=True)
@pytest.mark.parametrize("change", ["restored", "of another", "purging", "removed", "activated"])
def test_an_activation_depends_only_on_the_state_at_its_last_check(backend: MlflowBackend, change: str) -> None:
    kept, chosen, third = backend.add(), backend.add(), backend.add()
    backend.store.activate(kept)
    other = MlflowModelStore(backend.registry, lambda version, env_id: None, no_file, lambda run_id: None)  # type: ignore[arg-type, return-value]
    acts: dict[str, Callable[[str], object]] = {
        "restored": lambda model_id: (other.delete(model_id), other.restore(model_id)),
        "of another": lambda model_id: other.delete(third),
        "purging": lambda model_id: (other.delete(model_id), backend.change(model_id, PURGING_TAG, "now")),
        "removed": backend.registry.delete_version,
        "activated": other.activate,
    }
    act_during_activation(backend, acts[change])
    outcome: Model | ClewError | None = None
    try:
        backend.store.activate(chosen)
    except (Conflict, NotFound) as error:
        outcome = error
    expected = {"purging": DeletedMeanwhile, "removed": NotFound}.get(change)
    assert outcome is None if expected is None else isinstance(outcome, expected)
    assert active(backend) == (chosen if expected is None else kept)


@pytest.mark.parametrize("backend", ["mlflow"], indirect=True)
def test_the_former_active_model_is_the_one_at_the_moment_of_the_change(backend: MlflowBackend) -> None:
    first, second, third = backend.add(), backend.add(success_rate=0.5), backend.add()
    backend.store.activate(first)
    other = MlflowModelStore(backend.registry, lambda version, env_id: None, no_file, lambda run_id: None)  # type: ignore[arg-type, return-value]
    act_during_activation(backend, lambda model_id: other.activate(second))
    done = backend.store.activate(third)
    assert (done.former_id, done.former_success_rate) == (second, 0.5)
