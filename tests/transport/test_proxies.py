"""This machine's own addresses bypass proxies; for others the environment's applies, and the failed one is named."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import requests

from domain.addresses import leads_to_loopback, no_proxy_for_loopback
from domain.errors import AccessDenied, ServiceUnavailable
from domain.errors.connections import (
    AnsweredStatus,
    CertificateRefused,
    ConnectionRefused,
    HostUnknown,
    NotAsked,
    OutcomeUnknown,
    PassingRefused,
    ProxyFailed,
)
from tests.deploy.hosting import certify
from tests.transport.servers import Oracle, Proxy, closed_port
from transport.http_client import JsonService

ELSEWHERE = "http://oracle.example"
VARIABLES = ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")


@pytest.fixture
def proxy(oracle: Oracle) -> Iterator[Proxy]:
    with Proxy(oracle.address) as proxy:
        yield proxy


@pytest.fixture
def port_with_untrusted_certificate(tmp_path: Path) -> Iterator[int]:
    """Returns the port of a server whose certificate is not trusted."""
    certify(tmp_path / "cert.pem", tmp_path / "key.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _address = listener.accept()
            with connection, suppress(OSError), context.wrap_socket(connection, server_side=True) as talk:
                talk.recv(1)

        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]


def failing(service: JsonService, *, writes: bool = False) -> ServiceUnavailable:
    with pytest.raises(ServiceUnavailable) as caught:
        service.call("POST", "/", writes=writes)
    return caught.value


@pytest.mark.parametrize("variable", VARIABLES)
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1"])
def test_requests_to_loopback_bypass_the_proxy(
    monkeypatch: pytest.MonkeyPatch, oracle: Oracle, proxy: Proxy, variable: str, host: str
) -> None:
    monkeypatch.setenv(variable, proxy.address)
    service = JsonService("Oracle", f"http://bob:s3cret@{host}:{oracle.port}")
    assert service.call("GET", "/") == {}
    assert proxy.received == []
    assert len(oracle.received) == 1


@pytest.mark.parametrize("variable", VARIABLES)
def test_requests_to_other_hosts_use_the_proxy_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, oracle: Oracle, proxy: Proxy, variable: str
) -> None:
    monkeypatch.setenv(variable, proxy.address)
    assert JsonService("Oracle", ELSEWHERE).call("GET", "/x") == {}
    assert [received.path for received in proxy.received] == [f"{ELSEWHERE}/x"]
    assert len(oracle.received) == 1


def test_the_no_proxy_variable_is_respected(monkeypatch: pytest.MonkeyPatch, proxy: Proxy) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy.address)
    monkeypatch.setenv("NO_PROXY", ".invalid")
    assert type(failing(JsonService("Oracle", "http://oracle.invalid"))) is HostUnknown
    assert proxy.received == []


def test_a_direct_service_bypasses_the_proxy_on_any_host(monkeypatch: pytest.MonkeyPatch, proxy: Proxy) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy.address)
    assert type(failing(JsonService("Oracle", "http://oracle.invalid", direct=True))) is HostUnknown
    assert proxy.received == []


@pytest.mark.parametrize("service", [ELSEWHERE, "https://oracle.example"])
def test_an_unreachable_proxy_is_reported_as_the_failure(monkeypatch: pytest.MonkeyPatch, service: str) -> None:
    port = closed_port()
    monkeypatch.setenv("ALL_PROXY", f"http://bob:s3cret@127.0.0.1:{port}")
    error = failing(JsonService("MLflow", service), writes=True)
    assert isinstance(error, ProxyFailed)
    assert isinstance(error.reason, ConnectionRefused)
    assert (str(error), error.was_sent) == (
        f"MLflow: the proxy 127.0.0.1:{port} failed (refused the connection)",
        False,
    )


@pytest.mark.parametrize("service", [ELSEWHERE, "https://oracle.example"])
def test_an_unresolvable_proxy_is_reported_as_the_failure(monkeypatch: pytest.MonkeyPatch, service: str) -> None:
    monkeypatch.setenv("ALL_PROXY", "proxy.invalid:3128")
    error = failing(JsonService("MLflow", service))
    assert isinstance(error, ProxyFailed)
    assert isinstance(error.reason, HostUnknown)
    assert str(error) == "MLflow: the proxy proxy.invalid:3128 failed (its host name is not known)"


@pytest.mark.parametrize("status", [403, 407, 502])
def test_a_proxy_that_refuses_the_tunnel_is_reported_as_the_failure(
    monkeypatch: pytest.MonkeyPatch, proxy: Proxy, status: int
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy.address)
    proxy.refusal = status
    error = failing(JsonService("MLflow", "https://oracle.example"), writes=True)
    assert isinstance(error, ProxyFailed)
    assert isinstance(error.reason, PassingRefused)
    assert str(error) == f"MLflow: the proxy 127.0.0.1:{proxy.port} failed (refused to forward the request)"


def test_a_proxy_that_wants_a_password_is_reported_as_the_failure(
    monkeypatch: pytest.MonkeyPatch, proxy: Proxy
) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy.address)
    proxy.refusal = 407
    error = failing(JsonService("MLflow", ELSEWHERE), writes=True)
    assert isinstance(error, ProxyFailed)
    assert str(error) == f"MLflow: the proxy 127.0.0.1:{proxy.port} failed (refused our credentials (HTTP 407))"


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_failure_over_plain_http_names_both_server_and_proxy(
    monkeypatch: pytest.MonkeyPatch, proxy: Proxy, status: int
) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy.address)
    proxy.refusal = status
    service = JsonService("MLflow", ELSEWHERE)
    error = failing(service)
    assert isinstance(error, AnsweredStatus)
    assert str(error) == f"MLflow: answered HTTP {status}, or the proxy 127.0.0.1:{proxy.port} did"
    assert isinstance(failing(service, writes=True), OutcomeUnknown if status != 503 else AnsweredStatus)


def test_a_403_over_plain_http_names_both_server_and_proxy(monkeypatch: pytest.MonkeyPatch, proxy: Proxy) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy.address)
    proxy.refusal = 403
    with pytest.raises(AccessDenied, match=f"HTTP 403\\), or the proxy 127.0.0.1:{proxy.port} did"):
        JsonService("MLflow", ELSEWHERE).call("GET", "/")


def test_a_certificate_refused_through_a_tunnel_is_the_services(
    monkeypatch: pytest.MonkeyPatch, proxy: Proxy, port_with_untrusted_certificate: int
) -> None:
    proxy.leads_to = proxy.leads_to._replace(netloc=f"127.0.0.1:{port_with_untrusted_certificate}")
    monkeypatch.setenv("HTTPS_PROXY", proxy.address)
    assert type(failing(JsonService("MLflow", "https://oracle.example"), writes=True)) is CertificateRefused


def test_an_unreachable_proxy_is_not_tried_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{closed_port()}")
    service = JsonService("MLflow", ELSEWHERE)
    errors = [failing(service) for _call in range(4)]
    assert isinstance(errors[-1], NotAsked)
    assert isinstance(errors[-1].reason, ProxyFailed)


def test_a_tunnel_whose_response_arrives_too_slowly_times_out(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ended = threading.Event()

        def drip() -> None:
            connection, _address = listener.accept()
            with connection:
                connection.sendall(b"HTTP/1.")
                while not ended.wait(0.2):
                    try:
                        connection.sendall(b" ")
                    except OSError:
                        return

        threading.Thread(target=drip, daemon=True).start()
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{listener.getsockname()[1]}")
        with pytest.raises(ServiceUnavailable, match="did not answer in time") as caught:
            JsonService("MLflow", "https://oracle.example").call("POST", "/", writes=True, deadline_seconds=1.0)
        ended.set()
    assert (caught.value.was_sent, type(caught.value) is OutcomeUnknown) == (False, False)


@pytest.mark.parametrize(
    ("url", "ours"),
    [
        ("http://127.0.0.1:5050", True),
        ("http://127.200.1.2", True),
        ("http://LOCALHOST.:1", True),
        ("http://a.localhost", True),
        ("http://[::1]:8050", True),
        ("http://[::ffff:127.0.0.1]", True),
        ("http://0.0.0.0:8050", True),
        ("http://2130706433", True),
        ("http://localhost.example", False),
        ("http://127.0.0.1.example", False),
        ("http://127.0.0.1@eve.example", False),
        ("http://10.0.0.1", False),
        ("http://[fd00::1]", False),
        ("http://[", False),
        ("http://", False),
    ],
)
def test_loopback_addresses_are_recognised_in_any_spelling(url: str, ours: bool) -> None:
    assert leads_to_loopback(url) is ours


@pytest.mark.parametrize(
    ("before", "listed"),
    [
        ({}, "localhost,127.0.0.1,::1"),
        ({"NO_PROXY": "a.example, .b"}, "a.example,.b,localhost,127.0.0.1,::1"),
        ({"NO_PROXY": "no", "no_proxy": "localhost,x"}, "localhost,x,127.0.0.1,::1"),
        ({"no_proxy": "*"}, "*"),
    ],
)
def test_no_proxy_for_other_libraries_includes_loopback(
    monkeypatch: pytest.MonkeyPatch, before: dict[str, str], listed: str
) -> None:
    assert no_proxy_for_loopback(before) == {"NO_PROXY": listed, "no_proxy": listed}
    for name, value in {"ALL_PROXY": "http://127.0.0.1:9", **no_proxy_for_loopback(before)}.items():
        monkeypatch.setenv(name, value)
    for host in ("127.0.0.1", "localhost", "[::1]"):
        assert requests.utils.get_environ_proxies(f"http://{host}:5050/") == {}
