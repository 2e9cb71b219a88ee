"""Requests cannot flood the log: lines have a bounded length, and only the first of many refusals are logged."""

import json
import logging

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from api.edge import request_log
from domain.logs import JsonFormatter


@pytest.fixture(autouse=True)
def captured_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "clew.requests")


def server() -> Flask:
    app = Flask("logged")
    app.add_url_rule("/there", view_func=lambda: "there")
    request_log.register(app)
    return app


@pytest.mark.parametrize(
    "path", ["/" + "x" * 64_000, "/there?" + "y" * 64_000, "/" + "%00" * 20_000, "/" + "あ" * 20_000]
)
def test_a_path_of_64_kb_is_logged_as_a_short_line(path: str, caplog: pytest.LogCaptureFixture) -> None:
    server().test_client().get(path)
    assert len(JsonFormatter().format(caplog.records[-1])) < 13_000


@settings(max_examples=30)
@given(
    value=st.one_of(
        st.text(min_size=3_000, max_size=5_000),
        st.lists(st.text(max_size=50), min_size=3_000, max_size=3_500),
        st.integers(),
    )
)
def test_no_value_of_a_request_makes_a_log_line_long(value: object) -> None:
    record = logging.makeLogRecord({"name": "x", "levelname": "INFO", "msg": "%s", "args": (value,), "odd": value})
    line = json.loads(JsonFormatter().format(record))
    assert all(len(str(one)) < 2_100 for one in line.values())


def test_some_of_ten_thousand_refused_requests_are_logged_and_the_others_counted(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(request_log.time, "monotonic", lambda: now[0])
    client = server().test_client()
    for _ in range(10_000):
        client.get("/nothing")
    written = [line for line in caplog.records if line.message == "request"]
    assert len(written) == 60
    client.get("/there")  # an answered request is still logged
    assert caplog.records[-1].path == "/there"  # type: ignore[attr-defined]
    now[0] += 61
    client.get("/nothing")
    assert caplog.records[-1].refused_and_not_logged == 10_000 - 60  # type: ignore[attr-defined]
