"""A view's declaration of its operation holds: its types are enforced, and no undeclared answer is served."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from pydantic import BaseModel

import api.errors
from api.edge import request_log
from api.openapi import document
from domain.errors.records import NoRunBefore, RunNotFound
from serving.operations.operation import WithHeaders, check_declared, operation, operation_of


class Query(BaseModel):
    """A query."""

    number: int = 7
    names: tuple[str, ...] = ()


class Body(BaseModel):
    """A body."""

    name: str


class Reply(BaseModel):
    """An answer."""

    text: str


def server_with(*views: tuple[str, str, Callable[..., Any]]) -> Flask:
    server = Flask(__name__, static_folder=None)
    request_log.register(server)
    api.errors.register(server)
    for method, path, view in views:
        server.add_url_rule(path, view.__name__, view, methods=[method])
    return server


@operation(RunNotFound, headers={"X-Seen": "Whether it was."})
def ask(run_id: str, query: Query) -> WithHeaders[Reply]:
    """Asks."""
    if run_id == "none":
        raise RunNotFound(run_id)
    if run_id == "first":
        raise NoRunBefore(run_id)
    return WithHeaders(Reply(text=f"{query.number} {query.names}"), {"X-Seen": "yes"})


@operation(status=201)
def send(body: Body) -> Reply:
    """Sends."""
    return Reply(text=body.name)


@operation(status=204)
def drop() -> None:
    """Drops."""


@pytest.fixture(scope="module")
def server() -> Flask:
    return server_with(("GET", "/api/ask/<run_id>", ask), ("POST", "/api/send", send), ("DELETE", "/api/drop", drop))


@pytest.fixture(scope="module")
def client(server: Flask) -> FlaskClient:
    return server.test_client()


def test_query_and_body_are_parsed_to_their_types_and_the_answer_is_serialised(client: FlaskClient) -> None:
    answer = client.get("/api/ask/a?number=3&names=b&names=c&other=1&other=2")
    assert (answer.json, answer.headers["X-Seen"]) == ({"text": "3 ('b', 'c')"}, "yes")
    made = client.post("/api/send", json={"name": "n"})
    assert (made.status_code, made.json) == (201, {"text": "n"})
    dropped = client.delete("/api/drop")
    assert (dropped.status_code, dropped.data) == (204, b"")


@pytest.mark.parametrize("query", ["number=x", "number=1&number=2", "number=", f"number={'9' * 5000}", "number=%00"])
def test_an_invalid_query_is_refused_with_its_field(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/api/ask/a?{query}")
    assert (answer.status_code, answer.json["code"], list(answer.json["details"])) == (
        422,
        "contract-misfit",
        ["number"],
    )


def test_declared_operations_are_in_the_document(server: Flask) -> None:
    paths = document(server)["paths"]
    get_operation = paths["/api/ask/{run_id}"]["get"]
    assert get_operation["summary"] == "Asks"
    assert [(one["name"], one["in"]) for one in get_operation["parameters"]] == [
        ("run_id", "path"),
        ("number", "query"),
        ("names", "query"),
    ]
    # A route that the table of access does not list counts as a write, which may be refused.
    assert set(get_operation["responses"]) == {"200", "401", "403", "404", "422", "500"}
    assert get_operation["responses"]["404"]["description"] == "- `run-not-found`: No run has this id."
    assert {"400", "401", "403", "413", "415", "422", "201", "500"} == set(paths["/api/send"]["post"]["responses"])


def test_a_failure_is_declared_by_its_class_and_its_status(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    declared = operation_of(ask)
    assert declared is not None
    assert (declared.declares(RunNotFound("a")), declared.declares(NoRunBefore("a"))) == (True, False)
    assert client.get("/api/ask/none").status_code == 404
    assert "does not declare" not in caplog.text


def test_a_route_that_declares_nothing_is_not_served() -> None:
    def bare() -> Response:
        """Declares nothing."""
        return Response()

    with pytest.raises(TypeError, match="/api/bare"):
        check_declared(server_with(("GET", "/api/bare", bare)))


def test_an_operation_needs_a_docstring_and_a_return_type() -> None:
    def nameless() -> None:
        pass

    def silent() -> Response:
        """Declares no type of its answer."""
        return Response()

    with pytest.raises(TypeError, match="docstring"):
        operation()(nameless)
    with pytest.raises(TypeError, match="answers"):
        operation()(silent)
