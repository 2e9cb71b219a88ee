"""Requests that an OpenAPI document allows, or nearly allows, made by schemathesis and sent to a real server."""

from collections.abc import Callable
from pathlib import Path

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from schemathesis import Case, GenerationMode
from schemathesis.schemas import APIOperation

# This many requests for each operation, and those that hypothesis adds of its own.
EXAMPLES = 25


def operations_in(file: Path) -> dict[str, APIOperation]:
    """Returns the operations of a document by their labels, such as "GET /health"."""
    schema = schemathesis.openapi.from_path(file)
    return {operation.label: operation for operation in (result.ok() for result in schema.get_all_operations())}


def send_all(operation: APIOperation, check: Callable[[Case], None]) -> None:
    """Generates requests for an operation and sends each by `check`."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        database=None,
    )
    @given(_requests(operation))
    def ask(case: Case) -> None:
        check(case)

    ask()


def check_answer(case: Case, address: str, *others: str) -> None:
    """Asserts that a request is answered with no failure of the server's own, and as JSON or in one of the `others`."""
    answer = case.call(base_url=address, timeout=120)
    assert answer.status_code < 500 or answer.status_code == 503, f"{case.method} {case.formatted_path}: {answer.text}"
    kind = answer.headers.get("content-type", [""])[0].partition(";")[0]
    if answer.status_code in (400, 414) and kind == "text/html":  # gunicorn's own: the address is too long for it
        return
    assert kind in ("application/json", *others), f"{case.method} {case.formatted_path} answered {kind}"


def _requests(operation: APIOperation) -> SearchStrategy[Case]:
    """Returns allowed requests and, if the operation has parameters or a body, also ones that it does not allow."""
    takes = operation.path_parameters or operation.query or operation.body
    modes = [GenerationMode.POSITIVE, *([GenerationMode.NEGATIVE] if takes else [])]
    return st.one_of([operation.as_strategy(generation_mode=mode) for mode in modes])
