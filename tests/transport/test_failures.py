"""The outcome of a request is given by the error's type, including whether it may have been sent."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from domain.errors import ServiceUnavailable
from domain.errors.connections import (
    AnswerBrokenOff,
    AnsweredStatus,
    ConnectionFailed,
    ConnectionRefused,
    HostUnknown,
    OutcomeUnknown,
    TimedOut,
)
from tests.transport.servers import Oracle, closed_port
from transport.http_client import JsonService

WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"


@contextmanager
def answering(talk: Callable[[socket.socket], object]) -> Iterator[str]:
    """Runs a server that handles each connection with `talk`, and then closes it; returns its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _address = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(2**16)
                    talk(connection)

        threading.Thread(target=serve, daemon=True).start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def failing(address: str, *, writes: bool = False, seconds: float = 20.0) -> ServiceUnavailable:
    with pytest.raises(ServiceUnavailable) as caught:
        JsonService("Oracle", address).call("POST", "/", writes=writes, deadline_seconds=seconds)
    return caught.value


@pytest.mark.parametrize("host", ["refused-nothing.invalid", "cannot-resolve.invalid", "timed-out.invalid"])
def test_an_unresolvable_host_is_reported_as_unknown_whatever_its_name(host: str) -> None:
    assert type(failing(f"http://{host}")) is HostUnknown
    assert type(failing(f"http://{host}", writes=True)) is HostUnknown


def test_a_port_without_a_listener_refuses_the_connection() -> None:
    error = failing(f"http://127.0.0.1:{closed_port()}", writes=True)
    assert (type(error), str(error)) == (ConnectionRefused, "Oracle: refused the connection")


@pytest.mark.parametrize("host", ["a" * 64, "a..b", "."])
def test_an_invalid_host_name_means_that_no_request_was_sent(host: str) -> None:
    assert failing(f"http://{host}.example", writes=True).was_sent is False


@pytest.mark.parametrize(
    ("talk", "kind"),
    [
        (lambda connection: None, ConnectionFailed),
        (reset, ConnectionFailed),
        (lambda connection: connection.sendall(b"nonsense\r\n\r\n"), ConnectionFailed),
        (lambda connection: connection.sendall(WHOLE[:-1]), AnswerBrokenOff),
    ],
    ids=["hangs up", "resets", "no HTTP", "half"],
)
def test_a_write_that_failed_after_connecting_has_an_unknown_outcome(
    talk: Callable[[socket.socket], object], kind: type[ServiceUnavailable]
) -> None:
    with answering(talk) as address:
        error = failing(f"http://{address}", writes=True)
        assert isinstance(error, OutcomeUnknown)
        assert type(error.reason) is kind
        assert error.was_sent
        assert type(failing(f"http://{address}")) is kind


def test_a_failed_tls_handshake_means_that_no_request_was_sent() -> None:
    with answering(lambda connection: connection.sendall(b"HTTP/1.0 400 Bad\r\n\r\n")) as address:
        error = failing(f"https://{address}", writes=True)
    assert (type(error), error.was_sent) == (ConnectionFailed, False)


def test_a_response_that_stops_halfway_is_a_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("transport.http_client.READ_SECONDS", 0.3)
    over = threading.Event()

    def begin(connection: socket.socket) -> None:
        connection.sendall(WHOLE[:-1])
        over.wait(20)

    with answering(begin) as address:
        assert type(failing(f"http://{address}")) is TimedOut
        over.set()


def test_a_failure_during_exception_handling_has_its_own_type(oracle: Oracle) -> None:
    """A read is repeated while the first failure is being handled, and Python records that in the second."""
    with answering(lambda connection: None) as address:
        try:
            raise ConnectionRefusedError
        except ConnectionRefusedError:
            assert type(failing(f"http://{address}")) is ConnectionFailed


def test_a_5xx_response_is_reported_with_its_status(oracle: Oracle) -> None:
    oracle.answers["/"] = (503, {}, b"busy")
    error = failing(oracle.address)
    assert isinstance(error, AnsweredStatus)
    assert (type(error), error.http_status, str(error)) == (AnsweredStatus, 503, "Oracle: answered HTTP 503")


def test_the_body_of_a_redirect_is_limited_in_size(oracle: Oracle) -> None:
    oracle.answers["/"] = (302, {"Location": "/there"}, b"x" * 5000)
    with pytest.raises(Exception, match="longer than"):
        JsonService("Oracle", oracle.address).exchange("GET", "/", most_bytes=1000)
