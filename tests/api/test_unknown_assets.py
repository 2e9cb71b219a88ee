"""Unknown files and scripts: a 404 and a line in the log without a stack trace, however the address is spelled."""

import logging
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from app import create_app
from domain.logs import JsonFormatter
from services.connect import connect
from settings.settings import Settings

SUITES = "/_dash-component-suites"
UNKNOWN = [
    "/assets/nope.js",
    "/assets/%00.js",
    "/assets/../app.py",
    "/assets/%2e%2e/app.py",
    "/assets/%2e%2e%2fapp.py",
    "/assets/..%5capp.py",
    "/assets/%ff%fe.js",
    "/assets/clew.css/x",
    "/assets/" + "a/" * 3000,
    "/assets/" + "a" * 5000,
    f"{SUITES}/nope/x.js",
    f"{SUITES}/os/path.py",
    f"{SUITES}/dash/nope.js",
    f"{SUITES}/dash/__init__.py",
    f"{SUITES}/dash/.",
    f"{SUITES}/dash/%00.js",
    f"{SUITES}/dash/%ff.js",
    f"{SUITES}/dash/%2e%2e/%2e%2e/app.py",
    f"{SUITES}/dash/../../app.py",
    f"{SUITES}/dash/{'a' * 5000}.js",
    f"{SUITES}/dash/dcc/nope.v4_4_1m1.js",
    f"{SUITES}/dash/dcc/dash_core_components.v.m.js",
    f"{SUITES}/dash/deps/react%4018.v1m1.js",
    f"{SUITES}/%ff/%fe",
    "/static/nope.js",
    "/static/%00",
]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    cache: Path = tmp_path_factory.mktemp("cache")
    settings = Settings(_env_file=None, mlflow_port=1, cache_dir=cache)  # type: ignore[call-arg]
    client: FlaskClient = create_app(settings, connect(settings)).server.test_client()
    return client


@pytest.mark.parametrize("path", UNKNOWN, ids=lambda path: path[:60])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("header", [{}, {"Range": "bytes=5-1"}, {"If-None-Match": "\xff"}, {"If-Modified-Since": "x"}])
def test_an_unknown_file_is_a_404_without_a_stack_trace(
    client: FlaskClient, caplog: pytest.LogCaptureFixture, path: str, method: str, header: dict[str, str]
) -> None:
    with caplog.at_level(logging.INFO):
        answer = client.open(path, method=method, headers=header)
    assert answer.status_code == 404
    lines = [JsonFormatter().format(record) for record in caplog.records]
    assert len([line for line in lines if '"status": 404' in line]) <= 1  # of very many only the first are logged
    assert not [line for line in lines if "stack_trace" in line or '"ERROR"' in line]


@pytest.mark.parametrize("path", ["/assets/nope.js", f"{SUITES}/dash/nope.js"])
def test_an_unknown_file_is_logged_once(tmp_path: Path, caplog: pytest.LogCaptureFixture, path: str) -> None:
    settings = Settings(_env_file=None, mlflow_port=1, cache_dir=tmp_path)  # type: ignore[call-arg]
    client = create_app(settings, connect(settings)).server.test_client()
    with caplog.at_level(logging.INFO):
        client.get(path)
    lines = [JsonFormatter().format(record) for record in caplog.records]
    assert len([line for line in lines if '"status": 404' in line and path in line]) == 1


@given(package=st.text(min_size=1, max_size=20), path=st.text(min_size=1, max_size=40))
def test_no_spelling_of_an_unknown_file_causes_another_status(client: FlaskClient, package: str, path: str) -> None:
    for address in (f"{SUITES}/{package}/{path}", f"{SUITES}/dash/{path}", f"/assets/{path}"):
        assert client.get(address).status_code in (308, 404)


def test_existing_scripts_are_still_served(client: FlaskClient) -> None:
    scripts = [part.split('"')[0] for part in client.get("/").text.split('src="')[1:]]
    assert len(scripts) > 5
    assert {client.get(script).status_code for script in scripts} == {200}
