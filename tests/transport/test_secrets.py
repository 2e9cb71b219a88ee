"""Name and password in an address setting, valid or not, appear in no output of Clew."""

import io
import logging
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import settings as profile
from hypothesis import strategies as st
from pydantic import ValidationError
from pydantic_settings import BaseSettings

from app import create_app, ui_settings
from domain.addresses import origin_of
from domain.logs import JsonFormatter
from domain.secrets import may_hold_credentials, without_secrets
from domain.wrong_settings import explain
from inference.settings import InferenceSettings
from services.connect import connect
from settings.browser_urls import browser_url_warnings, mlflow_run_page
from settings.settings import Settings
from tests.faults.viewer import Viewer, in_process
from training.settings import TrainingSettings

# Of letters that no text of Clew contains, so that half a password is recognised, too.
piece = st.text("qzxjQZXJ", min_size=5, max_size=9)
between = st.text("@:/?#[]%!$&'()*+,;= |\\\"<>^`{}é日℀\t1", max_size=3)
SHAPES = (
    "{scheme}://{user}:{password}@host:80",
    "{scheme}://{user}:{password}@host",
    "{scheme}://{user}:{password}@host:port/path?query#part",
    "{scheme}://{user}:{password}@[::1]:80",
    "{scheme}://{user}:{password}@[::1",
    "{scheme}://{user}:{password}@",
    "{scheme}://{user}:{password}",
    "{scheme}:{user}:{password}@host",
    "{scheme}:/{user}:{password}@host",
    "{scheme}//{user}:{password}@host",
    "{user}:{password}@host:80",
    "//{user}:{password}@host",
    " {scheme}://{user}:{password}@host ",
    "'{scheme}://{user}:{password}@host'",
    "ftp://{user}:{password}@host",
    "{scheme}://host:80/{user}:{password}@x",
    "{scheme}://{user}:1{password}@host",
    "{scheme}://{user}%3A{password}%40host:80",
    "{scheme}://host|{scheme}://{user}:{password}@host",
)
# Setting, scheme, and the surroundings of an address.
WHERE: tuple[tuple[type[BaseSettings], str, str, str], ...] = (
    (Settings, "mlflow_tracking_uri", "http", "{}"),
    (Settings, "mlflow_url", "https", "{}"),
    (Settings, "model_server_url", "http", "{}"),
    (Settings, "inference_ui_url", "http", "{}"),
    (Settings, "inference_ws_url", "wss", "{}"),
    (Settings, "gpu_monitor_urls", "http", "a={}"),
    (Settings, "gpu_monitor_urls", "http", "{}"),
    (Settings, "gpu_monitor_urls", "http", "a=http://host,b={},c=http://host"),
    (Settings, "gpu_monitor_urls", "ws", "a=http://host|{}"),
    (Settings, "gpu_monitor_urls", "http", "a={}|wss://host/ws"),
    (Settings, "mlflow_backend_store_uri", "postgresql", "{}"),
    (Settings, "mlflow_backend_store_uri", "postgresql+psycopg", "{}/mlflow"),
    (InferenceSettings, "clew_url", "http", "{}"),
    (InferenceSettings, "allowed_origins", "http", "https://host,{}"),
    (TrainingSettings, "mlflow_tracking_uri", "http", "{}"),
)


@st.composite
def written(draw: st.DrawFn) -> tuple[str, str, list[str]]:
    """Draws a shape with a name and a password in it, whole or encoded; its scheme is left open. Adds their pieces."""
    user, first, second = draw(piece), draw(piece), draw(piece)
    password = first + draw(between) + second
    if draw(st.booleans()):
        password = quote(password, safe="")
    return draw(st.sampled_from(SHAPES)), f"{user} {password}", [user, first, second]


def leaked(text: str, pieces: list[str]) -> list[str]:
    """Returns the pieces that a text contains, in any case: a host is written in small letters."""
    return [one for one in pieces if one.lower() in text.lower()]


@pytest.mark.parametrize(("kind", "name", "scheme", "around"), WHERE, ids=str)
@profile(max_examples=60)
@given(case=written())
def test_credentials_appear_in_no_accepted_or_refused_setting(
    kind: type[BaseSettings], name: str, scheme: str, around: str, case: tuple[str, str, list[str]]
) -> None:
    shape, both, pieces = case
    user, password = both.split(" ", 1)
    value = around.format(shape.format(scheme=scheme, user=user, password=password))
    try:
        taken = kind(_env_file=None, **{name: value})  # type: ignore[call-arg,arg-type]
    except ValidationError as error:
        texts = [explain(error), str(error), repr(error), "".join(traceback.format_exception(error))]
        assert f"Setting {name.upper()}=" in texts[0]
    else:
        texts = [repr(taken), str(taken), *(shown_of(taken) if isinstance(taken, Settings) else [])]
    assert [one for text in texts for one in leaked(text, pieces)] == [], (value, texts)


def shown_of(settings: Settings) -> list[str]:
    """Returns what pages show and link to, and what a start logs."""
    where = ("http", "clew.example.com:8050", "1", "a")
    urls = [one.url for one in settings.gpu_monitors]
    drawn = ui_settings(settings).model_dump_json()
    return [drawn, str(mlflow_run_page(settings, *where)), *urls, *browser_url_warnings(settings)]


@pytest.mark.parametrize(
    "value",
    [
        "http://qzxjq:zz@xxqz@host:80",
        "http://qzxjq:1/xxqzj@host",
        "http://qzxjq:1?xxqzj@host",
        "http://qzxjq:1#xxqzj@host",
        "http://qzxjq:1\\xxqzj@host",
        "http://qzxjq%3Axxqzj%40host:80",
        "http://qzxjq:xx℀qzj@host",
    ],
)
@pytest.mark.parametrize("name", ["gpu_monitor_urls", "inference_ws_url", "mlflow_tracking_uri", "mlflow_url"])
def test_credentials_in_ambiguous_addresses_are_refused_or_hidden(name: str, value: str) -> None:
    value = {"gpu_monitor_urls": f"a={value}", "inference_ws_url": value.replace("http", "ws")}.get(name, value)
    pieces = ["qzxjq", "xxqz"]
    try:
        texts = shown_of(Settings(_env_file=None, **{name: value}))  # type: ignore[call-arg,arg-type]
    except ValidationError as error:
        texts = [explain(error), str(error)]
    assert [one for text in texts for one in leaked(text, pieces)] == [], texts


@pytest.mark.parametrize(
    "value", ["http://a:8001", "a=http://a:99999", "a=ftp://a", "a=a:8001", "http://[::1]:80", "a=http://a|b", "x"]
)
def test_an_invalid_value_without_credentials_is_shown(value: str) -> None:
    assert not may_hold_credentials(value)
    with pytest.raises(ValidationError) as refused:
        Settings(_env_file=None, gpu_monitor_urls=f"{value},")  # type: ignore[call-arg]
    assert value in explain(refused.value)


@pytest.mark.parametrize("value", ["fd00::zz", "10.0.0.1/8", "proxy"])
def test_an_invalid_value_that_is_no_address_is_shown(value: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(_env_file=None, trusted_proxies=value)  # type: ignore[call-arg]
    assert value in explain(refused.value)


@pytest.mark.parametrize(
    "url", ["http://u:1/secret@h:8080", "http://u:123?secret@h", "http://u:1#secret@h", "https://u:12/3@h/x"]
)
def test_text_after_a_seeming_port_is_not_shown(url: str) -> None:
    assert origin_of(url) == "?"


@given(secret=st.text(min_size=4, max_size=20), around=st.text(max_size=10))
@example(secret='a"b\\c', around="")
@example(secret="パスワード", around="http://")
def test_a_log_line_contains_no_secret(secret: str, around: str) -> None:
    """This holds for its text, an address, a field, and the stack trace of a library's error."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter({secret}))
    log = logging.Logger("test")
    log.addHandler(handler)
    try:
        raise ValueError(f"Failed to parse: http://bob:{secret}@host", {"password": secret})
    except ValueError:
        log.exception("%s%s", around, secret, extra={"address": f"http://bob:{quote(secret)}@host", "it": [secret]})
    line = stream.getvalue()
    for spelled in (secret, quote(secret, safe="")):
        assert spelled not in line.replace("***", "\n") or is_of_every_line(spelled), line


def is_of_every_line(spelled: str) -> bool:
    """Returns whether a line without it would contain it as well: a secret may be a word such as "test", or a
    bracket."""
    try:
        raise ValueError("", {"": ""})
    except ValueError as error:
        blank = logging.makeLogRecord(
            {"name": "test", "levelname": "ERROR", "exc_info": (ValueError, error, error.__traceback__)}
        )
    return (
        spelled in JsonFormatter().format(blank) or spelled in "Failed to parse: http://bob:@host password address it"
    )


@given(text=st.text(), secrets=st.lists(st.text()))
def test_removing_secrets_twice_changes_nothing_more(text: str, secrets: list[str]) -> None:
    assert without_secrets(text, []) == without_secrets(without_secrets(text, []), [])
    found = without_secrets(text, secrets)
    assert found == text or "***" in found


PAGES = ("/", "/mlflow", f"/mlflow/runs/{'a' * 32}", "/models", "/models/1", "/inference", "/gpu", "/nothing")
Odd = Callable[[str], dict[str, Any]]


@pytest.mark.parametrize("level", ["DEBUG", "INFO"])
def test_no_page_response_or_log_line_contains_credentials(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, level: str
) -> None:
    """All settings at once, proxies too, with no server at any of the addresses: every failure is shown somewhere."""
    user, password = "qzxjq", "zq@x/j:Q%Z"
    userinfo = f"{user}:{quote(password, safe='')}"
    for proxy in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(proxy, f"http://{userinfo}@127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "nothing.example")
    address = f"http://{userinfo}@services.example:1"
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        cache_dir=tmp_path,
        refresh_seconds=1,
        mlflow_tracking_uri=address,  # type: ignore[arg-type]
        mlflow_url=address,  # type: ignore[arg-type]
        model_server_url=address,  # type: ignore[arg-type]
        inference_ui_url=address,  # type: ignore[arg-type]
        gpu_monitor_urls=f"a={address},b={address}|wss://services.example/ws",
        mlflow_backend_store_uri=f"postgresql://{userinfo}@127.0.0.1:9/mlflow",
    )
    services = connect(settings)
    server = create_app(settings, services).server
    client = server.test_client()
    texts = [repr(settings), repr(services.settings), *browser_url_warnings(settings)]
    with caplog.at_level(level):
        for path in ("/health", "/api/health", "/api/models", "/api/models/1", "/api/models/1/policy", "/api/runs"):
            answer = client.get(path)
            texts += [answer.get_data(as_text=True), str(answer.headers)]
        texts.append(client.post("/api/models/active", json={"model_id": "1"}).get_data(as_text=True))
        for page in PAGES:
            answer = client.get(page)
            texts += [answer.get_data(as_text=True), str(answer.headers)]
            viewer = Viewer(in_process(server), page)
            texts.append(str(viewer._tree))
            if viewer.has("models-chosen"):
                viewer.set_property("models-chosen", "data", "1")
                texts.append(str(viewer._tree))
    texts += [JsonFormatter(settings.secrets).format(record) for record in caplog.records]
    texts += [repr(file.read_bytes()) + str(file) for file in tmp_path.rglob("*") if file.is_file()]
    assert any("services.example" in one for one in texts)
    pieces = [user, password, quote(password, safe=""), "zq@x", "zq%40x"]
    assert [(one, text[:300]) for text in texts for one in leaked(text, pieces)] == []
