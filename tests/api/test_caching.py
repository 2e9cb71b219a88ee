"""How long a browser may keep Clew's answers: for ever if the address has a version, else it must revalidate."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

import app as clew
from app import create_app
from services.connect import connect
from settings.settings import Settings

FOR_EVER = "public, max-age=31536000, immutable"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        mlflow_tracking_uri="http://127.0.0.1:1",  # type: ignore[arg-type]
        cache_dir=tmp_path_factory.mktemp("cache"),
    )
    client: FlaskClient = create_app(settings, connect(settings)).server.test_client()
    return client


def cache_control(client: FlaskClient, address: str) -> str | None:
    return client.get(address).headers.get("Cache-Control")


def addresses_in(document: str) -> list[str]:
    return re.findall(r'(?:src|href)="(/[^"]+)"', document)


def test_files_that_a_page_references_are_cached_for_ever(client: FlaskClient) -> None:
    named = addresses_in(client.get("/mlflow").text)
    assert len(named) > 10
    assert {address: cache_control(client, address) for address in named} == dict.fromkeys(named, FOR_EVER)


def test_addresses_without_the_current_version_are_revalidated(client: FlaskClient) -> None:
    chunk = "/_dash-component-suites/dash/dash_table/async-table.js"
    for address in ("/assets/clew.css", "/assets/clew.css?m=1", chunk):
        answer = client.get(address)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-cache")
        again = client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data, again.headers["Cache-Control"]) == (304, b"", "no-cache")
    named = next(one for one in addresses_in(client.get("/").text) if "dash_table" in one)
    assert cache_control(client, re.sub(r"m\d+\.", "m1.", named)) == "no-cache"
    assert cache_control(client, "/assets/nothing.css") == "no-cache"


def test_a_file_that_changes_gets_another_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assets = tmp_path / "assets"
    assets.mkdir()
    (assets / clew.ICON).write_text("<svg/>")
    (assets / "main.js").write_text("")
    (plotly,) = clew.ASSETS.glob("plotly-basic-*.min.js")
    (assets / plotly.name).symlink_to(plotly)
    style = assets / "clew.css"
    settings = Settings(_env_file=None, mlflow_tracking_uri="http://127.0.0.1:1", cache_dir=tmp_path)  # type: ignore[call-arg,arg-type]
    monkeypatch.setattr(clew, "ASSETS", assets)
    addresses = set()
    for content in ("a {}", "b {}"):
        style.write_text(content)
        client = create_app(settings, connect(settings)).server.test_client()
        (address,) = [one for one in addresses_in(client.get("/").text) if "clew.css" in one]
        assert client.get(address).text == content
        assert cache_control(client, address) == FOR_EVER
        addresses.add(address)
    assert len(addresses) == 2
    assert cache_control(client, min(addresses)) == "no-cache"


def test_documents_and_data_are_not_cached(client: FlaskClient) -> None:
    assert {cache_control(client, path) for path in ("/", "/mlflow", "/models/1", "/nothing/here")} == {"no-cache"}
    assert {
        cache_control(client, path) for path in ("/_dash-layout", "/_dash-dependencies", "/health", "/api/nothing")
    } == {"no-store"}


@pytest.mark.parametrize(("query", "language", "loading"), [("", "en", "Loading…"), ("?lang=ja", "ja", "読み込み中…")])
def test_a_document_declares_its_language_and_has_clews_icon(
    client: FlaskClient, query: str, language: str, loading: str
) -> None:
    for path, status in (("/", 200), ("/nothing/here", 404)):
        answer = client.get(path + query)
        assert answer.status_code == status
        assert f'<html lang="{language}" ' in answer.text
        assert loading in answer.text
        (icon,) = re.findall(r'<link rel="icon" type="image/svg\+xml" href="([^"]+)"', answer.text)
        assert client.get(icon).mimetype == "image/svg+xml"
