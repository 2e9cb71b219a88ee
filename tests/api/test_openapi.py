"""docs/openapi.yaml matches the routes, and no request that it allows, or nearly allows, makes Clew fail."""

import re
import threading
from collections import Counter
from collections.abc import Iterator

import pytest
import yaml
from flask import Flask
from schemathesis import Case
from werkzeug.serving import make_server

from api.openapi import FILE, text
from tests.api.conftest import Serving
from tests.generated_requests import operations_in, send_all
from tests.gpus.conftest import Start, library, start  # noqa: F401
from tests.registry import Registry
from tests.trainings.scheduler_server import SchedulerServer


def test_the_file_is_what_the_views_declare(server: Flask) -> None:
    assert FILE.read_text("utf-8") == text(server), "run: python -m api.openapi"


def test_the_document_lists_exactly_the_routes(server: Flask) -> None:
    routes = {
        (method.lower(), re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in server.url_map.iter_rules()
        if re.match(r"/(api|health)(/|$)", rule.rule)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    paths = yaml.safe_load(FILE.read_text("utf-8"))["paths"]
    assert {(method, path) for path, operations in paths.items() for method in operations} == routes


OPERATIONS = operations_in(FILE)
request_counts: Counter[int] = Counter()


@pytest.fixture(scope="module")
def server(serving: Serving, registry: Registry, start: Start) -> Iterator[Flask]:  # noqa: F811
    """Starts the server with a scheduler that has two trainings and a monitor of two GPUs."""
    gpus = f"local=http://127.0.0.1:{start(state='count 2').port}"
    with SchedulerServer() as scheduler:
        for _ in range(2):
            scheduler.add()
        yield serving(
            registry.tracking.address,
            model_name=registry.name,
            scheduler_url=scheduler.address,
            gpu_monitor_urls=gpus,
        )


@pytest.fixture(scope="module")
def address(server: Flask, registry: Registry) -> Iterator[str]:
    """Returns the address of the live app: over HTTP, with two models in its MLflow."""
    for _ in range(2):
        registry.version()
    server.test_client().get(f"/api/runs/{registry.tracking.run(registry.experiment_id)}")
    listening = make_server("127.0.0.1", 0, server, threaded=True)
    threading.Thread(target=listening.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{listening.server_port}"
    listening.shutdown()
    listening.server_close()


# Not schemathesis' own parametrize: it gives all these tests one name, and pytest-xdist runs only one test per name.
@pytest.mark.parametrize("label", sorted(OPERATIONS))
def test_no_generated_request_makes_clew_fail(label: str, address: str) -> None:
    send_all(OPERATIONS[label], lambda case: check(case, address))


def check(case: Case, address: str) -> None:
    answer = case.call(base_url=address, timeout=60)
    request_counts[answer.status_code] += 1
    assert answer.status_code < 500, f"{case.method} {case.formatted_path}: {answer.text}"
    kind = answer.headers.get("content-type", [""])[0]
    is_api = case.formatted_path.startswith("/api/")
    is_file = case.path.endswith("/policy") and case.method == "GET" and answer.status_code == 200
    wanted = "application/octet-stream" if is_file else "application/json"
    assert kind == wanted or not (is_api and answer.content), f"{case.formatted_path} answered {kind}"


def test_many_requests_were_generated() -> None:
    assert request_counts.total() >= 200
    assert request_counts[200] >= 10  # most of the requests generated for the list of runs are refused
