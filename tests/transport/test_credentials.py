"""A name and a password in an address become the request's, and are shown nowhere."""

import base64
from pathlib import Path

import pytest

from app import create_app
from domain.addresses import Credentials, credentials_in, hiding_credentials
from domain.errors import ServiceUnavailable
from domain.wrong_settings import explain
from inference.clew_models import ClewModels
from mlflow_api.client import MlflowApi
from services.connect import connect
from settings.gpu_addresses import read_addresses
from settings.settings import Settings
from tests.transport.servers import Oracle, Proxy, closed_port
from training.tracking.mlflow_client import connect as connect_training
from transport.credentials import BearerAuth
from transport.http_client import JsonService

PASSWORD = "s3:cr/t@日本"
USERINFO = "b%20ob:s3%3Acr%2Ft%40%E6%97%A5%E6%9C%AC@"
SENT = "Basic " + base64.b64encode(f"b ob:{PASSWORD}".encode()).decode()
PARTS = (PASSWORD, "s3%3Acr", "s3:cr", "b%20ob", "hunter2")


def authorization(oracle: Oracle) -> str | None:
    return oracle.received[-1].headers.get("Authorization")


def with_userinfo(oracle: Oracle) -> str:
    return oracle.address.replace("//", f"//{USERINFO}")


def settings(folder: Path, **values: object) -> Settings:
    return Settings(_env_file=None, cache_dir=folder, **values)  # type: ignore[call-arg,arg-type]


def test_credentials_in_an_address_are_decoded_and_sent(oracle: Oracle) -> None:
    service = JsonService("Oracle", with_userinfo(oracle))
    service.call("GET", "/")
    assert (authorization(oracle), service.url) == (SENT, oracle.address)


@pytest.mark.parametrize("url", ["http://h", "http://h:1/a@b", "http://h?x=a@b"])
def test_an_address_without_credentials_has_none(url: str) -> None:
    assert credentials_in(url) is None


def test_separate_credentials_precede_those_in_the_address(oracle: Oracle, tmp_path: Path) -> None:
    JsonService("Oracle", with_userinfo(oracle), BearerAuth("t0ken")).call("GET", "/")
    assert authorization(oracle) == "Bearer t0ken"
    oracle.answers["/api/2.0/mlflow/experiments/search"] = (200, {}, b"{}")
    for more, sent in (
        ({}, SENT),
        ({"mlflow_tracking_username": "eve", "mlflow_tracking_password": "pw"}, "Basic ZXZlOnB3"),
        ({"mlflow_tracking_token": "t0ken"}, "Bearer t0ken"),
    ):
        MlflowApi.from_settings(settings(tmp_path, mlflow_tracking_uri=with_userinfo(oracle), **more)).experiments()
        assert authorization(oracle) == sent


def test_netrc_applies_to_other_hosts_only_and_after_the_address(
    monkeypatch: pytest.MonkeyPatch, oracle: Oracle, tmp_path: Path
) -> None:
    """requests reads it, as for MLflow's own client; a `default` in it does not apply to this machine's own
    services."""
    (tmp_path / "netrc").write_text("default login eve password pw\n")
    JsonService("Oracle", oracle.address).call("GET", "/")
    assert authorization(oracle) is None
    with Proxy(oracle.address) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.address)
        JsonService("Oracle", "http://oracle.example").call("GET", "/")
        assert authorization(oracle) == "Basic ZXZlOnB3"
        JsonService("Oracle", f"http://{USERINFO}oracle.example").call("GET", "/")
        assert authorization(oracle) == SENT


def test_credentials_of_a_monitor_are_sent_and_shown_nowhere(oracle: Oracle, tmp_path: Path) -> None:
    """Nor does anything else show those of any setting: pages, API, headers, health."""
    values = settings(
        tmp_path,
        gpu_monitor_urls=f"a={with_userinfo(oracle)}",
        mlflow_tracking_uri=f"http://bob:hunter2@127.0.0.1:{closed_port()}",
        model_server_url=f"http://bob:hunter2@127.0.0.1:{closed_port()}",
        mlflow_url="http://bob:hunter2@ml.example",
        inference_ui_url="http://bob:hunter2@ui.example",
    )
    services = connect(values)
    server = create_app(values, services).server
    services.health.refreshed_report(20)
    assert [(request.path, request.headers.get("Authorization")) for request in oracle.received] == [("/health", SENT)]
    client = server.test_client()
    shown = [server.extensions["clew"].model_dump_json(), repr(values.gpu_monitors)]
    for path in ("/", "/_dash-layout", "/_dash-dependencies", "/health", "/api/health", "/api/models", "/api/runs"):
        answer = client.get(path)
        shown += [answer.get_data(as_text=True), str(answer.headers)]
    for page in ("/", "/gpu", "/models", "/mlflow", "/inference"):
        shown.append(_page(client, page))
    assert any('"data"' in one and "127.0.0.1" in one for one in shown)  # the pages had loaded
    shown += [repr(file.read_bytes()) + str(file) for file in tmp_path.rglob("*") if file.is_file()]
    assert not [part for part in PARTS for one in shown if part in one]


def _page(client: object, path: str) -> str:
    outputs = [{"id": "_pages_content", "property": "children"}, {"id": "_pages_store", "property": "data"}]
    body = {
        "output": ".._pages_content.children..._pages_store.data..",
        "outputs": outputs,
        "inputs": [
            {"id": "_pages_location", "property": "pathname", "value": path},
            {"id": "_pages_location", "property": "search", "value": ""},
        ],
        "changedPropIds": ["_pages_location.pathname"],
    }
    answer = client.post("/_dash-update-component", json=body)  # type: ignore[attr-defined]
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return str(answer.get_data(as_text=True))


def test_no_failure_message_contains_credentials(tmp_path: Path) -> None:
    with pytest.raises(ServiceUnavailable) as caught:
        ClewModels(f"http://{USERINFO}127.0.0.1:{(port := closed_port())}").active()
    assert str(caught.value) == f"Clew: cannot be reached at http://127.0.0.1:{port}"
    with pytest.raises(ServiceUnavailable) as training:
        connect_training(f"http://{USERINFO}127.0.0.1:{port}")
    assert f"MLflow at http://127.0.0.1:{port}" in str(training.value)
    assert not [part for part in PARTS if part in str(training.value)]


@pytest.mark.parametrize(
    "values",
    [
        {"gpu_monitor_urls": "a=http://bob:hunter2@h:99999"},
        {"gpu_monitor_urls": "a=ftp://bob:hunter2@h"},
        {"gpu_monitor_urls": "a=http://h|wss://bob:hunter2@h/ws"},
        {"inference_ws_url": "wss://bob:hunter2@h/ws"},
        {"mlflow_tracking_uri": "http://bob:hunter2@"},
        {"model_server_url": "http://bob:hunt/er2hunter2@h:port"},
    ],
    ids=str,
)
def test_a_wrong_setting_is_named_without_its_credentials(tmp_path: Path, values: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="valid") as caught:
        settings(tmp_path, **values)
    message = explain(caught.value)  # type: ignore[arg-type]
    assert next(iter(values)).upper() in message
    assert "hunter2" not in message


def test_credentials_are_in_no_repr() -> None:
    (monitor,) = read_addresses("a=http://bob:hunter2@h:1")
    assert monitor.credentials == Credentials("bob", "hunter2")
    assert "hunter2" not in repr(monitor)
    assert hiding_credentials("x=http://a:b@c@h|ws://d@e, //f") == "x=http://***@h|ws://***@e, //f"
