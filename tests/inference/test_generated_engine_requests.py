"""No request that docs/inference.openapi.yaml allows, or nearly allows, makes the engine fail."""

import pytest

from inference.openapi import API
from tests.generated_requests import check_answer, operations_in, send_all
from tests.inference.conftest import Start
from tests.inference.engine import Engine

OPERATIONS = operations_in(API.file)


@pytest.fixture(scope="module")
def engine(start: Start) -> Engine:
    """Starts an engine of its own: the evaluations that generated requests start must not disturb other tests."""
    return start()


@pytest.mark.parametrize("label", sorted(OPERATIONS))
def test_no_generated_request_makes_the_engine_fail(label: str, engine: Engine) -> None:
    send_all(OPERATIONS[label], lambda case: check_answer(case, f"http://127.0.0.1:{engine.port}"))


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "no-such-address"),
        ("PUT", "/health", 405, "method-not-taken"),
        ("POST", "/episodes/1", 422, "contract-misfit"),
    ],
)
def test_requests_are_refused_with_json(engine: Engine, method: str, path: str, status: int, code: str) -> None:
    answered, answer = engine.call(method, path)
    assert (answered, answer["code"]) == (status, code)
    assert answer["error"]
