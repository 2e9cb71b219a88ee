"""Each fault of a model server is named: the service, the field, the cause. Reads are repeated, writes never."""

from collections.abc import Callable
from typing import Any

import pytest

from domain.errors import BadInput, BadResponse, Conflict, ServiceError, ServiceUnavailable
from domain.errors.connections import (
    AnsweredStatus,
    AnsweredStatusBecause,
    CredentialsRefused,
    OutcomeUnknown,
    TimedOut,
)
from domain.errors.models.changes import ModelIsActive
from services.registry.http_store import HttpModelStore
from tests.misbehaving import eventually
from tests.models.model_server import HANG, LOSE, Answer, ModelServer
from transport.http_client import JsonService

# For answers that come, however busy the machine is; and for those that do not, short enough to wait for twice.
SECONDS = 20.0
IN_VAIN_SECONDS = 0.6
ANSWERS: list[tuple[Answer | str, type[ServiceError], str]] = [
    ((500, b'{"error": "boom"}'), AnsweredStatusBecause, "HTTP 500: boom"),
    ((503, b"<html>busy</html>"), AnsweredStatus, "HTTP 503"),
    ((200, b"<!DOCTYPE html><title>It works!</title>"), BadResponse, "is not JSON"),
    ((200, b'[{"id": "1", "algo'), BadResponse, "is not JSON"),
    ((200, b"7"), BadResponse, "body: "),
    ((401, b'{"error": "who are you?"}'), CredentialsRefused, "credentials"),
    ((404, b"<html>no such page</html>"), BadResponse, "is not JSON"),
    (HANG, TimedOut, "in time"),
]
NAMES = ["500", "503", "html", "half", "number", "401", "404 html", "hang"]


@pytest.fixture
def store(server: ModelServer) -> HttpModelStore:
    """Returns a store on a server with three models, the first of them active."""
    for _number in range(3):
        server.add(success_rate=0.5)
    server.active = "1"
    return store_at(server)


def store_at(server: ModelServer, seconds: float = SECONDS, activation_seconds: float = SECONDS) -> HttpModelStore:
    return HttpModelStore(JsonService("Model server", server.address), seconds, activation_seconds)


def write_in_vain(server: ModelServer, store: HttpModelStore, method: str, answer: Answer | str) -> None:
    """Activates or deletes a model; waits only briefly for an answer to this that does not come."""
    if answer in (HANG, LOSE):
        in_vain = {"activation_seconds" if method == "POST" else "seconds": IN_VAIN_SECONDS}
        store = store_at(server, **in_vain)
    store.activate("2") if method == "POST" else store.delete("2")


def answer_only(
    method: str, answer: Answer | str | None, ending: str = ""
) -> Callable[[str, str], Answer | str | None]:
    """Returns a `misbehave` that answers so to requests of one method to paths with this ending."""
    return lambda request_method, path: answer if request_method == method and path.endswith(ending) else None


@pytest.mark.parametrize(("answer", "error", "message"), ANSWERS, ids=NAMES)
def test_a_failed_read_names_its_cause(
    server: ModelServer, store: HttpModelStore, answer: Answer | str, error: type[ServiceError], message: str
) -> None:
    server.misbehave = answer_only("GET", answer)
    if answer == HANG:
        store = store_at(server, IN_VAIN_SECONDS)
    for read in (store.all, store.active, lambda: store.get("2")):
        before = server.request_count("GET")
        with pytest.raises(error, match=message) as caught:
            read()  # type: ignore[operator]
        assert str(caught.value.service) == "Model server"
        # Repeated if another attempt may help, and not if it cannot.
        assert server.request_count("GET") - before == (2 if issubclass(error, ServiceUnavailable) else 1)
        assert type(caught.value) is error


@pytest.mark.usefixtures("store")
def test_a_read_that_fails_once_is_not_noticed(server: ModelServer) -> None:
    store = store_at(server, 4.0)
    failures = iter([(500, b"{}"), None, HANG, None])
    server.misbehave = lambda method, path: next(failures, None)
    assert len(store.all().models) == 3


def test_a_slow_server_is_waited_for(server: ModelServer, store: HttpModelStore) -> None:
    server.delay = 0.5
    assert len(store.all().models) == 3
    store.activate("2")
    assert server.active == "2"


@pytest.mark.parametrize(("answer", "error", "message"), ANSWERS, ids=NAMES)
@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_a_write_that_fails_is_not_repeated(
    server: ModelServer,
    store: HttpModelStore,
    method: str,
    answer: Answer | str,
    error: type[ServiceError],
    message: str,
) -> None:
    if (method, answer) == ("DELETE", (200, b"7")):
        pytest.skip("a deletion's answer has no contents to be wrong")
    server.misbehave = answer_only(method, answer)
    with pytest.raises(OutcomeUnknown if answer == HANG else error, match=message) as caught:
        write_in_vain(server, store, method, answer)
    assert str(caught.value.service) == "Model server"  # type: ignore[attr-defined]
    assert server.request_count(method) == 1
    assert (server.active, len(server.models)) == ("1", 3)


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_a_write_whose_answer_is_lost_may_have_happened(
    server: ModelServer, store: HttpModelStore, method: str
) -> None:
    server.misbehave = answer_only(method, LOSE)
    with pytest.raises(OutcomeUnknown, match="not known"):
        write_in_vain(server, store, method, LOSE)
    assert server.request_count(method) == 1
    eventually(lambda: server.active == "2" if method == "POST" else "2" not in server.models)


def test_an_unreachable_server_leaves_no_outcome_unknown() -> None:
    store = HttpModelStore(JsonService("Model server", "http://127.0.0.1:1"), SECONDS)
    with pytest.raises(ServiceUnavailable, match="refused the connection") as caught:
        store.delete("2")
    assert not isinstance(caught.value, OutcomeUnknown)


@pytest.mark.parametrize(
    ("row", "name", "field"),
    [
        ({"id": "9", "success_rate": "high"}, "9", "success_rate"),
        ({"id": "9", "trained_at": "yesterday"}, "9", "trained_at"),
        ({"id": "9", "algorithm": 7}, "9", "algorithm"),
        ({"id": ""}, "", "id"),
        ({"id": None}, "None", "id"),
        ({"id": True}, "True", "id"),
        ({"id": "x" * 201}, "x" * 64, "id"),
        ({"algorithm": "DQN"}, "1", "id"),
        ("nonsense", "1", "body"),
        (None, "1", "body"),
    ],
    ids=str,
)
def test_an_invalid_row_is_reported_and_hides_no_model(
    server: ModelServer, store: HttpModelStore, row: Any, name: str, field: str
) -> None:
    server.rows = lambda rows: [rows[0], row, *rows[1:]]
    found = store.all()
    assert {model.id for model in found.models} == {"1", "2", "3"}
    assert [(bad.row, bad.field) for bad in found.bad_rows] == [(name, field)]
    assert found.bad_rows[0].cause
    assert found.active is not None


@pytest.mark.parametrize(
    ("answer", "field"), [(b"{}", "body"), (b'"text"', "body"), (b"null", "body"), (b'{"models": []}', "body")]
)
def test_a_malformed_list_of_models_is_reported(
    server: ModelServer, store: HttpModelStore, answer: bytes, field: str
) -> None:
    server.misbehave = answer_only("GET", (200, answer), "/models")
    with pytest.raises(BadResponse, match="list of models") as caught:
        store.all()
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("answer", "field"),
    [(b'{"id": "2", "success_rate": 3}', "success_rate"), (b'{"id": "3"}', "id"), (b"[]", "body"), (b"{}", "id")],
)
def test_an_invalid_model_is_reported_with_its_field(
    server: ModelServer, store: HttpModelStore, answer: bytes, field: str
) -> None:
    server.misbehave = answer_only("GET", (200, answer), "/2")
    with pytest.raises(BadResponse) as caught:
        store.get("2")
    assert caught.value.field == field


@pytest.mark.parametrize("answer", [b'{"id": "3"}', b"{}", b"[]", b'{"message": "done"}', b""])
def test_an_activation_answered_with_another_model_is_an_error(
    server: ModelServer, store: HttpModelStore, answer: bytes
) -> None:
    server.misbehave = answer_only("POST", (200, answer))
    with pytest.raises(BadResponse):
        store.activate("2")
    assert server.request_count("POST") == 1


@pytest.mark.parametrize(
    ("status", "body", "error", "message"),
    [
        (
            409,
            b'{"error": "busy", "details": "A job is using the old one until 5 pm."}',
            Conflict,
            "busy: A job is using",
        ),
        (409, b'{"error": "The file is gone."}', Conflict, "The file is gone."),
        (409, b"[]", Conflict, "no reason given"),
        (400, b'{"error": "bad id", "details": {"model_id": "what?"}}', BadInput, "Model server: bad id"),
    ],
)
def test_a_refusal_is_passed_on_in_the_servers_words(
    server: ModelServer, store: HttpModelStore, status: int, body: bytes, error: type[Exception], message: str
) -> None:
    server.misbehave = answer_only("POST", (status, body))
    with pytest.raises(error, match=message) as caught:
        store.activate("2")
    assert not isinstance(caught.value, ModelIsActive)
    assert server.active == "1"


@pytest.mark.parametrize("status", [502, 504])
@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_the_outcome_of_a_write_that_a_proxy_gave_up_is_unknown(
    server: ModelServer, store: HttpModelStore, method: str, status: int
) -> None:
    server.misbehave = answer_only(method, (status, b"<html>Bad gateway</html>"))
    with pytest.raises(OutcomeUnknown, match=f"HTTP {status}; it is not known whether this was done"):
        store.activate("2") if method == "POST" else store.delete("2")
    assert server.request_count(method) == 1
