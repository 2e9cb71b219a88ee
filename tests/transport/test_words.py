"""A failed service's own message is shown: bounded, on one line, without secrets, and never a page of HTML."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors.connections import AnsweredStatus, AnsweredStatusBecause
from tests.transport.conftest import Oracle
from transport.http_client import JsonService
from transport.words import MAX_LETTERS, reason_in, shown

HIDDEN = "hunter2-sesame"
MESSAGES = [
    (
        "Failed to get credentials for DBFS; set MLFLOW_TRACKING variables.",
        "Failed to get credentials for DBFS; set MLF",
    ),
    ("two\nlines\tand \x1b[31mred", "two lines and [31mred"),
    (f"cannot open postgresql://clew:{HIDDEN}@db/mlflow", "cannot open postgresql://***@db/mlflow"),
    (f"AWS_SECRET_ACCESS_KEY={HIDDEN} is wrong", "AWS_SECRET_ACCESS_KEY=*** is wrong"),
    (f'{{"password": "{HIDDEN} two"}} refused', '"password": *** refused'.replace("***", "***}")),
    (f"GET https://b.s3/x?X-Amz-Signature={HIDDEN}&X-Amz-Date=1", "X-Amz-Signature=***&X-Amz-Date=1"),
    (f"Authorization: Bearer {HIDDEN}.x.y", "Bearer ***"),
    (f"--api-key {HIDDEN}"[:9] + f"={HIDDEN} given", "--api-key=*** given"),
]


@pytest.mark.parametrize("status", [500, 501, 503, 507, 429])
@pytest.mark.parametrize("key", ["message", "error"])
@pytest.mark.parametrize(("message", "is_shown"), MESSAGES, ids=range(len(MESSAGES)))
def test_the_servers_message_is_shown(oracle: Oracle, status: int, key: str, message: str, is_shown: str) -> None:
    oracle.answers["/"] = (
        status,
        {"Content-Type": "application/json"},
        orjson.dumps({"error_code": "X", key: message}),
    )
    with pytest.raises(AnsweredStatusBecause) as failed:
        JsonService("MLflow", oracle.address).call("GET", "/")
    assert str(failed.value).startswith(f"MLflow: answered HTTP {status}: ")
    assert is_shown.removesuffix("} refused") in str(failed.value)
    assert HIDDEN not in str(failed.value)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"busy",
        b"<!doctype html>\n<html lang=en>\n<title>500 Internal Server Error</title>",
        b'{"message": "<!DOCTYPE html><html><body>502 Bad Gateway</body></html>"}',
        b'{"message": "oops: <html>"}',
        b'{"message": 7}',
        b'{"message": ""}',
        b'["message"]',
        b'{"message": "half',
        b'{"message": "' + b"x" * 2**19 + b'"}',
    ],
)
def test_a_message_without_text_is_replaced_by_its_status(oracle: Oracle, content: bytes) -> None:
    oracle.answers["/"] = (500, {}, content)
    with pytest.raises(AnsweredStatus) as failed:
        JsonService("MLflow", oracle.address).call("GET", "/")
    assert str(failed.value) == "MLflow: answered HTTP 500"


@given(st.text(max_size=3000))
def test_any_message_becomes_one_short_line(message: str) -> None:
    text = shown(message)
    assert text.isprintable()
    assert len(text) <= MAX_LETTERS


@given(st.text(st.characters(categories=["L", "N"]), min_size=8, max_size=30), st.integers(0, 2000))
def test_the_end_of_a_long_message_is_kept(ending: str, more: int) -> None:
    reason = reason_in(orjson.dumps({"message": "Opset 99 " + "is unknown " * (100 + more) + ending}))
    assert str(reason).startswith("Opset 99 is unknown")
    assert str(reason).endswith(ending)
