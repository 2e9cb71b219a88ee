"""The language and the frame of a callback's answer are those of its page, which sends them in a header of its own."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app import create_app
from services.connect import connect
from settings.settings import Settings


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    cache: Path = tmp_path_factory.mktemp("cache")
    settings = Settings(_env_file=None, mlflow_port=1, cache_dir=cache)  # type: ignore[call-arg]
    client: FlaskClient = create_app(settings, connect(settings)).server.test_client()
    return client


def layout(client: FlaskClient, **headers: str) -> str:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = client.get("/_dash-layout", headers=named)
    assert answer.status_code == 200
    return str(answer.text)


def is_japanese(text: str) -> bool:
    return "本文へ" in text or "モデル" in text or "\\u30e2" in text


@pytest.mark.parametrize(
    ("headers", "japanese", "framed"),
    [
        ({}, False, False),
        ({"X_Clew_Query": "lang=ja&embed=1"}, True, True),
        ({"X_Clew_Query": "lang=ja"}, True, False),
        ({"X_Clew_Query": "embed=1"}, False, True),
        ({"X_Clew_Query": "", "Accept_Language": "ja"}, True, False),
        ({"X_Clew_Query": "lang=en", "Accept_Language": "ja"}, False, False),
        # What browsers keep of a long Referer, or send if a portal's policy forbids it.
        ({"X_Clew_Query": "lang=ja&embed=1", "Referer": "http://localhost/"}, True, True),
        ({"X_Clew_Query": "", "Referer": "http://localhost/mlflow?lang=ja&embed=1"}, False, False),
        # Programs and pages of an older version send only the Referer.
        ({"Referer": "http://localhost/mlflow?lang=ja&embed=1"}, True, True),
        ({"Referer": "http://["}, False, False),
        ({"X_Clew_Query": "lang=xx&embed=2"}, False, False),
        ({"X_Clew_Query": "lang=%00&embed=%ff"}, False, False),
        ({"X_Clew_Query": "&" * 5000}, False, False),
        ({"X_Clew_Query": "lang=" + "x" * 20_000}, False, False),
        ({"X_Clew_Query": "\xe9=\xff"}, False, False),
    ],
)
def test_the_header_counts_before_the_referer(
    client: FlaskClient, headers: dict[str, str], japanese: bool, framed: bool
) -> None:
    text = layout(client, **headers)
    assert is_japanese(text) == japanese
    assert ('"Header"' not in text) == framed
